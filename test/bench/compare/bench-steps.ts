import type { Bench } from './bench.ts';
import { highestTable } from './bench-rounds.ts';
import type { Part } from './part.ts';
import { failed, highest, mediansOf } from './report.ts';
import { spreadOf } from './statistics.ts';
import { type StepKind, stepsIn } from './steps.ts';
import { Tap } from './tap.ts';

/** Of the highest rate, where that was looked for. */
const nearlyAll = 0.8;

/** How each step is told: what has happened, and what is asked of Asterisk then. */
const heads: Readonly<Record<StepKind, string>> = {
  StasisStart: 'call to answer',
  ChannelDtmfReceived: 'digit to stop',
  PlaybackFinished: 'end of the prompt to hang-up',
};

/** From an event to the next request: with a tap in between, which takes its share of the processors. */
export async function benchSteps(bench: Bench): Promise<void> {
  if (!bench.options.measures.includes('steps')) return;
  await using tap = await Tap.to(bench.asterisk.ariUrl);
  await using parts = await bench.start(bench.controllers, { ariUrl: tap.url });
  for (const part of parts.all) await bench.load(part, 'menu', bench.firstRate); // warm
  for (let round = 0; round < bench.options.rounds; round++)
    for (const part of parts.inTurn(round))
      for (const [table, rate] of ratesOf(bench, part)) {
        tap.take();
        const { failed: lost } = await bench.load(part, 'menu', rate);
        const figures = figuresOf(stepsIn(tap.take()));
        bench.add(table, part, { 'calls/s': rate, ...figures, [failed]: lost });
      }
}

function ratesOf({ samples, firstRate }: Bench, part: Part): readonly (readonly [string, number])[] {
  const most = mediansOf(samples).get(highestTable)?.get(part.name)?.[highest];
  const given = ['from an event to the request', firstRate] as const;
  if (most === undefined) return [given];
  return [given, ['the same at 80 % of the highest rate', Math.round(most * nearlyAll)]];
}

function figuresOf(found: ReadonlyMap<StepKind, readonly number[]>): Record<string, number> {
  const figures = [...found].flatMap(([kind, times]) => {
    const { p50, p99 } = spreadOf(times);
    return [
      [`${heads[kind]} p50, ms`, p50],
      [`${heads[kind]} p99, ms`, p99],
    ];
  });
  return Object.fromEntries(figures);
}
