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

/** Rows that have no other name than their place. Where one is taken out, the one that comes into its place has the focus. */
export function useRows(count: number): Rows {
  const keys = useRef<number[]>([]);
  const next = useRef(0);
  const { gone, ...places } = useFocus(count);
  while (keys.current.length < count) keys.current.push(next.current++);
  keys.current.length = count;
  const taken = (index: number): void => {
    keys.current.splice(index, 1);
    gone.current = index;
  };
  return { keys: [...keys.current], ...places, taken };
}

interface NamedRows extends Rows {
  /** To be told before one has another name. */
  readonly renamed: (from: string, to: string) => void;
}

/** Rows that have names, each its own. Those that are numbers stand in their order: one that is renamed may move. */
export function useNamedRows(names: readonly string[]): NamedRows {
  const keys = useRef<ReadonlyMap<string, number>>(new Map());
  const next = useRef(0);
  const { gone, ...places } = useFocus(names.length);
  keys.current = new Map(names.map((name) => [name, keys.current.get(name) ?? next.current++]));
  const renamed = (from: string, to: string): void => {
    keys.current = new Map([...keys.current].map(([name, key]) => [name === from ? to : name, key]));
  };
  const taken = (index: number): void => {
    gone.current = index;
  };
  return { keys: [...keys.current.values()], ...places, taken, renamed };
}

const first = 'button.fold, input, select, textarea';

/** Where a row is taken out, the one that comes into its place has the focus; behind the last one what adds one. */
function useFocus(count: number) {
  const gone = useRef<number>(undefined);
  const list = useRef<HTMLDivElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is looked at when there are fewer
  useEffect(() => {
    if (gone.current === undefined) return;
    const row = list.current?.children[gone.current];
    gone.current = undefined;
    (row?.querySelector<HTMLElement>(first) ?? add.current)?.focus();
  }, [count]);
  return { gone, list, add };
}
