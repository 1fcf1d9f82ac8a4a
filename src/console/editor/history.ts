/** What was, what is, and what was taken back. */
export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** Of the last change: another one of the same kind is one with it. */
  readonly kind?: string | undefined;
}

const most = 200;

export function begun<T>(now: T): History<T> {
  return { past: [], now, future: [] };
}

/** With a change. Those of a kind, one after the other, are undone at once. */
export function changedTo<T>(history: History<T>, now: T, kind?: string): History<T> {
  if (now === history.now) return history;
  const isSame = kind !== undefined && kind === history.kind;
  const past = isSame ? history.past : [...history.past, history.now].slice(-most);
  return { past, now, future: [], kind };
}

export function undone<T>({ past, now, future }: History<T>): History<T> {
  const before = past.at(-1);
  if (before === undefined) return { past, now, future };
  return { past: past.slice(0, -1), now: before, future: [now, ...future] };
}

export function redone<T>({ past, now, future }: History<T>): History<T> {
  const [after, ...later] = future;
  return after === undefined ? { past, now, future } : { past: [...past, now], now: after, future: later };
}
