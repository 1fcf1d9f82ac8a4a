import type { Address } from '../calls/address.ts';
import type { Call } from '../calls/call.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { Way } from '../calls/way.ts';
import type { Ways } from '../calls/ways.ts';
import { zeroId } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Handling } from '../extensions/extension-record.ts';
import type { Trunking, TrunkLine } from '../trunks/trunking.ts';
import { type Destination, dialStringOf, parseDestination } from './dial-string.ts';
import { Forwarding } from './forwarding.ts';
import { fromUser } from './from-user.ts';
import type { LegLimits } from './leg-limits.ts';
import type { OutboundLimits } from './outbound-limits.ts';
import type { OutboundRules } from './outbound-rules.ts';
import { redirectedTo } from './redirection.ts';
import { TrunkWays } from './trunk-ways.ts';

export interface WaysOutOptions {
  readonly rules: OutboundRules;
  /** Of what costs money. */
  readonly limits: OutboundLimits;
  /** Of all there is. */
  readonly legs: LegLimits;
  /** The trunks, for telephone numbers. */
  readonly trunking: Pick<Trunking, 'check' | 'checkTaken' | 'take' | 'keep' | 'mayGoOn'>;
  /** Where numbers of ours are, for others. */
  readonly domain: string;
  /** What is known of the phones that register here. */
  readonly phones: { of(number: string): (Handling & { readonly caller_id: string }) | undefined };
}

/** A way that a call has taken, and those behind it. */
export interface WayOut extends Way {
  /** Who calls, as is shown there. */
  readonly callerNumber: string;
  readonly ways?: Ways;
  /** Of a trunk, which is another one when it has failed: what is taken for that alone. */
  readonly way?: Way;
}

/** Where calls may go, and the places that they take there. */
export class WaysOut {
  readonly #options: WaysOutOptions;

  constructor(options: WaysOutOptions) {
    this.#options = options;
  }

  /** @throws ActionError with what speaks against calling there */
  allowed(address: Address): Destination {
    const destination = parseDestination(address);
    this.#options.rules.check(destination);
    if (destination.kind === 'number') this.#options.trunking.checkTaken(destination.number);
    return destination;
  }

  /** Whether there is room for calls to all of these. @throws ActionError with why not */
  checkRoom(destinations: readonly Destination[]): void {
    const { legs, limits, trunking } = this.#options;
    const phones = destinations.map(phoneOf);
    legs.check(phones);
    limits.check(phones.filter((phone) => phone === undefined).length);
    trunking.check(...destinations.flatMap((each) => (each.kind === 'number' ? [each.number] : [])));
  }

  /** Takes the places of a call, to be given back when it is over. @throws ActionError where there are none */
  take(destination: Destination, source: Address, redirects: number): WayOut {
    if (destination.kind !== 'number') {
      const phone = phoneOf(destination);
      const endpoint = dialStringOf(destination, { followsRedirects: redirects > 0 });
      const ways = phone === undefined ? {} : { ways: this.#forwarding(phone, source) };
      return { endpoint, phone, giveBack: this.#takePlace(phone), callerNumber: fromUser(source), ...ways };
    }
    const { line, giveBack } = this.#takeLine(destination.number);
    const ways = this.#trunks(line.trunkId, { number: destination.number, source, redirects });
    const { endpoint, trunkId } = line;
    return {
      endpoint,
      trunkId,
      giveBack,
      callerNumber: this.#shownOn(line, source),
      ways,
      way: ways.wayOn(line),
    };
  }

  /** Those of a call that there is already, whatever the rules are by now. */
  keep({ destination, trunk_id }: CallRecord): () => void {
    const { legs, limits } = this.#options;
    const phone = destination.type === 'extension' ? destination.target : undefined;
    const ends = [legs.keep(phone)];
    // A phone that is forwarded to a telephone costs what that does.
    if (phone === undefined || trunk_id !== zeroId) ends.push(limits.keep());
    return allOf(...ends);
  }

  /** Likewise the one on its trunk, which is given back with the channel that is there. */
  keepLine({ trunk_id }: CallRecord): () => void {
    return this.#options.trunking.keep(trunk_id);
  }

  /** Where one goes on that rings already. */
  behind({ destination, source, trunk_id }: CallRecord, redirects: number): Ways | undefined {
    if (destination.type !== 'tel') return undefined;
    return this.#trunks(trunk_id, { number: destination.target, source, redirects });
  }

  /** Where a redirection leads: that is asked like that of any call. */
  follow(call: Call, forward: string, redirectsLeft: number): Way | undefined {
    try {
      const address = redirectedTo(forward);
      if (!address) throw new ActionError('INVALID_DESTINATION', 'this is no address that can be called');
      const { endpoint, trunkId, giveBack, callerNumber } = this.take(
        this.allowed(address),
        call.record.source,
        redirectsLeft,
      );
      return { endpoint, trunkId, giveBack, callerNumber };
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      call.log.warn({ code: error.code, reason: error.message }, 'redirection_not_followed');
      return undefined;
    }
  }

  /** For another phone with the same number: it rings for the same call, and takes nothing but ports. */
  roomForAnother(): (() => void) | undefined {
    try {
      return this.#options.legs.take();
    } catch {
      return undefined;
    }
  }

  /** Who rings a phone of ours rings where its owner wants that. */
  #forwarding(phone: string, source: Address): Forwarding {
    const { domain, phones } = this.#options;
    return new Forwarding({
      ...{ phone, domain },
      handlingOf: (number) => phones.of(number),
      wayTo: ({ type, target }) => {
        const destination = this.allowed({ type, target, target_name: '', name: '', detail: '' });
        if (destination.kind === 'number') {
          const { line, giveBack } = this.#takeLine(destination.number);
          const ways = this.#trunks(line.trunkId, { number: destination.number, source, redirects: 0 });
          return { way: ways.wayOn(line), trunks: { ways, giveBack } };
        }
        const to = phoneOf(destination);
        return { way: { endpoint: dialStringOf(destination), phone: to, giveBack: this.#takePlace(to) } };
      },
    });
  }

  #trunks(
    trunkId: string,
    { number, source, redirects }: { number: string; source: Address; redirects: number },
  ): TrunkWays {
    const { trunking } = this.#options;
    return new TrunkWays(trunkId, {
      number,
      trunking,
      redirects,
      shownOn: (line) => this.#shownOn(line, source),
    });
  }

  /** Who calls, as is shown: at telephones a phone has a number of its own, or that of the trunk. */
  #shownOn({ callerId }: Pick<TrunkLine, 'callerId'>, source: Address): string {
    const phone = source.type === 'sip' ? undefined : this.#options.phones.of(source.target);
    return (phone && (phone.caller_id || callerId)) || fromUser(source);
  }

  #takeLine(number: string): { readonly line: TrunkLine; readonly giveBack: () => void } {
    const line = this.#options.trunking.take(number);
    try {
      return { line, giveBack: allOf(this.#takePlace(undefined), line.giveBack) };
    } catch (error) {
      line.giveBack();
      throw error;
    }
  }

  /** Phones of our own cost nothing, but ports. */
  #takePlace(phone: string | undefined): () => void {
    const { legs, limits } = this.#options;
    legs.check([phone]);
    const endCall = phone === undefined ? limits.take() : () => undefined;
    return allOf(legs.take(phone), endCall);
  }
}

function allOf(...ends: readonly (() => void)[]): () => void {
  return () => {
    for (const end of ends) end();
  };
}

function phoneOf(destination: Destination): string | undefined {
  return destination.kind === 'phone' ? destination.phone : undefined;
}
