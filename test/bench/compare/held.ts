import { setTimeout as pause } from 'node:timers/promises';
import type { TestAsterisk } from '../../support/asterisk.ts';
import { sipp } from '../../support/sipp.ts';
import { channelsOf, hangUpAll } from './channels.ts';
import type { Inside } from './inside.ts';
import { lookInto } from './insight.ts';
import { type LoadOptions, load } from './load.ts';
import type { Part } from './part.ts';
import { cpuOf, memoryOf, settled } from './usage.ts';

export interface HeldOptions {
  readonly asterisk: TestAsterisk;
  /** Where the controllers write what they say of themselves. */
  readonly folder: string;
  /** Calls that are held. */
  readonly concurrency: number;
  readonly load: LoadOptions;
}

/** What calls cost that are only there, and calls beside them. */
export interface Held {
  readonly calls: number;
  readonly failed: number;
  /** Megabytes of what the program holds itself, garbage gone, before the first call. */
  readonly idleHeap: number;
  /** Kilobytes a held call: of the heap, and of what is resident. */
  readonly heapEach: number;
  readonly memoryEach: number;
  /** Milliseconds of processor a second, while nothing happens on them. */
  readonly cpuASecond: number;
  /** Milliseconds of processor of a short call, without and with them. */
  readonly cpuAlone: number;
  readonly cpuBeside: number;
  /** Milliseconds by which timers are late during the short calls without them. */
  readonly lag: Inside['lag'];
}

const rate = 50;
/** Milliseconds for which nothing happens. */
const calm = 3_000;
/** Milliseconds that calls are held, at most. */
const longest = 600_000;

/** Holds calls of a controller, looks into it, and calls it meanwhile. */
export async function held(part: Part, pid: number, options: HeldOptions): Promise<Held> {
  const { asterisk, folder, concurrency } = options;
  const { enter, ...still } = part;
  const look = (): Promise<Inside> => lookInto(folder, pid);
  await using _ = await enter?.();
  const idleHeap = (await look()).heap / 2 ** 20;
  await load(still, options.load); // warm
  await look();
  const alone = await load(still, options.load);
  const { lag, heap } = await look();
  const resident = memoryOf(pid);
  using holding = hold(part, options);
  await pause((concurrency / rate) * 1_000 + 1_500);
  await settled([pid, asterisk.pid]);
  const calls = Math.min(concurrency, await channelsOf(asterisk));
  const each = {
    heapEach: ((await look()).heap - heap) / 1_024 / calls,
    memoryEach: ((memoryOf(pid) - resident) * 1_024) / calls,
  };
  const cpuASecond = await costOfCalm(pid);
  const beside = await load(still, options.load);
  holding[Symbol.dispose]();
  await hangUpAll(asterisk);
  await settled([pid, asterisk.pid]);
  const { cpu: cpuAlone = Number.NaN } = alone;
  const { cpu: cpuBeside = Number.NaN } = beside;
  const failed = concurrency - calls + alone.failed + beside.failed;
  return { calls, failed, idleHeap, ...each, cpuASecond, cpuAlone, cpuBeside, lag };
}

/** Calls that stay until this is disposed of, SIPp with them. */
function hold(part: Part, { asterisk, concurrency }: HeldOptions): Disposable {
  const over = new AbortController();
  const run = sipp('call-and-hangup', {
    ...{ remote: `127.0.0.1:${asterisk.sipPort}`, number: part.numberOf('hold') },
    ...{ calls: concurrency, rate, limit: concurrency, holdFor: longest, timeout: longest },
    signal: over.signal,
  });
  run.catch((error: unknown) => {
    if (!over.signal.aborted) console.error(error);
  });
  return { [Symbol.dispose]: () => over.abort() };
}

async function costOfCalm(pid: number): Promise<number> {
  const before = cpuOf(pid);
  await pause(calm);
  return ((cpuOf(pid) - before) * 1_000) / calm;
}
