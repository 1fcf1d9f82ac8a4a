import { ActionError } from '../core/errors.ts';
import type { VariableName } from './variable-table.ts';

/** Where values come from that nobody set: facts of the call or the activeflow, read when asked for. */
export type VariableSource = (name: string) => string | undefined;

/** Values of our own variables. */
export type Facts = { readonly [Name in VariableName]?: string };

/** All names and values of one activeflow together, in characters: a flow in a loop must not eat the memory of the others. */
const largestTotal = 1_048_576;

/** The variables of one activeflow: what was set wins over what the sources know; unknown names are empty. */
export class Variables {
  readonly #values = new Map<string, string>();
  readonly #kept = new Set<string>();
  readonly #sources: readonly VariableSource[];
  #size = 0;

  constructor(sources: readonly VariableSource[] = []) {
    this.#sources = sources;
  }

  get(name: string): string {
    const value = this.#values.get(name);
    if (value !== undefined) return value;
    for (const source of this.#sources) {
      const known = source(name);
      if (known !== undefined) return known;
    }
    return '';
  }

  /** @throws ActionError `VARIABLES_TOO_LARGE` when all values together would pass 1 MiB. */
  set(name: string, value: string): void {
    const before = this.#values.get(name);
    const size = this.#size + value.length + (before === undefined ? name.length : -before.length);
    if (size > largestTotal)
      throw new ActionError('VARIABLES_TOO_LARGE', 'the variables of this flow are over 1 MiB');
    this.#size = size;
    this.#values.set(name, value);
  }

  /** Sets variables of our own, few and short, whatever the flow has filled. */
  note(facts: Facts): void {
    this.begin(facts);
  }

  /** Sets the variables that the flow begins with, reserved names too. */
  begin(values: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(values)) {
      this.#size += value.length - (this.#values.get(name)?.length ?? -name.length);
      this.#values.set(name, value);
    }
  }

  /** These variables stay when the activeflow has ended. */
  keep(names: readonly string[]): void {
    for (const name of names) this.#kept.add(name);
  }

  /** The variables that stay after the end. */
  kept(): Record<string, string> {
    return Object.fromEntries([...this.#kept].map((name) => [name, this.#values.get(name) ?? '']));
  }

  /** What was set, by name. */
  entries(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }
}

/** Names a flow may read but not set. */
export function isReserved(name: string): boolean {
  return /^voipbin\./i.test(name) || readOnlyNames.has(name);
}

const readOnlyNames = new Set([
  'call.cli',
  'call.cli.number',
  'call.agent.dnis.number',
  'call.state',
  'call.start',
]);
