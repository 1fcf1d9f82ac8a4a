import { Call } from '../calls/call.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';
import type { RecordingOption } from '../ports/recording-option.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import type { Capture } from './capture.ts';
import { untilSilent } from './silence.ts';

export type Limit = 'silence' | 'key' | 'duration';

export interface LimitsOptions {
  readonly subject: Call | RoomBridge;
  readonly wanted: Pick<RecordingOption, 'duration' | 'end_of_silence' | 'end_of_key'>;
  readonly capture: Capture;
  /** Nothing is watched any more when this is closed. */
  readonly scope: Scope;
  /** How much was recorded when the caller fell silent, of one that goes on after a kill; nothing where he talked. */
  readonly left?: { readonly silentSince: number | undefined } | undefined;
  /** That is another now. */
  readonly onSilence: (since: number | undefined) => void;
  /** Its time has come, by one of them. */
  readonly onEnd: (by: Limit) => void;
}

const step = 20;

/** So long is listened after a kill before what was silent before is taken for silent still, in milliseconds. */
const listening = 1_000;

/** What ends a recording by itself: so much of it, so much silence, a key. */
export class Limits {
  readonly #options: LimitsOptions;
  #silence: Scope | undefined;

  constructor(options: LimitsOptions) {
    this.#options = options;
  }

  /** From now on. */
  watch(): void {
    const { subject, wanted, capture, left } = this.#options;
    const { duration, end_of_key } = wanted;
    const elapsed = (): number => capture.elapsed;
    if (duration > 0) this.#endAfter('duration', (signal) => untilElapsed(duration * 1_000, elapsed, signal));
    if (end_of_key !== 'none' && subject instanceof Call)
      this.#endAfter('key', (signal) => untilKey(subject, end_of_key, signal));
    const since = left && this.#stillSilent(left.silentSince ?? capture.elapsed);
    this.watchSilence(since);
  }

  /** On the channel that hears the caller now; he is silent from now on unless he talks, or from when he was before. */
  watchSilence(since = this.#options.capture.elapsed): void {
    const { capture, scope, onSilence } = this.#options;
    const { talker } = capture;
    if (this.#length === 0 || !talker) return;
    void this.#silence?.close();
    this.#silence = scope.child();
    const held = this.#held();
    onSilence(since);
    this.#silence.spawn('silence', async (signal) => {
      const elapsed = (): number => capture.elapsed - held();
      const onChange = (at: number | undefined): void => onSilence(at === undefined ? at : at + held());
      await untilSilent(talker, { length: this.#length, elapsed, since, onChange }, signal);
      this.#options.onEnd('silence');
    });
  }

  /** Whoever talks just now is to be heard before he is taken for silent. */
  #stillSilent(since: number): number {
    const { elapsed } = this.#options.capture;
    return Math.min(elapsed, Math.max(since, elapsed - this.#length + listening));
  }

  get #length(): number {
    return this.#options.wanted.end_of_silence * 1_000;
  }

  /** The time on hold from now on: whoever holds is not silent, but away. */
  #held(): () => number {
    const { subject } = this.#options;
    if (!(subject instanceof Call)) return () => 0;
    const { hold } = subject;
    const before = hold.spent;
    return () => hold.spent - before;
  }

  #endAfter(name: Limit, wait: (signal: AbortSignal) => Promise<void>): void {
    const { scope, onEnd } = this.#options;
    scope.spawn(name, async (signal) => {
      await wait(signal);
      onEnd(name);
    });
  }
}

async function untilElapsed(length: number, elapsed: () => number, signal: AbortSignal): Promise<void> {
  for (let left = length - elapsed(); left > 0; left = length - elapsed())
    await sleep(Math.max(step, left), signal);
}

async function untilKey(call: Call, key: 'any' | '*' | '#', signal: AbortSignal): Promise<void> {
  using pressed = call.expect('ChannelDtmfReceived', ({ digit }) => key === 'any' || digit === key, signal);
  await pressed.event;
}
