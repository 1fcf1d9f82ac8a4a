import type { CallRecord } from '../calls/call-record.ts';
import { causeOf } from '../calls/hangup-cause.ts';
import { millisOf, neverTime } from '../core/clock.ts';
import { otherPartyOf } from '../flows/call-variables.ts';
import { isReserved } from '../flows/variables.ts';
import { zonedTime } from './zoned-time.ts';

/** One leg of a flow that has ended, as the default webhook is told of it. */
export interface ToldLeg {
  readonly call: CallRecord;
  /** The other end hung up. */
  readonly isRemoteHangup: boolean;
  readonly party: 'VISITOR' | 'AGENT';
  /** Q.850, where it is known better than the record tells it. */
  readonly cause?: number | undefined;
}

export interface EndedRecording {
  readonly fileName: string;
  readonly url: string;
}

export interface EndedFlow {
  readonly activeflowId: string;
  readonly legs: readonly ToldLeg[];
  /** What the flow set. */
  readonly variables: Readonly<Record<string, string>>;
  readonly recordings: readonly EndedRecording[];
  readonly timezone: string;
  /** Of this installation, for `cdrId`. */
  readonly nodeName: string;
}

/** Phonon's predefined JSON about a flow that has ended: one form for one leg (or none), another for several. */
export function flowEnd(ended: EndedFlow): Readonly<Record<string, unknown>> {
  const { legs, activeflowId, variables, recordings } = ended;
  const details =
    legs.length > 1 ? legs.map((leg) => oneOfMany(leg, ended)) : legs.map((leg) => onlyOne(leg, ended));
  return {
    callDetails: details,
    keys: keysOf(variables),
    'phonon-uuid': activeflowId,
    recordingUrls: recordings.map(({ fileName, url }) => ({
      recordedFileName: fileName,
      recordedFilePublicPath: url,
    })),
  };
}

function onlyOne(leg: ToldLeg, { timezone }: EndedFlow) {
  const { calleeNumber, connectTime, didNumber, endTime, hangupCause, incoming, startTime } = facts(
    leg,
    timezone,
  );
  const duration = String(Math.round(lengthOf(leg.call) / 1_000));
  return { calleeNumber, connectTime, didNumber, duration, endTime, hangupCause, incoming, startTime };
}

function oneOfMany(leg: ToldLeg, { timezone, nodeName }: EndedFlow) {
  const { calleeNumber, connectTime, didNumber, endTime, hangupCause, incoming, startTime } = facts(
    leg,
    timezone,
  );
  return {
    calleeNumber,
    calleeType: leg.party,
    cdrId: `${leg.call.id}##${nodeName}`,
    connectTime,
    didNumber,
    duration: String(lengthOf(leg.call)),
    endTime,
    hangupCause,
    ...(leg.party === 'VISITOR' && { incoming }),
    remoteHangup: leg.isRemoteHangup,
    startTime,
  };
}

function facts({ call, cause }: ToldLeg, timezone: string) {
  const time = (text: string): string => (text === neverTime ? '' : zonedTime(text, timezone));
  const ours = call.direction === 'incoming' ? call.destination : call.source;
  return {
    calleeNumber: otherPartyOf(call).target,
    connectTime: time(call.tm_progressing),
    didNumber: ours.target,
    endTime: time(call.tm_hangup),
    hangupCause: String(cause ?? causeOf(call.hangup_reason)),
    incoming: call.direction === 'incoming',
    startTime: time(call.tm_create),
  };
}

/** From the answer to the end, in milliseconds. */
function lengthOf({ tm_progressing, tm_hangup }: CallRecord): number {
  if (tm_progressing === neverTime || tm_hangup === neverTime) return 0;
  return Math.max(0, millisOf(tm_hangup) - millisOf(tm_progressing));
}

/** Every variable the flow set, by Phonon's name; ours are not among them. */
function keysOf(
  variables: Readonly<Record<string, string>>,
): readonly { name: string; value: string | boolean }[] {
  const keys = new Map<string, string | boolean>();
  for (const [name, value] of Object.entries(variables)) {
    if (isReserved(name)) continue;
    const shown = /^(flow|user)\.(sys)?key\./.test(name) ? `$${name}` : `$flow.key.${name}`;
    // `flow.key.x` is the name that was meant, where there is a plain `x` besides.
    if (keys.has(shown) && shown !== `$${name}`) continue;
    keys.set(shown, value === 'true' ? true : value === 'false' ? false : value);
  }
  return [...keys].map(([name, value]) => ({ name, value }));
}
