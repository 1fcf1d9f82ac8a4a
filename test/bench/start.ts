import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startTestAsterisk } from '../support/asterisk.ts';
import { spawnDaemon } from '../support/processes.ts';

const rounds = 5;

/** How long a daemon takes to be ready, again where it was killed: as a ratio of a bare `node` that does nothing. */
export async function benchStart(): Promise<void> {
  await using asterisk = await startTestAsterisk();
  const starts: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const began = performance.now();
    const daemon = await spawnDaemon(asterisk.env);
    starts.push(performance.now() - began);
    daemon.kill('SIGKILL');
    await daemon.exited;
  }
  const [first = 0, ...again] = starts;
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await once(spawn(process.execPath, ['-e', '0']), 'exit');
    bare.push(performance.now() - began);
  }
  const ratio = median(again) / median(bare);
  console.log(
    `start: the first daemon is ready after ${first.toFixed(0)} ms, one after a kill after ${median(again).toFixed(0)} ms (${ratio.toFixed(1)}x a bare node)`,
  );
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;
}
