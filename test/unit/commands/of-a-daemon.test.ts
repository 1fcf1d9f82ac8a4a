import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/commands/program.ts';
import { freePort } from '../../support/free-port.ts';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';

// What the commands that need no phone read of a daemon that runs.

let daemon: WholeDaemon;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ariflow-of-a-daemon-'));
  daemon = await givenWholeDaemon();
  const made = async (kind: string, body: object): Promise<string> => {
    const { status, body: answer } = await daemon.api.post<{ id: string }>(`/v1.0/${kind}`, body);
    expect(status, JSON.stringify(answer)).toBe(200);
    return answer.id;
  };
  const tag = 'a0000000-0000-4000-8000-000000000001';
  await made('agents', {
    username: 'ada',
    addresses: [{ type: 'extension', target: '1001' }],
    tag_ids: [tag],
  });
  await made('queues', { name: 'desk', tag_ids: [tag] });
  const closed = await made('schedules', { name: 'closed', periods: [] });
  const line = [
    { type: 'condition_schedule', option: { schedule_id: closed, closed_target_id: 'closed' } },
    { type: 'stop' },
    { id: 'closed', type: 'talk', option: { text: 'We are closed.' } },
  ];
  await made('numbers', {
    number: '+498912345',
    call_flow_id: await made('flows', { name: 'line', actions: line }),
  });
  const wait = { id: 'wait', type: 'queue_join', option: { queue_id: 'desk' } };
  await writeFile(join(folder, 'queue.json'), JSON.stringify([wait, { id: 'bye', type: 'hangup' }]));
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: readonly string[], token = daemon.token) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
  const env = { ARIFLOW_DATA_DIR: folder, ...(token !== '' && { ARIFLOW_API_TOKEN: token }) };
  const code = await runCommand(args, { env, output });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** In a process of its own: what is simulated has the clock of all of it, and a daemon in there would wait by that for ever. */
async function runApart(args: readonly string[]) {
  const env = { ...process.env, ARIFLOW_DATA_DIR: folder, ARIFLOW_API_TOKEN: daemon.token };
  const command = ['dist/cli.js', ...args, '--api', daemon.url];
  const ended = promisify(execFile)(process.execPath, command, { cwd: root, env, timeout: 60_000 });
  const { stdout, stderr, code = 0 } = await ended.catch((error) => error);
  return { code, out: String(stdout).trimEnd(), err: String(stderr).trimEnd() };
}

const root = resolve(import.meta.dirname, '../../..');

/** As long as one has to be. */
const wrongToken = 'not-the-token-of-this-daemon';

const flow = () => join(folder, 'queue.json');

test('simulate runs what is on a number there, with what that points to', async () => {
  const { code, out } = await runApart(['simulate', '--to', '+498912345']);
  expect(out).toContain('hears "We are closed."');
  expect(code).toBe(0);
});

test('simulate takes a file whose names are those of the daemon', async () => {
  const { code, out } = await runApart(['simulate', flow(), '--answer', 'human']);
  expect(out).toContain('PJSIP/1001');
  expect(code).toBe(0);
  const calls = await daemon.api.get<{ result: unknown[] }>('/v1.0/queuecalls');
  expect(calls.body.result).toEqual([]);
});

test('explore walks a file whose names are those of the daemon', async () => {
  const { code, out, err } = await runApart(['explore', flow()]);
  expect({ code, out }).toEqual({ code: 0, out: '' });
  expect(err).toMatch(/^nothing found in \d+ calls? through \d+ states$/);
  const nowhere = join(folder, 'nowhere.json');
  await writeFile(nowhere, JSON.stringify([{ type: 'queue_join', option: { queue_id: 'kitchen' } }]));
  const { code: wrong, err: why } = await runApart(['explore', nowhere]);
  expect(wrong).toBe(2);
  expect(why).toContain('kitchen');
});

const commands: Readonly<Record<string, (url: string) => readonly string[]>> = {
  simulate: (url) => ['simulate', flow(), '--api', url],
  explore: (url) => ['explore', flow(), '--api', url],
};

describe.for(Object.entries(commands))('%s', ([, command]) => {
  test('answers 2 for a token that is none', async () => {
    const { code, out, err } = await run(command(daemon.url), wrongToken);
    expect(err).toBe(`ariflow: ${daemon.url} answers 401: a valid token is needed`);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });

  test('answers 2 without a token, and says where it is looked for', async () => {
    const { code, err } = await run(command(daemon.url), '');
    expect(err).toMatch(/^ariflow: no token: set ARIFLOW_API_TOKEN, or ARIFLOW_DATA_DIR/);
    expect(code).toBe(2);
  });

  test('answers 2 where nobody listens', async () => {
    const url = `http://127.0.0.1:${await freePort('tcp')}`;
    const { code, err } = await run(command(url));
    expect(err).toMatch(new RegExp(`^ariflow: cannot reach ${url}: `));
    expect(code).toBe(2);
  });

  test('answers 2 where somebody else does', async () => {
    const other = createServer((_, response) => response.writeHead(404).end('<html>')).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`; // a TCP server has one
    const { code, err } = await run(command(url));
    other.close();
    expect(err).toBe(`ariflow: ${url} answers 404: no answer of ariflow`);
    expect(code).toBe(2);
  });

  test('answers 2 for a daemon and a folder', async () => {
    const { code, err } = await run([...command(daemon.url), '--data', folder]);
    expect(err).toBe('ariflow: expected --data or --api, not both');
    expect(code).toBe(2);
  });
});

describe('replay', () => {
  const id = 'a0000000-0000-4000-8000-000000000009';
  const replayed = async (url: string, token: string) => {
    const err: string[] = [];
    const output = { out: () => undefined, err: (line: string) => void err.push(line) };
    const env = { ARIFLOW_DATA_DIR: folder, ARIFLOW_API_URL: url, ARIFLOW_API_TOKEN: token };
    return { code: await runCommand(['replay', id], { env, output }), err: err.join('\n') };
  };

  test('answers 2 for a call that is none, a token that is none, and a daemon that is away', async () => {
    const away = `http://127.0.0.1:${await freePort('tcp')}`;
    expect(await replayed(daemon.url, daemon.token)).toEqual({
      code: 2,
      err: `ariflow: ${daemon.url} answers 404: no such call`,
    });
    expect(await replayed(daemon.url, wrongToken)).toEqual({
      code: 2,
      err: `ariflow: ${daemon.url} answers 401: a valid token is needed`,
    });
    expect(await replayed(away, daemon.token)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`cannot reach ${away}: `),
    });
  });
});
