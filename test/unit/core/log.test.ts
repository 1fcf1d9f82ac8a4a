import { spawnSync } from 'node:child_process';
import { expect, test, vi } from 'vitest';
import { createLog, silentLog } from '../../../src/core/log.ts';

/** What was written to standard output while `run` ran. pino writes by file descriptor, so the process tells. */
function written(run: string): Record<string, unknown>[] {
  const script = `import { createLog } from './src/core/log.ts'; const log = createLog('info'); ${run}`;
  const args = ['--input-type=module-typescript', '--no-warnings', '-e', script];
  // However the process ends.
  const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 10_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a line is JSON with its event, severity and time; what callers say and press is redacted', () => {
  const [line, nested] = written(`
    log.child({ call: 'c1' }).info({ digits: '1234', text: 'hello', code: 'X' }, 'digits_received');
    log.warn({ call: { source: '+49', id: 'c1' } }, 'odd');
    log.debug({}, 'not shown');
  `);
  expect(line).toMatchObject({ call: 'c1', code: 'X', msg: 'digits_received', severity: 'info' });
  expect(line).toMatchObject({ digits: '[redacted]', text: '[redacted]' });
  expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT/);
  expect(nested).toMatchObject({ call: { source: '[redacted]', id: 'c1' }, severity: 'warn' });
});

test('what a child is made with and what an error carries is redacted too', () => {
  const [line] = written(`
    const error = Object.assign(new Error('broken'), { token: 'abc', code: 7 });
    log.child({ number: '+49', peer: { text: 'hi', id: 'p1' } }).error({ err: error, list: ['a'], none: undefined }, 'odd');
  `);
  expect(line).toMatchObject({ number: '[redacted]', peer: { text: '[redacted]', id: 'p1' }, list: ['a'] });
  expect(line?.err).toMatchObject({ message: 'broken', token: '[redacted]', code: 7 });
  expect(line).not.toHaveProperty('none');
  expect(Object.keys(line ?? {}).slice(-4)).toEqual(['peer', 'err', 'list', 'msg']);
});

test.each([
  ['by itself', ''],
  ['by process.exit', 'process.exit(1);'],
  ['by an exception that nobody catches', "throw new Error('a defect');"],
  ['by a rejection that nobody catches', "await Promise.reject(new Error('a defect'));"],
])('every line is written where the process ends %s', (_, end) => {
  const lines = written(`for (let line = 1; line <= 300; line++) log.info({ line }, 'event'); ${end}`);
  expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1));
});

test('the silent log says nothing', () => {
  const write = vi.spyOn(process.stdout, 'write');
  silentLog.child({ a: 1 }).error({}, 'event');
  createLog('silent').error({}, 'event');
  expect(write).not.toHaveBeenCalled();
  write.mockRestore();
});
