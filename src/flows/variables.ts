import { ActionError } from '../core/errors.ts';
import { LazyMap } from '../core/lazy-map.ts';
import { LazySet } from '../core/lazy-set.ts';
import { unseen } from '../core/unseen.ts';
import type { VariableName } from './variable-table.ts';

/** Where values come from that nobody set: facts of the call or the activeflow, read when asked for. */
export type VariableSource = (name: string) => string | undefined;

/** Values of our own variables. */
export type Facts = { readonly [Name in VariableName]?: string };

/** All names and values of one activeflow together, in characters: a flow in a loop must not eat the memory of the others. */
const largestTotal = 1_048_576;

/** The variables of one activeflow: what was set wins over what the sources know; unknown names are empty. */
export class Variables {
  readonly #values = new LazyMap<string, string>();
  readonly #kept = new LazySet<string>();
  readonly #hidden = new LazySet<string>();
  readonly #typed = new LazySet<string>();
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
    this.#hidden.delete(name);
    this.#typed.delete(name);
  }

  /** Sets variables of our own, few and short, whatever the flow has filled; such as are for the flow alone, where they are hidden. */
  note(facts: Facts, { isHidden = false } = {}): void {
    this.begin(facts);
    for (const name of Object.keys(facts)) this.#hidden.delete(name);
    if (isHidden) this.hide(Object.keys(facts));
  }

  /** From now on nobody but the flow is to see what these are. */
  hide(names: readonly string[]): void {
    for (const name of names) this.#hidden.add(name);
  }

  /** Those that nobody else is to see. */
  get hidden(): readonly string[] {
    return [...this.#hidden];
  }

  /** These were made of what the caller has typed. */
  markTyped(names: readonly string[]): void {
    for (const name of names) this.#typed.add(name);
  }

  isTyped(name: string): boolean {
    return ownTyped.has(name) || this.#typed.has(name);
  }

  /** Those that were made of what he has typed, besides our own; nothing where there are none. */
  get typed(): readonly string[] | undefined {
    return this.#typed.size > 0 ? [...this.#typed] : undefined;
  }

  /** A value as others see it. */
  shown(name: string): string {
    return this.#hidden.has(name) ? unseen : this.get(name);
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
    const kept = Object.fromEntries([...this.#kept].map((name) => [name, this.#values.get(name) ?? '']));
    return withoutHidden(kept, this.hidden);
  }

  /** What was set, by name, as others see it. */
  shownEntries(): Record<string, string> {
    return withoutHidden(this.entries(), this.hidden);
  }

  /** What was set, by name. */
  entries(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }
}

/** Our own that hold what was typed. */
const ownTyped: ReadonlySet<string> = new Set<VariableName>([
  'voipbin.call.digits',
  'voipbin.menu.key',
  'voipbin.gather.value',
  'voipbin.gather.date',
]);

/** Values by name, as others see them. */
export function withoutHidden(
  values: Readonly<Record<string, string>>,
  hidden: readonly string[] = [],
): Record<string, string> {
  const all = { ...values };
  for (const name of hidden) if (Object.hasOwn(all, name)) all[name] = unseen;
  return all;
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
