import type { Channel } from '../../ari/events.gen.ts';
import { systemTime } from '../../core/clock.ts';
import { randomUuid } from '../../core/random.ts';
import type { SimulatedBridge } from './bridge.ts';
import { MediaQueue } from './media-queue.ts';

export interface IncomingDial {
  /** The number dialled. */
  readonly number?: string;
  readonly from?: string;
  readonly name?: string;
  /** Headers of the INVITE. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** `Message` where it is no phone. */
  readonly technology?: string;
  readonly state?: Channel['state'];
}

/** A channel that somebody asked for through ARI. */
export interface ChannelCreation {
  readonly id: string;
  /** `PJSIP/…`, `Snoop/…`. */
  readonly name: string;
  readonly variables?: Readonly<Record<string, string>>;
  /** Whether it is with us before anybody has answered. */
  readonly isInStasis?: boolean;
}

/** How a caller's call ended, as a phone sees it. */
export interface CallerEnd {
  readonly by: 'us' | 'them';
  /** The final response to an INVITE that was not answered. */
  readonly status?: number | undefined;
  /** Q.850, from the BYE. */
  readonly cause?: number | undefined;
}

/** A channel of the simulated Asterisk. */
export class SimulatedChannel {
  readonly id: string;
  /** `PJSIP/…`, `Snoop/…`. */
  readonly name: string;
  readonly variables: Map<string, string>;
  readonly headers: ReadonlyMap<string, string>;
  readonly #protocolId = randomUuid();
  readonly ended = Promise.withResolvers<CallerEnd>();
  state: Channel['state'];
  isInStasis: boolean;
  /** Whether the application is told of it beyond `StasisEnd`: of channels made through ARI, and those they are made for. */
  isWatched: boolean;
  /** Whether it hears music on hold. */
  isOnHold = false;
  /** Whether it hears ringing that we asked for. */
  isRung = false;
  /** Whether the phone was told that it is on hold. */
  isHeld = false;
  /** Whether its phone holds the call. */
  isHeldByPhone = false;
  /** What Asterisk reads of it, and what its phone sends. */
  formats = { read: 'ulaw', native: 'ulaw' };
  /** Whether it is sent silence where there is nothing else. */
  isKeptAlive = false;
  /** Whether its party has agreed to any. */
  hasStream = true;
  /** The stream it receives. */
  stream = { remote_ssrc: 1, rxcount: 50, rxploss: 0 };
  /** Which ways it is muted. */
  readonly muted = new Set<'in' | 'out'>();
  /** When its party pressed the last key, in milliseconds of the clock. */
  pressedAt = 0;
  /** Digits sent to its party. */
  sentDigits = '';
  /** What became of the transfer its phone asked for, as it was told. */
  readonly transferStates: string[] = [];
  bridge: SimulatedBridge<SimulatedChannel> | undefined;
  /** What the dialplan has sent it back with. */
  cameWith: readonly string[] | undefined;
  /** Whether a call out went through it: it then stays in a bridge of Asterisk's own, answered or not. */
  isDialled = false;
  /** What is played to it and recorded of it. */
  readonly media = new MediaQueue();
  readonly #dial: IncomingDial;
  readonly #app: string;

  constructor(app: string, dial: IncomingDial, creation?: ChannelCreation) {
    this.#app = app;
    this.#dial = dial;
    this.id = creation?.id ?? randomUuid();
    this.name = creation?.name ?? `${dial.technology ?? 'PJSIP'}/loopback-${this.id.slice(0, 8)}`;
    this.state = dial.state ?? (creation ? 'Down' : 'Ring');
    this.isInStasis = creation?.isInStasis ?? true;
    this.isWatched = creation !== undefined;
    this.variables = new Map(Object.entries(creation?.variables ?? {}));
    this.headers = new Map(
      Object.entries(dial.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    );
  }

  /** What it has come to the application with last. */
  get args(): readonly string[] {
    return this.cameWith ?? this.#dial.args ?? (this.isWatched ? [] : ['inbound']);
  }

  /** As ARI shows it. */
  get json(): Channel {
    return {
      id: this.id,
      name: this.name,
      state: this.state,
      protocol_id: this.#protocolId,
      caller: { name: this.#dial.name ?? '', number: this.#dial.from ?? '1001' },
      connected: { name: '', number: '' },
      accountcode: '',
      dialplan: {
        context: 'ariflow',
        exten: this.#dial.number ?? '100',
        priority: 6,
        ...(this.isInStasis
          ? { app_name: 'Stasis', app_data: [this.#app, ...this.args].join(',') }
          : { app_name: 'AppDial2', app_data: '(Outgoing Line)' }),
      },
      creationtime: new Date(systemTime()).toISOString(),
      language: 'en',
    };
  }
}
