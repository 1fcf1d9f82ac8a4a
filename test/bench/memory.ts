import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadSecrets } from '../../src/config/secrets.ts';
import { ApiClient } from '../support/api-client.ts';
import { FakeAriServer } from '../support/fake-ari-server.ts';
import { type Daemon, spawnDaemon } from '../support/processes.ts';
import { eventually } from '../support/until.ts';

const counts = [200, 1_000];
/** New calls a second. */
const rate = 100;
const forLong = 600_000;
const settling = 2_000;

const waiting = { type: 'sleep', option: { duration: forLong } };

/** What holds a call after its answer. */
const holds: Readonly<Record<string, (api: ApiClient) => Promise<object>>> = {
  sleep: async () => waiting,
  menu: async () => ({ type: 'digits_receive', option: { length: 1, duration: forLong } }),
  queue: async (api) => {
    const flow = await made(api, '/v1.0/flows', { name: 'music', actions: [waiting] });
    const queue = { name: 'long', wait_flow_id: flow, tag_ids: [], routing_method: 'random' };
    const patience = { wait_timeout: forLong, service_timeout: forLong };
    return {
      type: 'queue_join',
      option: { queue_id: await made(api, '/v1.0/queues', { ...queue, ...patience }) },
    };
  },
};

/** What an idle daemon takes, as a ratio of a bare `node`, and what calls take that it holds, on a model of Asterisk. */
export async function benchMemory(): Promise<void> {
  for (const [name, hold] of Object.entries(holds)) {
    const folder = await mkdtemp(join(tmpdir(), 'ariflow-memory-'));
    await using server = await FakeAriServer.open();
    await using daemon = await start(server, folder);
    await pause(settling);
    const idle = await residentOf(daemon.pid);
    const [{ bytes: before = 0 } = {}, ...held] = await filled(server, daemon, { folder, hold });
    const each = held.map(
      ({ calls, bytes }) => `${((bytes - before) / calls / 1_024).toFixed(1)} of ${calls}`,
    );
    const ratio = (idle / (await bareNode())).toFixed(1);
    console.log(
      `memory: idle ${idle.toFixed(0)} MB (${ratio}x a bare node), ${(before / 2 ** 20).toFixed(0)} MB of it in use; at a ${name} KB a call ${each.join(', ')}`,
    );
    await rm(folder, { recursive: true });
  }
}

function start({ url, user, password, asterisk }: FakeAriServer, folder: string): Promise<Daemon> {
  const report = new URL('../support/heap-report.ts', import.meta.url);
  return spawnDaemon({
    ARIFLOW_DATA_DIR: folder,
    ARIFLOW_ARI_URL: url,
    ARIFLOW_ARI_USER: user,
    ARIFLOW_ARI_PASSWORD: password,
    ARIFLOW_ARI_APP: asterisk.app,
    NODE_OPTIONS: `--expose-gc --import ${report}`,
    HEAP_REPORT: join(folder, 'bytes'),
  });
}

interface Filling {
  readonly folder: string;
  readonly hold: (api: ApiClient) => Promise<object>;
}

/** Calls until there are so many, and so many bytes are in use then; first with none, after some that have come and gone. */
async function filled({ asterisk }: FakeAriServer, daemon: Daemon, { folder, hold }: Filling) {
  const api = new ApiClient(daemon.url, { token: loadSecrets(folder).api_token });
  const flow = await made(api, '/v1.0/flows', {
    name: 'held',
    actions: [{ type: 'answer' }, await hold(api)],
  });
  await made(api, '/v1.0/numbers', { number: 'held', call_flow_id: flow });
  const dial = async (count: number): Promise<void> => {
    for (let dialled = 0; dialled < count; dialled += 1) {
      asterisk.dial({ number: 'held' });
      await pause(1_000 / rate);
    }
    await pause(settling);
  };
  await dial(50);
  for (const channel of [...asterisk.channels.values()]) asterisk.hangup(channel);
  await pause(settling);
  const results = [{ calls: 0, bytes: await inUse(daemon, folder) }];
  for (const calls of counts) {
    await dial(calls - asterisk.channels.size);
    results.push({ calls: asterisk.channels.size, bytes: await inUse(daemon, folder) });
  }
  return results;
}

async function made(api: ApiClient, path: string, body: object): Promise<string> {
  const answer = await api.post<{ id: string }>(path, body);
  if (answer.status !== 200) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** What the daemon's main thread has in use, in bytes. */
async function inUse({ pid }: Daemon, folder: string): Promise<number> {
  const path = join(folder, 'bytes');
  await rm(path, { force: true });
  process.kill(pid, 'SIGWINCH');
  return Number(await eventually(() => readFile(path, 'utf8').catch(() => undefined), { what: 'the heap' }));
}

/** Megabytes. */
async function residentOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

async function bareNode(): Promise<number> {
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)']);
  await pause(500);
  const resident = await residentOf(bare.pid ?? 0);
  bare.kill();
  await once(bare, 'exit');
  return resident;
}
