import { now } from '../core/clock.ts';
import { at, onAbort, within } from '../core/wait.ts';
import { newsDelay } from './ask-to-end.ts';
import { decisionPatience } from './attachment.ts';
import type { Bridge } from './bridge.ts';
import type { Call } from './call.ts';
import { type Music, preferMusic } from './chosen-music.ts';
import { warnOfEnd } from './end-warning.ts';
import { musicInHold } from './music-in-hold.ts';
import { keepTranslating } from './translation.ts';

/** Why two calls talk no longer. */
export type ConversationEnd = 'left' | 'limit';

export interface ConversationOptions {
  /** Ends with `one`: its flow's. */
  readonly signal: AbortSignal;
  /** The instant until which they may talk; never, where there is none. */
  readonly until: number;
  /** How long before that both are warned, in milliseconds; not at all unless given. */
  readonly warning?: number | undefined;
  /** Whether neither hears what the other presses. */
  readonly absorbsDigits?: boolean | undefined;
  /** What either hears while the other's phone holds; the usual where missing. */
  readonly music?: Music | undefined;
}

/** Lets two calls in one bridge talk until `other` is hung up, one of them is taken out of it, or the time is up. */
export async function conversation(
  bridge: Bridge,
  [one, other]: readonly [Call, Call],
  { signal, until, warning = 0, absorbsDigits = false, music }: ConversationOptions,
): Promise<ConversationEnd> {
  using during = new DisposableStack();
  if (absorbsDigits) for (const each of [one, other]) during.use(each.digits.hide());
  await Promise.all([one, other].map((each) => join(bridge, each, { music, signal })));
  const beginning = [musicInHold(one, other, signal), musicInHold(other, one, signal)];
  for (const each of await Promise.all(beginning)) during.use(each);
  if (warning > 0 && until - warning > now())
    during.use(at(until - warning, () => [one, other].map(warnOfEnd)));
  using _translation = keepTranslating(one, other);
  const hangup = Promise.withResolvers<void>();
  using _hangup = onAbort(other.hangupSignal, hangup.resolve);
  const left = Promise.race([bridge.whenLeft(one), bridge.whenLeft(other), hangup.promise]).then(() => true);
  if (!(await within(left, until - now(), signal))) return 'limit';
  // Whoever has left may have sent the other one elsewhere with his last word; or this one has sent him, and waits.
  await within(one.attachment.decided, decisionPatience, signal);
  return 'left';
}

/** One who hangs up just now has left before he came. */
async function join(
  bridge: Bridge,
  call: Call,
  { music, signal }: Pick<ConversationOptions, 'music' | 'signal'>,
): Promise<void> {
  try {
    await chooseBefore(call, { music, signal });
    await bridge.add(call, signal, { absorbsDtmf: call.digits.isHiding });
  } catch (error) {
    signal.throwIfAborted();
    if (!(await isLeaving(call, signal))) throw error;
  }
}

/** What still plays is ended first: Asterisk would note the music behind it, and he hear nobody until then. */
async function chooseBefore(
  call: Call,
  { music, signal }: Pick<ConversationOptions, 'music' | 'signal'>,
): Promise<void> {
  using _ = await call.prompts.cutOff(signal);
  await preferMusic(call, music, signal);
}

/** Asterisk refuses who hangs up just now before it says that he does. */
async function isLeaving({ hangupSignal }: Call, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<true>();
  using _ = onAbort(hangupSignal, () => resolve(true));
  return (await within(promise, newsDelay, signal)) ?? false;
}
