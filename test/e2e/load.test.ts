import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isBusy, isSoak } from '../support/scale.ts';
import { sipp } from '../support/sipp.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

let system: System;
let folder: string;

const usual = isBusy ? 100 : 500;
const calls = isSoak ? 2_000 : usual;
const rate = isBusy ? 20 : 100;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ariflow-heap-'));
  const report = new URL('../support/heap-report.ts', import.meta.url);
  const env = { NODE_OPTIONS: `--expose-gc --import ${report}`, HEAP_REPORT: join(folder, 'bytes') };
  system = await System.start({ isWatched: false, env });
  await system.flowOn('load', [{ type: 'answer' }, { type: 'beep' }, { type: 'hangup' }]);
});
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Megabytes that are in use in the daemon. */
async function heap(): Promise<number> {
  const path = join(folder, 'bytes');
  rmSync(path, { force: true });
  process.kill(system.daemon.pid, 'SIGWINCH');
  const bytes = await until(() => read(path), { what: 'the size of the heap' });
  return Number(bytes) / 2 ** 20;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const burst = (count: number) =>
  sipp('answer-and-wait-bye', {
    remote: `127.0.0.1:${system.asterisk.sipPort}`,
    number: 'load',
    calls: count,
    rate,
    limit: 400,
    timeout: 90_000,
  });

test(`${calls} calls at ${rate} a second through answer, beep and hangup: none fails, and none is kept in memory`, async () => {
  const held: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const run = await burst(calls);
    expect(run, run.errors).toMatchObject({ successful: calls, failed: 0 });
    await system.quiet();
    held.push(await heap());
    console.info(
      `load: ${calls} calls, answered in ${run.answerTime} ms, ${held.at(-1)?.toFixed(1)} MB in use`,
    );
  }
  // The first one fills caches. A call that were kept would be some tens of kilobytes.
  const [, before = 0, after = 0] = held;
  const perCall = ((after - before) * 1_024) / calls;
  expect(perCall).toBeLessThan(isBusy ? 20 : 5);
  await eventually(async () => (await endedCalls()) >= 100, { what: 'the calls to be stored as ended' });
}, 240_000);

async function endedCalls(): Promise<number> {
  const { body } = await system.api.get<{ result: unknown[] }>('/v1.0/calls?status=hangup&page_size=100');
  return body.result.length;
}
