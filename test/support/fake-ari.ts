import { AriError, type AriRequest } from '../../src/ari/transport.ts';
import type { SimulatedAsteriskOptions } from '../../src/simulator/asterisk/asterisk.ts';
import { SimulatedAri } from '../../src/simulator/simulated-ari.ts';
import { FakeAsterisk } from './fake-asterisk.ts';

export interface FakeAriOptions extends SimulatedAsteriskOptions {
  /** Whether the events that a request causes come before its answer or after it. Asterisk does both. */
  readonly events?: 'before' | 'after';
  /** One that is there already: somebody else was connected to it. */
  readonly asterisk?: FakeAsterisk;
}

/** The fake Asterisk behind the transport border, in this process. */
export class FakeAri extends SimulatedAri<FakeAsterisk> {
  /** Requests that have not been answered. */
  inFlight = 0;
  readonly #events: 'before' | 'after';
  #isDead = false;

  constructor({ events = 'after', asterisk, ...options }: FakeAriOptions = {}) {
    super(asterisk ?? new FakeAsterisk(options));
    this.#events = events;
  }

  /** Whoever uses it is dead: nothing reaches Asterisk any more, and nothing comes from there. */
  die(): void {
    this.#isDead = true;
    this.asterisk.onEvent = () => undefined;
  }

  override async send(request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    signal?.throwIfAborted();
    if (this.#isDead) throw new AriError(0, 'ARI is not connected');
    return super.send(request, signal);
  }

  protected override async answer(request: AriRequest): Promise<{ body: unknown }> {
    this.inFlight++;
    try {
      return await super.answer(request);
    } finally {
      this.inFlight--;
    }
  }

  protected override letGo(): void {
    if (this.#events === 'before') this.asterisk.release();
    else super.letGo();
  }
}
