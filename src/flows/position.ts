import type { ActionError } from '../core/errors.ts';
import { LazyMap } from '../core/lazy-map.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Outcome } from './action.ts';
import type { ActiveflowState, WrittenActiveflowState } from './activeflow-state.ts';
import {
  type ActionList,
  advance,
  type Cursor,
  current,
  type Frame,
  type Move,
  mainList,
  start,
} from './cursor.ts';
import { refusal } from './failure.ts';

/** All lists that a flow is in together, as JSON: they are written down with each of its changes. */
const largest = 1_048_576;

/** A list that is run inside an action, and the place of that action. */
export interface Nest {
  readonly list: string;
  readonly around: Cursor;
}

/** A position as it was written down. */
export type LeftPosition = Pick<ActiveflowState, 'lists' | 'lastList' | 'cursor' | 'counters'>;

/** Where an activeflow is: the lists it is in, the cursor through them, and what its actions have counted. All of it is data. */
export class Position {
  readonly #lists: Map<string, ActionList>;
  readonly #counters = new LazyMap<string, { value: number }>();
  #cursor: Cursor;
  #lastList = 0;
  /** Where it was inside the action it is at, until that goes on with the list that it has run. */
  #inside: Cursor | undefined;

  constructor(actions: readonly ActionJson[], left?: LeftPosition) {
    this.#lists = new Map([[mainList, { id: mainList, actions }]]);
    for (const list of left?.lists ?? []) this.#lists.set(list.id, list);
    for (const [key, value] of Object.entries(left?.counters ?? {})) this.#counters.set(key, { value });
    this.#lastList = left?.lastList ?? 0;
    this.#cursor = left ? left.cursor : start(this.#lists);
    this.#goAround(0);
  }

  /** Goes to the outermost action that runs a list, from that depth on; it is run again, and finds the place inside. */
  #goAround(depth: number): void {
    const isNest = ({ list }: Frame, index: number): boolean =>
      index > depth && this.#lists.get(list)?.repeats === true;
    const nest = this.#cursor.findIndex(isNest);
    if (nest < 0) return;
    this.#inside = this.#cursor;
    this.#cursor = this.#cursor.slice(0, nest);
  }

  /** The action to run; none when the flow is over. */
  get action(): ActionJson | undefined {
    return current(this.#cursor, this.#lists);
  }

  /** The ids of all actions in the lists around: where an action of a pushed list may jump to. */
  get ids(): ReadonlySet<string> {
    const actions = this.#cursor.flatMap(({ list }) => this.#lists.get(list)?.actions ?? []);
    return new Set(actions.map(({ id }) => id));
  }

  /** What the activeflow keeps of the current action between its runs. */
  get counter(): { value: number } {
    const key = `${this.#cursor.at(-1)?.list ?? ''}/${this.action?.id ?? ''}`;
    const counter = this.#counters.get(key) ?? { value: 0 };
    this.#counters.set(key, counter);
    return counter;
  }

  /** Goes where an action's outcome says; an error, and no move, where that is nowhere. */
  move(outcome: Outcome): ActionError | undefined {
    this.#inside = undefined;
    // Only a target that was a placeholder, or lists that push themselves for ever, are refused here.
    const isToItself = outcome.go === 'to' && outcome.actionId === this.action?.id;
    const next = isToItself ? undefined : advance(this.#cursor, this.#lists, this.#moveOf(outcome));
    if (!next || this.#size() > largest) {
      this.#forgetLists();
      return refusal(outcome, isToItself);
    }
    this.#cursor = next;
    this.#forgetLists();
    return undefined;
  }

  /** Goes on after an action that could not go where it wanted. */
  recover({ on_error_id }: ActionJson): void {
    const move: Move = on_error_id ? { go: 'to', actionId: on_error_id } : { go: 'next' };
    this.#cursor = advance(this.#cursor, this.#lists, move) ?? [];
    this.#forgetLists();
  }

  /** Goes into a list that repeats, to be left by `leave`. @throws ActionError `INVALID_TARGET` where it is too deep */
  enter(actions: readonly ActionJson[]): Nest {
    const around = this.#cursor;
    const left = this.#inside?.[around.length]?.list;
    if (left !== undefined) return this.#enterAgain(left);
    const list = { id: this.#nextId(), actions, repeats: true } as const;
    this.#lists.set(list.id, list);
    const inside = advance(around, this.#lists, { go: 'into', list: list.id });
    if (!inside || this.#size() > largest) {
      this.#forgetLists();
      throw refusal({ go: 'into', actions }, false);
    }
    this.#cursor = inside;
    return { list: list.id, around };
  }

  #enterAgain(list: string): Nest {
    const around = this.#cursor;
    this.#cursor = this.#inside ?? around;
    this.#inside = undefined;
    this.#goAround(around.length);
    return { list, around };
  }

  isIn({ list, around }: Nest): boolean {
    return this.#cursor[around.length]?.list === list;
  }

  isAtStart(nest: Nest): boolean {
    return (
      this.isIn(nest) && this.#cursor.length === nest.around.length + 1 && this.#cursor.at(-1)?.index === 0
    );
  }

  /** Back to the action that the list was run in, wherever that list has led. */
  leave({ around }: Nest): void {
    this.#cursor = around;
    this.#forgetLists();
  }

  /** As stored; the main list is stored with the activeflow's record. */
  state(): Pick<WrittenActiveflowState, keyof LeftPosition> {
    return {
      lists: [...this.#lists.values()].filter(({ id }) => id !== mainList),
      lastList: this.#lastList,
      cursor: this.#inside ?? this.#cursor,
      counters: Object.fromEntries([...this.#counters].map(([key, { value }]) => [key, value])),
    };
  }

  #moveOf(outcome: Outcome): Move {
    if (outcome.go !== 'into') return outcome;
    const list = { id: this.#nextId(), actions: outcome.actions };
    this.#lists.set(list.id, list);
    return { go: 'into', list: list.id };
  }

  #nextId(): string {
    return `list-${++this.#lastList}`;
  }

  #size(): number {
    let size = 0;
    for (const list of this.#lists.values()) if (list.id !== mainList) size += sizeOf(list);
    return size;
  }

  /** Lists the flow has left are gone for good: a flow that fetches in a loop must not keep them all. */
  #forgetLists(): void {
    if (this.#lists.size === 1) return;
    const places = [...this.#cursor, ...(this.#inside ?? [])];
    const inUse = new Set([mainList, ...places.map(({ list }) => list)]);
    for (const id of this.#lists.keys()) if (!inUse.has(id)) this.#lists.delete(id);
    for (const key of this.#counters.keys())
      if (!inUse.has(key.split('/')[0] ?? '')) this.#counters.delete(key);
  }
}

const sizes = new WeakMap<ActionList, number>();

function sizeOf(list: ActionList): number {
  const size = sizes.get(list) ?? JSON.stringify(list.actions).length;
  sizes.set(list, size);
  return size;
}
