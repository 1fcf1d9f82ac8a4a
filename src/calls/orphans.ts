import type { Ari } from '../ari/ari.ts';
import type { Channel } from '../ari/events.gen.ts';
import { isIdOf } from '../ari/ids.ts';
import { ignoreGone } from '../ari/transport.ts';
import type { Log } from '../core/log.ts';
import { sleep } from '../core/wait.ts';
import { causeOf } from './hangup-cause.ts';
import { technologyOf } from './technologies.ts';

export interface OrphansOptions {
  readonly ari: Ari;
  readonly log: Log;
  /** Takes what is in a channel of SIP messages. */
  readonly takeMessage: (channel: Channel, args: readonly string[]) => Promise<void>;
}

/** How long what nobody owns is left alone. */
const grace = 5_000;

/** What Asterisk has with us or of our making, and nobody here owns: its daemon is gone, and nobody would ever speak to it. */
export class Orphans {
  readonly #options: OrphansOptions;
  /** The channels that were there without an owner when a sweep was begun: of one that has come since, the news may be on its way. */
  readonly #seen = new Set<string>();
  #isSweeping = false;
  #sweeping: Promise<void> = Promise.resolve();
  #hurry = new AbortController();

  constructor(options: OrphansOptions) {
    this.#options = options;
  }

  /** Whether a sweep waits for its time, or is under way. */
  get isSweeping(): boolean {
    return this.#isSweeping;
  }

  is({ id, dialplan }: Channel): boolean {
    const { app, events } = this.#options.ari;
    // Made by us and not with us yet: one that waits for a WebSocket would wait for ever.
    const isExpected = dialplan.app_name === 'AppDial2' && isIdOf(app, 'media', id);
    return (isWith(app, { dialplan }) || isExpected) && !events.owns(`channel:${id}`);
  }

  /** These have no owner, and are to be swept away. */
  seen(channels: readonly Channel[]): void {
    for (const { id } of channels) this.#seen.add(id);
  }

  /** Hangs them up after a grace time, in which whoever needs one may claim it. Once at a time. */
  sweep(signal: AbortSignal): Promise<void> {
    if (!this.#isSweeping) this.#sweeping = this.#sweepOnce(signal);
    return this.#sweeping;
  }

  /** Whoever might have claimed something is gone: what is to be swept away is so at once. */
  async hurry(): Promise<void> {
    this.#hurry.abort();
    await this.#sweeping.catch(() => undefined); // whoever has begun it hears of that
  }

  async #sweepOnce(signal: AbortSignal): Promise<void> {
    this.#isSweeping = true;
    this.#hurry = new AbortController();
    try {
      await sleep(grace, AbortSignal.any([signal, this.#hurry.signal])).catch(() => signal.throwIfAborted());
      await this.#release(signal);
    } finally {
      this.#isSweeping = false;
      this.#seen.clear();
    }
  }

  /** The channel of SIP messages is one for all, and is not ended by a hang-up: it goes on in the dialplan, behind `Stasis`. */
  async dismiss({ id, name, dialplan }: Channel, signal: AbortSignal): Promise<void> {
    const { ari } = this.#options;
    const next = { context: dialplan.context, extension: dialplan.exten, priority: dialplan.priority + 1 };
    const isShared = technologyOf(name) === 'Message';
    const order = isShared
      ? ari.continueInDialplan(id, next, signal)
      : ari.hangup(id, causeOf('failed'), signal);
    await ignoreGone(order);
  }

  async #release(signal: AbortSignal): Promise<void> {
    const { ari, log, takeMessage } = this.#options;
    ari.left.clear();
    for (const channel of await ari.channels(signal)) {
      if (!this.#seen.has(channel.id) || !this.is(channel)) continue;
      const isShared = technologyOf(channel.name) === 'Message';
      log.warn({ channel: channel.id }, isShared ? 'orphan_let_go' : 'orphan_hung_up');
      await takeMessage(channel, argsOf(channel));
      await this.dismiss(channel, signal);
    }
    for (const { id } of await ari.bridges.list(signal))
      if (this.isBridge(id)) await ignoreGone(ari.bridges.destroy(id, signal));
  }

  isBridge(id: string): boolean {
    const { app, events } = this.#options.ari;
    return isIdOf(app, 'bridge', id) && !events.owns(`bridge:${id}`);
  }
}

/** Whether a channel is with an application. */
export function isWith(app: string, { dialplan }: Pick<Channel, 'dialplan'>): boolean {
  const { app_name, app_data } = dialplan;
  return app_name === 'Stasis' && (app_data === app || app_data.startsWith(`${app},`));
}

/** What the dialplan has sent a channel to us with. */
export function argsOf({ dialplan }: Channel): readonly string[] {
  return dialplan.app_data.split(',').slice(1);
}
