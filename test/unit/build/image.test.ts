import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');

test('from what the image has been given daemon and console are built', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-image-'));
  try {
    const [stage = ''] = readFileSync(join(root, 'docker/Dockerfile'), 'utf8').split('RUN npm run build');
    const copied = [...stage.matchAll(/^COPY (.+) (\S+)$/gm)].flatMap(([, sources = '']) =>
      sources.split(' '),
    );
    expect(copied).toContain('src');
    const context = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    for (const source of copied) {
      expect(context, 'what the context has').toContain(`!${source}`);
      cpSync(join(root, source), join(folder, source), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    execFileSync(process.execPath, ['src/build/main.ts'], { cwd: folder, stdio: 'pipe' });
    const names = (place: string) => globSync('{main.js,cli.js,console/**/*}', { cwd: join(place, 'dist') });
    expect(names(folder)).toContain('main.js');
    expect(names(folder).sort()).toEqual(names(root).sort());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
