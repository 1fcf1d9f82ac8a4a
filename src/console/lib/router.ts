import { useHashLocation } from 'wouter/use-hash-location';

/** Where we are, behind the `#`: `/calls/…`. */
export function usePlace(): string {
  return useHashLocation()[0];
}

/** Whoever has changed something that is not kept yet, and may be asked before the page is left. */
let mayLeave: () => boolean = () => true;
let isGuarded = false;

/** While it is set, leaving asks first. Answers how to take it back. */
export function guardLeaving(guard: () => boolean): () => void {
  mayLeave = guard;
  isGuarded = true;
  return unguard;
}

// Before the link is followed.
window.addEventListener(
  'click',
  (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#/"]') : null;
    if (link && !mayLeave()) event.preventDefault();
  },
  { capture: true },
);
window.addEventListener('beforeunload', (event) => {
  if (isGuarded) event.preventDefault();
});

export function go(place: string): void {
  if (mayLeave()) location.hash = place;
}

export function goUnasked(place: string): void {
  unguard();
  location.hash = place;
}

function unguard(): void {
  mayLeave = () => true;
  isGuarded = false;
}
