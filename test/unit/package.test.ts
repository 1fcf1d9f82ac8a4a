import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

let folder: string;
/** What `npm pack` made, installed in an empty folder beside what it depends on, and nothing that only tests need. */
let installed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-package-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: 'pipe' });
  const modules = join(folder, 'node_modules');
  installed = join(modules, 'ariflow');
  mkdirSync(installed, { recursive: true });
  const [archive = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', join(folder, archive), '-C', installed, '--strip-components=1']);
  const { packages } = readJson(join(root, 'package-lock.json'));
  for (const [path, { dev }] of Object.entries<{ dev?: boolean }>(packages)) {
    if (dev || !/^node_modules\/(@[^/]+\/)?[^/]+$/.test(path) || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(join(root, path), join(folder, path));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The command as npm would link it, in that folder and with no configuration. */
function run(...args: string[]): string {
  const { bin } = readJson(join(installed, 'package.json'));
  return execFileSync(process.execPath, [join(installed, bin.ariflow), ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  });
}

test('the package checks a configuration where nothing else is installed', () => {
  expect(run('check')).toBe('the configuration is good\n');
  expect(run('--version').trim()).toBe(readJson(join(root, 'package.json')).version);
});

test('it has what Asterisk is configured and made with, and neither sources nor tests', () => {
  run('asterisk-config', join(folder, 'etc'));
  expect(readdirSync(join(folder, 'etc'))).toEqual(readdirSync(join(root, 'asterisk-config')));
  expect(readdirSync(installed).sort()).toEqual(
    ['LICENSE', 'README.md', 'asterisk-config', 'dist', 'docker', 'package.json'].sort(),
  );
  expect(readdirSync(join(installed, 'docker'))).toEqual(readdirSync(join(root, 'docker')));
});

test('it has the console, as it was built', () => {
  const [here, there] = [installed, root].map((place) => join(place, 'dist/console'));
  expect(readFileSync(join(here ?? '', 'index.html'), 'utf8')).toContain('/assets/');
  expect(readdirSync(join(here ?? '', 'assets'))).toEqual(readdirSync(join(there ?? '', 'assets')));
});

test('README says that elsewhere its name leads to the public registry', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(
    /npx ariflow.*\n?.*elsewhere.*\n?.*public registry/,
  );
});
