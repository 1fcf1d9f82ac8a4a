import type { AriEvent, ChannelDtmfReceived } from '../../ari/events.gen.ts';
import { systemTime } from '../../core/clock.ts';
import type { SimulatedBridge } from './bridge.ts';
import type { CallerEnd, SimulatedChannel } from './channel.ts';

export type EventFields<T> = T extends AriEvent
  ? Omit<T, 'application' | 'timestamp' | 'asterisk_id'>
  : never;

/** What `ChannelDestroyed` says. */
export interface Destruction {
  readonly cause: number;
  readonly tech_cause?: number;
}

interface Ending {
  readonly before?: (channel: SimulatedChannel) => void;
  readonly after?: (channel: SimulatedChannel) => unknown;
  readonly bridge?: (bridge: SimulatedBridge<SimulatedChannel>) => void;
}

/** How soon after the other a person presses two keys. */
const keyInterval = 200;

/** What all parts of the simulated Asterisk share: its channels and bridges, and the events it sends. */
export class SimulatedWorld {
  readonly app: string;
  readonly channels = new Map<string, SimulatedChannel>();
  /** Whether it says how many packets have come on a stream. */
  countsPackets = true;
  readonly bridges = new Map<string, SimulatedBridge<SimulatedChannel>>();
  /** Who gets the events of the application. */
  onEvent: (event: AriEvent) => void = () => undefined;
  readonly #endings: Ending[] = [];
  #disallowed: ReadonlySet<string> = new Set();
  #caused: AriEvent[] | undefined;
  #held: AriEvent[] = [];

  constructor(app: string) {
    this.app = app;
  }

  /** What else ends with a channel, before its `StasisEnd` or after it, and what with a bridge. */
  whenEnding(steps: Ending): void {
    this.#endings.push(steps);
  }

  /** The channel is no more. */
  end(channel: SimulatedChannel, end: CallerEnd, destruction: Destruction = { cause: 16 }): void {
    if (!this.channels.delete(channel.id)) return;
    this.leave(channel);
    for (const { after } of this.#endings) after?.(channel);
    if (channel.isWatched)
      this.emit({ type: 'ChannelDestroyed', cause_txt: '', channel: channel.json, ...destruction });
    channel.ended.resolve(end);
  }

  /** The channel is not with the application any more. */
  leave(channel: SimulatedChannel): void {
    for (const { before } of this.#endings) before?.(channel);
    if (!channel.isInStasis) return;
    this.emit({ type: 'StasisEnd', channel: channel.json });
    channel.isInStasis = false;
  }

  /** The bridge is no more. */
  destroy(bridge: SimulatedBridge<SimulatedChannel>): void {
    this.bridges.delete(bridge.id);
    for (const ending of this.#endings) ending.bridge?.(bridge);
  }

  /** Its party presses keys; by the times of the events, one after the other. */
  press(channel: SimulatedChannel, digits: string): void {
    for (const digit of digits) {
      channel.pressedAt = Math.max(systemTime(), channel.pressedAt + keyInterval);
      const pressed = {
        type: 'ChannelDtmfReceived',
        digit,
        duration_ms: 100,
        channel: channel.json,
      } as const;
      this.emit<ChannelDtmfReceived>(pressed, new Date(channel.pressedAt));
    }
  }

  /** Any event at all, also one Asterisk would not send. */
  emit<T extends AriEvent>(fields: EventFields<T>, at = new Date(systemTime())): void {
    const timestamp = at.toISOString();
    const event = {
      ...fields,
      application: this.app,
      timestamp,
      asterisk_id: 'simulated',
    } as unknown as AriEvent;
    if (this.#caused) this.#caused.push(event);
    else if (this.#held.length > 0) this.#held.push(event);
    else this.#deliver(event);
  }

  /** Does something and gives the events it caused, which nobody has been told of yet. */
  causedBy<T>(run: () => T): { readonly result: T; readonly events: readonly AriEvent[] } {
    const events: AriEvent[] = [];
    this.#caused = events;
    try {
      return { result: run(), events };
    } finally {
      this.#caused = undefined;
    }
  }

  /** Keeps events back until `release`, so that an answer can come first; what happens meanwhile waits behind them. */
  hold(events: readonly AriEvent[]): void {
    this.#held.push(...events);
  }

  release(): void {
    for (const event of this.#held.splice(0)) this.#deliver(event);
  }

  /** Events of these types are not sent. */
  disallow(types: readonly string[]): void {
    this.#disallowed = new Set(types);
  }

  #deliver(event: AriEvent): void {
    if (!this.#disallowed.has(event.type)) this.onEvent(event);
  }
}
