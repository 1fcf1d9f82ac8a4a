import type { Call } from '../calls/call.ts';
import type { CallRecord } from '../calls/call-record.ts';
import { causeOf } from '../calls/hangup-cause.ts';
import type { StoredRequest } from '../ports/later-requests.ts';
import type { ActiveflowRecord } from './activeflow-record.ts';
import { factsOf } from './call-variables.ts';
import type { Completion } from './completion.ts';

/** What the end of an activeflow takes of it. Part of what is stored while it lives: the next start ends it by that after a kill. */
export interface ActiveflowState {
  readonly variables: Readonly<Record<string, string>>;
  /** Those that stay when it has ended. */
  readonly kept: Readonly<Record<string, string>>;
  /** Whether its end is told to the default webhook. */
  readonly isTold: boolean;
  /** The flow that runs after it, with what that begins with besides its variables. */
  readonly next?: Pick<Completion, 'flow_id' | 'generation' | 'depth' | 'variables'> | undefined;
}

/** The call of an activeflow that has ended, with the legs that were made for it. */
export type EndedCall = EndedLeg & { readonly legs: readonly EndedLeg[] };

export type EndedLeg = Pick<Call, 'record' | 'hangupCause'> &
  Partial<Pick<Call, 'referral'>> & {
    /** The files it can be heard in, by the id of the recording. */
    readonly recordedAs: ReadonlyMap<string, string>;
  };

/** What is to happen because an activeflow has ended. Written with its end, so that no kill comes between them. */
export interface ActiveflowEnd {
  /** What the default webhook is to be told; `undefined` where it is not told. */
  readonly told:
    | { readonly call: EndedCall | undefined; readonly variables: ActiveflowState['variables'] }
    | undefined;
  readonly completion: Completion | undefined;
}

/** What is to be sent because an activeflow has ended. */
export type EndRequests = (record: ActiveflowRecord, end: ActiveflowEnd) => StoredRequest | undefined;

export function endOf(
  { id, tm_update }: ActiveflowRecord,
  { variables, isTold, next }: ActiveflowState,
  call: EndedCall | undefined,
): ActiveflowEnd {
  return {
    told: isTold ? { call, variables } : undefined,
    completion: next && {
      ...next,
      id,
      variables: { ...next.variables, ...(call && factsOf(call)), ...variables },
      tm_create: tm_update,
    },
  };
}

/** All that is left of the state of an activeflow that has ended. */
export function remains({ kept }: ActiveflowState): string {
  return JSON.stringify({ kept });
}

/** The state that was stored last; of one that was written by an older version, what is there. */
export function stateIn(stored: string): ActiveflowState {
  const { variables = {}, kept = {}, isTold = false, next } = JSON.parse(stored) as Partial<ActiveflowState>;
  return { variables, kept, isTold, next };
}

/** What is stored of the files of a call, by the id of the recording. */
export type RecordedFiles = (callId: string) => Promise<ReadonlyMap<string, string>>;

/** A call of which only the record is left. */
export async function endedCall(
  record: CallRecord,
  legs: readonly CallRecord[],
  filesOf: RecordedFiles,
): Promise<EndedCall> {
  const ended = async (one: CallRecord): Promise<EndedLeg> => ({
    record: one,
    hangupCause: causeOf(one.hangup_reason),
    recordedAs: one.recording_ids.length > 0 ? await filesOf(one.id) : new Map(),
  });
  return { ...(await ended(record)), legs: await Promise.all(legs.map(ended)) };
}
