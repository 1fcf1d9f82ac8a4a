import { wireTime } from '../core/clock.ts';
import { ActionError, AriflowError } from '../core/errors.ts';
import type { Change, Told } from '../ports/changes.ts';
import {
  type ExtensionEventType,
  type ExtensionRecord,
  type ForwardTarget,
  isWeb,
  type Transport,
} from './extension-record.ts';
import type { Phones } from './phones.ts';

export interface ExtensionsOptions {
  readonly told: Told<ExtensionEventType, ExtensionRecord>;
  readonly phones: Pick<Phones, 'checkOurs' | 'changed'>;
  /** Whether something else answers this number. */
  readonly isNumber: (number: string) => Promise<boolean>;
  /** @throws ActionError where calls may not go */
  readonly checkTarget: (target: ForwardTarget) => void;
  /** What phones may speak. */
  readonly transports: readonly Transport[];
}

/** What turns each on. */
const keyOf: Readonly<Record<Transport, string>> = {
  udp: 'ARIFLOW_SIP_PORT',
  tcp: 'ARIFLOW_SIP_TCP',
  tls: 'ARIFLOW_SIP_TLS_CERT, ARIFLOW_SIP_TLS_KEY',
  ws: 'ARIFLOW_SIP_WS',
  wss: 'ARIFLOW_SIP_WSS_PORT',
};

/** The phones that users make: what is stored of them, and told, is in Asterisk before the answer. */
export class Extensions {
  readonly #options: ExtensionsOptions;

  constructor(options: ExtensionsOptions) {
    this.#options = options;
  }

  /** @throws AriflowError `CONFLICT` where the number is somebody's, StoreError `conflict` where it is an extension's */
  async create(record: ExtensionRecord): Promise<void> {
    const { told, phones, isNumber } = this.#options;
    phones.checkOurs();
    if (await isNumber(record.extension)) {
      const details = [{ path: 'extension', message: 'is a number that has a flow' }];
      throw new AriflowError('CONFLICT', 'the extension is a number already', { details });
    }
    this.#check(record);
    checkEncryption(record);
    await told('extension_created').insert(record);
    await phones.changed();
  }

  async update(
    before: ExtensionRecord,
    change: Change<ExtensionRecord>,
  ): Promise<ExtensionRecord | undefined> {
    const { told, phones } = this.#options;
    phones.checkOurs();
    this.#check({ ...change, extension: before.extension });
    const { transport = before.transport, encryption = before.encryption } = change;
    checkEncryption({ transport, encryption });
    const changed = await told('extension_updated').update(before.id, { ...change, tm_update: wireTime() });
    if (changed) await phones.changed();
    return changed;
  }

  async delete(id: string, time: string): Promise<ExtensionRecord | undefined> {
    const { told, phones } = this.#options;
    phones.checkOurs();
    const deleted = await told('extension_deleted').delete(id, time);
    if (deleted) await phones.changed();
    return deleted;
  }

  /** @throws AriflowError that names the path */
  #check({ extension, transport, forward }: Change<ExtensionRecord>): void {
    if (transport !== undefined && !this.#options.transports.includes(transport)) {
      const message = `there is no SIP over ${transport} here (${keyOf[transport]})`;
      throw invalid('transport', message);
    }
    for (const [why, target] of Object.entries(forward ?? {})) {
      if (target === null || typeof target === 'number') continue;
      if (target.type === 'extension' && target.target === extension) {
        throw invalid(`forward.${why}`, 'is the extension itself');
      }
      try {
        this.#options.checkTarget(target);
      } catch (error) {
        if (!(error instanceof ActionError)) throw error;
        const details = [{ path: `forward.${why}`, message: error.message }];
        throw new AriflowError(error.reason, `forward.${why}: ${error.message}`, { details, cause: error });
      }
    }
  }
}

/** Browsers take no call that is not encrypted by DTLS. @throws AriflowError that names the path */
function checkEncryption({ transport, encryption }: Pick<ExtensionRecord, 'transport' | 'encryption'>): void {
  if (!isWeb(transport) || encryption === 'dtls') return;
  const message = `a phone on ${transport} has dtls, and no other`;
  throw invalid('encryption', message);
}

function invalid(path: string, message: string): AriflowError {
  return new AriflowError('INVALID_ARGUMENT', `${path}: ${message}`, { details: [{ path, message }] });
}
