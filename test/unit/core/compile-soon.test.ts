import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const module = new URL('../../../src/core/compile-soon.ts', import.meta.url).href;

/** Node.js ends for no option that is set within it and that it does not know, but says so. */
async function saidBy(program: string): Promise<string> {
  const args = ['--input-type=module', '-e', program];
  return (await promisify(execFile)(process.execPath, args, { timeout: 60_000 })).stderr;
}

test('this Node.js knows how to be told to compile soon', async () => {
  const set = `import { compileSoon } from ${JSON.stringify(module)}; compileSoon();`;
  expect(await saidBy(set)).toBe('');
  const unknown = `import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--compile-soon=1');`;
  expect(await saidBy(unknown)).toContain('unrecognized flag --compile-soon=1');
});
