import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import { now } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import { deaf, hearParty, type PartyHearing } from '../hearing/hear-party.ts';
import { type Speech, VoiceDetector } from '../hearing/voice-detector.ts';
import type { Heard, HearingRequest } from '../ports/hearing.ts';

/** By what somebody is noticed: a voice may be a noise still, words and keys are not. */
export type Sign = 'voice' | 'words' | 'key';

export interface CallerOptions {
  readonly call: Call;
  readonly hearing: HearingRequest;
  readonly ports: PartyHearing['ports'];
  readonly id: IdOf;
  /** Ends with the reason, should nobody hear him any more. */
  readonly scope: Scope;
}

/** How long, in milliseconds, a caller is waited for who may go on: after his words, words that are not final yet, and a key. */
const afterWords = 300;
const afterUnsure = 3_000;
const afterKey = 1_500;
/** While he makes a sound behind his last words. */
const afterSound = 1_200;
/** A voice of which nothing is understood by then: one that has stopped the chatbot, and one that was heard for as long as words take. */
const withoutWords = { interrupted: 3_000, spoken: 5_000 };
const shortestWords = 600;

/** A cough is shorter; who speaks for so long wants to be heard. */
const voice = { shortest: 200, silence: 400 };

/** Whoever talks on and on: characters of one turn. */
const longestTurn = 4_000;

const forEver = 2_147_483_647;

/** What was said that was not understood. */
export const inaudible = '[inaudible]';

/** What a caller says and presses, in turns. */
export class Caller {
  readonly #call: Call;
  readonly #scope: Scope;
  readonly #voice = new VoiceDetector(
    { onBegan: () => this.#notice('voice'), onEnded: (speech) => this.#paused(speech) },
    voice,
  );
  #listener: (sign: Sign) => void = () => undefined;
  #changed = Promise.withResolvers<void>();
  #words = '';
  /** Said after the words, as far as is known. */
  #unsure = '';
  #hasPressed = false;
  #hasBegun = false;
  /** Since the chatbot has finished. */
  #hasSpoken = false;
  /** When there was the last news of him. */
  #last = now();

  private constructor({ call, scope }: CallerOptions) {
    this.#call = call;
    this.#scope = scope;
  }

  /** @throws ActionError where nobody can hear him */
  static async listenTo(options: CallerOptions): Promise<Caller> {
    const { call, hearing: request, ports, id, scope } = options;
    const caller = new Caller(options);
    // Keys pressed before are told first, as anybody is told of them who takes them.
    using waiting = call.digits.bargeIn();
    if (waiting.signal.aborted) caller.#pressed();
    const pressing = call.digits.onDigit(() => caller.#pressed());
    scope.defer(() => pressing[Symbol.dispose]());
    await hearParty(call, {
      ...{ request, ports, id, scope },
      listener: {
        onHeard: (heard) => caller.#heard(heard),
        onGap: () => undefined,
        onFailed: (error) => void scope.close(deaf(error)),
      },
      onAudio: (samples) => caller.#voice.hear(samples),
    });
    return caller;
  }

  /** Tells of every sign of him, until disposed. */
  onSign(listener: (sign: Sign) => void): Disposable {
    this.#listener = listener;
    this.#hasBegun = false;
    return {
      [Symbol.dispose]: () => {
        this.#listener = () => undefined;
      },
    };
  }

  /** Whether he has said something that nobody has taken yet. */
  get hasSpoken(): boolean {
    return this.#hasPressed || this.#words !== '' || this.#unsure !== '';
  }

  /**
   * What he says, once he has finished; keys as `[pressed 12]`. A voice without words counts where it has interrupted, or was long
   * enough for some: he waits for an answer then.
   */
  async turn(hasInterrupted: boolean): Promise<string> {
    const { signal } = this.#scope;
    this.#hasSpoken = false;
    for (;;) {
      const left = this.#last + this.#patience(hasInterrupted && this.#hasBegun) - now();
      if (left <= 0) return this.#take(signal);
      await within(this.#changed.promise, Math.min(left, forEver), signal);
      this.#changed = Promise.withResolvers();
    }
  }

  #patience(hasInterrupted: boolean): number {
    if (this.#hasPressed) return afterKey;
    if (this.#unsure !== '') return afterUnsure;
    if (this.#words !== '') return this.#voice.isSpeaking ? afterSound : afterWords;
    if (this.#voice.isSpeaking) return Number.POSITIVE_INFINITY;
    if (hasInterrupted) return withoutWords.interrupted;
    return this.#hasSpoken ? withoutWords.spoken : Number.POSITIVE_INFINITY;
  }

  async #take(signal: AbortSignal): Promise<string> {
    const words = `${this.#words} ${this.#unsure}`.trim().slice(0, longestTurn);
    this.#words = '';
    this.#unsure = '';
    this.#hasBegun = false;
    const keys = await this.#keys(signal);
    this.#hasPressed = false;
    const said = [words, keys === '' ? '' : `[pressed ${keys}]`].filter((part) => part !== '').join(' ');
    return said === '' ? inaudible : said;
  }

  async #keys(signal: AbortSignal): Promise<string> {
    let keys = '';
    for (;;) {
      const key = await this.#call.digits.take(0, signal);
      if (key === undefined) return keys;
      keys += key;
    }
  }

  #heard({ text, isFinal }: Heard): void {
    const said = text.trim();
    this.#unsure = isFinal ? '' : said;
    if (isFinal && said !== '') this.#words = `${this.#words} ${said}`.trim().slice(-longestTurn);
    this.#notice(said === '' ? undefined : 'words');
  }

  #paused({ start, end }: Speech): void {
    if (end - start >= shortestWords) this.#hasSpoken = true;
    this.#notice();
  }

  #pressed(): void {
    this.#hasPressed = true;
    this.#notice('key');
  }

  #notice(sign?: Sign): void {
    this.#last = now();
    if (sign === 'voice') this.#hasBegun = true;
    this.#changed.resolve();
    if (sign) this.#listener(sign);
  }
}
