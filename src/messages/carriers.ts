import type { Address } from '../calls/address.ts';
import { ActionError } from '../core/errors.ts';
import { parseDestination } from '../outgoing/dial-string.ts';
import type { OutboundRules } from '../outgoing/outbound-rules.ts';
import type { Parties } from '../ports/outgoing.ts';
import type { Carrier, Parcel, Tried } from './carrier.ts';

export interface CarriersOptions {
  readonly sip: Carrier;
  /** None where no gateway is configured. */
  readonly sms: Carrier | undefined;
  /** Who may be called may be written to. */
  readonly rules: Pick<OutboundRules, 'check'>;
  readonly numbers: { byNumber(number: string): Promise<object | undefined> };
  /** Whether messages to it are taken. */
  readonly isTaken: (destination: Address) => Promise<boolean>;
  readonly partiesOf: (destination: Address) => Promise<Parties>;
}

/** The ways out for messages, and who may take them. */
export class Carriers implements Carrier {
  readonly #options: CarriersOptions;

  constructor(options: CarriersOptions) {
    this.#options = options;
  }

  /** @throws ActionError `SOURCE_NOT_OURS`: nobody writes in the name of a number that is not his */
  async checkSource({ type, target }: Address): Promise<void> {
    if (type === 'tel' && !(await this.#options.numbers.byNumber(target))) throw notOurs();
  }

  /** An answer comes from where messages are taken, be it by the number `default`. @throws ActionError `SOURCE_NOT_OURS` */
  async checkAnswering(source: Address): Promise<void> {
    if (source.type === 'tel' && !(await this.#options.isTaken(source))) throw notOurs();
  }

  /** Where a message from this source goes that is for this address: an agent has several. @throws ActionError with what speaks against it */
  async addressesOf(destination: Address, source: Address): Promise<readonly Address[]> {
    const { addresses } = await this.#options.partiesOf(destination);
    for (const address of addresses) this.#check(address, source);
    return addresses;
  }

  carry(parcel: Parcel, signal: AbortSignal): Promise<Tried> {
    const { sip, sms } = this.#options;
    if (parcel.destination.type !== 'tel') return sip.carry(parcel, signal);
    // What was stored while there was one waits for it no longer.
    return sms ? sms.carry(parcel, signal) : Promise.resolve({ status: 'failed', reason: 'no_gateway' });
  }

  #check(address: Address, source: Address): void {
    const destination = parseDestination(address);
    this.#options.rules.check(destination);
    if (destination.kind === 'number' && !this.#options.sms)
      throw new ActionError('NO_SMS_GATEWAY', 'there is no gateway for SMS (ARIFLOW_SMS_URL)');
    // Whoever calls himself by another type would write in any name.
    if (address.type === 'tel' && source.type !== 'tel') throw notOurs();
  }
}

function notOurs(): ActionError {
  return new ActionError('SOURCE_NOT_OURS', 'the source is none of the numbers here');
}
