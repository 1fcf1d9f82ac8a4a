import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isBusy, isSoak } from '../support/scale.ts';
import { sipp } from '../support/sipp.ts';
import { System } from '../support/system.ts';
import { eventually } from '../support/until.ts';

let system: System;

const usual = isBusy ? 100 : 500;
const calls = isSoak ? 2_000 : usual;
const rate = isBusy ? 20 : 100;

beforeAll(async () => {
  system = await System.start({ isWatched: false });
  await system.flowOn('load', [{ type: 'answer' }, { type: 'beep' }, { type: 'hangup' }]);
});
afterAll(() => system[Symbol.asyncDispose]());

/** Megabytes the daemon holds. */
const memory = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${system.daemon.pid}/status`, 'utf8'))?.[1]) / 1_024;

const burst = (count: number) =>
  sipp('answer-and-wait-bye', {
    remote: `127.0.0.1:${system.asterisk.sipPort}`,
    number: 'load',
    calls: count,
    rate,
    limit: 400,
    timeout: 90_000,
  });

test(`${calls} calls at ${rate} a second through answer, beep and hangup: none fails, memory comes to a plateau`, async () => {
  // Twice: the first run fills caches and heaps, the second must not add to them.
  const warmUp = await burst(calls);
  expect(warmUp).toMatchObject({ successful: calls, failed: 0 });
  await system.quiet();
  const plateau = memory();
  const run = await burst(calls);
  expect(run, run.errors).toMatchObject({ successful: calls, failed: 0 });
  await system.quiet();
  const after = memory();
  console.info(
    `load: ${calls} calls, answered in ${run.answerTime} ms, memory ${plateau.toFixed(0)} → ${after.toFixed(0)} MB`,
  );
  expect(after).toBeLessThan(plateau + 60);
  await eventually(async () => (await endedCalls()) >= 100, { what: 'the calls to be stored as ended' });
}, 240_000);

async function endedCalls(): Promise<number> {
  const { body } = await system.api.get<{ result: unknown[] }>('/v1.0/calls?status=hangup&page_size=100');
  return body.result.length;
}
