import { randomUUID } from 'node:crypto';
import type { Channel } from '../../src/ari/events.gen.ts';

export interface FakeDial {
  /** The number dialled. */
  readonly number?: string;
  readonly from?: string;
  readonly name?: string;
  /** Headers of the INVITE. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly state?: Channel['state'];
}

/** How a caller's call ended, as a phone sees it. */
export interface CallerEnd {
  readonly by: 'us' | 'them';
  /** The final response to an INVITE that was not answered. */
  readonly status?: number | undefined;
  /** Q.850, from the BYE. */
  readonly cause?: number | undefined;
}

/** A channel of the fake Asterisk. */
export class FakeChannel {
  readonly id = randomUUID();
  readonly variables = new Map<string, string>();
  readonly headers: ReadonlyMap<string, string>;
  readonly ended = Promise.withResolvers<CallerEnd>();
  state: Channel['state'];
  isInStasis = true;
  /** Whether it hears music on hold. */
  isOnHold = false;
  /** Playbacks, the first one playing. */
  readonly playbacks: string[] = [];
  /** Who waits for the channel's thread. */
  readonly waiting: (() => void)[] = [];
  readonly #dial: FakeDial;
  readonly #app: string;

  constructor(app: string, dial: FakeDial) {
    this.#app = app;
    this.#dial = dial;
    this.state = dial.state ?? 'Ring';
    this.headers = new Map(
      Object.entries(dial.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    );
  }

  get args(): readonly string[] {
    return this.#dial.args ?? ['inbound'];
  }

  /** As ARI shows it. */
  get json(): Channel {
    return {
      id: this.id,
      name: `PJSIP/loopback-${this.id.slice(0, 8)}`,
      state: this.state,
      protocol_id: randomUUID(),
      caller: { name: this.#dial.name ?? '', number: this.#dial.from ?? '1001' },
      connected: { name: '', number: '' },
      accountcode: '',
      dialplan: {
        context: 'ariflow',
        exten: this.#dial.number ?? '100',
        priority: 6,
        app_name: 'Stasis',
        app_data: [this.#app, ...this.args].join(','),
      },
      creationtime: new Date().toISOString(),
      language: 'en',
    };
  }
}

/** The SIP response of an unanswered leg that ARI hangs up with a Q.850 cause (chan_pjsip's table). */
export function sipStatusOf(cause: number): number {
  const statuses: Readonly<Record<number, number>> = {
    1: 404, 2: 404, 3: 404, 17: 486, 18: 408, 19: 480, 20: 480, 31: 480, 21: 403, 22: 410,
    27: 502, 28: 484, 29: 501, 34: 503, 42: 503, 66: 503, 38: 500, 127: 500, 58: 488,
  }; // biome-ignore format: a table
  return statuses[cause] ?? 603;
}
