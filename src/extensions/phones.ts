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

/** Keeps the phones of Asterisk as the store has them. */
export class Phones {
  readonly #options: PhonesOptions;
  readonly #objects: WrittenObjects;
  /** What is stored, by number, as it was read last. */
  #known: ReadonlyMap<string, ExtensionRecord> = new Map();

  constructor(options: PhonesOptions) {
    const { ari, log } = options;
    this.#options = options;
    this.#objects = new WrittenObjects({
      ...{ ari, log },
      what: 'phones',
      mark: 'ARIFLOW_PHONES',
      types: phoneObjectTypes,
      isOne: (endpoint) => extensionPattern.test(endpoint),
      wanted: () => this.#wanted(),
      notOurs:
        'the phones of this Asterisk are in its own configuration: the daemon writes those of an Asterisk of its own only, or of one with its sorcery.conf (docs/extensions.md)',
    });
  }

  /** Whether something could not be written, or read: it is to be tried again. */
  get isBehind(): boolean {
    return this.#objects.isBehind;
  }

  /** What is known of an extension; of another daemon's changes a moment later. */
  of(extension: string): ExtensionRecord | undefined {
    return this.#known.get(extension);
  }

  /** @throws AriflowError `CONFLICT` with an Asterisk whose phones are its own, `UNAVAILABLE` where none has been seen yet */
  checkOurs(): void {
    this.#objects.checkOurs();
  }

  /** With every connection: what Asterisk has is what is stored, or is written anew. Never rejects unless aborted. */
  connected(signal: AbortSignal): Promise<void> {
    return this.#objects.connected(signal);
  }

  /** After a change of what is stored, ours or another daemon's. Where Asterisk is away the next connection sees to it. */
  changed(signal?: AbortSignal): Promise<void> {
    return this.#objects.changed(signal);
  }

  async #wanted(): Promise<readonly ConfigObject[]> {
    const { defaults, others = () => [] } = this.#options;
    const all = [...(await this.#options.stored())].sort((one, other) =>
      one.extension < other.extension ? -1 : 1,
    );
    this.#known = new Map(all.map((record) => [record.extension, record]));
    return [...all.flatMap((record) => phoneObjects(record, defaults)), ...others()];
  }
}
