import { Ari } from '../../src/ari/ari.ts';
import {
  AriError,
  type AriRequest,
  type AriSender,
  errorText,
  requestTimeout,
} from '../../src/ari/transport.ts';
import { within } from '../../src/core/wait.ts';
import { FakeAsterisk, type FakeAsteriskOptions } from './fake-asterisk.ts';

export interface FakeAriOptions extends FakeAsteriskOptions {
  /** Whether the events that a request causes come before its answer or after it. Asterisk does both. */
  readonly events?: 'before' | 'after';
  /** One that is there already: somebody else was connected to it. */
  readonly asterisk?: FakeAsterisk;
}

/** The fake Asterisk behind the transport border, in this process. */
export class FakeAri implements AriSender {
  readonly asterisk: FakeAsterisk;
  readonly ari: Ari;
  /** Requests that have not been answered. */
  inFlight = 0;
  readonly #events: 'before' | 'after';
  #isDead = false;

  constructor({ events = 'after', asterisk, ...options }: FakeAriOptions = {}) {
    this.asterisk = asterisk ?? new FakeAsterisk(options);
    this.ari = new Ari(this.asterisk.app, this);
    this.asterisk.onEvent = (event) => this.ari.events.dispatch(event);
    this.#events = events;
  }

  /** Whoever uses it is dead: nothing reaches Asterisk any more, and nothing comes from there. */
  die(): void {
    this.#isDead = true;
    this.asterisk.onEvent = () => undefined;
  }

  async send(request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    if (this.#isDead) throw new AriError(0, 'ARI is not connected');
    const answer = await within(this.#answer(request), requestTimeout, signal);
    if (!answer) throw new AriError(0, `no answer to ${request.operation.path}`);
    return answer.body;
  }

  async #answer({ operation, path = {}, query = {}, body }: AriRequest): Promise<{ body: unknown }> {
    this.inFlight++;
    try {
      const answer = await this.asterisk.perform({ operation, path, query, body });
      this.asterisk.hold(answer.events);
      if (this.#events === 'before') this.asterisk.release();
      else void this.#later(() => this.asterisk.release());
      if (answer.status >= 400) throw new AriError(answer.status, errorText(answer.body));
      return { body: answer.body };
    } finally {
      this.inFlight--;
    }
  }

  /** When whoever waits for the answer has gone on. Without a timer, so that simulated time has nothing to wait for. */
  async #later(run: () => void): Promise<void> {
    for (let turn = 0; turn < 50; turn++) await undefined;
    run();
  }
}
