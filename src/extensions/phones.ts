import type { Ari } from '../ari/ari.ts';
import type { ConfigObject } from '../ari/ari-config.ts';
import { WrittenObjects } from '../ari/written-objects.ts';
import type { Log } from '../core/log.ts';
import { type ExtensionRecord, extensionPattern } from './extension-record.ts';
import { type PhoneDefaults, phoneObjects, phoneObjectTypes } from './phone-objects.ts';

export interface PhonesOptions {
  readonly ari: Pick<Ari, 'config' | 'setGlobalVariable'>;
  /** Every extension that is stored. */
  readonly stored: () => Promise<readonly ExtensionRecord[]>;
  readonly defaults: PhoneDefaults;
  /** What Asterisk has to know of those that are stored nowhere. */
  readonly others?: () => readonly ConfigObject[];
  readonly log: Log;
}

/** The phones of Asterisk are kept as the store has them. */
export class Phones extends WrittenObjects {
  readonly #options: PhonesOptions;
  /** What is stored, by number, as it was read last. */
  #known: ReadonlyMap<string, ExtensionRecord> = new Map();

  constructor(options: PhonesOptions) {
    const { ari, log } = options;
    super({
      ...{ ari, log },
      what: 'phones',
      mark: 'ARIFLOW_PHONES',
      types: phoneObjectTypes,
      isOne: (endpoint) => extensionPattern.test(endpoint),
      notOurs:
        'the phones of this Asterisk are in its own configuration: the daemon writes those of an Asterisk of its own only, or of one with its sorcery.conf (docs/extensions.md)',
    });
    this.#options = options;
  }

  /** What is known of an extension; of another daemon's changes a moment later. */
  of(extension: string): ExtensionRecord | undefined {
    return this.#known.get(extension);
  }

  protected override async wanted(): Promise<readonly ConfigObject[]> {
    const { defaults, others = () => [] } = this.#options;
    const all = [...(await this.#options.stored())].sort((one, other) =>
      one.extension < other.extension ? -1 : 1,
    );
    this.#known = new Map(all.map((record) => [record.extension, record]));
    return [...all.flatMap((record) => phoneObjects(record, defaults)), ...others()];
  }
}
