import type { Ari } from '../ari/ari.ts';
import type { ConfigObject } from '../ari/ari-config.ts';
import { WrittenObjects } from '../ari/written-objects.ts';
import type { Log } from '../core/log.ts';
import {
  lingeringTypes,
  remadeTypes,
  type TrunkPlan,
  trunkObjects,
  trunkObjectTypes,
} from './trunk-objects.ts';
import type { TrunkRecord } from './trunk-record.ts';

export interface TrunkLinesOptions {
  readonly ari: Pick<Ari, 'config' | 'setGlobalVariable'>;
  /** Every trunk that is stored. */
  readonly stored: () => Promise<readonly TrunkRecord[]>;
  /** That of the configuration, which Asterisk has in its own. */
  readonly configured: TrunkRecord | undefined;
  readonly plan: TrunkPlan;
  readonly log: Log;
}

const ours = /^trunk-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-in)?$/;

/** The trunks that calls go by: Asterisk has them as the store does. */
export class TrunkLines extends WrittenObjects {
  readonly configured: TrunkRecord | undefined;
  readonly #options: TrunkLinesOptions;
  /** As they were read last, oldest first. */
  #known: readonly TrunkRecord[] = [];

  constructor(options: TrunkLinesOptions) {
    const { ari, log } = options;
    super({
      ...{ ari, log },
      what: 'trunks',
      mark: 'ARIFLOW_TRUNKS',
      types: trunkObjectTypes,
      remade: remadeTypes,
      lingering: lingeringTypes,
      isOne: (endpoint) => ours.test(endpoint),
      notOurs:
        'the trunks of this Asterisk are in its own configuration: the daemon writes those of an Asterisk of its own only, or of one with its sorcery.conf (docs/trunks.md)',
    });
    this.#options = options;
    this.configured = options.configured;
  }

  /** Those that calls can go by, that of the configuration first, then the oldest. With an Asterisk that has its own there is no other. */
  get all(): readonly TrunkRecord[] {
    const first = this.configured ? [this.configured] : [];
    return this.isOurs === false ? first : [...first, ...this.#known];
  }

  /** What is stored, before there is an Asterisk. */
  async read(): Promise<void> {
    await this.wanted();
  }

  protected override async wanted(): Promise<readonly ConfigObject[]> {
    this.#known = await this.#options.stored();
    return this.#known.flatMap((trunk) => trunkObjects(trunk, this.#options.plan));
  }
}
