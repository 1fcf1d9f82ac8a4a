import type { UserVariables } from '../user-variables.ts';
import type { Variables } from '../variables.ts';
import type { Assignments } from './assignments.ts';
import { createOutbound } from './create-outbound.ts';
import type { InternalName } from './option.ts';
import type { WebhookServices } from './services.ts';
import { shortUrl } from './short-url.ts';
import { updatePauseStatus } from './update-pause-status.ts';
import { updateUserPreferences } from './update-user-preferences.ts';

export interface InternalCall {
  readonly variables: Pick<Variables, 'get'>;
  readonly user: UserVariables;
  /** The other party's number, `''` without a call. */
  readonly otherParty: string;
  readonly data: string | Readonly<Record<string, unknown>>;
  readonly services: Pick<WebhookServices, 'agents' | 'links' | 'outbound'>;
}

/** What an internal webhook replies, as if it were a server. */
export interface InternalReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Variables it sets whatever is made of the reply. */
  readonly set: Assignments;
}

/** Does what the internal webhook of that name does. @throws WebhookFailure `INVALID_FLOW_VAR` */
export function callInternal(name: InternalName, call: InternalCall): Promise<InternalReply> {
  switch (name) {
    case 'internal:createOutbound':
      return createOutbound(call);
    case 'internal:shortURL':
      return shortUrl(call);
    case 'internal:updateUserPreferences':
      return updateUserPreferences(call);
    case 'internal:updatePauseStatusForCLI':
      return updatePauseStatus(call);
    default:
      return name satisfies never;
  }
}
