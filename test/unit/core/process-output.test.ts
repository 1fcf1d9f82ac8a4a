import { expect, test } from 'vitest';
import { processOutput } from '../../../src/core/process-output.ts';
import { ProcessError } from '../../../src/core/run-process.ts';
import { until } from '../../support/until.ts';

const never = new AbortController().signal;

const shell = (script: string, timeout = 5_000) => ({
  ...{ command: 'sh', args: ['-c', script], env: {}, timeout },
});

async function textOf(output: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of output) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test('everything that a program writes comes, in order', async () => {
  expect(await textOf(processOutput(shell('seq 1 20000'), never))).toBe(
    Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join(''),
  );
});

test('a program that fails is an error once its output was taken', async () => {
  const pieces: string[] = [];
  const taking = async () => {
    for await (const piece of processOutput(shell('echo some; exit 3'), never)) pieces.push(String(piece));
  };
  await expect(taking()).rejects.toThrow(new ProcessError('sh ended with 3'));
  expect(pieces).toEqual(['some\n']);
});

test('one that cannot be started is one too', async () => {
  const missing = { command: 'no-such-program', args: [], env: {}, timeout: 5_000 };
  await expect(textOf(processOutput(missing, never))).rejects.toThrow('cannot be started');
});

test('one that says nothing is given up', async () => {
  await expect(textOf(processOutput(shell('exec sleep 30', 50), never))).rejects.toThrow('took too long');
});

test('it ends with the signal', async () => {
  const controller = new AbortController();
  const taking = textOf(processOutput(shell('echo $$; exec sleep 30'), controller.signal));
  controller.abort(new Error('enough'));
  await expect(taking).rejects.toThrow('enough');
});

test('it writes no more than is taken, and ends when nobody takes more', async () => {
  let pid = 0;
  for await (const piece of processOutput(shell('echo $$; exec yes'), never)) {
    pid = Number.parseInt(String(piece), 10);
    break;
  }
  const isRunning = (): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  await until(() => !isRunning(), { what: 'its end' });
});
