import type { Address } from '../calls/address.ts';
import type { Call } from '../calls/call.ts';
import type { CallRecord } from '../calls/call-record.ts';
import { calledBy, callerOf } from '../calls/referral.ts';
import { sipHeader } from '../calls/sip-header.ts';
import { LazyMap } from '../core/lazy-map.ts';
import { LazySet } from '../core/lazy-set.ts';
import { placeholders } from './substitute.ts';
import { headerName } from './variable-families.ts';
import type { VariableSource } from './variables.ts';

const headerPrefix = 'voipbin.call.sip.header.';

/** What flows can read of their call: `voipbin.call.*`, and Phonon's read-only names. */
export class CallVariables {
  readonly #call: Call;
  /** By their names in lower case. */
  readonly #headers = new LazyMap<string, string>();
  /** The variables that stand for them, as the flow writes them. */
  readonly #asked = new LazySet<string>();

  /** `known` are headers that were asked for before, by the variables that stand for them. */
  constructor(call: Call, known: Readonly<Record<string, string>> = {}) {
    this.#call = call;
    for (const [name, value] of Object.entries(known)) {
      this.#asked.add(name);
      this.#headers.set(name.slice(headerPrefix.length).toLowerCase(), value);
    }
  }

  /** The headers that were asked for, by the variables that stand for them. */
  asked(): Record<string, string> {
    return Object.fromEntries([...this.#asked].map((name) => [name, this.source(name) ?? '']));
  }

  readonly source: VariableSource = (name) => {
    if (name.startsWith(headerPrefix))
      return this.#headers.get(name.slice(headerPrefix.length).toLowerCase());
    return facts.get(name)?.(this.#call);
  };

  /** Whether there is anything to fetch for an option. */
  isAskedFor(option: unknown): boolean {
    return namesIn(option).some((name) => name.startsWith(headerPrefix));
  }

  /** Fetches the SIP headers an option asks for, which Asterisk only tells one by one. */
  async load(option: unknown, signal: AbortSignal): Promise<void> {
    for (const name of namesIn(option)) {
      const header = name.startsWith(headerPrefix) ? name.slice(headerPrefix.length) : '';
      const key = header.toLowerCase();
      if (!headerName.test(header)) continue;
      this.#asked.add(name);
      if (this.#headers.has(key)) continue;
      this.#headers.set(key, await sipHeader(this.#call, header, signal));
    }
  }

  /** All of it by name, with the headers that were asked for. */
  entries(): Record<string, string> {
    return { ...factsOf(this.#call), ...this.asked() };
  }
}

/** All that an option may ask for. */
function namesIn(option: unknown): readonly string[] {
  return [...placeholders(option), ...bareHeaders(option)];
}

/** Headers an option names without `${}`, as `branch` and `condition_variable` do. */
function bareHeaders(option: unknown): string[] {
  if (typeof option !== 'object' || option === null) return [];
  return Object.values(option).filter((value) => typeof value === 'string' && value.startsWith(headerPrefix));
}

/** All that is known of a call, by name. */
export function factsOf(call: Told): Record<string, string> {
  return Object.fromEntries([...facts].map(([name, fact]) => [name, fact(call)]));
}

type Told = Pick<Call, 'record'> & Partial<Pick<Call, 'referral'>>;
type Fact = (call: Told) => string;

function address(prefix: string, of: (call: Told) => Address): Record<string, Fact> {
  return {
    [`${prefix}.type`]: (call) => of(call).type,
    [`${prefix}.target`]: (call) => of(call).target,
    [`${prefix}.target_name`]: (call) => of(call).target_name,
    [`${prefix}.name`]: (call) => of(call).name,
    [`${prefix}.detail`]: (call) => of(call).detail,
  };
}

/** Who is at the other end. */
export function otherPartyOf({ direction, source, destination }: CallRecord): Address {
  return direction === 'incoming' ? source : destination;
}

const otherParty: Fact = ({ record }) => otherPartyOf(record).target;

const facts: ReadonlyMap<string, Fact> = new Map(
  Object.entries<Fact>({
    'voipbin.call.id': ({ record }) => record.id,
    'voipbin.call.direction': ({ record }) => record.direction,
    'voipbin.call.status': ({ record }) => record.status,
    'voipbin.call.hold': ({ record }) => String(record.hold),
    'voipbin.call.held': ({ record }) => String(record.held),
    'voipbin.call.mute': ({ record }) => record.mute,
    'voipbin.call.moh': ({ record }) => record.moh,
    'voipbin.call.master_call_id': ({ record }) => record.master_call_id,
    'voipbin.call.tm_create': ({ record }) => record.tm_create,
    ...address('voipbin.call.source', callerOf),
    ...address('voipbin.call.destination', calledBy),
    'call.cli': otherParty,
    'call.cli.number': otherParty,
    'call.state': ({ record }) => record.status,
    'call.start': ({ record }) => record.tm_create,
  }),
);
