import type { ActionJson } from '../ports/action-json.ts';
import type { Course } from './decision.ts';
import type { Stretch } from './silence.ts';

/** Something that was seen at an action, and what had led there. */
export interface Seen {
  readonly action: ActionJson;
  readonly course: Course;
}

export interface SeenSilence extends Seen {
  /** In milliseconds. */
  readonly length: number;
}

export interface SeenRead extends Seen {
  readonly name: string;
}

/** A state that a flow was in, and whether it can go on to others without asking anybody. */
interface State extends Seen {
  readonly next: Set<string>;
}

/** What all runs together have shown. */
export class Evidence {
  /** Actions that were come to, by id. */
  readonly reached = new Map<string, Course>();
  readonly states = new Map<string, State>();
  /** The longest silence that begins at each action. */
  readonly silences = new Map<string, SeenSilence>();
  /** Prompts that were cut off, and those that were heard to their end. */
  readonly cut = new Map<string, Seen>();
  readonly heard = new Set<string>();
  readonly unset = new Map<string, SeenRead>();
  /** Failures after which the caller was hung up without a word. */
  readonly unhandled = new Map<string, Seen>();
  /** Actions whose ways out were not all tried. */
  readonly untried = new Set<string>();
  /** Loops that the engine has ended. */
  readonly endless = new Map<string, Seen>();

  reach(id: string, course: Course): void {
    if (!this.reached.has(id)) this.reached.set(id, [...course]);
  }

  /** A flow has come to a state, from another one where nobody was asked for anything in between. */
  come(state: string, from: string | undefined, seen: Seen): void {
    if (!this.states.has(state)) this.states.set(state, { ...copied(seen), next: new Set() });
    if (from !== undefined) this.states.get(from)?.next.add(state);
  }

  silent({ from, to }: Stretch, seen: Seen): void {
    const length = to - from;
    const known = this.silences.get(seen.action.id);
    if (!known || known.length < length) this.silences.set(seen.action.id, { ...copied(seen), length });
  }

  read(name: string, seen: Seen): void {
    first(this.unset, `${seen.action.id} ${name}`, { ...copied(seen), name });
  }

  cutOff(seen: Seen): void {
    first(this.cut, seen.action.id, copied(seen));
  }

  leftAlone(seen: Seen): void {
    first(this.unhandled, seen.action.id, copied(seen));
  }

  runsForEver(seen: Seen): void {
    first(this.endless, seen.action.id, copied(seen));
  }
}

/** What was decided goes on growing. */
function copied({ action, course }: Seen): Seen {
  return { action, course: [...course] };
}

function first<T>(found: Map<string, T>, key: string, seen: T): void {
  if (!found.has(key)) found.set(key, seen);
}
