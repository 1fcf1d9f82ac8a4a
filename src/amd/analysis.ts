import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import { isGone } from '../calls/channel-gone.ts';
import { SideChannel } from '../calls/side-channel.ts';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort, sleep, within } from '../core/wait.ts';

/** What Asterisk's AMD() judges by, in its own words and order; milliseconds, but for the number of words and the loudness. */
export interface Thresholds {
  readonly initial_silence: number;
  readonly greeting: number;
  readonly after_greeting_silence: number;
  readonly total_analysis_time: number;
  readonly minimum_word_length: number;
  readonly between_words_silence: number;
  readonly maximum_number_of_words: number;
  readonly silence_threshold: number;
  readonly maximum_word_length: number;
}

/** Who has answered, and why it is thought so: Asterisk's words, such as `LONGGREETING-1500-1500`. */
export interface Verdict {
  readonly status: 'HUMAN' | 'MACHINE' | 'NOTSURE';
  readonly cause: string;
}

/** How much longer than the analysis anything may take. */
const margin = 2_000;

/** Of a channel in the dialplan Asterisk does not tell us the end; so often we ask. */
const pollInterval = 1_000;

/** A channel beside the call that has ended may have ended with it. */
const newsDelay = 500;

/** An analysis takes no longer; another bound of it is nearer. */
const longestAnalysis = 60_000;

/** What the dialplan sends a snoop back with, before the verdict. */
const judged = 'amd';

const place = { context: 'ariflow-amd', extension: 's', priority: 1 };

const failure = { code: 'AMD_FAILED', message: 'Asterisk lets nobody listen to this call' } as const;

/** How far an analysis has come. */
export interface Stage {
  readonly began: number;
  /** How many snoops were made for it: each has a number. */
  readonly snoops: number;
}

interface Listening {
  readonly id: IdOf;
  readonly scope: Scope;
  /** Of one that begins, or is begun again. */
  readonly stage: Stage;
  readonly onSnoop: (snoops: number) => void;
}

/** What was said before nobody hears once more: a judgement of the rest would be a wrong one. */
const lost: Verdict = { status: 'NOTSURE', cause: 'LOST' };

/**
 * Lets Asterisk judge who has answered, on a snoop: the call itself stays with us. Not later than two seconds after the time
 * of the analysis there is a verdict. Begun again, it is that of the snoop that was left.
 * @throws ActionError `AMD_FAILED` where Asterisk cannot.
 */
export async function analyse(call: Call, thresholds: Thresholds, listening: Listening): Promise<Verdict> {
  const analysis = onSnoop(call, thresholds, listening);
  const { scope, stage } = listening;
  const rest = stage.began + thresholds.total_analysis_time - now();
  // One whose time is over may have its verdict already.
  return (
    (await within(analysis, Math.max(0, rest) + margin, scope.signal)) ?? {
      status: 'NOTSURE',
      cause: 'TIMEOUT',
    }
  );
}

/** A stream that begins anew is judged from its beginning: of what was said before nothing more can be heard. */
async function onSnoop(call: Call, thresholds: Thresholds, listening: Listening): Promise<Verdict> {
  const { id, scope, stage, onSnoop: tell } = listening;
  let { snoops } = stage;
  const { promise: verdict, resolve, reject } = Promise.withResolvers<Verdict>();
  const judge = async (isLeft: boolean): Promise<{ round: Scope; snoop?: SideChannel }> => {
    const round = scope.child();
    if (!isLeft) tell(++snoops);
    const snoopId = id('amd', snoops);
    // A daemon that died may have made one before it had written that down.
    const isThere = isLeft || (call.ari.left.isAwaited && !(await isGone(call.ari, snoopId, round.signal)));
    const snoop = await (isThere ? leftSnoop : newSnoop)(call, snoopId, round);
    if (!snoop) {
      resolve(lost);
      return { round };
    }
    onOneSnoop(call, thresholds, { snoop, round }).then(resolve, (error: unknown) => {
      if (!round.signal.aborted) reject(error);
    });
    return { round, snoop };
  };
  let judging = await judge(snoops > 0);
  using _hearing = call.incoming.keep({
    what: 'amd',
    renew: async (meanwhile) => {
      await judging.round.close();
      await meanwhile(judging.snoop ? [judging.snoop.channelId] : []);
      judging = await judge(false);
    },
  });
  try {
    return await orAbort(verdict, scope.signal);
  } finally {
    await judging.round.close();
  }
}

function newSnoop(call: Call, id: string, scope: Scope): Promise<SideChannel> {
  const make = () => call.ari.snoop(call.channelId, id, { spy: 'in' }, scope.signal);
  return SideChannel.open(call.ari, { id, scope, failure, make });
}

/** The one that a daemon which died has made, as soon as it is back from where it is judged; nothing where it is gone. */
async function leftSnoop({ ari }: Call, id: string, scope: Scope): Promise<SideChannel | undefined> {
  let hasGone = false;
  const make = async (): Promise<void> => {
    hasGone = await isGone(ari, id, scope.signal);
    if (hasGone) throw new Error('the snoop is gone');
  };
  try {
    return await SideChannel.open(ari, { id, scope, failure, make, patience: longestAnalysis });
  } catch (error) {
    if (!hasGone) throw error;
    return undefined;
  }
}

async function onOneSnoop(
  { ari }: Call,
  thresholds: Thresholds,
  { snoop, round }: { readonly snoop: SideChannel; readonly round: Scope },
): Promise<Verdict> {
  const { signal } = round;
  if (snoop.args[0] === judged) return verdictIn(snoop.args);
  using back = snoop.expect('StasisStart', ({ args }) => args[0] === judged, signal);
  try {
    await ari.setVariable(snoop.channelId, 'ARIFLOW_AMD', argumentsOf(thresholds), signal);
    await ari.continueInDialplan(snoop.channelId, place, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError(failure.code, failure.message, { cause });
  }
  for (;;) {
    const event = await within(back.event, pollInterval, signal);
    if (event) return verdictIn(event.args);
    if (await isGone(ari, snoop.channelId, signal)) break;
  }
  await sleep(newsDelay, signal);
  throw new ActionError(failure.code, 'no verdict came: is there a context ariflow-amd in the dialplan?');
}

/** As `AMD()` takes them. */
function argumentsOf(thresholds: Thresholds): string {
  return [
    thresholds.initial_silence,
    thresholds.greeting,
    thresholds.after_greeting_silence,
    thresholds.total_analysis_time,
    thresholds.minimum_word_length,
    thresholds.between_words_silence,
    thresholds.maximum_number_of_words,
    thresholds.silence_threshold,
    thresholds.maximum_word_length,
  ].join(',');
}

function verdictIn([, status, cause = '']: readonly string[]): Verdict {
  return { status: status === 'HUMAN' || status === 'MACHINE' ? status : 'NOTSURE', cause };
}
