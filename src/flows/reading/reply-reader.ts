import type { Share } from '../../core/fair-thread.ts';
import type { ActionJson } from '../../ports/action-json.ts';
import type { UserReply } from '../../ports/http.ts';
import type { Assignments } from './assignments.ts';
import type { ResponseOption } from './response-option.ts';

/** The reader of a reply, who is charged with the time that the reading takes. */
export interface Reading {
  readonly share: Share;
  readonly signal: AbortSignal;
}

/** Reads what somebody's server has replied, which may be anything, so that nobody else waits for it. */
export interface ReplyReader {
  /** The variables that it sets. @throws WebhookFailure `INVALID_RESPONSE`, `INVALID_RESPONSE_MAP`; the signal's reason */
  variables(reply: UserReply, response: ResponseOption | undefined, reading: Reading): Promise<Assignments>;
  /** The actions in it, which may jump to these. @throws ActionError `INVALID_RESPONSE`, `INVALID_FLOW`; the signal's reason */
  actions(reply: UserReply, outerIds: ReadonlySet<string>, reading: Reading): Promise<readonly ActionJson[]>;
}
