import { Store } from '../lib/store.ts';

/** What may be called: a number, or a flow whether it has one or not. */
export type Callee =
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'flow'; readonly id: string; readonly name: string };

interface Dock {
  readonly isOpen: boolean;
  /** Whom another page wants to be called; taken by the phone when it is there. */
  readonly wanted: Callee | undefined;
  /** Ends all calls and takes the phone down; missing while there is none. */
  readonly hangUpAll: (() => Promise<void>) | undefined;
}

/** What all pages know of the phone. The phone itself is loaded when it is opened. */
export const dock = new Store<Dock>({
  isOpen: false,
  wanted: undefined,
  hangUpAll: undefined,
});

/** Opens the phone, and calls. */
export function callWith(callee: Callee): void {
  dock.update({ isOpen: true, wanted: callee });
}
