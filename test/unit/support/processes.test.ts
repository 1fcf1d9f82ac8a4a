import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spawnDaemon } from '../../support/processes.ts';
import { until } from '../../support/until.ts';

/** What the daemon does as far as its keeper can see: ready at the third question, one warning, deaf if told so. */
const daemon = `
import { createServer } from 'node:http';
let asked = 0;
console.log(JSON.stringify({ level: 30, msg: 'started', leaked: process.env.ARIFLOW_LEAKED ?? null }));
console.log(JSON.stringify({ level: 40, msg: 'degraded' }));
console.error('stderr here');
if (process.env.ARIFLOW_FAILS) process.exit(3);
if (process.env.ARIFLOW_DEAF) process.on('SIGTERM', () => {});
createServer((_, response) => response.writeHead(process.env.ARIFLOW_NEVER || ++asked < 3 ? 503 : 200).end())
  .listen(Number(process.env.ARIFLOW_API_PORT), process.env.ARIFLOW_API_HOST);
`;

describe('a daemon as a process', () => {
  let directory: string;
  let entry: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'daemon-'));
    entry = join(directory, 'main.mjs');
    await writeFile(entry, daemon);
    process.env.ARIFLOW_LEAKED = 'yes';
  });

  afterAll(async () => {
    delete process.env.ARIFLOW_LEAKED;
    await rm(directory, { recursive: true, force: true });
  });

  test('is there when it is ready, with its log, and gone when it is disposed of', async () => {
    const running = await spawnDaemon({}, { entry });
    expect((await fetch(running.url)).status).toBe(200);
    expect(running.log).toMatchObject([{ msg: 'started', leaked: null }, { msg: 'degraded' }]);
    expect(running.unexpectedLogLines()).toEqual(['{"level":40,"msg":"degraded"}', 'stderr here']);
    expect(running.unexpectedLogLines([/degraded/, /stderr/])).toEqual([]);
    await running[Symbol.asyncDispose]();
    expect(await running.exited).toEqual({ code: null, signal: 'SIGTERM' });
    expect(running.isRunning).toBe(false);
  });

  test('is killed when it does not listen', async () => {
    const running = await spawnDaemon({ ARIFLOW_DEAF: '1' }, { entry });
    await running.stop(50);
    expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
  });

  test('that fails at once says why', async () => {
    await expect(spawnDaemon({ ARIFLOW_FAILS: '1' }, { entry })).rejects.toThrow(
      /exited: 3[\s\S]*stderr here/,
    );
  });

  test('that is never ready is ended, and the error has its last words', async () => {
    const starting = spawnDaemon({ ARIFLOW_NEVER: '1' }, { entry, readyWithin: 3_000 });
    await expect(starting).rejects.toThrow(/3000 ms in vain for the daemon to be ready[\s\S]*degraded/);
  });

  test('can be waited for later, and killed', async () => {
    const running = await spawnDaemon({}, { entry, readyWithin: 0 });
    await until(() => running.log.length === 2);
    await running.ready();
    running.kill('SIGKILL');
    expect(await running.exited).toMatchObject({ signal: 'SIGKILL' });
  });
});
