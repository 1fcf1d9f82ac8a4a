export interface Failure {
  /** The file of tests; missing where it is none. */
  readonly file?: string;
  readonly text: string;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly Failure[];
}

/** More files that fail are no matter of who was late. */
const mostFiles = 6;

/**
 * Files in which something failed beside others run once more by themselves: what comes of that counts, and what had failed is told
 * (docs/decisions/0053-once-more-alone.md).
 */
export async function onceMore(
  all: readonly Counts[],
  run: (files: readonly string[]) => Promise<Counts>,
): Promise<readonly Counts[]> {
  const failures = all.flatMap((counts) => counts.failures);
  const inFiles = failures.filter(({ file }) => file !== undefined);
  const files = [...new Set(inFiles.flatMap(({ file }) => file ?? []))];
  if (files.length === 0 || files.length > mostFiles) return all;
  for (const { text } of inFiles) console.log(`\n# failed beside others: ${text}`);
  const again = await run(files);
  const sum = (kind: 'passed' | 'failed'): number => all.reduce((total, counts) => total + counts[kind], 0);
  // Those that ran twice count once.
  const passed = sum('passed') + Math.max(0, inFiles.length - again.failed);
  const others = failures.filter(({ file }) => file === undefined);
  const failed = sum('failed') - inFiles.length + again.failed;
  return [{ passed, failed, failures: [...others, ...again.failures] }];
}
