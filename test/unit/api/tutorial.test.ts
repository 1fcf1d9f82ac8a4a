import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { givenApi, token } from '../../support/store-api.ts';

const run = promisify(execFile);

/** The tutorial's calls, letter by letter but for host, token and id. */
const create = `curl --location --request POST 'https://api.voipbin.net/v1.0/webhooks?token=<YOUR_AUTH_TOKEN>' \\
    --header 'Content-Type: application/json' \\
    --data-raw '{
        "name": "Production Webhook",
        "detail": "Main webhook for production events",
        "uri": "https://your-server.com/voipbin/webhook",
        "method": "POST",
        "event_types": [
            "call.status",
            "message.received",
            "recording.completed"
        ]
    }'`;
const list = `curl --location --request GET 'https://api.voipbin.net/v1.0/webhooks?token=<YOUR_AUTH_TOKEN>'`;
const update = `curl --location --request PUT 'https://api.voipbin.net/v1.0/webhooks/a1b2c3d4-e5f6-7890-abcd-ef1234567890?token=<YOUR_AUTH_TOKEN>' \\
    --header 'Content-Type: application/json' \\
    --data-raw '{
        "name": "Production Webhook - Updated",
        "event_types": [
            "call.status",
            "call.completed",
            "message.received",
            "recording.completed",
            "transcribe.completed"
        ]
    }'`;
const remove = `curl --location --request DELETE 'https://api.voipbin.net/v1.0/webhooks/a1b2c3d4-e5f6-7890-abcd-ef1234567890?token=<YOUR_AUTH_TOKEN>'`;

const hasCurl = await run('curl', ['--version']).then(
  () => true,
  () => false,
);

test.runIf(hasCurl)("the tutorial's calls work as written but for host and token", async () => {
  await using api = await givenApi();
  await api.api.listen({ host: '127.0.0.1', port: 0 });
  const host = `http://127.0.0.1:${(api.api.server.address() as AddressInfo).port}`;
  const curl = async (command: string, id = '') => {
    const text = command
      .replace('https://api.voipbin.net', host)
      .replace('<YOUR_AUTH_TOKEN>', token)
      .replace('a1b2c3d4-e5f6-7890-abcd-ef1234567890', id);
    const { stdout } = await run('sh', ['-c', text]);
    return JSON.parse(stdout);
  };

  const { secret, is_default, auth, ...created } = await curl(create);
  expect(
    Object.entries(created).map(([key, value]) => [key, key.startsWith('tm_') ? 'time' : value]),
  ).toEqual([
    ['id', expect.stringMatching(/^[0-9a-f-]{36}$/)],
    ['customer_id', expect.any(String)],
    ['name', 'Production Webhook'],
    ['detail', 'Main webhook for production events'],
    ['uri', 'https://your-server.com/voipbin/webhook'],
    ['method', 'POST'],
    ['event_types', ['call.status', 'message.received', 'recording.completed']],
    ['status', 'active'],
    ['tm_create', 'time'],
    ['tm_update', 'time'],
    ['tm_delete', 'time'],
  ]);
  expect(created).toMatchObject({ tm_update: created.tm_create, tm_delete: '9999-01-01 00:00:00.000000' });
  expect(created.tm_create).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
  expect({ secret, is_default, auth }).toEqual({
    secret: expect.stringMatching(/^whsec_/),
    is_default: false,
    auth: { type: 'none' },
  });
  expect((await curl(list)).result).toEqual([{ ...created, is_default, auth }]);

  const updated = await curl(update, created.id);
  expect(updated).toMatchObject({ id: created.id, name: 'Production Webhook - Updated', uri: created.uri });
  expect(updated.event_types).toHaveLength(5);
  expect((await curl(remove, created.id)).tm_delete).not.toBe(created.tm_delete);
  expect((await curl(list)).result).toEqual([]);
});
