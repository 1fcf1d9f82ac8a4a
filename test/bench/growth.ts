import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median, percentile } from './compare/statistics.ts';
import { fillStore } from './full-store.ts';
import { OnFake, type Times } from './on-fake.ts';

/** What there may be much of: calls in the store, flows that wait, calls that live. */
export const growthParts = ['stored', 'waiting', 'held'] as const;

export type GrowthPart = (typeof growthParts)[number];

/** Calls that are held while others are measured. */
const stages = [50, 500, 2_000, 10_000];

const storedCalls = 1_000_000;

/** Flows that wait, of so many lengths, in seconds. */
const waiting = 10_000;
const shortest = 30;
const lengths = 60;

/** How many are measured at once, how many a second, and how often. */
const calls = 300;
const rate = 60;
const rounds = 3;

/** Calls that come to be held, a second. */
const holdRate = 500;

interface Cost {
  /** Milliseconds of processor a call. */
  readonly each: number;
  /** Milliseconds from a call to its answer. */
  readonly p50: number;
  readonly p99: number;
}

/** What a call costs beside those that live, and beside those that are stored; whether those who wait are woken in time. */
export async function benchGrowth(parts: readonly GrowthPart[]): Promise<void> {
  await using exchange = await OnFake.start();
  await exchange.flowOn('short', [{ type: 'answer' }, { type: 'beep' }, { type: 'hangup' }]);
  await exchange.flowOn('held', [{ type: 'answer' }, { type: 'sleep', option: { duration: 3_600_000 } }]);
  for (let length = 0; length < lengths; length++)
    await exchange.flowOn(`wait${length}`, [
      { type: 'answer' },
      { type: 'sleep', option: { duration: (shortest + length) * 1_000 } },
      { type: 'hangup' },
    ]);
  await costOf(exchange); // warm
  if (parts.includes('stored')) await benchStored(exchange);
  if (parts.includes('waiting')) await benchWaiting(exchange);
  if (parts.includes('held')) await benchHeld(exchange);
}

async function benchHeld(exchange: OnFake): Promise<void> {
  const idle = await exchange.memory();
  let first: number | undefined;
  for (const held of stages) {
    await exchange.call(() => 'held', held - exchange.live, holdRate);
    await pause(2_000);
    const before = await exchange.cpu();
    await pause(3_000);
    const calm = ((await exchange.cpu()) - before) / 3;
    const cost = await costOf(exchange);
    first ??= cost.each;
    const memory = await exchange.memory();
    console.log(
      `growth: beside ${exchange.live} calls ${told(cost, first)}; ${calm.toFixed(1)} ms/s for nothing; ${memory.toFixed(0)} MB, ${(((memory - idle) * 1_024) / held).toFixed(0)} KB each`,
    );
  }
  await benchLost(exchange);
  const ready = await exchange.restart();
  console.log(
    `growth: killed with ${exchange.live} calls it is ready again after ${(ready / 1_000).toFixed(1)} s, ${(await exchange.memory()).toFixed(0)} MB`,
  );
}

/** The connection is lost with all those calls, and comes back. */
async function benchLost(exchange: OnFake): Promise<void> {
  const before = await exchange.cpu();
  exchange.server.drop();
  await pause(6_000);
  const used = (await exchange.cpu()) - before;
  const { p99 } = await costOf(exchange, 1);
  console.log(
    `growth: a lost connection with ${exchange.live} calls costs ${used.toFixed(0)} ms of CPU; calls behind it are answered after ${p99.toFixed(0)} ms (p99)`,
  );
}

async function benchStored(exchange: OnFake): Promise<void> {
  const empty = await costOf(exchange);
  const began = performance.now();
  const ready = await exchange.restart(
    () => fillStore(join(exchange.folder, 'ariflow.db'), storedCalls),
    'SIGTERM',
  );
  const filled = performance.now() - began - ready;
  await costOf(exchange, 1); // warm
  const full = await costOf(exchange);
  console.log(
    `growth: with an empty store ${told(empty, empty.each)}; with ${storedCalls} calls, made in ${(filled / 1_000).toFixed(0)} s, ready after ${(ready / 1_000).toFixed(1)} s, ${told(full, empty.each)}`,
  );
}

/** By how much later than it should each flow goes on that has waited. */
async function benchWaiting(exchange: OnFake): Promise<void> {
  const channels = await exchange.call((call) => `wait${call % lengths}`, waiting, holdRate);
  const memory = await exchange.memory();
  await Promise.all(channels.map(({ ended }) => ended.promise));
  const late = channels.map(({ id }, call) => {
    const { answered = Number.NaN, hungUp = Number.NaN } = exchange.times.get(id) ?? {};
    return hungUp - answered - (shortest + (call % lengths)) * 1_000;
  });
  console.log(
    `growth: ${waiting} flows that wait, in ${memory.toFixed(0)} MB, go on ${percentile(late, 50).toFixed(0)} ms late (p99 ${percentile(late, 99).toFixed(0)}, all within ${Math.max(...late).toFixed(0)})`,
  );
}

/** Of short calls, beside whatever else there is: the median of some rounds. */
async function costOf(exchange: OnFake, times = rounds): Promise<Cost> {
  const costs: Cost[] = [];
  for (let round = 0; round < times; round++) {
    const before = await exchange.cpu();
    const made = await exchange.call(() => 'short', calls, rate);
    await Promise.all(made.map(({ ended }) => ended.promise));
    await pause(300); // what a call leads to is not over with the call
    const each = ((await exchange.cpu()) - before) / calls;
    const waits = made.map(({ id }) => waitOf(exchange.times.get(id)));
    costs.push({ each, p50: percentile(waits, 50), p99: percentile(waits, 99) });
  }
  const middle = (key: keyof Cost): number => median(costs.map((cost) => cost[key]));
  return { each: middle('each'), p50: middle('p50'), p99: middle('p99') };
}

function waitOf(times: Times | undefined): number {
  return times ? (times.answered ?? Number.NaN) - times.came : Number.NaN;
}

function told({ each, p50, p99 }: Cost, first: number): string {
  return `a call costs ${each.toFixed(2)} ms of CPU (${(each / first).toFixed(2)}x), answered after ${p50.toFixed(1)} ms (p99 ${p99.toFixed(0)})`;
}
