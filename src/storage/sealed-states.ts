import type { Seal } from '../core/seal.ts';

/** Digits that are for the flow alone, and variables with them in it, say so in the state that they are in. */
const hidden = /"isHidden":true|"hidden":/;

const sealed = /^v1\./;

/** A state with something in it that nobody else is to see is stored so that the database alone does not say it. */
export function sealedState(state: string, id: string, seal: Seal | undefined): string {
  return seal && hidden.test(state) ? seal.seal(state, id) : state;
}

/** @throws UnsealError where nobody here can open it */
export function openedState(state: string, id: string, seal: Seal | undefined): string {
  return seal && sealed.test(state) ? seal.open(state, id) : state;
}
