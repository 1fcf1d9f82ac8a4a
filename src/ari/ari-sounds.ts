import { operations } from './operations.ts';
import { AriError, type AriSender } from './transport.ts';

/** As Asterisk says it; without the module that knows of sounds it is the resource that is not found. */
const missing = 'Sound not found';

/** What Asterisk has to be played by itself. */
export class AriSounds {
  readonly #sender: AriSender;

  constructor(sender: AriSender) {
    this.#sender = sender;
  }

  /** Whether there is one of this name, in any language; nothing where Asterisk does not say. */
  async has(soundId: string, signal?: AbortSignal): Promise<boolean | undefined> {
    try {
      await this.#sender.send({ operation: operations.sound, path: { soundId } }, signal);
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      return error instanceof AriError && error.message.includes(missing) ? false : undefined;
    }
  }
}
