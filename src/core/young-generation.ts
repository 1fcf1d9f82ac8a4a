import { setFlagsFromString } from 'node:v8';

// A start makes so much that V8 gives the young generation all the room that it may have, and never takes it back: 25 MB of a daemon that
// has nothing to do. What a start makes stays anyway; room for what does not is needed when calls come.

/** From now on it stays as large as it is. Each thread that begins takes that back. */
export function keepYoungGeneration(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** From now on it grows with what lives in it, as usual. */
export function letYoungGenerationGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
