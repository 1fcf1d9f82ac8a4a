import { parseArgs } from 'node:util';
import { type GrowthPart, growthParts } from '../growth.ts';
import { type PartName, partNames } from './part.ts';

/** What is measured: cost and waiting at given rates; the highest rate; held calls, memory and lag; from events to requests. */
export const measures = ['load', 'highest', 'held', 'steps'] as const;

export type Measure = (typeof measures)[number];

const loadFlows = ['beep', 'menu'] as const;

export interface Options {
  readonly only: readonly PartName[];
  readonly measures: readonly Measure[];
  readonly flows: readonly (typeof loadFlows)[number][];
  readonly rates: readonly number[];
  readonly rounds: number;
  /** How long calls are made for one figure. */
  readonly seconds: number;
  /** Calls that are held. */
  readonly concurrency: number;
  /** A checkout whose daemon is measured beside ours. */
  readonly earlier: string | undefined;
  /** The folder that the report is written to. */
  readonly out: string;
  readonly isCheck: boolean;
  /** What the bench measured before there was a comparison, part by part. */
  readonly isParts: boolean;
  /** What grows with the calls that live and that are stored; nothing else then. */
  readonly growth: readonly GrowthPart[];
  /** How smoothly the console goes beside calls; nothing else then. */
  readonly isConsole: boolean;
}

export const usage = `npm run bench -- [options]
  --only a,b          of ${partNames.join(', ')}; all there are
  --earlier DIR       another checkout, with its node_modules: its daemon is one more part
  --measure a,b       of ${measures.join(', ')}; all
  --flow a,b          of ${loadFlows.join(', ')}; both
  --rate 100,200      calls a second; the first one alone for the menu
  --rounds 3          the parts alternate within each, the medians are told
  --seconds 6         calls are made so long for one figure
  --concurrency 200   calls that are held
  --out DIR           where bench.json and bench.md are written; .cache/bench
  --check             only what a call costs the daemon and a bare client; fails where the ratio is out of bounds;
                      with --console: fails where the pages are clearly not smooth
  --parts             the parts of the daemon one by one, and nothing of the above
  --growth a,b        of ${growthParts.join(', ')}: what a call costs beside many that live, wait or are stored, on a fake Asterisk
  --console           frames a second of the console in a browser, beside 100 calls`;

/** @throws Error that says what is wrong */
export function readOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ only: text, measure: text, flow: text, rate: text, rounds: text, seconds: text },
      ...{
        concurrency: text,
        out: text,
        earlier: text,
        growth: text,
        check: { type: 'boolean' },
        parts: { type: 'boolean' },
        console: { type: 'boolean' },
      },
      help: { type: 'boolean' },
    },
  });
  if (values.help) throw new Error('Compares what a call costs:');
  const isCheck = values.check === true;
  return {
    only: values.only === undefined && isCheck ? ['bare', 'daemon'] : partsIn(values.only, values.earlier),
    measures: among(measures, values.measure ?? (isCheck ? 'load' : measures.join())),
    flows: among(loadFlows, values.flow ?? (isCheck ? 'beep' : loadFlows.join())),
    rates: (values.rate ?? (isCheck ? '100' : '100,200')).split(',').map(positive),
    rounds: positive(values.rounds ?? '3'),
    seconds: positive(values.seconds ?? '6'),
    concurrency: positive(values.concurrency ?? '200'),
    earlier: values.earlier,
    out: values.out ?? '.cache/bench',
    isCheck,
    isParts: values.parts === true,
    growth: values.growth === undefined ? [] : among(growthParts, values.growth),
    isConsole: values.console === true,
  };
}

/** Those that are named, or all; the other checkout where one is given. */
function partsIn(list = partNames.join(), earlier?: string): PartName[] {
  const wanted = among(partNames, list).filter((name) => name !== 'earlier');
  return earlier === undefined ? wanted : [...wanted, 'earlier'];
}

function among<T extends string>(known: readonly T[], list: string): T[] {
  const wanted = list.split(',');
  const strange = wanted.find((word) => !known.some((name) => name === word));
  if (strange !== undefined) throw new Error(`${strange} is none of ${known.join(', ')}`);
  return known.filter((name) => wanted.includes(name));
}

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`${text} is no number above 0`);
  return number;
}
