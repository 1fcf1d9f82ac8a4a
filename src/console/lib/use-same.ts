import { useCallback, useRef } from 'react';

/** A function that stays the same one, and does what the last one given does: to be called by events, not while something is drawn. */
export function useSame<A extends readonly unknown[], R>(does: (...args: A) => R): (...args: A) => R {
  const now = useRef(does);
  now.current = does;
  return useCallback((...args: A) => now.current(...args), []);
}
