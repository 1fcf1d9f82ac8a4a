import { afterAll, vi } from 'vitest';
import { realClock, replaceClock } from '../../src/core/clock.ts';
import { mediaClock } from './media-clock.ts';
import { closeSpareStores } from './store-folder.ts';

// Files share a process. Whoever has changed its time or its environment gives them back, and an hour that one has let pass has not
// passed for the next, nor were its phones late.

afterAll(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  replaceClock(realClock)[Symbol.dispose]();
  mediaClock.latest = 0;
  await closeSpareStores();
});
