import { describeExit, type Exit, type OwnedProcess } from '../asterisk/owned-process.ts';
import { messageOf } from '../core/errors.ts';
import { orAbort, sleep } from '../core/wait.ts';
import { DaemonRefusesConfiguration, UpError, wrongConfiguration } from './exit-codes.ts';

/** A program that is started again whenever it ends. */
export interface Program {
  readonly name: string;
  /** How often it may end before it was ever ready. */
  readonly firstAttempts: number;
  /** How long it may take to end when told. */
  readonly grace: number;
  start(signal: AbortSignal): Promise<OwnedProcess>;
  untilReady(signal: AbortSignal): Promise<void>;
}

export interface Watch {
  /** Each time it has become ready. */
  onReady(): void;
  /** It ended and is started again. */
  report(line: string): void;
}

/** What became of one start. */
interface Outcome {
  readonly wasReady: boolean;
  readonly exit?: Exit;
  readonly problem: string;
}

const longestPause = 10_000;

/**
 * Keeps a program running until the signal aborts; resolves once it has ended then.
 * One that was ready is started again at once; one that ends before that, after a growing pause.
 * @throws when it never becomes ready, or refuses its configuration.
 */
export async function keepRunning(program: Program, watch: Watch, signal: AbortSignal): Promise<void> {
  let wasEverReady = false;
  for (let failures = 0; !signal.aborted; ) {
    const outcome = await runOnce(program, watch, signal);
    if (signal.aborted) return;
    if (outcome.exit?.code === wrongConfiguration) {
      throw new DaemonRefusesConfiguration(`${program.name} refuses its configuration`);
    }
    wasEverReady ||= outcome.wasReady;
    failures = outcome.wasReady ? 0 : failures + 1;
    if (!wasEverReady && failures >= program.firstAttempts) {
      throw new UpError(`${program.name} does not start: ${outcome.problem}`);
    }
    watch.report(`${program.name} ended (${outcome.problem}): starting it again`);
    await sleep(pauseAfter(failures), signal).catch(() => undefined);
  }
}

/** Milliseconds before the next start, after so many that never became ready. */
export function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(250 * 2 ** (failures - 1), longestPause);
}

async function runOnce(program: Program, watch: Watch, signal: AbortSignal): Promise<Outcome> {
  let running: OwnedProcess;
  try {
    running = await program.start(signal);
  } catch (error) {
    return { wasReady: false, problem: messageOf(error) };
  }
  const life = new AbortController();
  let wasReady = false;
  const becomingReady = program.untilReady(life.signal).then(
    () => {
      wasReady = true;
      watch.onReady();
    },
    () => undefined,
  );
  try {
    const exit = await orAbort(running.exited, signal);
    return { wasReady, exit, problem: describeExit(exit) };
  } catch {
    await running.stop(program.grace);
    return { wasReady, problem: 'stopped' };
  } finally {
    life.abort();
    await becomingReady;
  }
}
