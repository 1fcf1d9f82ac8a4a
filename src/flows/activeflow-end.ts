import type { Call } from '../calls/call.ts';
import type { CallRecord } from '../calls/call-record.ts';
import { causeOf } from '../calls/hangup-cause.ts';
import type { StoredRequest } from '../ports/later-requests.ts';
import type { ActiveflowRecord } from './activeflow-record.ts';
import type { EndingState, WrittenActiveflowState } from './activeflow-state.ts';
import { factsOf } from './call-variables.ts';
import type { Completion } from './completion.ts';
import { withoutHidden } from './variables.ts';

/** The call of an activeflow that has ended, with the legs that were made for it. */
export type EndedCall = EndedLeg & { readonly legs: readonly EndedLeg[] };

export type EndedLeg = Pick<Call, 'record' | 'hangupCause'> &
  Partial<Pick<Call, 'referral'>> & {
    /** The files it can be heard in, by the id of the recording. */
    readonly recordedAs: Iterable<readonly [string, string]>;
  };

/** What is to happen because an activeflow has ended. Written with its end, so that no kill comes between them. */
export interface ActiveflowEnd {
  /** What the default webhook is to be told; `undefined` where it is not told. */
  readonly told:
    | { readonly call: EndedCall | undefined; readonly variables: EndingState['variables'] }
    | undefined;
  readonly completion: Completion | undefined;
}

/** What is to be sent because an activeflow has ended. */
export type EndRequests = (record: ActiveflowRecord, end: ActiveflowEnd) => StoredRequest | undefined;

export function endOf(
  { id, tm_update }: ActiveflowRecord,
  { variables, hidden, isTold, next }: EndingState,
  call: EndedCall | undefined,
): ActiveflowEnd {
  return {
    told: isTold ? { call, variables: withoutHidden(variables, hidden) } : undefined,
    completion: next && {
      ...next,
      id,
      // What nobody else is to see ends with its flow.
      variables: { ...next.variables, ...(call && factsOf(call)), ...shownOnly(variables, hidden) },
      tm_create: tm_update,
    },
  };
}

function shownOnly(
  variables: EndingState['variables'],
  hidden: EndingState['hidden'] = [],
): EndingState['variables'] {
  const entries = Object.entries(variables).filter(([name]) => !hidden.includes(name));
  return hidden.length === 0 ? variables : Object.fromEntries(entries);
}

/** All that is left of the state of an activeflow that has ended. */
export function remains({ kept }: Pick<EndingState, 'kept'>): WrittenActiveflowState {
  return { kept };
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
