import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import type { Ear, Heard, HearingRequest } from '../ports/hearing.ts';
import { deaf, hearParty, type PartyHearing } from './hear-party.ts';
import { VoiceDetector } from './voice-detector.ts';

export interface FirstWordsOptions {
  readonly request: HearingRequest;
  readonly ports: PartyHearing['ports'];
  readonly id: IdOf;
  readonly scope: Scope;
  /** Hears that he has begun to speak, for long enough that it is no cough. */
  readonly onVoice?: (() => void) | undefined;
}

/** A cough is shorter, in milliseconds. */
const shortestVoice = 200;

/** How long the last words may take to be understood when there is no more time for others. */
const lastWords = 1_500;

/** What the party of a call says first, for whoever waits for something else too. */
export class FirstWords {
  readonly #scope: Scope;
  readonly #said = Promise.withResolvers<Heard>();
  readonly #ear: Promise<Ear>;
  readonly #voice: VoiceDetector;
  #pause = Promise.withResolvers<void>();
  #hasBegun = false;
  #final: Heard | undefined;

  /** Begins to listen, and waits for nothing. `onFailed` hears that nobody can listen, or not any longer. */
  constructor(
    call: Call,
    { request, ports, id, scope, onVoice }: FirstWordsOptions,
    onFailed: (error: unknown) => void,
  ) {
    this.#scope = scope.child();
    this.#voice = new VoiceDetector(
      { onBegan: onVoice, onEnded: () => this.#pause.resolve() },
      onVoice ? { shortest: shortestVoice } : {},
    );
    this.#ear = hearParty(call, {
      ...{ request, ports, id, scope: this.#scope },
      listener: {
        onHeard: (heard) => this.#heard(heard),
        onGap: () => undefined,
        onFailed: (error) => onFailed(deaf(error)),
      },
      onAudio: (samples) => this.#voice.hear(samples),
    });
    this.#ear.catch((error: unknown) => {
      if (!this.#scope.signal.aborted) onFailed(error);
    });
  }

  /** Resolves to what was said, when that is known for good; never, where nothing is. */
  get said(): Promise<Heard> {
    return this.#said.promise;
  }

  /** Resolves when he pauses. */
  get pause(): Promise<void> {
    if (!this.#voice.isSpeaking) return Promise.resolve();
    this.#pause = Promise.withResolvers();
    return this.#pause.promise;
  }

  /** There is no more time: what was being said by now, if it can be understood. @throws the signal's reason */
  async rest(signal: AbortSignal): Promise<Heard | undefined> {
    const ended = this.#ear.then((ear) => ear.end()).catch(() => undefined);
    await within(Promise.race([ended, this.said]), lastWords, signal);
    return this.#final;
  }

  /** Whether something is being said, though it is not known yet what. */
  get isBeingSaid(): boolean {
    return this.#hasBegun || this.#voice.isSpeaking;
  }

  /** Listens no longer. */
  async stop(): Promise<void> {
    await this.#scope.close();
  }

  #heard(heard: Heard): void {
    const text = heard.text.trim();
    if (text === '' || this.#scope.signal.aborted) return;
    this.#hasBegun = true;
    if (!heard.isFinal) return;
    this.#final ??= { ...heard, text };
    this.#said.resolve(this.#final);
  }
}
