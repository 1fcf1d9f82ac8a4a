import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { alone, share } from './shares.ts';
import { isBusy } from './support/scale.ts';

/** Bounds for what never ends. How long anything takes is the bench's business: these hold on a machine that is busy. */
const patience = { testTimeout: 120_000, hookTimeout: 300_000 };

/** What needs a real Asterisk waits most of its time for sound: three files at a time fill two cores, and two where they are busy. */
const withAsterisk = (name: string) => ({
  test: {
    name,
    root: import.meta.dirname,
    globalSetup: './support/install-tools.ts',
    include: share === 'alone' ? alone.map((file) => `${name}/${file}.test.ts`) : [`${name}/**/*.test.ts`],
    exclude: share === 'together' ? alone.map((file) => `${name}/${file}.test.ts`) : [],
    fileParallelism: share === 'together',
    maxWorkers: share === 'together' ? (isBusy ? 2 : 3) : 1,
    ...patience,
  },
});

/** What needs none computes: one file at a time for each core. */
const withoutAsterisk = (name: string) => ({
  test: {
    name,
    root: import.meta.dirname,
    include: [`${name}/**/*.test.ts`],
    maxWorkers: availableParallelism(),
    ...patience,
  },
});

export default defineConfig({
  test: {
    projects: [
      withoutAsterisk('unit'),
      withoutAsterisk('contract'),
      withAsterisk('integration'),
      withAsterisk('e2e'),
    ],
  },
});
