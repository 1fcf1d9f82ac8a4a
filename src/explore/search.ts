import { KnownStates, type State } from './known-states.ts';
import type { Cut, SearchLimits } from './limits.ts';

/** What becomes of one run. */
export interface Path<D> {
  /** What was decided so far. */
  readonly taken: readonly D[];
  /** Whether something was to be decided that its script says nothing of: what comes then other runs will see. */
  readonly isOver: boolean;
  /** Something of several is to happen. */
  choose<O extends D>(options: readonly [O, ...O[]]): O;
  /** Whether it is worth going on from a state: nobody has come there before. */
  arrive(state: State): boolean;
}

export interface SearchEnd {
  readonly runs: number;
  readonly states: number;
  readonly cut: Cut | undefined;
}

type Script = readonly number[];

/**
 * Lets happen whatever can happen, one run for each: every run begins at the start, follows a script of decisions, and ends where
 * something is to be decided that it says nothing of: that is left to runs of their own. Few decisions come before many, so
 * whatever is found is found on the shortest way. A run that comes to a state which another one has been in has nothing new to show.
 */
export async function search<D>(
  run: (path: Path<D>) => Promise<void>,
  limits: SearchLimits,
  elapsed: () => number,
): Promise<SearchEnd> {
  const open: Script[][] = [[[]]];
  const seen = new KnownStates();
  let cut: Cut | undefined;
  let runs = 0;
  const add = (script: Script): void => {
    if (script.length > limits.depth) cut ??= 'depth';
    else {
      open[script.length] ??= [];
      open[script.length]?.push(script);
    }
  };
  for (let script = takeShortest(open); script; script = takeShortest(open)) {
    if (runs >= limits.runs) return { runs, states: seen.size, cut: 'runs' };
    if (elapsed() > limits.time) return { runs, states: seen.size, cut: 'time' };
    runs++;
    const path = new ScriptedPath<D>(script, add, seen, limits);
    await run(path);
    cut ??= path.cut;
    if (path.cut === 'states') return { runs, states: seen.size, cut: 'states' };
  }
  return { runs, states: seen.size, cut: cut ?? (seen.isCut ? 'together' : undefined) };
}

function takeShortest(open: (Script[] | undefined)[]): Script | undefined {
  for (const scripts of open) {
    const script = scripts?.shift();
    if (script) return script;
  }
  return undefined;
}

class ScriptedPath<D> implements Path<D> {
  readonly taken: D[] = [];
  readonly #script: Script;
  readonly #add: (script: Script) => void;
  readonly #seen: KnownStates;
  readonly #limits: SearchLimits;
  isOver = false;
  cut: Cut | undefined;

  constructor(script: Script, add: (script: Script) => void, seen: KnownStates, limits: SearchLimits) {
    this.#script = script;
    this.#add = add;
    this.#seen = seen;
    this.#limits = limits;
  }

  choose<O extends D>(options: readonly [O, ...O[]]): O {
    if (this.isOver) return options[0];
    const given = this.#script[this.taken.length];
    if (given === undefined) {
      for (const index of options.keys()) this.#add([...this.#script, index]);
      this.isOver = true;
      return options[0];
    }
    const chosen = options[given] ?? options[0];
    this.taken.push(chosen);
    return chosen;
  }

  arrive(state: State): boolean {
    if (this.isOver) return false;
    if (this.taken.length < this.#script.length) return true;
    if (this.#seen.size >= this.#limits.states) {
      this.cut = 'states';
      return false;
    }
    return this.#seen.add(state);
  }
}
