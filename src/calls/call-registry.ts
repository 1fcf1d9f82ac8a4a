import type { Ari } from '../ari/ari.ts';
import { EventRouter } from '../ari/event-router.ts';
import type { AriEvent, Channel, StasisStart } from '../ari/events.gen.ts';
import { ignoreGone } from '../ari/transport.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';
import { telAddress } from './address.ts';
import { Call, type CallEventType } from './call.ts';
import type { CallRecord, HangupReason } from './call-record.ts';
import { causeOf } from './hangup-cause.ts';

export interface CallRegistryOptions {
  readonly ari: Ari;
  readonly scope: Scope;
  readonly log: Log;
  readonly maxDuration: number;
  /** A call has come in and wants to be routed. */
  readonly onIncoming: (call: Call) => void;
  readonly onChange: (type: CallEventType, record: CallRecord) => void;
}

/** A dialplan that says `Stasis(<app>,inbound)` hands us a caller. */
const inbound = 'inbound';

/** How often the calls are compared with Asterisk's channels, which costs it as much as it has of them. */
const checkInterval = 30_000;

/** An end that Asterisk has told is told within this. */
const newsDelay = 2_000;

/** How long channels without a call of ours are left alone after a start. */
const orphanGrace = 5_000;

/** Every call there is: admits new ones, gives events to their owners, compares with Asterisk after a gap. */
export class CallRegistry {
  readonly #options: CallRegistryOptions;
  readonly #calls = new Map<string, Call>();
  readonly #router = new EventRouter((event) => this.#unowned(event));
  #isSweeping = false;
  #isClosed = false;

  constructor(options: CallRegistryOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#calls.size;
  }

  get(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  /** Takes no more calls and hangs up every one there is; resolves when all have ended. */
  async close(reason: HangupReason): Promise<void> {
    this.#isClosed = true;
    const calls = [...this.#calls.values()];
    for (const call of calls) call.hangup(reason);
    await Promise.all(calls.map((call) => call.whenEnded));
  }

  /** Takes one event of Asterisk's. */
  dispatch(event: AriEvent): void {
    this.#router.dispatch(event);
  }

  /** Looks now and then whether Asterisk still has our channels: the news of an end can be lost without the connection. */
  async keepInStep(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(checkInterval, signal);
      // With the connection away there is nothing to compare with; coming back it compares by itself.
      if (this.#calls.size > 0) await this.#endMissing(signal).catch(() => signal.throwIfAborted());
    }
  }

  /** Ends the calls whose channels are gone, unless the news of it was merely still on its way. */
  async #endMissing(signal: AbortSignal): Promise<void> {
    const known = [...this.#calls.values()];
    const channels = new Set((await this.#options.ari.channels(signal)).map(({ id }) => id));
    const missing = known.filter(({ channelId }) => !channels.has(channelId));
    if (missing.length > 0) await sleep(newsDelay, signal);
    for (const call of missing) call.reconcile(undefined);
  }

  /** After a (re)connection: what ended in the gap is ended here, and what nobody owns is hung up after a grace time. */
  async reconcile(signal: AbortSignal): Promise<void> {
    const known = [...this.#calls.values()];
    const channels = new Map(
      (await this.#options.ari.channels(signal)).map((channel) => [channel.id, channel]),
    );
    for (const call of known) call.reconcile(channels.get(call.channelId));
    if ([...channels.values()].some((channel) => this.#isOrphan(channel)) && !this.#isSweeping) {
      this.#isSweeping = true;
      this.#options.scope.spawn('sweep', (stop) => this.#sweep(stop));
    }
  }

  /** Hangs up the channels of our application that no call owns: their daemon is gone, and nobody would ever speak to them. */
  async #sweep(signal: AbortSignal): Promise<void> {
    try {
      await sleep(orphanGrace, signal);
      for (const channel of await this.#options.ari.channels(signal)) {
        if (!this.#isOrphan(channel)) continue;
        this.#options.log.warn({ channel: channel.id }, 'orphan_hung_up');
        await ignoreGone(this.#options.ari.hangup(channel.id, causeOf('failed'), signal));
      }
    } finally {
      this.#isSweeping = false;
    }
  }

  #isOrphan({ id, dialplan }: Channel): boolean {
    const { app } = this.#options.ari;
    const isOurs =
      dialplan.app_name === 'Stasis' &&
      (dialplan.app_data === app || dialplan.app_data.startsWith(`${app},`));
    return isOurs && !this.#router.owns(`channel:${id}`);
  }

  #unowned(event: AriEvent): void {
    if (event.type === 'StasisStart') this.#admit(event);
  }

  #admit({ channel, args }: StasisStart): void {
    if (args[0] !== inbound || this.#isClosed) {
      // Nobody waits for this channel any more, the dialplan says something we do not know, or we are leaving.
      this.#options.log.info({ channel: channel.id, args: args.length }, 'channel_refused');
      this.#options.scope.spawn('refuse', (signal) =>
        ignoreGone(this.#options.ari.hangup(channel.id, causeOf('failed'), signal)),
      );
      return;
    }
    const { ari, log, maxDuration, onChange } = this.#options;
    const scope = this.#options.scope.child();
    const call = new Call({
      ari,
      channel,
      source: telAddress(channel.caller.number, channel.caller.name),
      destination: telAddress(channel.dialplan.exten),
      direction: 'incoming',
      scope,
      log,
      maxDuration,
      onChange,
    });
    this.#own(call);
    this.#options.onIncoming(call);
  }

  #own(call: Call): void {
    this.#calls.set(call.id, call);
    const ownership = this.#router.own(`channel:${call.channelId}`, call);
    call.scope.defer(() => {
      ownership[Symbol.dispose]();
      this.#calls.delete(call.id);
    });
  }
}
