import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { lockDataDir } from '../../../src/config/data-lock.ts';
import { identityOf } from '../../../src/core/process-identity.ts';

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

test('the lock in a copy of a data directory is nobody’s, and the original stays locked', () => {
  using _ = lockDataDir(folder);
  const copy = `${folder}-copy`;
  cpSync(folder, copy, { recursive: true });
  {
    using lock = lockDataDir(copy);
    expect(lock).toBeDefined();
    expect(() => lockDataDir(copy)).toThrow('another ariflow');
  }
  rmSync(copy, { recursive: true });
  expect(() => lockDataDir(folder)).toThrow('another ariflow');
});

test('a lock of a version that did not say where it was counts', () => {
  writeFileSync(file, JSON.stringify(identityOf(process.pid)));
  expect(() => lockDataDir(folder)).toThrow('another ariflow');
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
