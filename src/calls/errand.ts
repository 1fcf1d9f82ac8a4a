import type { ActionCode } from '../core/action-codes.ts';
import { ActionError } from '../core/errors.ts';
import { within } from '../core/wait.ts';
import type { Call } from './call.ts';
import { isWith } from './orphans.ts';

/** What a call is sent into a context of ours in the dialplan for: something that only an application there can do. */
export interface Errand {
  readonly context: string;
  /** Of this very step: what a daemon that died has had done is not done again. */
  readonly id: string;
  /** What the dialplan is to know. */
  readonly variables: Readonly<Record<string, string>>;
  /** The variable in which it says what came of it. */
  readonly result: string;
  /** How long it may take until the call is back, in milliseconds. */
  readonly patience: number;
  /** What the action fails with where it cannot be done. */
  readonly failure: ActionCode;
}

/** The variable by which it is known which step a call has been sent there for last. */
const mark = 'ARIFLOW_ERRAND';

/** Sends a call there, and resolves to what came of it when it is back. @throws ActionError as `failure` says */
export async function runErrand(call: Call, errand: Errand, signal: AbortSignal): Promise<string> {
  using _ = await call.prompts.cutOff(signal);
  await call.orders.undo();
  await call.silence.pause();
  using back = call.expect('StasisStart', () => true, signal);
  try {
    const isSent = (await variableOf(call, mark, signal)) === errand.id; // by a daemon that died
    // Before its result: one that comes back meanwhile is heard.
    const isAway = isSent && (await isElsewhere(call, signal));
    const before = isSent && !isAway ? await variableOf(call, errand.result, signal) : '';
    if (before !== '') return before;
    // Else nobody would tell us that it ends while it is there.
    await call.ari.subscribe(call.channelId, signal);
    if (isAway) call.whereabouts.beginErrand();
    else await send(call, errand, signal);
    await within(back.event, errand.patience, signal);
    const after = await variableOf(call, errand.result, signal);
    if (after !== '') return after;
    throw new ActionError(errand.failure, 'the call did not come back from the dialplan');
  } finally {
    call.whereabouts.endErrand();
    call.silence.resume();
  }
}

/** A variable of the call's; `''` where it has none. */
export async function variableOf(
  { ari, channelId }: Call,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  return await ari.getVariable(channelId, name, signal).catch(() => {
    signal.throwIfAborted();
    return '';
  });
}

/** Whether a call is in the dialplan, as far as Asterisk says. */
async function isElsewhere({ ari, channelId }: Call, signal: AbortSignal): Promise<boolean> {
  const channel = await ari.channel(channelId, signal).catch(() => signal.throwIfAborted());
  return !channel || !isWith(ari.app, channel);
}

async function send(
  { ari, channelId, whereabouts }: Call,
  { context, id, variables, result, failure }: Errand,
  signal: AbortSignal,
): Promise<void> {
  try {
    if ((await ari.getVariable(channelId, `DIALPLAN_EXISTS(${context},s,1)`, signal)) !== '1')
      throw new ActionError(failure, `the dialplan of Asterisk has no context ${context}`);
    for (const [name, value] of Object.entries({ [result]: '', ...variables, [mark]: id }))
      await ari.setVariable(channelId, name, value, signal);
    whereabouts.beginErrand();
    await whereabouts.known(signal);
    await ari.continueInDialplan(channelId, { context, extension: 's', priority: 1 }, signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof ActionError) throw cause;
    throw new ActionError(failure, 'Asterisk does not take the call into its dialplan', { cause });
  }
}
