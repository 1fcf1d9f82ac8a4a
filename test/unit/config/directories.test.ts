import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareDirectories } from '../../../src/config/directories.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';
import { makeDirectory } from '../../../src/core/make-directory.ts';

/** What is built. */
const built = join(import.meta.dirname, '..', '..', '..', 'dist');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-directories-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what is missing is made, for us alone, and left as it is where it is there', () => {
  prepareDirectories({ data_dir: join(folder, 'a', 'b'), media_dir: undefined });
  expect(statSync(join(folder, 'a', 'b')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(folder, 'a', 'b'))).toEqual([]);
  makeDirectory(relative(process.cwd(), join(folder, 'a', 'b')));
  symlinkSync(join(folder, 'a'), join(folder, 'link'));
  makeDirectory(join(folder, 'link', 'c'));
  expect(existsSync(join(folder, 'a', 'c'))).toBe(true);
});

test.each([
  ['/proc/nothing/data', 'no directory can be made there'],
  ['/proc', 'no directory can be made there'],
  ['/sys/kernel/data', /./],
  ['/dev/null', 'there is a file, and no directory, on the way'],
  ['/dev/null/data', 'there is a file, and no directory, on the way'],
  [`/tmp/${'x'.repeat(300)}`, /./],
])('%s is refused in a moment, with the key', (directory, why) => {
  for (const key of ['data_dir', 'media_dir'] as const) {
    const prepare = () => prepareDirectories({ data_dir: folder, [key]: directory });
    expect(prepare).toThrow(ConfigurationError);
    expect(prepare).toThrow(`${key}: cannot write to ${directory}: `);
    expect(prepare).toThrow(why);
  }
});

test('a symbolic link that leads nowhere is refused', () => {
  symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
  expect(() => prepareDirectories({ data_dir: join(folder, 'link'), media_dir: undefined })).toThrow(
    'data_dir: ',
  );
});

test.each(['up/main.js', 'main.js'])('%s ends at once, in one line and with 78', (program) => {
  writeFileSync(join(folder, 'file'), '');
  for (const directory of ['/proc/nothing/data', join(folder, 'file')]) {
    const { status, stderr } = spawnSync(process.execPath, [join(built, program)], {
      env: { PATH: process.env.PATH, ARIFLOW_DATA_DIR: directory, ARIFLOW_CONFIG: '/dev/null' },
      timeout: 60_000,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/^ariflow: configuration: data_dir: cannot write to .*\n$/);
    expect(status).toBe(78);
  }
});
