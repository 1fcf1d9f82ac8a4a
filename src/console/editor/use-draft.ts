import { useCallback, useEffect, useMemo, useReducer, useState } from 'react';
import type { Draft } from './flow.ts';
import { begun, changedTo, type History, redone, undone } from './history.ts';
import { completed, type Point, type Positions } from './layout.ts';
import { allWays, type Catalogue, itemsOf } from './model.ts';
import { type Layout, positionsOf } from './positions.ts';
import { type Flow, settingsOf } from './stored-flow.ts';

export interface Editing {
  readonly draft: Draft;
  readonly positions: Positions;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly isChanged: boolean;
  /** Changes of one kind, one after the other, are undone at once. */
  change(change: Partial<Draft>, kind?: string): void;
  undo(): void;
  redo(): void;
  place(points: ReadonlyMap<string, Point>): void;
  /** It is stored now as it is. */
  saved(): void;
}

type Step =
  | { readonly do: 'change'; readonly change: Partial<Draft>; readonly kind: string | undefined }
  | { readonly do: 'undo' }
  | { readonly do: 'redo' };

function stepped(history: History<Draft>, step: Step): History<Draft> {
  switch (step.do) {
    case 'change':
      return isSame(history.now, step.change)
        ? history
        : changedTo(history, { ...history.now, ...step.change }, step.kind);
    case 'undo':
      return undone(history);
    default:
      return redone(history);
  }
}

function isSame(draft: Draft, change: Partial<Draft>): boolean {
  return Object.entries(change).every(([key, value]) => draft[key as keyof Draft] === value);
}

/** A flow while it is edited: what was done can be undone. */
export function useDraft(flow: Flow, catalogue: Catalogue, layout: Layout): Editing {
  const [history, step] = useReducer(stepped, flow, ({ name, actions }) =>
    begun<Draft>({ name, items: itemsOf(actions), settings: settingsOf(flow) }),
  );
  const { now } = history;
  const [stored, setStored] = useState<Draft | undefined>(() => (flow.id === '' ? undefined : now));
  const [positions, setPositions] = useState<Positions>(() =>
    positionsOf(layout, now.items, allWays(now.items, catalogue)),
  );
  const all = useMemo(
    () =>
      completed(
        positions,
        now.items.map(({ key }) => key),
      ),
    [positions, now.items],
  );

  useEffect(() => {
    // From then on they stay where they were drawn first.
    if (all !== positions) setPositions(all);
  }, [all, positions]);

  const change = useCallback<Editing['change']>(
    (made, kind) => step({ do: 'change', change: made, kind }),
    [],
  );
  const place = useCallback<Editing['place']>(
    (points) => setPositions((before) => new Map([...before, ...points])),
    [],
  );
  return {
    draft: now,
    positions: all,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    isChanged: now !== stored,
    change,
    undo: () => step({ do: 'undo' }),
    redo: () => step({ do: 'redo' }),
    place,
    saved: () => setStored(now),
  };
}
