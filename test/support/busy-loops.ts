import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** As long as whoever started it lives: however that one ends, nothing of this is left. */
const loop = 'const parent = process.ppid; while (process.ppid === parent);';

/** Keeps every core busy, and one loop more, until it is disposed of. */
export function busyLoops(count = availableParallelism() + 1): Disposable {
  const loops = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', loop], { stdio: 'ignore' }),
  );
  const end = (): void => {
    for (const child of loops) child.kill('SIGKILL');
    process.off('exit', end);
  };
  process.once('exit', end);
  return { [Symbol.dispose]: end };
}
