import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

const run = promisify(execFile);
const receivers = join(import.meta.dirname, '../../docs/receivers');
const flask = join(receivers, 'flask_receiver.py');
const secret = 'whsec_c2VjcmV0IG9mIGEgdGVzdCwgbG9uZyBlbm91Z2g=';

const works = (...args: string[]) =>
  run('python3', args, { cwd: tmpdir() }).then(
    () => true,
    () => false,
  );
const hasPython = await works('--version');
const hasFlask = hasPython && (await works('-c', 'import flask'));

let system: System;
beforeAll(async () => {
  system = await System.start({ env: { ARIFLOW_WEBHOOK_SCHEDULE: '200ms,200ms,60s' } });
});
afterAll(() => system[Symbol.asyncDispose]());

/** A receiver of the documentation as a process of its own. */
class Receiver implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}/voipbin/webhook`;
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface({ input: stream }).on('line', (line) => this.lines.push(line));
  }

  static async start(command: string, file: string): Promise<Receiver> {
    const port = await freePort('tcp');
    const env = { PATH: process.env.PATH, PORT: String(port), WEBHOOK_SECRET: secret };
    const receiver = new Receiver(spawn(command, [file], { env, stdio: ['ignore', 'pipe', 'pipe'] }), port);
    const what = () => `the receiver to listen\n${receiver.lines.join('\n')}`;
    await eventually(
      () =>
        receiver.post({}).then(
          () => true,
          () => false,
        ),
      { what },
    );
    return receiver;
  }

  /** Sends it something itself; answers the status. */
  async post(headers: Record<string, string>, body = '{}'): Promise<number> {
    const response = await fetch(this.url, { method: 'POST', headers, body });
    await response.body?.cancel();
    return response.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

function signed(id: string, body: string, { at = Date.now(), key = secret } = {}): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000));
  const hmac = createHmac('sha256', Buffer.from(key.slice('whsec_'.length), 'base64'));
  const signature = hmac.update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,bm90IHRoaXMgb25l v1,${signature}`,
    'content-type': 'application/json',
  };
}

const webhook = async (receiver: Receiver, fields: object) => {
  const answer = await system.api.post<{ id: string }>('/v1.0/webhooks', {
    uri: receiver.url,
    secret,
    ...fields,
  });
  expect(answer.status).toBe(200);
  return answer.body.id;
};

interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly http_status: number;
  readonly error: string;
}

const deliveries = async (id: string, query = '') => {
  const { body } = await system.api.get<{ result: Delivery[] }>(`/v1.0/webhooks/${id}/deliveries${query}`);
  return body.result;
};

async function takesRealEvents(receiver: Receiver): Promise<void> {
  const id = await webhook(receiver, { event_types: ['call.status'] });
  const tried = await system.api.post(`/v1.0/webhooks/${id}/test`);
  expect(tried.body).toMatchObject({ delivered: true, http_status: 200 });
  const phone = await system.caller();
  const call = await phone.call('received');
  await call.ended;
  const callId = await system.callTo('received');
  await until(() => receiver.lines.includes(`call_hungup ${callId} normal`), {
    what: () => `the end of ${callId} in\n${receiver.lines.join('\n')}`,
  });
  for (const type of ['webhook_test', 'call_created', 'call_answered'])
    expect(receiver.lines).toContain(type);
  await until(async () => (await deliveries(id)).every(({ state }) => state === 'delivered'), {
    what: 'every delivery to be settled',
  });
  const types = (await deliveries(id, '?page_size=100')).map(({ type }) => type);
  expect(types[0]).toBe('call_hungup');
  expect(types.at(-1)).toBe('call_created');
  await system.api.delete(`/v1.0/webhooks/${id}`);
}

async function refusesWhatIsNotSigned(receiver: Receiver): Promise<void> {
  const body = JSON.stringify({ type: 'forged', data: {} });
  const good = signed('msg_1', body);
  expect(await receiver.post(good, body)).toBe(200);
  expect(await receiver.post(good, body), 'a repetition').toBe(200);
  expect(await receiver.post(good, `${body} `), 'another body').toBe(401);
  expect(await receiver.post({ ...good, 'webhook-id': 'msg_2' }, body), 'another id').toBe(401);
  expect(await receiver.post(signed('msg_3', body, { at: Date.now() - 360_000 }), body), 'an old one').toBe(
    401,
  );
  expect(await receiver.post(signed('msg_4', body, { key: 'whsec_b3RoZXI=' }), body), 'another key').toBe(
    401,
  );
  for (const name of Object.keys(good).filter((header) => header.startsWith('webhook-'))) {
    const { [name]: _, ...without } = good;
    expect(await receiver.post(without, body), `without ${name}`).toBe(401);
  }
  expect(receiver.lines.filter((line) => line === 'forged')).toHaveLength(1);

  const id = await webhook(receiver, { secret: 'whsec_b3RoZXI=' });
  const tried = await system.api.post(`/v1.0/webhooks/${id}/test`);
  expect(tried.body).toMatchObject({ delivered: false, http_status: 401, error: 'http_401' });
  await system.api.delete(`/v1.0/webhooks/${id}`);
}

beforeAll(async () => {
  await system.flowOn('received', [{ type: 'answer' }, { type: 'beep' }]);
});

test('the Express receiver takes the events of a real call and refuses what is not signed', async () => {
  await using receiver = await Receiver.start(process.execPath, join(receivers, 'express.js'));
  await takesRealEvents(receiver);
  await refusesWhatIsNotSigned(receiver);
  await system.quiet();
});

test.runIf(hasFlask)('the Flask receiver does the same', async () => {
  await using receiver = await Receiver.start('python3', flask);
  await takesRealEvents(receiver);
  await refusesWhatIsNotSigned(receiver);
  await system.quiet();
});

test.runIf(hasPython)('the Flask receiver is Python', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-flask-'));
  try {
    const program = `import py_compile; py_compile.compile(${JSON.stringify(flask)}, ${JSON.stringify(join(folder, 'x'))}, doraise=True)`;
    await run('python3', ['-c', program]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
