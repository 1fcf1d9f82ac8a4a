import { zeroId } from '../core/clock.ts';
import type { ActionJson } from '../ports/action-json.ts';

/** A list of actions an activeflow runs: the flow itself, or one pushed on the way. */
export interface ActionList {
  readonly id: string;
  readonly actions: readonly ActionJson[];
  /** After its last action comes its first one. */
  readonly repeats?: true;
}

/** A place in a list. */
export interface Frame {
  readonly list: string;
  readonly index: number;
}

/** Where an activeflow is: the lists it is in, outermost first. Empty when it is over. Plain data: this is what is stored. */
export type Cursor = readonly Frame[];

export type Lists = ReadonlyMap<string, ActionList>;

/** Where to go from here. `into` names a list that is already among the lists. */
export type Move =
  | { readonly go: 'next' }
  | { readonly go: 'to'; readonly actionId: string }
  | { readonly go: 'into'; readonly list: string }
  | { readonly go: 'finish' };

/** The main list of every activeflow has this id. */
export const mainList = 'main';

/** Deeper nesting than this is a flow that fetches itself. */
export const deepest = 100;

export function start(lists: Lists): Cursor {
  return settle([{ list: mainList, index: 0 }], lists);
}

/** The action at the cursor; `undefined` when the flow is over. */
export function current(cursor: Cursor, lists: Lists): ActionJson | undefined {
  const frame = cursor.at(-1);
  return frame && lists.get(frame.list)?.actions[frame.index];
}

/** The cursor after a move; `undefined` where its target is in none of the lists the cursor is in, or too deep. */
export function advance(cursor: Cursor, lists: Lists, move: Move): Cursor | undefined {
  switch (move.go) {
    case 'next':
      return following(cursor, lists);
    case 'to':
      return jump(cursor, lists, move.actionId);
    case 'into':
      if (cursor.length >= deepest) return undefined;
      return settle([...cursor, { list: move.list, index: 0 }], lists);
    case 'finish':
      return [];
    default:
      return move satisfies never;
  }
}

/** After the action at the cursor: where its `next_id` says, else the following one. */
function following(cursor: Cursor, lists: Lists): Cursor | undefined {
  const frame = cursor.at(-1);
  if (!frame) return cursor;
  const nextId = current(cursor, lists)?.next_id ?? zeroId;
  if (nextId !== zeroId) return jump(cursor, lists, nextId);
  return settle([...cursor.slice(0, -1), { ...frame, index: frame.index + 1 }], lists);
}

/** To the action of that id, in the innermost list that has one; the lists inside that are left. */
function jump(cursor: Cursor, lists: Lists, actionId: string): Cursor | undefined {
  for (let depth = cursor.length - 1; depth >= 0; depth--) {
    const frame = cursor[depth];
    const index = frame ? indexOf(lists.get(frame.list), actionId) : -1;
    if (frame && index >= 0) return [...cursor.slice(0, depth), { list: frame.list, index }];
  }
  return undefined;
}

/** Past the end of a list the flow goes on behind the action that pushed it, unless the list repeats. */
function settle(cursor: Cursor, lists: Lists): Cursor {
  const frame = cursor.at(-1);
  const list = frame && lists.get(frame.list);
  const length = list?.actions.length ?? 0;
  if (!frame || frame.index < length) return cursor;
  if (list?.repeats && length > 0) return [...cursor.slice(0, -1), { list: frame.list, index: 0 }];
  return following(cursor.slice(0, -1), lists) ?? [];
}

const indexes = new WeakMap<ActionList, Map<string, number>>();

function indexOf(list: ActionList | undefined, actionId: string): number {
  if (!list) return -1;
  let index = indexes.get(list);
  if (!index) {
    index = new Map(list.actions.map(({ id }, position) => [id, position]));
    indexes.set(list, index);
  }
  return index.get(actionId) ?? -1;
}
