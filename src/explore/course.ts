import type { Course, Decision } from './decision.ts';

/** More decisions are not repeated. */
const longest = 500;

/** What was decided on the way of one run, as it would have to be decided for a real call. */
export class CourseTaken {
  #decisions: Decision[] = [];
  /** How much was decided when the flow came to each action. */
  readonly #places = new Map<string, number>();

  get decisions(): Course {
    return this.#decisions;
  }

  /** The start, and whatever was decided before the first action. */
  begin(decisions: Course): void {
    this.#decisions = [...decisions];
  }

  add(decision: Decision): void {
    this.#decisions.push(decision);
  }

  come(id: string): void {
    this.#places.set(id, this.#decisions.length);
  }

  /** Whatever was decided since it came to an action is decided so often again. */
  repeat(since: string, times: number): void {
    const place = this.#places.get(since);
    if (place === undefined) return;
    const round = this.#decisions.slice(place).filter(({ kind }) => kind !== 'spent');
    if (round.length * times > longest) return;
    for (let time = 0; time < times; time++) this.#decisions.push(...round);
  }
}
