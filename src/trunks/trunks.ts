import { wireTime } from '../core/clock.ts';
import { AriflowError } from '../core/errors.ts';
import type { Change, Told } from '../ports/changes.ts';
import { isConfigured } from './configured-trunk.ts';
import type { TrunkLines } from './trunk-lines.ts';
import type { Transport, TrunkEventType, TrunkRecord } from './trunk-record.ts';

export interface TrunksOptions {
  readonly store: { get(id: string): Promise<TrunkRecord | undefined> };
  readonly told: Told<TrunkEventType, TrunkRecord>;
  readonly lines: Pick<TrunkLines, 'configured' | 'checkOurs' | 'changed'>;
  /** What may be spoken. */
  readonly transports: readonly Transport[];
}

/** What turns each on. */
const keyOf: Readonly<Record<Transport, string>> = {
  udp: 'ARIFLOW_SIP_PORT',
  tcp: 'ARIFLOW_SIP_TCP',
  tls: 'ARIFLOW_SIP_TLS_CERT, ARIFLOW_SIP_TLS_KEY',
};

/** The trunks that users make, and before them the one of the configuration, which they only see. */
export class Trunks {
  readonly #options: TrunksOptions;

  constructor(options: TrunksOptions) {
    this.#options = options;
  }

  async get(id: string): Promise<TrunkRecord | undefined> {
    const { store, lines } = this.#options;
    return id === lines.configured?.id ? lines.configured : store.get(id);
  }

  get configured(): TrunkRecord | undefined {
    return this.#options.lines.configured;
  }

  /** Asterisk has it before this resolves. */
  async create(record: TrunkRecord): Promise<void> {
    const { told, lines } = this.#options;
    lines.checkOurs();
    this.#check(record, record);
    await told('trunk_created').insert(record);
    await lines.changed();
  }

  async update(id: string, change: Change<TrunkRecord>): Promise<TrunkRecord | undefined> {
    const { store, told, lines } = this.#options;
    this.#checkOwn(id);
    const present = await store.get(id);
    if (!present) return undefined;
    const { username, password, register } = present;
    const account = { username: change.username ?? username, password: change.password ?? password };
    this.#check({ ...account, register: change.register ?? register }, change);
    const changed = await told('trunk_updated').update(id, { ...change, tm_update: wireTime() });
    if (changed) await lines.changed();
    return changed;
  }

  async delete(id: string, time: string): Promise<TrunkRecord | undefined> {
    const { told, lines } = this.#options;
    this.#checkOwn(id);
    const deleted = await told('trunk_deleted').delete(id, time);
    if (deleted) await lines.changed();
    return deleted;
  }

  /** @throws AriflowError `CONFLICT` where it is not for users to change */
  #checkOwn(id: string): void {
    if (isConfigured({ id }) && this.#options.lines.configured)
      throw new AriflowError(
        'CONFLICT',
        'this trunk is the one of the configuration: what ARIFLOW_TRUNK_* say is changed there',
      );
    this.#options.lines.checkOurs();
  }

  /** @throws AriflowError that names the path */
  #check(trunk: Pick<TrunkRecord, 'username' | 'password' | 'register'>, change: Change<TrunkRecord>): void {
    const { transport } = change;
    if (transport !== undefined && !this.#options.transports.includes(transport))
      throw refused('transport', `there is no SIP over ${transport} here (${keyOf[transport]})`);
    const { username, password, register } = trunk;
    if (password !== '' && username === '')
      throw refused('username', 'must be there where there is a password');
    if (register && password === '') throw refused('register', 'needs a username and a password');
  }
}

function refused(path: string, message: string): AriflowError {
  return new AriflowError('INVALID_ARGUMENT', `${path}: ${message}`, { details: [{ path, message }] });
}
