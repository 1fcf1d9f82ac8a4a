import { listsIn, type WrittenAction, type WrittenList } from '../flows/advice/list.ts';
import { namesIn } from '../flows/advice/unset-variables.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Comparison } from '../flows/written.ts';

/** More values of one variable are not tried. */
const mostValues = 60;

/** What a flow makes a difference of: the variables that it reads, and the values that it compares them with. */
export class Differences {
  readonly #values = new Map<string, Set<string>>();
  readonly #read = new Set<string>();
  readonly #compared = new Set<string>();
  /** Whether more is compared than is tried. */
  isCut = false;

  /** All lists of actions that may be run, each with those nested in it. */
  constructor(flows: readonly (readonly unknown[])[], catalogue: ActionCatalogue) {
    const lists: readonly WrittenList[] = flows.flatMap((actions) => listsIn(actions, catalogue, 'actions'));
    for (const action of lists.flatMap(({ actions }) => actions)) this.#learn(action);
  }

  /** Whether it matters that a variable is set. */
  isRead(name: string): boolean {
    return this.#read.has(name) || this.#compared.has(name);
  }

  /** Whether it matters what its value is. */
  isCompared(name: string): boolean {
    return this.#compared.has(name);
  }

  /** Values of a variable that make a difference. */
  of(...names: readonly string[]): readonly string[] {
    return [...new Set(names.flatMap((name) => [...(this.#values.get(name) ?? [])]))];
  }

  /** Names of a family of variables that are read: `flow.key.` … */
  get names(): readonly string[] {
    return [...new Set([...this.#read, ...this.#compared])];
  }

  #learn(action: WrittenAction): void {
    for (const { name } of namesIn(action)) this.#read.add(name);
    for (const comparison of action.type.compares(action.option)) {
      if (comparison.variable === '') continue;
      this.#compared.add(comparison.variable);
      this.#add(comparison.variable, valuesOf(comparison));
    }
    // A text is compared that has more than one variable in it.
    if (action.type.compares(action.option).some(({ variable }) => variable === ''))
      for (const { name } of namesIn(action)) this.#compared.add(name);
  }

  #add(name: string, values: readonly string[]): void {
    const known = this.#values.get(name) ?? new Set();
    for (const value of values) {
      if (known.size >= mostValues) this.isCut = true;
      else known.add(value);
    }
    this.#values.set(name, known);
  }
}

/** What comes out differently. */
function valuesOf({ as, isOrder, value }: Comparison): readonly string[] {
  if (as === 'number' && typeof value === 'number')
    return isOrder ? [value - 1, value, value + 1].map(String) : [String(value)];
  if (as === 'length' && typeof value === 'number')
    return (isOrder ? [value - 1, value, value + 1] : [value])
      .filter((length) => length > 0 && length <= 1_000)
      .map((length) => '1'.repeat(length));
  if (as !== 'string' || typeof value !== 'string' || value.includes('${')) return [];
  return isOrder ? [value, `${value}~`] : [value];
}
