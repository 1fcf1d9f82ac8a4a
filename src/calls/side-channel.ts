import type { Ari } from '../ari/ari.ts';
import type { AriEvent } from '../ari/events.gen.ts';
import { ignoreGone } from '../ari/transport.ts';
import type { ActionCode } from '../core/action-codes.ts';
import { ActionError, LifetimeEnded } from '../core/errors.ts';
import { Expectations } from '../core/expectations.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import type { Party } from './bridge.ts';
import { causeOf } from './hangup-cause.ts';
import { argsOf, isWith } from './orphans.ts';

export interface SideChannelOptions {
  /** Of no other channel that there may still be. */
  readonly id: string;
  /** The channel is hung up when this is closed. */
  readonly scope: Scope;
  /** Asks Asterisk for the channel, by the id it gets. May throw. */
  readonly make: (channelId: string) => Promise<unknown>;
  /** What the action fails with where there is no such channel. */
  readonly failure: { readonly code: ActionCode; readonly message: string };
  /** How long it may take to come to us, in milliseconds. */
  readonly patience?: number;
}

/** The channel beside the call is gone, and with it whatever waited for one of its events. */
export class SideChannelEnded extends LifetimeEnded {
  override readonly name = 'SideChannelEnded';
}

const gone = new SideChannelEnded('the channel beside the call is gone');

/** A channel beside a call: a snoop, external media, one half of a `Local/…`. It is no leg and has no record. */
export class SideChannel implements Party {
  readonly channelId: string;
  readonly #events = new Expectations<AriEvent>();
  readonly #gone = new AbortController();
  #args: readonly string[] = [];

  private constructor(channelId: string) {
    this.channelId = channelId;
  }

  /** Resolves when the channel is with us, made by us now or before. @throws ActionError with the code of `failure`. */
  static async open(ari: Ari, options: SideChannelOptions): Promise<SideChannel> {
    const { id, scope, make, failure, patience = 5_000 } = options;
    const side = new SideChannel(id);
    const ownership = ari.own(`channel:${side.channelId}`, side);
    scope.defer(async () => {
      await side.#release(ari);
      ownership[Symbol.dispose]();
    });
    const left = ari.left.channel(id);
    if (left && (left.args || isWith(ari.app, left.channel))) {
      side.#args = left.args ?? argsOf(left.channel);
      return side;
    }
    using started = side.expect('StasisStart', () => true, scope.signal);
    try {
      if (!left) await make(side.channelId);
    } catch (cause) {
      scope.signal.throwIfAborted();
      throw new ActionError(failure.code, failure.message, { cause });
    }
    const start = await within(started.event, patience, scope.signal);
    if (!start) throw new ActionError(failure.code, failure.message);
    side.#args = start.args;
    return side;
  }

  /** What it came to us with. */
  get args(): readonly string[] {
    return this.#args;
  }

  /** Aborted when Asterisk says that the channel is gone, whoever ended it; of a snoop it never does. */
  get goneSignal(): AbortSignal {
    return this.#gone.signal;
  }

  expect: Party['expect'] = (type, matches, signal) => this.#events.expect(type, matches, signal);

  deliver(event: AriEvent): void {
    this.#events.deliver(event);
    // Its end is told twice, and `StasisEnd` also where it only goes elsewhere.
    if (event.type === 'ChannelDestroyed') this.#gone.abort(gone);
  }

  /** A hang-up that is lost with the connection is made up for by the sweep after it. */
  async #release(ari: Ari): Promise<void> {
    if (this.#gone.signal.aborted) return;
    await ignoreGone(ari.hangup(this.channelId, causeOf('normal'))).catch(() => undefined);
  }
}
