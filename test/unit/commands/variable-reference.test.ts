import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { variableReference } from '../../../src/commands/variable-reference.ts';
import { resultVariables } from '../../../src/flow-requests/result.ts';
import { factsOf } from '../../../src/flows/call-variables.ts';
import { knownVariables } from '../../../src/flows/variable-table.ts';
import { isReserved } from '../../../src/flows/variables.ts';
import { givenCall } from '../../support/store-records.ts';

const root = join(import.meta.dirname, '../../..');
const table = 'src/flows/variable-table.ts';

/** Every source file but the table: these name variables that are set elsewhere. */
const sources = globSync('src/**/*.ts', { cwd: root })
  .filter((file) => file !== table && !file.startsWith('src/commands/'))
  .map((file) => readFileSync(join(root, file), 'utf8'));

/** Keys of an object, first items of pairs, cases of a switch: what sets variables, and what knows them. */
const setters =
  /'((?:voipbin|call|flow\.key|flow\.syskey)\.[A-Za-z_.]+[A-Za-z_])'(?=: )|(?<=\[|case )'((?:voipbin|call|flow\.key)\.[A-Za-z_.]+[A-Za-z_])'/g;

test('docs/variables.md is what `npm run docs` writes, with every variable, and is found', () => {
  const written = readFileSync(join(root, 'docs/variables.md'), 'utf8');
  expect(written).toBe(variableReference());
  for (const [name, { text }] of knownVariables) expect(written).toContain(`| \`${name}\` | ${text} |`);
  for (const page of ['README.md', 'docs/actions.md'])
    expect(readFileSync(join(root, page), 'utf8')).toMatch(/\]\((docs\/)?variables\.md\)/);
});

test('every variable that the code sets or knows is in the table, and nothing else is', () => {
  const written = sources
    .flatMap((text) => [...text.matchAll(setters)].map(([, key, item]) => key ?? item ?? ''))
    .filter((name) => !name.startsWith('call.') || isReserved(name)); // the words of SIP and the log are others
  const made = [...Object.keys(factsOf({ record: givenCall() })), ...Object.keys(resultVariables(reply))];
  expect([...new Set([...written, ...made])].sort()).toEqual([...knownVariables.keys()].sort());
});

test('names of ours that a flow cannot set are those of the table', () => {
  const settable = [...knownVariables.keys()].filter((name) => !isReserved(name));
  expect(settable.filter((name) => !name.startsWith('flow.'))).toEqual([]);
});

const reply = { status: 200, body: '', duration: 0 };
