import { setFlagsFromString } from 'node:v8';

/**
 * V8 compiles well what has run some thousand times. Most functions run a few times a call: a daemon with a thousand calls a day would be days
 * in code that takes half as much again. From now on some hundred times are enough (docs/decisions/0063).
 */
export function compileSoon(): void {
  for (const flag of soon) setFlagsFromString(flag);
}

const soon = ['--invocation-count-for-maglev=100', '--invocation-count-for-turbofan=600'];
