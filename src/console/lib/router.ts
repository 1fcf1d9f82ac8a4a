import { Store, useStore } from './store.ts';

const here = (): string =>
  location.hash.startsWith('#code=') ? '/' : `/${location.hash.replace(/^#?\/?/, '')}`;

/** Where we are, behind the `#`: `/calls/…`. What has been asked for and is not to be left for is not here. */
const place = new Store(here());

export function usePlace(): string {
  return useStore(place);
}

/** The same, as the routes want it. */
export function useLocation(): [string, (to: string) => void] {
  return [usePlace(), go];
}

/** Whoever has changed something that is not kept yet, and is asked before the page is left. */
let mayLeave: (() => boolean) | undefined;

/** While it is set, leaving asks first. Answers how to take it back. */
export function guardLeaving(guard: () => boolean): () => void {
  mayLeave = guard;
  return unguard;
}

function unguard(): void {
  mayLeave = undefined;
}

export function go(to: string): void {
  location.hash = to;
}

export function goUnasked(to: string): void {
  unguard();
  go(to);
}

/** Each step of the tab's history is numbered, so that one that was not meant can be taken back. */
let at = markedAs(numberOf() ?? 0);
let isTakenBack = false;

// A link, the button *Back*, an address: all of them have changed where we are before anybody is told.
window.addEventListener('hashchange', () => {
  if (isTakenBack || here() === place.value) {
    isTakenBack = false;
    return;
  }
  const to = numberOf() ?? at + 1;
  if (mayLeave?.() === false) {
    isTakenBack = true;
    history.go(at - to);
    return;
  }
  at = markedAs(to);
  place.set(here());
});
window.addEventListener('beforeunload', (event) => {
  if (mayLeave) event.preventDefault();
});

function numberOf(): number | undefined {
  const { at: number } = (history.state ?? {}) as { readonly at?: unknown };
  return typeof number === 'number' ? number : undefined;
}

function markedAs(number: number): number {
  history.replaceState({ at: number }, '');
  return number;
}
