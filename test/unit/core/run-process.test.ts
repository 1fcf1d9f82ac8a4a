import { expect, test } from 'vitest';
import { type ProcessToRun, runProcess } from '../../../src/core/run-process.ts';

const node = (script: string, rest: Partial<ProcessToRun> = {}): ProcessToRun => ({
  command: process.execPath,
  args: ['-e', script],
  timeout: 10_000,
  maxOutput: 1_000_000,
  ...rest,
});
const { signal } = new AbortController();

test('resolves to what the program wrote, its input given', async () => {
  const output = await runProcess(node('process.stdin.pipe(process.stdout)', { input: 'Grüße' }), signal);
  expect(String(output)).toBe('Grüße');
});

test('a program that fails says how, but not what it was given', async () => {
  const running = runProcess(
    node('console.error("no such voice"); process.exit(3)', { input: 'secret' }),
    signal,
  );
  await expect(running).rejects.toThrow(/ended with 3: no such voice$/);
  await expect(running).rejects.not.toThrow(/secret/);
});

test('a program that is not there is an error', async () => {
  await expect(runProcess({ ...node(''), command: 'no-such-program' }, signal)).rejects.toThrow(
    'no-such-program cannot be started',
  );
});

test('what takes too long is killed', async () => {
  await expect(runProcess(node('setInterval(() => 0, 1000)', { timeout: 100 }), signal)).rejects.toThrow(
    'took too long',
  );
});

test('what writes too much is killed', async () => {
  const script = 'const write = () => process.stdout.write("x".repeat(65536), write); write()';
  await expect(runProcess(node(script, { maxOutput: 100_000 }), signal)).rejects.toThrow('wrote too much');
});

test('it ends with the signal, with its reason', async () => {
  const abort = new AbortController();
  const running = runProcess(node('setInterval(() => 0, 1000)'), abort.signal);
  const reason = new Error('over');
  abort.abort(reason);
  await expect(running).rejects.toBe(reason);
  await expect(runProcess(node(''), abort.signal)).rejects.toBe(reason);
});

test('input that nobody reads is no error', async () => {
  expect(String(await runProcess(node('', { input: 'x'.repeat(1_000_000) }), signal))).toBe('');
});

test('the environment is not inherited', async () => {
  process.env.ARIFLOW_SECRET_OF_A_TEST = 'x';
  const script = 'console.log(JSON.stringify(process.env))';
  const env = JSON.parse(String(await runProcess(node(script, { env: { A: 'b' } }), signal))) as object;
  expect(env).toMatchObject({ A: 'b' });
  expect(env).not.toHaveProperty('ARIFLOW_SECRET_OF_A_TEST');
});

test('what it complains of is output where that is wanted', async () => {
  const script = 'console.error("no space left")';
  expect(String(await runProcess(node(script), signal))).toBe('');
  expect(String(await runProcess(node(script, { withComplaints: true }), signal))).toBe('no space left\n');
});
