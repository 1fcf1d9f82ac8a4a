import { anonymous } from '../calls/address.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { within } from '../core/wait.ts';
import type { UsersPort } from '../ports/flow-requests.ts';
import type { VariableSource, Variables } from './variables.ts';

const prefix = 'user.key.';

/** How long a caller waits for what is kept with his number. */
const patience = 1_000;

const none: ReadonlyMap<string, string> = new Map();

/** Is this a variable that stays with the person at the other end? */
export function isUserVariable(name: string): boolean {
  return name.startsWith(prefix) && name.length > prefix.length;
}

/** The `user.key.*` variables of one activeflow: kept with a contact's number, and there again in every later flow of it. */
export class UserVariables {
  readonly #variables: Variables;
  readonly #users: UsersPort;
  #kept: ReadonlyMap<string, string> = none;
  /** Whose they are; of nobody known nothing is kept: all who withhold their number have the same name. */
  #number: string;

  constructor(variables: Variables, users: UsersPort, number = '') {
    this.#variables = variables;
    this.#users = users;
    this.#number = number === anonymous ? '' : number;
  }

  /** What was kept when it was read; what the flow sets comes before it. */
  readonly source: VariableSource = (name) => this.#kept.get(name);

  /** All of them. */
  entries(): Record<string, string> {
    const set = Object.entries(this.#variables.entries()).filter(([name]) => isUserVariable(name));
    return Object.fromEntries([...this.#kept, ...set]);
  }

  /** Reads what is kept, before the flow begins. A store that does not answer must not keep a caller waiting for his flow. */
  async load(log: Log, signal: AbortSignal): Promise<void> {
    if (this.#number === '') return;
    try {
      const kept = await within(this.#users.load(this.#number), patience, signal);
      if (kept) this.#take(kept);
      else log.warn({}, 'user_variables_late');
    } catch (error) {
      signal.throwIfAborted();
      log.error({ error: messageOf(error) }, 'user_variables_not_loaded');
    }
  }

  /** Sets a variable, and keeps it at once where it is one of the user's. */
  async set(name: string, value: string): Promise<void> {
    this.#variables.set(name, value);
    if (isUserVariable(name) && this.#number !== '') await this.#users.save(this.#number, { [name]: value });
  }

  /** From now on these are the variables of this number: those of the flow are kept there, and what is there is loaded. */
  async become(number: string): Promise<void> {
    const own = Object.entries(this.#variables.entries()).filter(([name]) => isUserVariable(name));
    if (own.length > 0) await this.#users.save(number, Object.fromEntries(own));
    this.#take(await this.#users.load(number));
    this.#number = number;
  }

  #take(kept: Readonly<Record<string, string>>): void {
    this.#kept = new Map(Object.entries(kept));
  }
}
