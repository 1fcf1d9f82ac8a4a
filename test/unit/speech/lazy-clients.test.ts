import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { runProcess } from '../../../src/core/run-process.ts';

const src = (name: string) => pathToFileURL(join(import.meta.dirname, '../../../src', name)).href;

/** Loads the whole daemon, makes its engines, and says which packages that took. */
const program = `
  import { registerHooks } from 'node:module';
  const packages = new Set();
  registerHooks({
    load(url, context, next) {
      const name = /node_modules\\/((@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(url)?.[1];
      if (name) packages.add(name);
      return next(url, context);
    },
  });
  await import(${JSON.stringify(src('daemon/daemon.ts'))});
  const { speechEngines } = await import(${JSON.stringify(src('speech/engines.ts'))});
  const { engines } = speechEngines({
    tts: { google_endpoint: 'http://127.0.0.1:9', aws_endpoint: 'http://127.0.0.1:9' },
    openai: { tts_model: 'tts-1', voice: 'alloy' },
  });
  console.log(JSON.stringify({ engines: engines.map(({ name }) => name), packages: [...packages] }));
`;

test('a daemon that nobody asks to speak has loaded no SDK of a cloud', async () => {
  const { signal } = new AbortController();
  const args = ['--no-warnings', '--input-type=module', '-e', program];
  const bounds = { timeout: 60_000, maxOutput: 1_000_000 };
  const said = await runProcess({ command: process.execPath, args, ...bounds }, signal);
  const { engines, packages } = JSON.parse(String(said)) as { engines: string[]; packages: string[] };
  expect(engines).toEqual(['gcp', 'aws', 'openai', 'local']);
  expect(packages).toContain('zod'); // the list is one
  const clouds = /^(@google-cloud|@aws-sdk|@smithy|@grpc|google-|gaxios|protobufjs)/;
  expect(packages.filter((name) => clouds.test(name))).toEqual([]);
});
