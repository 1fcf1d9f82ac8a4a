import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeOptions } from '../../../src/up/node-options.ts';

const root = join(import.meta.dirname, '../../..');

test('a daemon is run by Node.js with the same options everywhere', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(scripts.start).toContain(['node', ...nodeOptions, 'dist/main.js'].join(' '));
  const [, command = ''] = /^CMD (.+)$/m.exec(readFileSync(join(root, 'docker/Dockerfile'), 'utf8')) ?? [];
  expect(JSON.parse(command)).toEqual(['node', ...nodeOptions, 'dist/main.js']);
  const [, unit = ''] =
    /^ExecStart=(.+)$/m.exec(readFileSync(join(root, 'docs/ariflow.service'), 'utf8')) ?? [];
  expect(unit.split(' ').slice(1)).toEqual([...nodeOptions, 'dist/main.js']);
});
