import { afterAll, beforeAll, expect, test } from 'vitest';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import { GuardedClient } from '../../../src/http/guarded-client.ts';
import { WebhookSink } from '../../support/webhook-sink.ts';

let sink: WebhookSink;
let client: GuardedClient;
beforeAll(async () => {
  sink = await WebhookSink.open();
  const policy = new AddressPolicy({ allow: ['127.0.0.0/8'] });
  client = new GuardedClient({ policy, userAgent: 'ariflow/test' });
});
afterAll(async () => {
  await client.close();
  await sink.close();
});

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const)(
  '%s takes a body',
  async (method) => {
    sink.respond({ body: 'reply' });
    const url = `${sink.url}/${method}`;
    const { status, body } = await client.request({ method, url, body: 'é', headers: { 'x-utf8': 'Ã©' } });
    expect([status, String(body)]).toEqual([200, 'reply']);
    const received = await sink.waitFor(({ path }) => path === `/${method}`);
    expect([received.method, String(received.rawBody)]).toEqual([method, 'é']);
  },
);

test('HEAD has an answer without a body', async () => {
  sink.respond({ headers: { 'content-length': '7' } });
  const { status, body } = await client.request({ method: 'HEAD', url: sink.url });
  expect([status, body.length]).toEqual([200, 0]);
});
