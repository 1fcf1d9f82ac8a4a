import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const module = new URL('../../../src/core/v8-options.ts', import.meta.url).href;

/** What V8 is told is told to a whole process. */
async function inProcess(program: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const args = ['--max-semi-space-size=16', '--input-type=module', '-e', program];
  return await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
}

test('this Node.js knows all that V8 is told', async () => {
  const set = `import { asUsual, whileRunning, whileStarting } from ${JSON.stringify(module)}; whileStarting(); asUsual(); whileRunning();`;
  expect(await inProcess(set)).toEqual({ stdout: '', stderr: '' });
  const unknown = `import { setFlagsFromString } from 'node:v8'; setFlagsFromString('--compile-soon=1');`;
  expect((await inProcess(unknown)).stderr).toContain('unrecognized flag --compile-soon=1');
});

test('what is as usual again takes what was compiled beforehand', async () => {
  const { stdout } = await inProcess(`
    import { cachedDataVersionTag as tag } from 'node:v8';
    import { asUsual, whileStarting } from ${JSON.stringify(module)};
    const tags = [tag()];
    whileStarting();
    tags.push(tag());
    asUsual();
    tags.push(tag());
    console.log(JSON.stringify(tags));`);
  const [before, sparing, usual] = JSON.parse(stdout) as readonly number[];
  expect(sparing).not.toBe(before);
  expect(usual).toBe(before);
});
