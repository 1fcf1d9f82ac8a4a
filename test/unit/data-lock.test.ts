import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { lockDataDir } from '../../src/daemon/data-lock.ts';

const folder = mkdtempSync(join(tmpdir(), 'ariflow-lock-'));
const file = join(folder, 'daemon.lock');
afterEach(() => rmSync(file, { force: true }));

test('a second daemon of a data directory is refused, and told of the first', () => {
  using _ = lockDataDir(folder);
  expect(() => lockDataDir(folder)).toThrow(`another ariflow (process ${process.pid})`);
});

test('a lock ends with whoever held it', () => {
  {
    using _ = lockDataDir(folder);
  }
  using _ = lockDataDir(folder);
});

test.each([
  ['of a process that is gone', '{"pid":999999999,"started":"1@x"}'],
  ['of a process whose number another one has now', `{"pid":${process.pid},"started":"1@x"}`],
  ['that is no lock', 'what?'],
])('a lock %s does not count', (_, text) => {
  writeFileSync(file, text);
  using lock = lockDataDir(folder);
  expect(lock).toBeDefined();
});
