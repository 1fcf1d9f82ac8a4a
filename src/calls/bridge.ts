import type { Ari } from '../ari/ari.ts';
import type { Joining } from '../ari/ari-bridges.ts';
import type { EventOwner } from '../ari/event-router.ts';
import type { AriEvent } from '../ari/events.gen.ts';
import { AriError, ignoreGone } from '../ari/transport.ts';
import { ActionError } from '../core/errors.ts';
import { type Expectation, Expectations } from '../core/expectations.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import type { IncomingStream, Place } from './incoming-stream.ts';
import type { KeepAliveSilence } from './keep-alive-silence.ts';
import type { PromptLine } from './prompt-line.ts';
import type { StandingOrders } from './standing-orders.ts';

/** Whatever can be in a bridge: a call, or a channel made for one, which hears nothing of its own and is ordered nothing. */
export interface Party {
  readonly channelId: string;
  expect<T extends AriEvent['type']>(
    type: T,
    matches: (event: Extract<AriEvent, { type: T }>) => boolean,
    signal: AbortSignal,
  ): Expectation<Extract<AriEvent, { type: T }>>;
  readonly prompts?: PromptLine;
  readonly orders?: StandingOrders;
  readonly silence?: KeepAliveSilence;
  readonly incoming?: IncomingStream;
}

export interface BridgeOptions {
  readonly ari: Ari;
  /** Of no other bridge that there may still be. */
  readonly id: string;
  /** The bridge is gone when this is closed; those in it are then with us again. */
  readonly scope: Scope;
  readonly type?: 'mixing,dtmf_events' | 'holding';
}

interface Member {
  readonly party: Party;
  readonly joining: Joining;
  readonly left: PromiseWithResolvers<void>;
  /** For the news that it has left. */
  readonly news: Disposable;
  /** Whether it is out for a moment only. */
  readonly away: { is: boolean };
}

/** How long Asterisk may take to let a channel in, or out. */
const patience = 5_000;

/**
 * A bridge of Asterisk's, of our making. Who comes in is heard at once, and hears the others: what he was still to hear of his
 * own is ended. So it is where he is taken out, and goes on.
 */
export class Bridge implements EventOwner, Place {
  readonly id: string;
  readonly #ari: Ari;
  readonly #events = new Expectations<AriEvent>();
  readonly #members = new Map<string, Member>();
  /** The channels that were in it when it was left behind, and that nobody has let in again. */
  #left: Set<string> | undefined;
  #silences = 0;
  /** Of its scope. */
  readonly #signal: AbortSignal;

  private constructor(ari: Ari, id: string, signal: AbortSignal) {
    this.#ari = ari;
    this.#signal = signal;
    this.id = id;
  }

