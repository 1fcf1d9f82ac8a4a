import { type RefObject, useEffect, useRef } from 'react';

interface Rows {
  /** Of each row one that stays with it while others are taken out: whether it is folded, and what is being written in it. */
  readonly keys: readonly number[];
  /** What they stand in, one child each, and what adds one behind them. */
  readonly list: RefObject<HTMLDivElement | null>;
  readonly add: RefObject<HTMLButtonElement | null>;
  /** To be told before one is taken out. */
  readonly taken: (index: number) => void;
}

const first = 'button.fold, input, select, textarea';

/** Rows that have no other name than their place. Where one is taken out, the one that comes into its place has the focus. */
export function useRows(count: number): Rows {
  const keys = useRef<number[]>([]);
  const next = useRef(0);
  const gone = useRef<number>(undefined);
  const list = useRef<HTMLDivElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  while (keys.current.length < count) keys.current.push(next.current++);
  keys.current.length = count;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is looked at when there are fewer
  useEffect(() => {
    if (gone.current === undefined) return;
    const row = list.current?.children[gone.current];
    gone.current = undefined;
    (row?.querySelector<HTMLElement>(first) ?? add.current)?.focus();
  }, [count]);
  const taken = (index: number): void => {
    keys.current.splice(index, 1);
    gone.current = index;
  };
  return { keys: [...keys.current], list, add, taken };
}
