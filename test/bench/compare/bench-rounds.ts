import type { Bench } from './bench.ts';
import { highestRate } from './highest-rate.ts';
import type { Load } from './load.ts';
import type { Part } from './part.ts';
import { cpuOfCall, failed, highest } from './report.ts';
import { memoryOf, settled } from './usage.ts';

/** A part carries a rate where no call fails and hardly any waits so long for its answer, in milliseconds. */
const longestAnswer = 1_000;

export const highestTable = 'beep, highest rate';

/** The first rate that is tried. */
const likely = 200;

/** What a call costs and how long it waits, at given rates, and the highest rate: round by round, each time another one first. */
export async function benchRounds(bench: Bench): Promise<void> {
  const { measures, rounds, flows, only } = bench.options;
  if (!measures.includes('load') && !measures.includes('highest')) return;
  await using parts = await bench.start(only);
  await idle(bench, parts.all);
  for (const part of parts.all) for (const flow of flows) await bench.load(part, flow, bench.firstRate); // warm
  const found = new Map<string, number>();
  for (let round = 0; round < rounds; round++)
    for (const part of parts.inTurn(round)) {
      if (measures.includes('load')) await loads(bench, part);
      if (!measures.includes('highest')) continue;
      const rate = await highestOf(bench, part, found.get(part.name) ?? likely);
      found.set(part.name, rate);
      bench.add(highestTable, part, { [highest]: rate });
    }
}

/** Before the first call. */
async function idle(bench: Bench, parts: readonly Part[]): Promise<void> {
  const programs = parts.flatMap((part) => (part.pid === undefined ? [] : [{ part, pid: part.pid }]));
  await settled(programs.map(({ pid }) => pid));
  for (const { part, pid } of programs) bench.add('idle', part, { 'resident, MB': memoryOf(pid) });
}

async function loads(bench: Bench, part: Part): Promise<void> {
  for (const flow of bench.options.flows)
    for (const rate of flow === 'beep' ? bench.options.rates : [bench.firstRate]) {
      bench.add(`${flow} at ${rate}/s`, part, figuresOf(await bench.load(part, flow, rate)));
    }
}

function figuresOf({ cpu, asteriskCpu, answer, digit, memory, failed: lost }: Load): Record<string, number> {
  return {
    ...(cpu !== undefined && { [cpuOfCall]: cpu }),
    'Asterisk, ms': asteriskCpu,
    'INVITE to 200 p50, ms': answer.p50,
    'INVITE to 200 p99, ms': answer.p99,
    ...(digit && { 'digit to BYE p50, ms': digit.p50, 'digit to BYE p99, ms': digit.p99 }),
    ...(memory !== undefined && { 'resident, MB': memory }),
    [failed]: lost,
  };
}

/** What fails once is tried once more: the limit of a machine is not its hiccups. */
function highestOf(bench: Bench, part: Part, from: number): Promise<number> {
  const isCarried = async (rate: number): Promise<boolean> => {
    const { failed: lost, answer } = await bench.load(part, 'beep', rate);
    return lost === 0 && answer.p99 < longestAnswer;
  };
  return highestRate(async (rate) => (await isCarried(rate)) || (await isCarried(rate)), { from });
}
