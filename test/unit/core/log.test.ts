import { expect, test, vi } from 'vitest';
import { createLog, silentLog } from '../../../src/core/log.ts';

/** What was written to standard output while `run` ran. pino writes by file descriptor, so the process tells. */
async function written(run: string): Promise<Record<string, unknown>[]> {
  const { runProcess } = await import('../../../src/core/run-process.ts');
  const script = `import { createLog } from './src/core/log.ts'; const log = createLog('info'); ${run}`;
  const args = ['--input-type=module-typescript', '--no-warnings', '-e', script];
  const output = await runProcess(
    { command: process.execPath, args, timeout: 10_000, maxOutput: 100_000 },
    new AbortController().signal,
  );
  return String(output)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a line is JSON with its event, severity and time; what callers say and press is redacted', async () => {
  const [line, nested] = await written(`
    log.child({ call: 'c1' }).info({ digits: '1234', text: 'hello', code: 'X' }, 'digits_received');
    log.warn({ call: { source: '+49', id: 'c1' } }, 'odd');
    log.debug({}, 'not shown');
  `);
  expect(line).toMatchObject({ call: 'c1', code: 'X', msg: 'digits_received', severity: 'info' });
  expect(line).toMatchObject({ digits: '[redacted]', text: '[redacted]' });
  expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(nested).toMatchObject({ call: { source: '[redacted]', id: 'c1' }, severity: 'warn' });
});

test('the silent log says nothing', () => {
  const write = vi.spyOn(process.stdout, 'write');
  silentLog.child({ a: 1 }).error({}, 'event');
  createLog('silent').error({}, 'event');
  expect(write).not.toHaveBeenCalled();
  write.mockRestore();
});
