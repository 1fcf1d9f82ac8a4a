import type { Call } from '../calls/call.ts';
import { listen, type ReceiveAudio } from '../calls/listening.ts';
import { LifetimeEnded } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { onAbort, orAbort } from '../core/wait.ts';
import type { Steadying } from './steady-audio.ts';
import { failureCode, type Transcription } from './transcription.ts';

export interface LiveTranscriptionOptions {
  readonly call: Call;
  readonly directions: readonly ('in' | 'out')[];
  readonly transcription: Transcription;
  readonly receive: ReceiveAudio;
  readonly steadied: Steadying;
}

const ended = new LifetimeEnded('the transcription has ended');

/** What is said on a call, written down from when it is asked for until the call is hung up, or it is stopped. */
export class LiveTranscription {
  readonly call: Call;
  readonly directions: readonly ('in' | 'out')[];
  readonly transcription: Transcription;
  readonly #options: LiveTranscriptionOptions;
  /** While the call is listened to. */
  readonly #audio: Scope;
  #reason = '';
  #opening: Promise<void> | undefined;

  constructor(options: LiveTranscriptionOptions) {
    const { call, directions, transcription } = options;
    this.#options = options;
    this.call = call;
    this.directions = directions;
    this.transcription = transcription;
    this.#audio = call.scope.child({ until: call.hangupSignal });
  }

  /** Whether it goes on, or is about to begin. */
  get isListening(): boolean {
    return !this.#audio.signal.aborted;
  }

  /**
   * Resolves when it has begun; one that a daemon which died has left goes on, as soon as it is known what Asterisk has.
   * @throws ActionError why it does not; the reason of the hang-up
   */
  open(whenCompared?: Promise<void>): Promise<void> {
    this.#opening ??= this.#begin(whenCompared);
    return this.#opening;
  }

  async #begin(whenCompared: Promise<void> | undefined): Promise<void> {
    const { transcription } = this;
    const { signal } = this.#audio;
    try {
      if (whenCompared) await orAbort(whenCompared, signal);
      await orAbort(this.#open(), signal);
    } catch (error) {
      await this.#audio.close(ended);
      await transcription.end(failureCode(error, 'LOST'));
      throw error;
    }
    // The first clean-up: no more audio comes, and what is still to be told nobody on the call waits for.
    this.#audio.defer(() => void transcription.end(this.#reason));
    onAbort(transcription.failedSignal, () => this.stop());
  }

  /** Ends it; what was said until now is still told. */
  stop(reason = ''): void {
    if (!this.#audio.signal.aborted) this.#reason = reason;
    void this.#audio.close(ended);
  }

  async #open(): Promise<void> {
    const { call, transcription, directions } = this;
    const { steadied } = this.#options;
    await transcription.hear(directions);
    const steady = new Map<'in' | 'out', ReturnType<Steadying>>();
    const listening = directions.map((direction) =>
      listen(call, {
        id: (kind, ...key) => call.ari.id(kind, transcription.record.id, direction, ...key),
        what: 'transcribe',
        direction,
        scope: this.#audio,
        receive: this.#options.receive,
        onAudio: (samples) => steady.get(direction)?.write(samples),
      }),
    );
    const channels = await Promise.all(listening);
    this.#audio.signal.throwIfAborted();
    transcription.begin(directions);
    // From now on, in all directions at once: their times are the same.
    for (const direction of directions)
      steady.set(
        direction,
        steadied((samples) => transcription.write(direction, samples), this.#audio),
      );
    for (const { goneSignal } of channels) onAbort(goneSignal, () => this.stop('LISTEN_FAILED'));
  }
}
