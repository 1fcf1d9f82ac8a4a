import { randomUUID } from 'node:crypto';
import type { Ari } from '../ari/ari.ts';
import type { Joining } from '../ari/ari-bridges.ts';
import type { EventOwner } from '../ari/event-router.ts';
import type { AriEvent } from '../ari/events.gen.ts';
import { AriError, ignoreGone } from '../ari/transport.ts';
import { ActionError } from '../core/errors.ts';
import { type Expectation, Expectations } from '../core/expectations.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import { pauseSending, resumeSending } from './outgoing-stream.ts';
import { silence } from './prompt-line.ts';
import { undoOrders } from './standing-orders.ts';

/** Whatever can be in a bridge: a call, or a channel made for one. */
export interface Party {
  readonly channelId: string;
  expect<T extends AriEvent['type']>(
    type: T,
    matches: (event: Extract<AriEvent, { type: T }>) => boolean,
    signal: AbortSignal,
  ): Expectation<Extract<AriEvent, { type: T }>>;
}

export interface BridgeOptions {
  readonly ari: Ari;
  readonly own: (subject: string, owner: EventOwner) => Disposable;
  /** The bridge is gone when this is closed; those in it are then with us again. */
  readonly scope: Scope;
  readonly type?: 'mixing,dtmf_events' | 'holding';
}

/** How long Asterisk may take to let a channel in, or out. */
const patience = 5_000;

/** What the ids of our bridges begin with: by it those of a daemon that died are known. */
export function bridgePrefix({ app }: Ari): string {
  return `${app}-bridge-`;
}

/**
 * A bridge of Asterisk's, of our making. Who comes in is heard at once, and hears the others: what he was still to hear of his
 * own is ended. So it is where he is taken out, and goes on.
 */
export class Bridge implements EventOwner {
  readonly id: string;
  readonly #ari: Ari;
  readonly #events = new Expectations<AriEvent>();
  readonly #inside = new Set<string>();

  private constructor(ari: Ari) {
    this.#ari = ari;
    this.id = `${bridgePrefix(ari)}${randomUUID()}`;
  }

  /** @throws ActionError `BRIDGE_FAILED` */
  static async open({ ari, own, scope, type = 'mixing,dtmf_events' }: BridgeOptions): Promise<Bridge> {
    const bridge = new Bridge(ari);
    const ownership = own(`bridge:${bridge.id}`, bridge);
    // Before it is there: without an answer it may have been made all the same.
    scope.defer(async () => {
      await ignoreGone(ari.bridges.destroy(bridge.id)).catch(() => undefined);
      ownership[Symbol.dispose]();
    });
    try {
      await ari.bridges.create(bridge.id, type, scope.signal);
    } catch (cause) {
      scope.signal.throwIfAborted();
      throw new ActionError('BRIDGE_FAILED', 'Asterisk made no bridge', { cause });
    }
    return bridge;
  }

  deliver(event: AriEvent): void {
    this.#events.deliver(event);
  }

  /** Waits for an event of the bridge itself, the end of a playback to all in it; of a member, ask the member. */
  expect: Party['expect'] = (type, matches, signal) => this.#events.expect(type, matches, signal);

  /** Lets a party in, unless it is; resolves when it is. @throws ActionError `BRIDGE_FAILED` */
  async add(party: Party, signal: AbortSignal, joining: Joining = {}): Promise<void> {
    using _ = await silence(party, signal);
    await undoOrders(party);
    if (this.#inside.has(party.channelId)) return;
    using entered = party.expect('ChannelEnteredBridge', ({ bridge }) => bridge.id === this.id, signal);
    await pauseSending(party);
    try {
      await this.#order(party, signal, joining);
      if (!(await within(entered.event, patience, signal)))
        throw new ActionError('BRIDGE_FAILED', 'the call did not come into the bridge');
    } catch (error) {
      resumeSending(party);
      throw error;
    }
    this.#inside.add(party.channelId);
  }

  async #order({ channelId }: Party, signal: AbortSignal, joining: Joining): Promise<void> {
    try {
      await this.#ari.bridges.add(this.id, channelId, joining, signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw new ActionError('BRIDGE_FAILED', 'the call cannot be bridged', { cause });
    }
  }

  /** Takes a party out, if it is in; resolves when it is out. @throws ActionError `BRIDGE_FAILED` */
  async remove(party: Party, signal: AbortSignal): Promise<void> {
    this.#inside.delete(party.channelId);
    using _ = await silence(party, signal);
    using left = party.expect('ChannelLeftBridge', ({ bridge }) => bridge.id === this.id, signal);
    try {
      await this.#ari.bridges.remove(this.id, party.channelId, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof AriError && [400, 404, 409, 422].includes(cause.status)) return; // not in it
      throw new ActionError('BRIDGE_FAILED', 'the call cannot be taken out of the bridge', { cause });
    }
    await within(left.event, patience, signal);
  }
}
