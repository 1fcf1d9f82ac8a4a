import { LifetimeEnded } from '../core/errors.ts';
import { onAbort, orAbort, sleep } from '../core/wait.ts';
import type { Call } from './call.ts';
import type { HangupReason } from './call-record.ts';

/** One of those to be rung. */
export interface Candidate {
  /** How long after the others it is rung, in milliseconds. */
  readonly delay: number;
  /** Calls; `undefined` where that is refused, which whoever wrote this function reports. */
  readonly dial: () => Call | undefined;
}

/** How a leg that was not answered ended. */
export interface LegEnd {
  readonly callId: string;
  readonly reason: HangupReason;
  /** SIP response, 0 where there was none. */
  readonly sipCode: number;
  /** Q.850. */
  readonly cause: number;
}

export type HuntResult = { readonly winner: Call } | { readonly failed: LegEnd | undefined };

export interface HuntOptions {
  readonly method: 'ringall' | 'linear';
  readonly signal: AbortSignal;
  /** How the last of those has ended that were rung before, by a daemon that died. */
  readonly failed?: LegEnd | undefined;
}

/** Q.850 "answered elsewhere": the phone shows no missed call. */
const answeredElsewhere = 26;

const raceOver = new LifetimeEnded('another leg has answered');

/**
 * Rings all at once, or one after the other, until somebody answers: the first answer wins, everybody else is hung up, also
 * who answers at the same moment. Where nobody does, the result is how the last one failed.
 */
export async function hunt(candidates: readonly Candidate[], options: HuntOptions): Promise<HuntResult> {
  if (options.method === 'ringall') return ringAll(candidates, options);
  let result: HuntResult = { failed: options.failed };
  for (const candidate of candidates) {
    const latest = await ringAll([{ ...candidate, delay: 0 }], { signal: options.signal });
    if ('winner' in latest) return latest;
    if (latest.failed) result = latest;
  }
  return result;
}

async function ringAll(
  candidates: readonly Candidate[],
  { signal, failed: before }: Pick<HuntOptions, 'signal' | 'failed'>,
): Promise<HuntResult> {
  const race = new AbortController();
  using _ = onAbort(signal, () => race.abort(signal.reason));
  let winner: Call | undefined;
  let failed = before;
  const ring = async ({ delay, dial }: Candidate): Promise<void> => {
    if (delay > 0) await sleep(delay, race.signal);
    race.signal.throwIfAborted();
    const call = dial();
    if (!call) return;
    const answered = await outcome(call, race.signal);
    if (answered && winner === undefined) {
      winner = call;
      race.abort(raceOver);
    } else if (answered) call.hangup('cancel', answeredElsewhere);
    else failed = endOf(call);
  };
  await Promise.all(candidates.map((candidate) => ring(candidate).catch(unlessOver(race))));
  if (winner) return { winner };
  signal.throwIfAborted();
  return { failed };
}

/** Whether it is answered; false where it ends before. Where the race is over first, the leg is hung up. */
async function outcome(call: Call, race: AbortSignal): Promise<boolean> {
  try {
    const up = call.whenUp.then(() => true);
    return await orAbort(Promise.race([up, call.whenEnded.then(() => false)]), race);
  } catch (error) {
    call.hangup('cancel', race.reason === raceOver ? answeredElsewhere : undefined);
    throw error;
  }
}

/** An error ends the race, unless the race has ended already: then the error only says so. */
function unlessOver(race: AbortController): (error: unknown) => void {
  return (error) => {
    if (race.signal.aborted) return;
    race.abort(error);
    throw error;
  };
}

export function endOf(call: Call): LegEnd {
  return {
    callId: call.id,
    reason: call.record.hangup_reason,
    sipCode: call.record.sip_code,
    cause: call.hangupCause,
  };
}
