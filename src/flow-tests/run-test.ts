import { realClock } from '../core/clock.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Step as SimulatedStep } from '../simulator/steps.ts';
import type { Hit } from './coverage.ts';
import { judge } from './judge.ts';
import { play } from './play.ts';
import type { PreparedTest } from './prepare.ts';
import type { TestResult } from './result.ts';

/** A test that has been run, as threads hand it on. */
export interface TestRun {
  readonly result: Omit<TestResult, 'story'>;
  /** What happened; nothing of one that has passed. */
  readonly steps: readonly SimulatedStep[];
  readonly hits: readonly Hit[];
  /** How long it took, in milliseconds. */
  readonly took: number;
}

export async function runTest({ test, world }: PreparedTest, catalogue: ActionCatalogue): Promise<TestRun> {
  const began = realClock.now();
  const { played, steps } = await play(test, world, catalogue);
  const failures = judge(test.steps, test.expected, played);
  return {
    result: {
      name: test.name,
      ...test.placeOf([]),
      failures: failures.map(({ path, message }) => ({ ...test.placeOf(path), message })),
      length: played.end?.at ?? 0,
    },
    steps: failures.length > 0 ? steps : [],
    hits: [...world.hitsIn(steps)],
    took: realClock.now() - began,
  };
}
