import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../../src/commands/program.ts';
import { WebhookSink } from '../../support/webhook-sink.ts';

let folder: string;
let server: WebhookSink;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ariflow-online-'));
  server = await WebhookSink.open();
  const reply = { body: '{"name":"Ada Lovelace"}', headers: { 'content-type': 'application/json' } };
  server.respondTo(({ path }) => path === '/who', reply);
  server.respondTo(({ path }) => path === '/broken', { status: 503 });
  server.respondTo(({ path }) => path === '/held', { instead: 'hang' });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const allowed = { ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8', ARIFLOW_ALLOW_HTTP: 'true' };

/** Simulates a flow that asks a server, and says who is told. */
async function simulated(path: string, env: NodeJS.ProcessEnv, ...args: readonly string[]) {
  const option = {
    ...{
      sync: true,
      uri: `${server.url}${path}`,
      timeout: path === '/held' ? 500 : 30_000,
      data: '{"from":"${voipbin.call.source.target}"}',
    },
    ...{ response: { map: [{ variable: 'name', path: '$.name' }] }, failure_id: 'sorry' },
  };
  const file = join(folder, 'ask.json');
  const actions = [
    { id: 'ask', type: 'webhook_send', option },
    { id: 'hello', type: 'talk', option: { text: 'Hello ${name}.' } },
    { type: 'hangup' },
    { id: 'sorry', type: 'talk', option: { text: 'Sorry: ${voipbin.webhook.error_reason}.' } },
  ];
  await writeFile(file, JSON.stringify(actions));
  const out: string[] = [];
  const output = { out: (line: string) => void out.push(line), err: (line: string) => void out.push(line) };
  const before = server.requests.length;
  const code = await runCommand(['simulate', file, ...args], {
    env: { ARIFLOW_DATA_DIR: folder, ...env },
    output,
  });
  const requests = server.requests.slice(before).filter((request) => request.path === path);
  return { code, out, requests, heard: out.find((line) => line.includes('hears')) };
}

test('--online sends what a flow asks for, and its caller hears what is answered', async () => {
  const { code, requests, heard } = await simulated('/who', allowed, '--online', '--from', '+4930555');
  expect(requests).toMatchObject([{ body: { from: '+4930555' } }]);
  expect(heard).toContain('hears "Hello Ada Lovelace."');
  expect(code).toBe(0);
});

test('without --online nobody is asked, and that is said', async () => {
  const { code, requests, out } = await simulated('/who', allowed);
  expect(requests).toEqual([]);
  expect(out.join('\n')).toContain(`assumed: nobody answers at ${server.url}/who (--webhook`);
  expect(code).toBe(0);
});

test('with --online nobody is asked of whom --webhook says what he answers', async () => {
  const reply = join(folder, 'reply.json');
  await writeFile(reply, '{"name":"Grace"}');
  const { requests, heard } = await simulated('/who', allowed, '--online', '--webhook', `*=${reply}`);
  expect(requests).toEqual([]);
  expect(heard).toContain('hears "Hello Grace."');
});

test('--online sends nothing where the configuration does not let it go', async () => {
  const { code, requests, heard } = await simulated('/who', {}, '--online');
  expect(requests).toEqual([]);
  expect(heard).toContain('hears "Sorry:');
  expect(code).toBe(0);
});

test.for(['/broken', '/held'])('--online goes on where a server fails: %s', async (path) => {
  const { code, requests, heard } = await simulated(path, allowed, '--online');
  expect(requests.length).toBe(1);
  expect(heard).toContain('hears "Sorry:');
  expect(code).toBe(0);
});

test('--online goes on where a server is not there', async () => {
  const away = await WebhookSink.open();
  await away.close();
  const file = join(folder, 'away.json');
  await writeFile(
    file,
    JSON.stringify([
      { type: 'webhook_send', option: { sync: true, uri: away.url, failure_id: 'sorry' } },
      { type: 'hangup' },
      { id: 'sorry', type: 'talk', option: { text: 'Nobody is there.' } },
    ]),
  );
  const out: string[] = [];
  const output = { out: (line: string) => void out.push(line), err: (line: string) => void out.push(line) };
  const env = { ARIFLOW_DATA_DIR: folder, ...allowed };
  expect(await runCommand(['simulate', file, '--online'], { env, output })).toBe(0);
  expect(out.join('\n')).toContain('hears "Nobody is there."');
});
