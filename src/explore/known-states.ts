/** Where a flow is, and how things stand there: what variables are, what the caller hears. */
export interface State {
  readonly place: string;
  readonly facts: readonly string[];
}

/** So many different situations at one place are told apart; of more only such in which something is new. */
const mostTogether = 100;

interface Known {
  /** All facts together. */
  readonly situations: Set<string>;
  /** Each on its own. */
  readonly facts: Set<string>;
}

/** The states that some run has been in. */
export class KnownStates {
  readonly #places = new Map<string, Known>();
  #size = 0;
  /** Whether situations were left out that nobody has been in. */
  isCut = false;

  get size(): number {
    return this.#size;
  }

  /** Whether nobody has been in it. */
  add({ place, facts }: State): boolean {
    const known = this.#places.get(place) ?? { situations: new Set<string>(), facts: new Set<string>() };
    this.#places.set(place, known);
    const situation = facts.join('\n');
    if (known.situations.has(situation)) return false;
    const isNew = facts.some((fact, index) => !known.facts.has(`${index} ${fact}`));
    if (!isNew && known.situations.size >= mostTogether) {
      this.isCut = true;
      return false;
    }
    for (const [index, fact] of facts.entries()) known.facts.add(`${index} ${fact}`);
    known.situations.add(situation);
    this.#size++;
    return true;
  }
}

/** The same for the same state. */
export function keyOf({ place, facts }: State): string {
  return JSON.stringify([place, facts]);
}
