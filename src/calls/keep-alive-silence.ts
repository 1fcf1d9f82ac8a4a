import type { Ari } from '../ari/ari.ts';
import type { AriEvent } from '../ari/events.gen.ts';
import { ignoreGone } from '../ari/transport.ts';
import type { Expectations } from '../core/expectations.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';

/** The part of a call that this file uses. */
interface Sent {
  readonly ari: Ari;
  readonly channelId: string;
  readonly isEnded: boolean;
  readonly hangupSignal: AbortSignal;
  readonly log: Log;
  readonly expect: Expectations<AriEvent>['expect'];
  writeDown(): void;
}

/**
 * The silence a call is sent where there is nothing else, for as long as somebody needs it to be sent something: what is whispered
 * to a call is mixed into what it is sent, and is lost where that is nothing.
 */
export class KeepAliveSilence {
  readonly #call: Sent;
  #users = 0;
  #isBridged = false;
  #isPaused = false;
  /** Whether silence was asked for and has not been taken back; a prompt may have ended it. */
  #isOn = false;
  #watch: DisposableStack | undefined;

  constructor(call: Sent) {
    this.#call = call;
  }

  /** Whether somebody needs it. */
  get isKept(): boolean {
    return this.#users > 0;
  }

  /** Whether it was asked for, and not taken back. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** So it was before, for somebody who may be there no more. */
  goOn(isOn: boolean): void {
    this.#isOn = isOn;
  }

  /** Nobody is there any more who needed it before: whoever still does asks anew. */
  async endLeft(): Promise<void> {
    if (this.#users === 0) await this.#stopSilence();
  }

  /** Sees to it that Asterisk sends the call something until the scope closes. */
  async keep(scope: Scope): Promise<void> {
    scope.defer(() => this.#release());
    await this.#acquire();
  }

  /** Something else is about to be sent, which silence would drown: others in a bridge, music on hold, ringing. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#stopSilence();
  }

  /** The other sound is over, and silence may be sent again. The end of a prompt or a bridge needs no call: Asterisk tells it. */
  resume(): void {
    this.#isPaused = false;
    void this.#sendSilence();
  }

  async #acquire(): Promise<void> {
    this.#users++;
    if (this.#watch) return;
    this.#isBridged = false;
    this.#watch = this.#follow();
    const { ari, channelId, hangupSignal } = this.#call;
    const bridges = await ari.bridges.list(hangupSignal);
    this.#isBridged ||= bridges.some(({ channels }) => channels.includes(channelId));
    await this.#sendSilence();
  }

  async #release(): Promise<void> {
    if (--this.#users > 0) return;
    this.#watch?.dispose();
    this.#watch = undefined;
    await this.#stopSilence();
  }

  /** The end of a prompt must be watched for: it has ended the silence for good. */
  #follow(): DisposableStack {
    const watch = new DisposableStack();
    const at = (type: 'PlaybackFinished' | 'ChannelEnteredBridge' | 'ChannelLeftBridge', act: () => void) => {
      const look = (): boolean => {
        act();
        return false; // never enough: every one of these events counts
      };
      watch.use(this.#call.expect(type, look, this.#call.hangupSignal));
    };
    at('PlaybackFinished', () => void this.#sendSilence());
    at('ChannelEnteredBridge', () => {
      this.#isBridged = true;
      void this.#stopSilence(); // it was moved there from another bridge
    });
    at('ChannelLeftBridge', () => {
      this.#isBridged = false;
      this.resume();
    });
    return watch;
  }

  async #sendSilence(): Promise<void> {
    if (this.#users === 0 || this.#isPaused || this.#isBridged) return;
    this.#turn(true);
    await this.#order('startSilence');
  }

  /** Only where it is on: the order would end music on hold as well. */
  async #stopSilence(): Promise<void> {
    if (!this.#isOn) return;
    this.#turn(false);
    await this.#order('stopSilence');
  }

  #turn(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    this.#call.writeDown();
  }

  /** Never rejects: without silence the caller hears less, and nothing ends. */
  async #order(order: 'startSilence' | 'stopSilence'): Promise<void> {
    const { ari, channelId, isEnded, log } = this.#call;
    if (isEnded) return;
    await ignoreGone(ari[order](channelId)).catch((error: unknown) =>
      log.debug({ error: String(error) }, 'silence_failed'),
    );
  }
}
