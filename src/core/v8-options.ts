import { setFlagsFromString } from 'node:v8';

// What V8 is to do while a daemon starts is not what it is to do when calls come. Options are set here and not where Node.js is started: what it
// has compiled beforehand of its own modules it takes only where all of V8's options are as they were then, but for a few, and compiles anew
// otherwise, in each thread (docs/decisions/0064).

/** What a start makes stays, and most of its code runs once: no room for more of what goes, nothing compiled well. */
const starting = ['--semi-space-growth-factor=1', '--no-parallel-scavenge', '--no-maglev', '--no-turbofan'];
const usual = ['--semi-space-growth-factor=2', '--parallel-scavenge', '--maglev', '--turbofan'];

/**
 * V8 compiles well what has run some thousand times. Most functions run a few times a call: a daemon with a thousand calls a day would be days
 * in code that takes half as much again (docs/decisions/0063). And it looks at the old generation when it has grown fourfold; half is enough
 * (docs/decisions/0062).
 */
const running = [
  '--invocation-count-for-maglev=100',
  '--invocation-count-for-turbofan=600',
  '--heap-growing-percent=50',
];

/** From now on until `asUsual` V8 is sparing. */
export function whileStarting(): void {
  set(starting);
}

/** As V8 has it, which is what a thread should find that begins. */
export function asUsual(): void {
  set(usual);
}

/** From now on, behind `asUsual`, calls come. */
export function whileRunning(): void {
  set(running);
}

function set(options: readonly string[]): void {
  for (const option of options) setFlagsFromString(option);
}
