import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadSecrets } from '../../../src/config/secrets.ts';
import { ApiClient } from '../../support/api-client.ts';
import type { TestAsterisk } from '../../support/asterisk.ts';
import { spawnDaemon } from '../../support/processes.ts';
import { eventually } from '../../support/until.ts';
import { apps, type Flow } from './dialplan.ts';
import type { Part, PartsOptions } from './part.ts';
import { startProgram } from './program.ts';

const actions: Readonly<Record<Flow, readonly unknown[]>> = {
  beep: [{ type: 'answer' }, { type: 'beep' }, { type: 'hangup' }],
  menu: [
    { type: 'answer' },
    { type: 'play', option: { stream_urls: ['sound:demo-congrats'], digits_handle: 'next' } },
    { type: 'digits_receive', option: { length: 1 } },
    { type: 'hangup' },
  ],
  hold: [{ type: 'answer' }, { type: 'sleep', option: { duration: 3_600_000 } }],
};

/** One daemon is all of these parts: the endpoint, or those who look, are there while it is their turn. */
export async function startOurs(
  asterisk: TestAsterisk,
  { names, ariUrl, envOf }: PartsOptions,
  stack: AsyncDisposableStack,
): Promise<Part[]> {
  const env = { ...asterisk.env, ARIFLOW_ARI_URL: ariUrl, ...envOf?.('daemon') };
  const { part, api, url } = await startDaemon('daemon', { env, dataDir: asterisk.dataDir }, stack);
  const all: Part[] = names.includes('daemon') ? [part] : [];
  if (names.includes('daemon-webhook')) {
    const receiver = stack.use(await startProgram('receiver', {}));
    const enter = () => watch(api, `http://127.0.0.1:${receiver.said}`);
    all.push({ ...part, name: 'daemon-webhook', enter });
  }
  const who = { API: url, TOKEN: loadSecrets(asterisk.dataDir).api_token };
  for (const [name, VIEWERS] of [
    ['daemon-viewer', '1'],
    ['daemon-viewers', '50'],
  ] as const)
    if (names.includes(name))
      all.push({ ...part, name, enter: () => startProgram('viewers', { ...who, VIEWERS }) });
  return all;
}

/** The daemon of another checkout, with a store and an application of its own: what has changed shows in one run. */
export async function startEarlier(
  asterisk: TestAsterisk,
  { ariUrl, envOf, earlier = '' }: PartsOptions,
  stack: AsyncDisposableStack,
): Promise<Part> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ariflow-bench-'));
  stack.defer(() => rm(dataDir, { recursive: true }));
  const own = {
    ...{ ARIFLOW_DATA_DIR: dataDir, ARIFLOW_ARI_PASSWORD: asterisk.ariPassword },
    ...{ ARIFLOW_ARI_APP: apps.earlier, ARIFLOW_ARI_URL: ariUrl },
  };
  const env = { ...asterisk.env, ...own, ...envOf?.('earlier') };
  const start = {
    env,
    dataDir,
    entry: resolve(earlier, 'src/main.ts'),
    nodeOptions: await optionsIn(earlier),
  };
  return (await startDaemon('earlier', start, stack)).part;
}

/** What that one has Node.js run a daemon with; there was a time without. */
async function optionsIn(checkout: string): Promise<readonly string[]> {
  const file = resolve(checkout, 'src/up/node-options.ts');
  if (!existsSync(file)) return [];
  const { nodeOptions } = (await import(file)) as { readonly nodeOptions: readonly string[] }; // as ours is
  return nodeOptions;
}

interface DaemonStart {
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
  readonly entry?: string;
  readonly nodeOptions?: readonly string[];
}

async function startDaemon(
  name: 'daemon' | 'earlier',
  { env, dataDir, ...program }: DaemonStart,
  stack: AsyncDisposableStack,
): Promise<{ readonly part: Part; readonly api: ApiClient; readonly url: string }> {
  const ours = { ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8', ARIFLOW_API_RATE: '100000' };
  const daemon = stack.use(await spawnDaemon({ ...env, ...ours }, program));
  const api = new ApiClient(daemon.url, { token: loadSecrets(dataDir).api_token });
  await giveFlows(api, name);
  const { pid, url } = daemon;
  return { part: { name, pid, numberOf: (flow) => `${name}.${flow}` }, api, url };
}

/** Once: the store of a daemon that is started again has them. */
async function giveFlows(api: ApiClient, name: string): Promise<void> {
  const { body } = await api.get<{ result: readonly { number: string }[] }>('/v1.0/numbers');
  const known = new Set(body.result.map(({ number }) => number));
  for (const [flow, steps] of Object.entries(actions)) {
    const number = `${name}.${flow}`;
    if (known.has(number)) continue;
    const made = await expectOk(api.post<{ id: string }>('/v1.0/flows', { name: flow, actions: steps }));
    await expectOk(api.post('/v1.0/numbers', { number, call_flow_id: made.id }));
  }
}

/** After more calls than it can carry the daemon refuses orders until what they led to is written. */
const longestBacklog = 120_000;

/** Every event goes to this endpoint until it is disposed of. */
async function watch(api: ApiClient, uri: string): Promise<AsyncDisposable> {
  const { id } = await expectOk(api.post<{ id: string }>('/v1.0/webhooks', { name: 'all', uri }));
  return {
    async [Symbol.asyncDispose]() {
      const isGone = async (): Promise<boolean> => (await api.delete(`/v1.0/webhooks/${id}`)).status === 200;
      await eventually(isGone, { what: 'the endpoint to be deleted', timeout: longestBacklog });
    },
  };
}

async function expectOk<T>(asked: Promise<{ readonly status: number; readonly body: T }>): Promise<T> {
  const { status, body } = await asked;
  if (status !== 200) throw new Error(`the daemon said ${status}: ${JSON.stringify(body)}`);
  return body;
}
