import { randomInt } from 'node:crypto';
import type { Ari } from '../ari/ari.ts';
import type { ConfigObject } from '../ari/ari-config.ts';
import { ignoreGone } from '../ari/transport.ts';
import { Deadline } from '../core/deadline.ts';
import { AriflowError } from '../core/errors.ts';
import { digestOf } from './password.ts';
import { type PhoneFields, phoneObjects } from './phone-objects.ts';
import type { Phones } from './phones.ts';

export interface PagePhonesOptions {
  readonly ari: Pick<Ari, 'config' | 'hangup'>;
  /** They are written, and taken away, with the others. */
  readonly phones: Pick<Phones, 'checkOurs' | 'changed' | 'isBehind'>;
  /** Whether a number is somebody else's. */
  readonly isTaken: (number: string) => Promise<boolean>;
}

/** What is known of one: as whom a page registers, and not with what. */
export type PageAccount = Pick<PhoneFields, 'extension' | 'digest'> & { readonly codecs: string[] };

/** Of one account, in several tabs. */
const mostContacts = 4;

/** Seconds without a packet: the tab was closed, or its machine is asleep. A page sends without pause, also where it is silent. */
const rtpTimeout = 20;

/** Asterisk's modules that translate Opus: Debian's, and Digium's. */
const opusModules = ['codec_opus_open_source.so', 'codec_opus.so'];

/** How long Asterisk may take, in milliseconds. */
const patience = 2_000;

/** Q.850: normal. */
const normal = 16;

/** A hundred thousand numbers, of which hardly any is taken. */
const mostTries = 20;

/** The phones of pages: extensions that are stored nowhere, each for as long as somebody looks. */
export class PagePhones {
  readonly #options: PagePhonesOptions;
  readonly #all = new Map<string, PhoneFields>();

  constructor(options: PagePhonesOptions) {
    this.#options = options;
  }

  has(number: string): boolean {
    return this.#all.has(number);
  }

  /** What Asterisk has to know of them. */
  get objects(): readonly ConfigObject[] {
    return [...this.#all.values()].flatMap((phone) => phoneObjects(phone, { codecs: [], rtpTimeout }));
  }

  /** @throws AriflowError `CONFLICT` with an Asterisk whose phones are its own, `UNAVAILABLE` where it is away */
  async add(password: string): Promise<PageAccount> {
    const { phones } = this.#options;
    phones.checkOurs();
    const codecs = (await this.#hasOpus()) ? ['opus', 'ulaw'] : ['ulaw'];
    const extension = await this.#freeNumber();
    const account = { extension, codecs, digest: digestOf(extension, password) };
    this.#take(account);
    await phones.changed();
    if (!phones.isBehind) return account;
    await this.remove(extension);
    throw new AriflowError('UNAVAILABLE', 'Asterisk has not taken the phone');
  }

  /** One that another daemon has made, before Asterisk is told of any. False where its number is somebody else's by now. */
  async resume(account: PageAccount): Promise<boolean> {
    const { extension } = account;
    if (this.has(extension) || (await this.#options.isTaken(extension))) return false;
    this.#take(account);
    return true;
  }

  /** Ends its calls too. Never rejects. */
  async remove(extension: string): Promise<void> {
    if (!this.#all.delete(extension)) return;
    using deadline = new Deadline(patience);
    await this.#hangUp(extension, deadline.signal).catch(() => undefined); // whoever is away has no calls
    await this.#options.phones.changed(deadline.signal).catch(() => undefined); // the next connection sees to it
  }

  #take(account: PageAccount): void {
    this.#all.set(account.extension, {
      ...{ ...account, max_contacts: mostContacts },
      ...{ transport: 'ws', encryption: 'dtls' },
    });
  }

  async #hangUp(extension: string, signal: AbortSignal): Promise<void> {
    const { ari } = this.#options;
    const endpoint = (await ari.config.endpoints(signal)).find(({ resource }) => resource === extension);
    const calls = endpoint?.channel_ids ?? [];
    await Promise.all(calls.map((id) => ignoreGone(ari.hangup(id, normal, signal))));
  }

  async #hasOpus(): Promise<boolean> {
    using deadline = new Deadline(patience);
    const { signal } = deadline;
    try {
      for (const name of opusModules) if (await this.#options.ari.config.hasModule(name, signal)) return true;
      return false;
    } catch (cause) {
      throw new AriflowError('UNAVAILABLE', 'Asterisk does not answer', { cause });
    }
  }

  async #freeNumber(): Promise<string> {
    for (let tries = 0; tries < mostTries; tries++) {
      const number = `9${randomInt(100_000).toString().padStart(5, '0')}`;
      if (!this.has(number) && !(await this.#options.isTaken(number))) return number;
    }
    throw new AriflowError('UNAVAILABLE', 'no number is free for the phone');
  }
}
