import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { actionReference } from '../../../src/commands/action-reference.ts';
import { actionCodes } from '../../../src/core/action-codes.ts';
import { catalogue } from '../../support/call-fixture.ts';

const documented = join(import.meta.dirname, '../../../docs/actions.md');

test('docs/actions.md is what `npm run docs` writes', () => {
  expect(readFileSync(documented, 'utf8')).toBe(actionReference(catalogue));
});

test('every code of a failure is there, with its meaning', () => {
  const text = actionReference(catalogue);
  for (const [code, { meaning }] of Object.entries(actionCodes))
    expect(text).toContain(`\n| \`${code}\` | ${meaning} |`);
});

test('every action is there, with each of its options', () => {
  const text = actionReference(catalogue);
  for (const { type, summary, example } of catalogue.values()) {
    expect(text).toContain(`\n## \`${type}\`\n\n${summary}`);
    for (const key of Object.keys(example as object)) expect(text).toContain(`\n| \`${key}\` |`);
  }
});
