import { LifetimeEnded, messageOf } from '../core/errors.ts';
import { betweenPrompts } from './between-prompts.ts';
import type { Bridge } from './bridge.ts';
import type { Call } from './call.ts';

export interface RingBackOptions {
  /** Where caller and callee are to talk. */
  readonly bridge: Bridge;
  /** The caller hears what the callee sends before the answer. */
  readonly earlyMedia: boolean;
  readonly signal: AbortSignal;
}

const rungEnough = new LifetimeEnded('it rings no more');

/** Ringing that we have asked for. */
interface Ringing {
  readonly over: AbortController;
  readonly done: Promise<void>;
}

/**
 * What a caller hears while somebody is being called for him: ringing, or what the first callee who sends audio sends, until
 * that one is called no more.
 */
export class RingBack {
  readonly #call: Call;
  readonly #options: RingBackOptions;
  #ringing: Ringing | undefined;
  #isOver = false;
  /** Whom the caller hears. */
  #heard: Call | undefined;
  /** The change that was begun last: one is made after the other. */
  #doing: Promise<void> = Promise.resolve();

  private constructor(call: Call, options: RingBackOptions) {
    this.#call = call;
    this.#options = options;
  }

  static async start(call: Call, options: RingBackOptions): Promise<RingBack> {
    const ringBack = new RingBack(call, options);
    const { bridge, signal } = options;
    const heard = call.legs.find((leg) => bridge.wasLeftWith(leg));
    if (heard && bridge.wasLeftWith(call)) ringBack.#hearFrom(heard);
    else {
      if (bridge.wasLeftWith(call)) await bridge.remove(call, signal); // whom he has heard is gone
      await ringBack.#ring();
    }
    return ringBack;
  }

  /** Ends what a daemon that died has begun, where it had an end before it. */
  static async end({ ari, channelId, hangupSignal }: Call): Promise<void> {
    if (!hangupSignal.aborted) await ari.stopRing(channelId, hangupSignal).catch(() => undefined);
  }

  /** Takes the audio of a leg, should it send some before the answer (183). */
  listenTo(leg: Call): void {
    if (!this.#options.earlyMedia) return;
    const { signal } = this.#options;
    const { event } = leg.expect('Dial', ({ dialstatus }) => dialstatus === 'PROGRESS', signal);
    event.then(
      () => this.#hear(leg),
      () => undefined, // nobody waits for it any more
    );
  }

  /**
   * From now on nothing is begun; resolves when what was begun is done. An unanswered caller stops hearing it by the answer;
   * one who was answered before hears a tone of Asterisk's.
   */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#doing;
    await this.#stopRinging();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #ring(): Promise<void> {
    await this.#call.silence.pause();
    const over = new AbortController();
    const done = this.#ringOn(AbortSignal.any([this.#options.signal, over.signal]));
    this.#ringing = { over, done };
  }

  /** Behind what the caller is still to hear, for which nobody waits. */
  async #ringOn(signal: AbortSignal): Promise<void> {
    const { ari, channelId, log } = this.#call;
    try {
      await betweenPrompts(this.#call, () => ari.ring(channelId, signal), signal);
    } catch (error) {
      // Without it the caller hears nothing, and is connected all the same.
      if (!signal.aborted) log.warn({ error: messageOf(error) }, 'ring_back_failed');
    }
  }

  async #stopRinging(): Promise<void> {
    const ringing = this.#ringing;
    if (!ringing) return;
    this.#ringing = undefined;
    ringing.over.abort(rungEnough);
    await ringing.done;
    await RingBack.end(this.#call);
    this.#call.silence.resume();
  }

  #hear(leg: Call): void {
    if (this.#heard || leg.isUp || leg.hangupSignal.aborted) return;
    this.#hearFrom(leg);
  }

  #hearFrom(leg: Call): void {
    this.#heard = leg;
    this.#do(leg, () => this.#letHear(leg));
    void leg.whenEnded.then(() => this.#do(leg, () => this.#ringAgain()));
  }

  async #letHear(leg: Call): Promise<void> {
    const { ari, channelId, isUp } = this.#call;
    const { bridge, signal } = this.#options;
    if (!isUp && !bridge.wasLeftWith(this.#call)) await ari.progress(channelId, signal);
    await this.#stopRinging();
    await bridge.add(this.#call, signal);
    await bridge.add(leg, AbortSignal.any([signal, leg.hangupSignal]));
  }

  /** Whom the caller heard has refused, and others may still be called. */
  async #ringAgain(): Promise<void> {
    this.#heard = undefined;
    await this.#options.bridge.remove(this.#call, this.#options.signal);
    await this.#ring();
  }

  #do(leg: Call, act: () => Promise<void>): void {
    const { log } = this.#call;
    const { signal } = this.#options;
    this.#doing = this.#doing.then(async () => {
      if (this.#isOver) return;
      await act().catch((error: unknown) => {
        if (signal.aborted || leg.hangupSignal.aborted) return; // there is nobody to be heard any more
        log.warn({ error: messageOf(error) }, 'early_media_failed');
      });
    });
  }
}
