import { expect, test } from 'vitest';
import { Semaphore } from '../../../src/core/semaphore.ts';

test('runs so many at a time, in order, and a failure frees its place', async () => {
  const semaphore = new Semaphore(2);
  const log: string[] = [];
  const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const runs = gates.map((gate, index) =>
    semaphore.run(async () => {
      log.push(`start ${index}`);
      await gate.promise;
    }),
  );
  await Promise.resolve();
  expect(log).toEqual(['start 0', 'start 1']);
  gates[1]?.reject(new Error('broken'));
  await expect(runs[1]).rejects.toThrow('broken');
  gates[0]?.resolve();
  await runs[0];
  gates[2]?.resolve();
  gates[3]?.resolve();
  await Promise.all([runs[2], runs[3]]);
  expect(log).toEqual(['start 0', 'start 1', 'start 2', 'start 3']);
});

test('whoever is aborted while it waits does so no longer, and never runs', async () => {
  const semaphore = new Semaphore(1);
  const gate = Promise.withResolvers<void>();
  const first = semaphore.run(() => gate.promise);
  const abort = new AbortController();
  let hasRun = false;
  const second = semaphore.run(async () => {
    hasRun = true;
  }, abort.signal);
  const third = semaphore.run(async () => 'third');
  const reason = new Error('not wanted any more');
  abort.abort(reason);
  await expect(second).rejects.toBe(reason);
  gate.resolve();
  await first;
  expect(await third).toBe('third');
  expect(hasRun).toBe(false);
});
