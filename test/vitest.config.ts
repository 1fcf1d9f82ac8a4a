import { defineConfig } from 'vitest/config';

/** What each project needs decides how it runs: the ones with a real Asterisk share two cores, so one file at a time. */
const withAsterisk = (name: string) => ({
  test: {
    name,
    root: import.meta.dirname,
    include: [`${name}/**/*.test.ts`],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          root: import.meta.dirname,
          include: ['unit/**/*.test.ts'],
          testTimeout: 10_000,
        },
      },
      { test: { name: 'contract', root: import.meta.dirname, include: ['contract/**/*.test.ts'] } },
      withAsterisk('integration'),
      withAsterisk('e2e'),
    ],
  },
});
