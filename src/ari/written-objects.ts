import { createHash } from 'node:crypto';
import { AriflowError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { Semaphore } from '../core/semaphore.ts';
import type { Ari } from './ari.ts';
import type { ConfigObject } from './ari-config.ts';

export interface WrittenObjectsOptions {
  readonly ari: Pick<Ari, 'config' | 'setGlobalVariable'>;
  /** What they are, for people and the log: `phones`. */
  readonly what: string;
  /**
   * A global variable of Asterisk's. Our `extensions.conf` sets it, and so says that these objects are the daemon's to write; the
   * daemon puts a digest of all of them there, by which the next one, or the next connection, sees that nothing has to be written.
   */
  readonly mark: string;
  /** In the order that they are made: what an object names is there before it. */
  readonly types: readonly string[];
  /** Types that Asterisk does not change as it should: one that changes is made anew. */
  readonly remade?: readonly string[];
  /** Types that are needed for a moment after what named them is gone. */
  readonly lingering?: readonly string[];
  /** Whether an endpoint with this name is one of these objects. */
  readonly isOne: (endpoint: string) => boolean;
  /** Said to whoever wants to change them with an Asterisk where they are not ours. */
  readonly notOurs: string;
  readonly log: Log;
}

/** Objects of SIP's configuration that are kept in Asterisk's memory as the store has them. */
export abstract class WrittenObjects {
  readonly #options: WrittenObjectsOptions;
  readonly #turns = new Semaphore(1);
  /** What Asterisk has, as far as we have written it: by type and id, as JSON. */
  readonly #written = new Map<string, string>();
  #isOurs: boolean | undefined;
  #isBehind = false;

  constructor(options: WrittenObjectsOptions) {
    this.#options = options;
  }

  /** Whether something could not be written, or read: it is to be tried again. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Whether they are ours to write; nothing is known before the first connection. */
  get isOurs(): boolean | undefined {
    return this.#isOurs;
  }

  /** @throws AriflowError `CONFLICT` with an Asterisk that has its own, `UNAVAILABLE` where none has been seen yet */
  checkOurs(): void {
    if (this.#isOurs === true) return;
    if (this.#isOurs === undefined) throw new AriflowError('UNAVAILABLE', 'Asterisk is not connected yet');
    throw new AriflowError('CONFLICT', this.#options.notOurs);
  }

  /** With every connection: what Asterisk has is what is stored, or is written anew. Never rejects unless aborted. */
  async connected(signal: AbortSignal): Promise<void> {
    await this.#inTurn(async () => {
      const { ari, mark } = this.#options;
      const found = await ari.config.global(mark, signal);
      this.#isOurs = found !== '';
      this.#written.clear();
      const wanted = await this.wanted();
      if (!this.#isOurs) return true;
      if (found !== digest(wanted)) return this.#writeAnew(wanted, signal);
      this.#remember(wanted);
      return true;
    }, signal);
  }

  /** After a change of what is stored, ours or another daemon's. Where Asterisk is away the next connection sees to it. */
  async changed(signal?: AbortSignal): Promise<void> {
    await this.#inTurn(async () => {
      const wanted = await this.wanted();
      if (this.#isOurs !== true) return true;
      const names = new Set(wanted.map(nameOf));
      const isGone = (name: string): boolean => !names.has(name);
      const isSame = wanted.every((object) => this.#has(object)) && ![...this.#written.keys()].some(isGone);
      return isSame || this.#write(wanted, signal);
    }, signal);
  }

  /** All that there are to be, as the store says. */
  protected abstract wanted(): Promise<readonly ConfigObject[]>;

  /** Something is left to be done where `work` says that not all is. */
  async #inTurn(work: () => Promise<boolean>, signal: AbortSignal | undefined): Promise<void> {
    try {
      this.#isBehind = !(await this.#turns.run(work, signal));
    } catch (error) {
      signal?.throwIfAborted();
      this.#isBehind = true;
      this.#options.log.warn({ problem: messageOf(error) }, `${this.#options.what}_not_written`);
    }
  }

  /** All of them, and nobody else who may have been left there. */
  async #writeAnew(wanted: readonly ConfigObject[], signal: AbortSignal): Promise<boolean> {
    const { ari, types, isOne } = this.#options;
    for (const { resource: id } of await ari.config.endpoints(signal))
      if (isOne(id)) for (const type of types) this.#written.set(nameOf({ type, id }), '');
    return this.#write(wanted, signal);
  }

  /** What differs from what we have written. False where something is left that lingers. */
  async #write(wanted: readonly ConfigObject[], signal: AbortSignal | undefined): Promise<boolean> {
    const { ari, mark, remade = [] } = this.#options;
    for (const object of wanted) {
      if (this.#has(object)) continue;
      if (remade.includes(object.type) && this.#written.has(nameOf(object)))
        await this.#remove(object, signal);
      await ari.config.put(object, signal);
      this.#written.set(nameOf(object), textOf(object));
    }
    if (!(await this.#removeOthers(new Set(wanted.map(nameOf)), signal))) return false;
    await ari.setGlobalVariable(mark, digest(wanted), signal);
    return true;
  }

  /** Whoever names something is gone before it. */
  async #removeOthers(names: ReadonlySet<string>, signal: AbortSignal | undefined): Promise<boolean> {
    const { types, lingering = [] } = this.#options;
    const over = types
      .toReversed()
      .flatMap((type) =>
        [...this.#written.keys()]
          .filter((name) => name.startsWith(`${type}/`) && !names.has(name))
          .map((name) => ({ type, id: name.slice(type.length + 1) })),
      );
    const later = over.filter(({ type }) => lingering.includes(type));
    const isLast = later.length === over.length;
    for (const object of isLast ? over : over.filter((each) => !later.includes(each)))
      await this.#remove(object, signal);
    return isLast || later.length === 0;
  }

  #has(object: ConfigObject): boolean {
    return this.#written.get(nameOf(object)) === textOf(object);
  }

  /** Calls that go on by it go on. */
  async #remove(object: Omit<ConfigObject, 'fields'>, signal: AbortSignal | undefined): Promise<void> {
    await this.#options.ari.config.remove(object, signal);
    this.#written.delete(nameOf(object));
  }

  #remember(objects: readonly ConfigObject[]): void {
    for (const object of objects) this.#written.set(nameOf(object), textOf(object));
  }
}

function nameOf({ type, id }: Omit<ConfigObject, 'fields'>): string {
  return `${type}/${id}`;
}

function textOf({ fields, basis }: ConfigObject): string {
  return JSON.stringify([fields, basis]);
}

/** In whichever order they were read. */
function digest(objects: readonly ConfigObject[]): string {
  const texts = objects.map((object) => JSON.stringify(object)).sort();
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}