  /** Makes it, unless it was left behind: then those in it stay there. @throws ActionError `BRIDGE_FAILED` */
  static async open({ ari, id, scope, type = 'mixing,dtmf_events' }: BridgeOptions): Promise<Bridge> {
    const bridge = new Bridge(ari, id, scope.signal);
    const ownership = ari.own(`bridge:${bridge.id}`, bridge);
    // Before it is there: without an answer it may have been made all the same.
    scope.defer(async () => {
      await ignoreGone(ari.bridges.destroy(bridge.id)).catch(() => undefined);
      ownership[Symbol.dispose]();
    });
    const left = ari.left.bridge(id);
    if (left) {
      bridge.#left = new Set(left.channels);
      return bridge;
    }
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
    if (this.#left?.delete(party.channelId)) return this.#enter(party, joining);
    using _ = await party.prompts?.cutOff(signal);
    await party.orders?.undo();
    const member = this.#members.get(party.channelId);
    if (member?.party === party) return;
    if (member) this.#forget(member); // one that had the same id and is gone
    await this.#enter(party, joining, () => this.#admit(party, signal, joining));
  }

  /** It is a member from now on; `admit` lets it in, where it is not. */
  async #enter(
    party: Party,
    joining: Joining,
    admit: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const away = { is: false };
    const hasLeft = ({ bridge }: { readonly bridge: { readonly id: string } }): boolean =>
      bridge.id === this.id && !away.is;
    const news = party.expect('ChannelLeftBridge', hasLeft, this.#signal);
    try {
      await admit();
    } catch (error) {
      news[Symbol.dispose]();
      throw error;
    }
    const member = { party, joining, left: Promise.withResolvers<void>(), news, away };
    this.#members.set(party.channelId, member);
    const forget = (): void => this.#forget(member);
    news.event.then(forget, forget);
    for (const each of this.#members.values()) each.party.incoming?.isAt(this);
  }

  /** Takes a party out, if it is in; resolves when it is out. @throws ActionError `BRIDGE_FAILED` */
  async remove(party: Party, signal: AbortSignal): Promise<void> {
    const member = this.#members.get(party.channelId);
    this.#members.delete(party.channelId);
    this.#left?.delete(party.channelId);
    member?.news[Symbol.dispose]();
    try {
      using _ = await party.prompts?.cutOff(signal);
      await this.#takeOut(party, signal);
    } finally {
      if (member) this.#forget(member);
    }
  }

  /** Whether it was left behind with that party in it, which nobody has let in again. */
  wasLeftWith({ channelId }: { readonly channelId: string }): boolean {
    return this.#left?.has(channelId) ?? false;
  }

  /** Resolves when a party that was let in has left, whoever wanted that; one that is not in has. */
  whenLeft({ channelId }: Party): Promise<void> {
    return this.#members.get(channelId)?.left.promise ?? Promise.resolve();
  }

  /** Whether a party is out for a moment only. */
  awaits(channelId: string): boolean {
    return this.#members.get(channelId)?.away.is ?? false;
  }

  partnerOf({ channelId }: { readonly channelId: string }): Party | undefined {
    const others = [...this.#members.values()].filter(({ party }) => party.channelId !== channelId);
    return others.length === 1 && this.#members.has(channelId) ? others[0]?.party : undefined;
  }

  /** What translates for a party, and for whom it is sent to, is made anew; `meanwhile` is called where packets flow. */
  async renew(
    party: { readonly channelId: string },
    meanwhile: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const member = this.#members.get(party.channelId);
    if (!member) return meanwhile();
    const bridges = await this.#ari.bridges.list(signal);
    const isMix = bridges.find(({ id }) => id === this.id)?.technology === 'softmix';
    if (isMix) await this.#comeBack(member, signal);
    else await this.#becomeMix(signal);
    await meanwhile();
  }

  /** Lets a party in for as long as `meanwhile` takes: what translates for it is anew then, and anew again when it is out. */
  async visit(party: Party, meanwhile: () => Promise<void>, signal: AbortSignal): Promise<void> {
    await this.#admit(party, signal, {});
    const playbackId = await this.#becomeMix(signal);
    await meanwhile();
    await ignoreGone(this.#ari.stopPlayback(playbackId, signal));
    await this.#takeOut(party, signal);
  }

  /** While something is played to two, Asterisk mixes: all their translators are others then, and others again afterwards. */
  async #becomeMix(signal: AbortSignal): Promise<string> {
    const id = this.#ari.id('playback', this.id, ++this.#silences);
    using started = this.expect('PlaybackStarted', ({ playback }) => playback.id === id, signal);
    await this.#ari.bridges.play(this.id, id, 'sound:silence/1', signal);
    await within(started.event, patience, signal);
    return id;
  }

  /** In a mix each member's packets are translated before, from its coming to its leaving. */
  async #comeBack(member: Member, signal: AbortSignal): Promise<void> {
    member.away.is = true;
    try {
      await this.#takeOut(member.party, signal);
      await this.#letBack(member, signal);
    } finally {
      member.away.is = false;
    }
  }

  /** One that does not come back has left. @throws ActionError `BRIDGE_FAILED` */
  async #letBack(member: Member, signal: AbortSignal): Promise<void> {
    if (this.#members.get(member.party.channelId) !== member) return;
    try {
      await this.#admit(member.party, signal, member.joining);
    } catch (error) {
      this.#forget(member);
      throw error;
    }
  }

  #forget(member: Member): void {
    const { party, left, news } = member;
    news[Symbol.dispose]();
    if (this.#members.get(party.channelId) === member) this.#members.delete(party.channelId);
    party.incoming?.isGoneFrom(this);
    left.resolve();
  }

  async #admit(party: Party, signal: AbortSignal, joining: Joining): Promise<void> {
    using entered = party.expect('ChannelEnteredBridge', ({ bridge }) => bridge.id === this.id, signal);
    await party.silence?.pause();
    try {
      await this.#order(party, signal, joining);
      if (!(await within(entered.event, patience, signal)))
        throw new ActionError('BRIDGE_FAILED', 'the call did not come into the bridge');
    } finally {
      party.silence?.resume(); // in a bridge nothing is sent all the same
    }
  }

  async #order({ channelId }: Party, signal: AbortSignal, joining: Joining): Promise<void> {
    try {
      await this.#ari.bridges.add(this.id, channelId, joining, signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw new ActionError('BRIDGE_FAILED', 'the call cannot be bridged', { cause });
    }
  }

  async #takeOut(party: Party, signal: AbortSignal): Promise<void> {
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
