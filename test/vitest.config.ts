import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { alone, share } from './shares.ts';
import { LongestFirst } from './support/longest-first.ts';
import { isBusy } from './support/scale.ts';

/** Bounds for what never ends. How long anything takes is the bench's business: these hold on a machine that is busy. */
const patience = { testTimeout: 120_000, hookTimeout: 300_000, expect: { poll: { timeout: 30_000 } } };

/** Files share a process: starting one for each, and loading all of the daemon into it, takes half the time of those that compute. */
const inOneProcess = { isolate: false, setupFiles: './support/as-if-alone.ts' };

/** What needs a real Asterisk waits two thirds of its time for sound: one file more at a time than there are cores, two in all where they are busy. */
const filesAtOnce = isBusy ? 2 : Math.min(1 + availableParallelism(), 4);

/** Before the first file. Without an Asterisk, too, some need sox. */
const tools = ['./support/built.ts', './support/install-tools.ts'];

const withAsterisk = (name: string) => {
  const apart = alone.map((file) => `${name}/${file}.test.ts`);
  return {
    test: {
      name,
      root: import.meta.dirname,
      globalSetup: tools,
      include: share === 'alone' ? apart : [`${name}/**/*.test.ts`],
      exclude: share === 'together' ? apart : [],
      fileParallelism: share === 'together',
      maxWorkers: share === 'together' ? filesAtOnce : 1,
      // What runs once more by itself is really by itself.
      ...(share === undefined ? {} : inOneProcess),
      ...patience,
    },
  };
};

/** What needs none computes: one file at a time for each core. Of tests that wait several go on at once. */
const withoutAsterisk = (name: string) => ({
  test: {
    name,
    root: import.meta.dirname,
    globalSetup: tools,
    include: [`${name}/**/*.test.ts`],
    ...inOneProcess,
    maxConcurrency: isBusy ? 1 : 5,
    maxWorkers: availableParallelism(),
    ...patience,
  },
});

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      withoutAsterisk('unit'),
      withoutAsterisk('contract'),
      withAsterisk('integration'),
      withAsterisk('e2e'),
    ],
  },
});
