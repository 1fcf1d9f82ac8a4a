import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import type { Typed, Typing } from '../calls/typing.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { FirstWords, type FirstWordsOptions } from '../hearing/first-words.ts';
import type { Heard, HearingRequest } from '../ports/hearing.ts';

/** What somebody has answered: digits, or words. */
export type Answer = Typed | Heard;

/** Whether nobody but the flow is to see it. */
export function isHidden(answer: Answer): boolean {
  return 'digits' in answer && answer.isHidden === true;
}

export interface Listening {
  readonly request: HearingRequest;
  /** Whether keys count too: then it is no failure that nobody can hear him. */
  readonly hasKeys: boolean;
  readonly onVoice?: (() => void) | undefined;
}

interface Context {
  readonly call: Call;
  readonly id: IdOf;
  readonly ports: FirstWordsOptions['ports'];
  readonly scope: Scope;
  readonly log: Log;
}

/** Waits for what somebody says, or types. */
export class Listener {
  readonly #words: FirstWords;
  readonly #deaf = Promise.withResolvers<never>();
  readonly #hasKeys: boolean;
  readonly #scope: Scope;

  /** Begins to listen, and waits for nothing. */
  constructor({ call, id, ports, scope, log }: Context, { request, hasKeys, onVoice }: Listening) {
    this.#hasKeys = hasKeys;
    this.#scope = scope;
    this.#deaf.promise.catch((error: unknown) => {
      if (hasKeys) log.warn({ error: messageOf(error) }, 'speech_not_heard');
    });
    this.#words = new FirstWords(call, { request, ports, id, scope, onVoice }, this.#deaf.reject);
  }

  /**
   * Whichever begins first: from the first digit on nothing counts that is said.
   * @throws ActionError where only words count and nobody can hear them; the scope's reason
   */
  async answer(typing: Typing): Promise<Answer> {
    const { signal } = this.#scope;
    if (typing.hasDigits) return await typing.collect(signal);
    const own = this.#scope.child();
    try {
      const typed = this.#hasKeys
        ? typing.collect(own.signal, () => void this.#words.stop())
        : Promise.race([silence(typing, own.signal), this.#deaf.promise]);
      const first = await Promise.race([typed, this.#words.said]);
      // No digit has come in its time, but words may be on their way.
      if ('text' in first || first.digits !== '' || !this.#words.isBeingSaid) return first;
      await typing.time.within(Promise.race([this.#words.said, this.#words.pause]), typing.left, signal);
      return (await this.#words.rest(signal)) ?? first;
    } finally {
      await own.close();
    }
  }

  async stop(): Promise<void> {
    await this.#words.stop();
  }
}

/** Where keys do not count: as long as a first digit would be waited for. */
async function silence(typing: Typing, signal: AbortSignal): Promise<Typed> {
  await typing.time.within(new Promise<never>(() => undefined), typing.patience, signal);
  return { digits: '', result: 'timeout' };
}
