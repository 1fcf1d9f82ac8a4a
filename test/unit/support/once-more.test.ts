import { expect, test, vi } from 'vitest';
import { type Counts, onceMore } from '../../support/once-more.ts';

const failure = (file: string) => ({ file, text: `${file}: does what it should` });
const good: Counts = { passed: 10, failed: 0, failures: [] };
const bad = (...files: readonly string[]): Counts => ({
  passed: 5,
  failed: files.length,
  failures: files.map(failure),
});

test('what passes by itself has passed, once, and is named', async () => {
  const told = vi.spyOn(console, 'log').mockReturnValue();
  const run = vi.fn(async () => ({ passed: 7, failed: 0, failures: [] }));
  expect(await onceMore([good, bad('e2e/a.test.ts', 'e2e/a.test.ts')], run)).toEqual([
    { passed: 17, failed: 0, failures: [] },
  ]);
  expect(run.mock.calls).toEqual([[['e2e/a.test.ts']]]);
  expect(told.mock.calls.flat().join()).toContain('# failed beside others: e2e/a.test.ts');
  told.mockRestore();
});

test('what fails again has failed; so has what is no test', async () => {
  const told = vi.spyOn(console, 'log').mockReturnValue();
  const lint: Counts = { passed: 0, failed: 1, failures: [{ text: 'lint' }] };
  expect(await onceMore([lint, bad('a', 'b')], async () => bad('b'))).toEqual([
    { passed: 6, failed: 2, failures: [{ text: 'lint' }, failure('b')] },
  ]);
  told.mockRestore();
});

test('nothing runs again where all is good, or where more is wrong than lateness can be', async () => {
  const run = vi.fn(async () => good);
  expect(await onceMore([good], run)).toEqual([good]);
  const many = bad(...Array.from({ length: 7 }, (_, file) => `${file}`));
  expect(await onceMore([many], run)).toEqual([many]);
  expect(run).not.toHaveBeenCalled();
});
