import type { ActionError } from '../../src/core/errors.ts';
import { orAbort } from '../../src/core/wait.ts';
import type { Answer, MessagesPort, OutgoingMessage } from '../../src/ports/messages.ts';

/** What actions use to write to people, in memory. */
export class FakeMessages {
  readonly sent: OutgoingMessage[] = [];
  readonly answers: Answer[] = [];
  /** Why nothing is taken. */
  refusal: ActionError | undefined;
  /** Taking one takes for ever. */
  isSilent = false;
  /** When what was sent has arrived; at once by default. */
  arrival: Promise<void> = Promise.resolve();

  get port(): MessagesPort {
    return {
      send: async (message) => {
        await this.#take();
        this.sent.push(message);
      },
      answer: async (answer) => {
        await this.#take();
        this.answers.push(answer);
      },
      arrived: (_, signal) => orAbort(this.arrival, signal),
    };
  }

  async #take(): Promise<void> {
    if (this.isSilent) await new Promise(() => undefined);
    if (this.refusal) throw this.refusal;
  }
}
