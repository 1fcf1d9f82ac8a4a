import { Deadline } from '../core/deadline.ts';
import { SingleFlight } from '../core/single-flight.ts';
import { clientUri } from './trunk-objects.ts';
import type { TrunkRecord } from './trunk-record.ts';

export const registrationStatuses = ['registered', 'rejected', 'unregistered', 'none', 'unknown'] as const;

/** `none`: we do not register there; `unknown`: Asterisk does not say. */
export type RegistrationStatus = (typeof registrationStatuses)[number];

/** How long Asterisk may take. */
const patience = 2_000;

const line = /^asterisk_pjsip_outbound_registration_status\{(.*)\} ([0-9])/;
const clientOf = /(?:^|,)username="((?:[^"\\]|\\.)*)"/;
const states: readonly RegistrationStatus[] = ['unregistered', 'registered', 'rejected'];

/** Whether we are registered at trunks: ARI does not tell, Asterisk's own metrics do. */
export class Registrations {
  readonly #scrape: (signal: AbortSignal) => Promise<string>;
  readonly #asking = new SingleFlight<ReadonlyMap<string, RegistrationStatus>>();

  /** `scrape` answers the metrics of Asterisk. */
  constructor(scrape: (signal: AbortSignal) => Promise<string>) {
    this.#scrape = scrape;
  }

  /** Never rejects. Whoever asks at the same time gets the same answer. */
  async of(trunk: Pick<TrunkRecord, 'register' | 'username' | 'uri'>): Promise<RegistrationStatus> {
    if (!trunk.register) return 'none';
    using deadline = new Deadline(patience);
    try {
      const all = await this.#asking.run(
        'all',
        async (signal) => statesIn(await this.#scrape(signal)),
        deadline.signal,
      );
      return all.get(clientUri(trunk)) ?? 'unregistered';
    } catch {
      return 'unknown';
    }
  }
}

function statesIn(metrics: string): ReadonlyMap<string, RegistrationStatus> {
  return new Map(
    metrics.split('\n').flatMap((text): [string, RegistrationStatus][] => {
      const [, labels = '', value = ''] = line.exec(text) ?? [];
      const [, client] = clientOf.exec(labels) ?? [];
      const state = states[Number(value)];
      return client === undefined || state === undefined ? [] : [[client, state]];
    }),
  );
}
