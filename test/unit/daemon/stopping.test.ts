import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { type Stopped, stopDaemon } from '../../../src/daemon/stopping.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const never = (): Promise<never> => new Promise(() => undefined);
const fails = (): Promise<never> => Promise.reject(new Error('away'));

test.each([
  ['fails', fails],
  ['never comes to an end', never],
])('a daemon that leaves its calls ends in time, also where each of its parts %s', async (_, ending) => {
  const done: string[] = [];
  const nothing = { calls: { size: 0 }, size: 0 };
  const daemon = {
    admission: { stop: () => done.push('closed') },
    ...{ calls: nothing, activeflows: nothing, log: silentLog },
    api: { close: ending },
    delivery: { deliverer: { close: ending } },
    later: { close: ending },
    connection: { fallSilent: () => done.push('silent') },
    recorder: { seal: () => done.push('sealed'), close: ending },
    lease: {
      leave: () => {
        done.push('left');
        return ending();
      },
    },
    store: { close: ending },
  } as unknown as Stopped; // as far as leaving goes
  const order = { how: 'leave', drain: 0, hurry: new AbortController().signal } as const;
  const stopped = stopDaemon(daemon, order);
  await vi.advanceTimersByTimeAsync(25_000);
  await stopped;
  expect(done).toEqual(['closed', 'silent', 'sealed', 'left']);
});
