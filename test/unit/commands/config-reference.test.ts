import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configReference } from '../../../src/commands/config-reference.ts';
import { configPaths, environmentName } from '../../../src/config/config.ts';
import { configKeys } from '../../../src/config/keys.ts';

const documented = join(import.meta.dirname, '../../../docs/configuration.md');

test('docs/configuration.md is what `npm run docs` writes', () => {
  expect(readFileSync(documented, 'utf8')).toBe(configReference());
});

test('every key is there, and says what it is for', () => {
  const text = configReference();
  for (const path of configPaths()) expect(text).toContain(`\`${environmentName(path)}\``);
  for (const { variable, description } of configKeys()) expect(description, variable).not.toBe('');
});
