import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadActions } from '../../../src/flows/load-actions.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(import.meta.dirname, '.actions-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('a file is an action, its name its type; what is no module is passed over', async () => {
  await writeFile(join(directory, 'b.js'), "export default { type: 'b' };");
  await writeFile(join(directory, 'a.js'), "export default { type: 'a' };");
  await writeFile(join(directory, 'README.md'), 'nothing');
  expect([...(await loadActions(directory)).keys()]).toEqual(['a', 'b']);
});

test.each([
  ['another type', "export default { type: 'other' };"],
  ['no default export', 'export const x = 1;'],
])('%s stops the start, naming the file', async (_, source) => {
  await writeFile(join(directory, 'wrong.js'), source);
  await expect(loadActions(directory)).rejects.toThrow('src/actions/wrong must export the action');
});
