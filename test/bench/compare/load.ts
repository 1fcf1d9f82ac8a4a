import type { TestAsterisk } from '../../support/asterisk.ts';
import { type SippResult, sipp } from '../../support/sipp.ts';
import { hangUpAll } from './channels.ts';
import type { Flow } from './dialplan.ts';
import type { Part } from './part.ts';
import { type Spread, spreadOf } from './statistics.ts';
import { cpuOf, memoryOf, settled } from './usage.ts';

export interface LoadOptions {
  readonly asterisk: TestAsterisk;
  readonly flow: Exclude<Flow, 'hold'>;
  /** Calls a second, and for how long. */
  readonly rate: number;
  readonly seconds: number;
}

/** What calls cost, and how long they were kept waiting. */
export interface Load {
  readonly calls: number;
  readonly failed: number;
  /** Milliseconds from INVITE to 200. */
  readonly answer: Spread;
  /** Milliseconds from a digit to BYE: the prompt is stopped, its end is told, the call is hung up. */
  readonly digit?: Spread;
  /** Milliseconds of processor a call. */
  readonly cpu?: number;
  readonly asteriskCpu: number;
  /** Megabytes resident when the last call has ended. */
  readonly memory?: number;
}

/** Calls at the same time: beyond that SIPp waits, and the rate is not reached. */
export const mostAtOnce = 800;

/** How long before the digit the prompt is heard. */
const listensFor = 300;
const patience = 12_000;

/** Calls a part, and waits until neither it nor Asterisk has anything left to do. */
export async function load(part: Part, options: LoadOptions): Promise<Load> {
  const { asterisk, flow, rate, seconds } = options;
  const calls = Math.max(1, Math.round(rate * seconds));
  const pids = part.pid === undefined ? [asterisk.pid] : [asterisk.pid, part.pid];
  await using _ = await part.enter?.();
  const before = pids.map(cpuOf);
  const run = await sipp(flow === 'menu' ? 'answer-and-press' : 'answer-and-wait-bye', {
    ...{ remote: `127.0.0.1:${asterisk.sipPort}`, number: part.numberOf(flow) },
    ...{ calls, rate, limit: mostAtOnce, holdFor: listensFor, isTimed: true },
    timeout: seconds * 1_000 + patience,
  });
  const memory = part.pid === undefined ? undefined : memoryOf(part.pid);
  await settled(pids);
  const [asteriskCpu = 0, cpu] = pids.map((pid, at) => (cpuOf(pid) - (before[at] ?? 0)) / calls);
  if (run.successful < calls) await hangUpAll(asterisk);
  return {
    ...{ calls, failed: calls - run.successful, asteriskCpu, ...timesOf(run) },
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
  };
}

function timesOf({ times }: SippResult): Pick<Load, 'answer' | 'digit'> {
  const digit = times.get('2');
  return { answer: spreadOf(times.get('1') ?? []), ...(digit && { digit: spreadOf(digit) }) };
}
