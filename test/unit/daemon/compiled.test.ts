import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodeOptions } from '../../../src/up/node-options.ts';
import { FakeAriServer } from '../../support/fake-ari-server.ts';
import { spawnDaemon } from '../../support/processes.ts';

/** A daemon with a folder and an Asterisk of its own. */
async function givenDaemon(more: readonly string[] = []) {
  const folder = await mkdtemp(join(tmpdir(), 'ariflow-compiled-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const server = await FakeAriServer.open();
  onTestFinished(() => server[Symbol.asyncDispose]());
  const env = {
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    ARIFLOW_DATA_DIR: join(folder, 'data'),
    ARIFLOW_ARI_URL: server.url,
    ARIFLOW_ARI_USER: server.user,
    ARIFLOW_ARI_PASSWORD: server.password,
    ARIFLOW_ARI_APP: server.asterisk.app,
  };
  const daemon = await spawnDaemon(env, { nodeOptions: [...nodeOptions, ...more] });
  onTestFinished(() => daemon.stop());
  return { folder, daemon };
}

test('what was compiled for a daemon that is killed is there for the next one', async () => {
  const { folder, daemon } = await givenDaemon();
  daemon.kill('SIGKILL');
  await daemon.exited;
  const files = await readdir(join(folder, 'compiled'), { recursive: true });
  expect(files.length).toBeGreaterThan(10);
}, 90_000);

/** Says at its end which modules of Node.js itself were compiled of what lies ready in it, and which anew; its own tests ask so. */
const usage = `
  const { getCacheUsage } = require('internal/test/binding').internalBinding('builtins');
  process.once('exit', () => {
    const { compiledWithCache, compiledWithoutCache } = getCacheUsage();
    console.log(JSON.stringify({ ready: compiledWithCache.size, anew: [...compiledWithoutCache] }));
  });`;

test('what Node.js has compiled of itself is taken, with whatever V8 is told', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ariflow-usage-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'usage.cjs');
  await writeFile(file, usage);
  const { daemon } = await givenDaemon(['--expose-internals', '--require', file]);
  await daemon.stop();
  const said = daemon.otherOutput.find((line) => line.includes('"anew"')) ?? '{}';
  const { ready, anew } = JSON.parse(said) as { readonly ready: number; readonly anew: readonly string[] };
  expect(ready).toBeGreaterThan(100);
  // A few are asked for late.
  expect(anew.length, anew.join(' ')).toBeLessThan(10);
}, 90_000);
