import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestAsterisk } from '../../support/asterisk.ts';
import { Bench } from './bench.ts';
import { benchHeld } from './bench-held.ts';
import { benchRounds } from './bench-rounds.ts';
import { benchSteps } from './bench-steps.ts';
import { extendDialplan } from './dialplan.ts';
import { mostAtOnce } from './load.ts';
import { machineOf } from './machine.ts';
import type { Options } from './options.ts';
import { markdownOf, type Report, type Sample } from './report.ts';

/** The same calls through all parts, on one Asterisk. */
export async function compare(options: Options, command: string): Promise<Report> {
  await using asterisk = await startTestAsterisk({
    calls: (options.concurrency + mostAtOnce) / 2, // a call takes two ports
    env: { ARIFLOW_RTP_TIMEOUT: '1h' }, // SIPp sends no audio
  });
  await extendDialplan(asterisk);
  const machine = await machineOf(asterisk);
  const reportOf = (samples: readonly Sample[]): Report => ({ machine, command, samples });
  const bench = new Bench(asterisk, options, (samples) => write(options.out, reportOf(samples)));
  await benchRounds(bench);
  await benchHeld(bench);
  await benchSteps(bench);
  const report = reportOf(bench.samples);
  console.log(`\n${markdownOf(report)}\nwritten to ${options.out}/bench.md and bench.json`);
  return report;
}

/** After each figure: a run that is cut has told what it had. */
function write(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'bench.json'), `${JSON.stringify(report, undefined, 2)}\n`);
  writeFileSync(join(folder, 'bench.md'), markdownOf(report));
}
