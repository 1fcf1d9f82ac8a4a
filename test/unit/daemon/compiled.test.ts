import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FakeAriServer } from '../../support/fake-ari-server.ts';
import { spawnDaemon } from '../../support/processes.ts';

test('what was compiled for a daemon that is killed is there for the next one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ariflow-compiled-'));
  await using server = await FakeAriServer.open();
  const daemon = await spawnDaemon({
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
    ARIFLOW_DATA_DIR: join(folder, 'data'),
    ARIFLOW_ARI_URL: server.url,
    ARIFLOW_ARI_USER: server.user,
    ARIFLOW_ARI_PASSWORD: server.password,
    ARIFLOW_ARI_APP: server.asterisk.app,
  });
  daemon.kill('SIGKILL');
  await daemon.exited;
  const files = await readdir(join(folder, 'compiled'), { recursive: true });
  expect(files.length).toBeGreaterThan(10);
  await rm(folder, { recursive: true });
}, 90_000);
