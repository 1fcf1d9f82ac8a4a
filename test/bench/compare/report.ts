import type { PartName } from './part.ts';
import { median } from './statistics.ts';

/** What one round has shown of one part. */
export interface Sample {
  /** The table it belongs in, such as `beep at 100/s`. */
  readonly table: string;
  readonly part: PartName;
  /** By the heads of columns, in their order; what cannot be told of a part is not there. */
  readonly figures: Readonly<Record<string, number>>;
}

export interface Report {
  /** Processors, versions, how idle the machine was. */
  readonly machine: Readonly<Record<string, string>>;
  readonly command: string;
  readonly samples: readonly Sample[];
}

/** Medians of all rounds; of `failed` the sum, since no failure is to be hidden by a median. */
export type Medians = ReadonlyMap<string, ReadonlyMap<PartName, Readonly<Record<string, number>>>>;

export const failed = 'failed';
export const cpuOfCall = 'CPU a call, ms';
export const highest = 'highest, calls/s';

/** What is told as so many times that of the bare client, too. */
const compared: ReadonlySet<string> = new Set([cpuOfCall, highest]);

/** What ratios are told against. */
const floor: PartName = 'bare';

export function mediansOf(samples: readonly Sample[]): Medians {
  const tables = Map.groupBy(samples, ({ table }) => table);
  return new Map(
    [...tables].map(([table, ofTable]) => {
      const parts = Map.groupBy(ofTable, ({ part }) => part);
      return [table, new Map([...parts].map(([part, ofPart]) => [part, summary(ofPart)]))];
    }),
  );
}

function summary(samples: readonly Sample[]): Record<string, number> {
  const heads = new Set(samples.flatMap(({ figures }) => Object.keys(figures)));
  return Object.fromEntries(
    [...heads].map((head) => {
      const all = samples.flatMap(({ figures }) => figures[head] ?? []);
      return [head, head === failed ? all.reduce((sum, one) => sum + one, 0) : median(all)];
    }),
  );
}

/** The processor of a call of the daemon as so many times that of the bare client, in the first table that has both. */
export function ratioOf(samples: readonly Sample[]): number {
  for (const parts of mediansOf(samples).values()) {
    const [daemon, bare] = [parts.get('daemon')?.[cpuOfCall], parts.get(floor)?.[cpuOfCall]];
    if (daemon !== undefined && bare !== undefined) return daemon / bare;
  }
  return Number.NaN;
}

/** The tables, as they stand in docs/performance.md. */
export function markdownOf({ machine, command, samples }: Report): string {
  const where = Object.entries(machine).map(([name, value]) => `${name}: ${value}`);
  const tables = [...mediansOf(samples)].map(([table, parts]) => tableOf(table, parts));
  return `${[`\`${command}\``, where.join('; '), ...tables].join('\n\n')}\n`;
}

function tableOf(title: string, parts: ReadonlyMap<PartName, Readonly<Record<string, number>>>): string {
  // The part with most of them knows their order.
  const byWidth = [...parts.values()].map(Object.keys).toSorted((one, other) => other.length - one.length);
  const heads = [...new Set(byWidth.flat())];
  const lines = [...parts].map(([part, figures]) => {
    const cells = heads.map((head) =>
      cellOf(figures[head], compared.has(head) ? parts.get(floor)?.[head] : undefined),
    );
    return `| ${[part, ...cells].join(' | ')} |`;
  });
  return [`| ${[title, ...heads].join(' | ')} |`, `|${'---|'.repeat(heads.length + 1)}`, ...lines].join('\n');
}

/** With the ratio to the floor, where it is asked for. */
function cellOf(figure: number | undefined, ofFloor: number | undefined): string {
  if (figure === undefined || Number.isNaN(figure)) return '-';
  const digits = Number.isInteger(figure) || Math.abs(figure) >= 100 ? 0 : Math.abs(figure) >= 10 ? 1 : 2;
  const ratio = ofFloor === undefined ? '' : ` (${(figure / ofFloor).toFixed(2)}x)`;
  return `${figure.toFixed(digits)}${ratio}`;
}
