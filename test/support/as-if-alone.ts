import { afterAll, vi } from 'vitest';
import { realClock, replaceClock } from '../../src/core/clock.ts';
import { closeSpareStores } from './store-folder.ts';

// Files that compute share a process. Whoever has changed its time or its environment gives them back, and an hour that one has let pass has not
// passed for the next.

afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  replaceClock(realClock)[Symbol.dispose]();
  await closeSpareStores();
});
