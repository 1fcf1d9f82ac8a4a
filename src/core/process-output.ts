import { spawn } from 'node:child_process';
import { ProcessError, type ProcessToRun } from './run-process.ts';
import { onAbort, within } from './wait.ts';

/**
 * What a program writes, piece by piece as it is taken: it writes no faster. `timeout` bounds each piece. It is killed with the signal,
 * and when whoever takes its output stops.
 * @throws ProcessError; the signal's reason
 */
export async function* processOutput(
  { command, args, env, timeout }: Pick<ProcessToRun, 'command' | 'args' | 'env' | 'timeout'>,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  signal.throwIfAborted();
  const child = spawn(command, [...args], {
    env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { promise: exit, resolve, reject } = Promise.withResolvers<number | null>();
  exit.catch(() => undefined); // it is looked at when all has been taken
  child.once('close', resolve);
  child.once('error', (cause) => reject(new ProcessError(`${command} cannot be started`, { cause })));
  using _ = onAbort(signal, () => child.kill('SIGKILL'));
  try {
    const pieces: AsyncIterator<Buffer> | undefined = child.stdout?.[Symbol.asyncIterator]();
    for (;;) {
      const piece = await within(pieces?.next() ?? exit.then(() => done), timeout, signal);
      if (!piece) throw new ProcessError(`${command} took too long`);
      if (piece.done) break;
      yield piece.value;
    }
    const code = await exit;
    if (code !== 0) throw new ProcessError(`${command} ended with ${code}`);
  } finally {
    child.kill('SIGKILL');
  }
}

const done = { done: true, value: undefined } as const;
