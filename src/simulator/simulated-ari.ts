import { Ari } from '../ari/ari.ts';
import { AriError, type AriRequest, type AriSender, errorText, requestTimeout } from '../ari/transport.ts';
import { within } from '../core/wait.ts';
import type { SimulatedAsterisk } from './asterisk/asterisk.ts';

/** The simulated Asterisk behind the transport border, in this process: the fifth way to one. */
export class SimulatedAri<A extends SimulatedAsterisk = SimulatedAsterisk> implements AriSender {
  readonly asterisk: A;
  readonly ari: Ari;

  constructor(asterisk: A) {
    this.asterisk = asterisk;
    this.ari = new Ari(asterisk.app, this);
    asterisk.onEvent = (event) => this.ari.events.dispatch(event);
  }

  async send(request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    const answer = await within(this.answer(request), requestTimeout, signal);
    if (!answer) throw new AriError(0, `no answer to ${request.operation.path}`);
    return answer.body;
  }

  protected async answer({ operation, path = {}, query = {}, body }: AriRequest): Promise<{ body: unknown }> {
    const answer = await this.asterisk.perform({ operation, path, query, body });
    this.asterisk.hold(answer.events);
    this.letGo();
    if (answer.status >= 400) throw new AriError(answer.status, errorText(answer.body));
    return { body: answer.body };
  }

  /** The events that a request causes come after its answer. Asterisk does both. */
  protected letGo(): void {
    void this.#later(() => this.asterisk.release());
  }

  /** When whoever waits for the answer has gone on. Without a timer, so that simulated time has nothing to wait for. */
  async #later(run: () => void): Promise<void> {
    for (let turn = 0; turn < 50; turn++) await undefined;
    run();
  }
}
