/** `npm run bench`: the daemon beside what else could control these calls, in one run. The numbers of another machine, or minute, mean nothing. */
import { compare } from './compare/compare.ts';
import { readOptions, usage } from './compare/options.ts';
import { ratioOf } from './compare/report.ts';
import { benchConsole } from './console.ts';
import { benchGrowth } from './growth.ts';
import { benchParts } from './parts.ts';

/** `--check`: so many times what a call costs a bare client. Far more than it takes: a machine that is busy is no fault of ours. */
const mostOfBare = 6;

// What was started ends with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const args = process.argv.slice(2);
const options = optionsOrEnd();
if (options.isParts) await benchParts();
else if (options.isConsole) await benchConsole(options);
else if (options.growth.length > 0) await benchGrowth(options.growth);
else {
  const { samples } = await compare(options, ['npm run bench --', ...args].join(' '));
  if (options.isCheck) check(ratioOf(samples));
}

function check(ratio: number): void {
  const isGood = ratio <= mostOfBare;
  console.log(
    `a call costs the daemon ${ratio.toFixed(2)}x of what it costs a bare client (at most ${mostOfBare}x)`,
  );
  if (!isGood) process.exitCode = 1;
}

function optionsOrEnd(): ReturnType<typeof readOptions> {
  try {
    return readOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  }
}
