import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { neverTime, wireTime, zeroId } from '../../../src/core/clock.ts';
import type { NewDelivery } from '../../../src/news/outbox.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { givenWebhook } from '../../support/store-records.ts';

const uri = 'https://example.com/hook';
const now = Date.UTC(2026, 0, 20, 10, 30);
const due = '2026-01-20 10:30:00.000000';

async function givenDeliveries(api: ApiFixture, count: number) {
  const { id: endpointId } = (await api.ask('POST', '/webhooks', { uri })).body as { id: string };
  const made = Array.from({ length: count }, (_, index): NewDelivery => {
    const body = JSON.stringify({ type: 'call_created', data: { source: 'whispered' } });
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    return { id, endpointId, lane: `call${index}`, type: 'call_created', body, createdAt: now };
  });
  await api.store.commit({ deliveries: made });
  return { endpointId, ids: made.map(({ id }) => id) };
}

const tried = { at: now + 1_500, attempts: 3, status: 503, error: 'http_503' };

test('deliveries are listed newest first, page by page, without what was said in them', async () => {
  await using api = await givenApi();
  const { endpointId, ids } = await givenDeliveries(api, 5);
  await givenDeliveries(api, 2);
  const found = [];
  let token = '';
  do {
    const page = token === '' ? '' : `&page_token=${token}`;
    const { status, body } = await api.ask('GET', `/webhooks/${endpointId}/deliveries?page_size=2${page}`);
    expect(status).toBe(200);
    found.push(...body.result);
    token = body.next_page_token;
  } while (token !== '');
  expect(found.map(({ id }) => id)).toEqual(ids.toReversed());
  expect(found[0]).toEqual({
    id: ids.at(-1),
    webhook_id: endpointId,
    type: 'call_created',
    state: 'pending',
    attempts: 0,
    http_status: 0,
    error: '',
    tm_create: due,
    tm_try: neverTime,
    tm_next: due,
    call_id: zeroId,
  });
  expect(JSON.stringify(found)).not.toContain('whispered');
});

test('a state narrows the list', async () => {
  await using api = await givenApi();
  const { endpointId, ids } = await givenDeliveries(api, 4);
  const [first, second, third] = ids as [string, string, string];
  const results = [
    { ...tried, kind: 'dead', id: first },
    { ...tried, kind: 'delivered', id: second, status: 200, error: '' },
    { ...tried, kind: 'failed', id: third, nextAt: now + 60_000, failingSince: now, isSetAside: false },
  ] as const;
  await api.outbox.settle({ results, released: [] });
  const list = async (query: string) =>
    (await api.ask('GET', `/webhooks/${endpointId}/deliveries${query}`)).body.result;
  expect(await list('?state=dead')).toMatchObject([
    { id: first, state: 'dead', attempts: 3, http_status: 503, error: 'http_503', tm_next: neverTime },
  ]);
  expect(await list('?state=delivered')).toMatchObject([
    { id: second, http_status: 200, tm_try: '2026-01-20 10:30:01.500000' },
  ]);
  expect(await list('?state=pending')).toMatchObject([
    { id: ids[3] },
    { id: third, tm_next: '2026-01-20 10:31:00.000000' },
  ]);
  expect(await list('')).toHaveLength(4);
});

test('those about one call are listed, of one webhook or of all, page by page', async () => {
  await using api = await givenApi();
  const [call, other] = [randomUUID(), randomUUID()];
  const hooks = [await givenDeliveries(api, 1), await givenDeliveries(api, 1)];
  const made = [call, other, call, call, other].flatMap((callId, index) =>
    hooks.map(({ endpointId }): NewDelivery => {
      const id = `msg_${index}${endpointId.replaceAll('-', '')}`;
      return { id, endpointId, callId, lane: callId, type: 'call_updated', body: '{}', createdAt: now };
    }),
  );
  await api.store.commit({ deliveries: made });
  const expected = made.filter(({ callId }) => callId === call).reverse();
  const all = async (path: string, query: string) => {
    const found: { id: string; call_id: string; webhook_id: string }[] = [];
    let token = '';
    do {
      const { status, body } = await api.ask('GET', `${path}?page_size=2${query}${token}`);
      expect(status).toBe(200);
      found.push(...body.result);
      token = body.next_page_token && `&page_token=${body.next_page_token}`;
    } while (token !== '');
    return found;
  };
  const ofAll = await all('/deliveries', `&call_id=${call.toUpperCase()}`);
  expect(ofAll.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  expect(ofAll[0]).toMatchObject({ call_id: call, webhook_id: hooks[1]?.endpointId });
  const first = hooks[0]?.endpointId;
  const ofOne = expected.filter(({ endpointId }) => endpointId === first).map(({ id }) => id);
  const listed = [
    await all(`/webhooks/${first}/deliveries`, `&call_id=${call}`),
    await all('/deliveries', `&call_id=${call}&webhook_id=${first}`),
  ];
  for (const list of listed) expect(list.map(({ id }) => id)).toEqual(ofOne);
  expect(await all('/deliveries', `&call_id=${call}&state=dead`)).toEqual([]);
  expect(await all('/deliveries', `&call_id=${randomUUID()}`)).toEqual([]);
  expect(await all('/deliveries', '')).toHaveLength(12);
});

test('what is no list of deliveries is refused', async () => {
  await using api = await givenApi();
  const { endpointId } = await givenDeliveries(api, 1);
  expect((await api.ask('GET', `/webhooks/${zeroId}/deliveries`)).status).toBe(404);
  for (const query of ['call_id=1', 'call_id=', 'webhook_id=x', 'page_token=x', 'reference_id=x'])
    expect((await api.ask('GET', `/deliveries?${query}`)).status, query).toBe(400);
  for (const query of [
    'call_id=x',
    'state=gone',
    'page_size=0',
    'page_token=x',
    'page_token=',
    'nonsense=1',
  ]) {
    expect((await api.ask('GET', `/webhooks/${endpointId}/deliveries?${query}`)).status, query).toBe(400);
  }
  await api.ask('DELETE', `/webhooks/${endpointId}`);
  expect((await api.ask('GET', `/webhooks/${endpointId}/deliveries`)).status).toBe(404);
});

test('a delivery that was given up is tried again', async () => {
  await using api = await givenApi();
  const { ids } = await givenDeliveries(api, 1);
  const [id] = ids as [string];
  await api.outbox.settle({ results: [{ ...tried, kind: 'dead', id }], released: [] });
  const { status, body } = await api.ask('POST', `/deliveries/${id}/retry`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id, state: 'pending', attempts: 3, error: 'http_503' });
  expect(body.tm_next < wireTime()).toBe(true);
});

test('what cannot be tried again is refused', async () => {
  await using api = await givenApi();
  const { endpointId, ids } = await givenDeliveries(api, 1);
  expect((await api.ask('POST', '/deliveries/msg_0/retry')).status).toBe(404);
  await api.ask('PUT', `/webhooks/${endpointId}`, { status: 'inactive' });
  const { status, body } = await api.ask('POST', `/deliveries/${ids[0]}/retry`);
  expect(status).toBe(409);
  expect(body.error).toMatchObject({ reason: 'CONFLICT', message: 'the webhook is inactive' });
  await api.ask('DELETE', `/webhooks/${endpointId}`);
  expect((await api.ask('POST', `/deliveries/${ids[0]}/retry`)).status).toBe(404);
});

test('what cannot be recovered is refused, and named', async () => {
  await using api = await givenApi();
  const { endpointId, ids } = await givenDeliveries(api, 2);
  await api.outbox.settle({ results: [{ ...tried, kind: 'dead', id: ids[0]! }], released: [] });
  const recover = (body: object, id = endpointId) => api.ask('POST', `/webhooks/${id}/recover`, body);
  const since = '2026-01-20 00:00:00';
  expect((await recover({ since }, zeroId)).status).toBe(404);
  const wrong = [
    {},
    { since: 'yesterday' },
    { since: 5 },
    { since, until: since },
    { since: '2126-01-01 00:00:00' },
  ];
  for (const body of wrong) {
    const answer = await recover(body);
    expect(answer.status, JSON.stringify(body)).toBe(400);
    expect(answer.body.error.details[0].path).toMatch(/^(since|until)$/);
  }
  await api.ask('PUT', `/webhooks/${endpointId}`, { status: 'inactive' });
  const { status, body } = await recover({ since });
  expect([status, body.error.message]).toEqual([409, 'the webhook is inactive']);
  expect((await api.ask('GET', `/webhooks/${endpointId}/deliveries?state=dead`)).body.result).toHaveLength(1);
  await api.ask('PUT', `/webhooks/${endpointId}`, { status: 'active' });
  expect((await recover({ since: '2026-01-21 00:00:00' })).body.recovered).toBe(0);
  expect((await recover({ since })).body).toEqual({ recovered: 1, hastened: 0, has_more: false });
});

test('a test sends an event of its own to the endpoint and tells what became of it', async () => {
  const sent: { uri: string; body: string; id: string }[] = [];
  const answers = [
    { status: 200, error: '' },
    { status: 0, error: 'timeout' },
  ];
  await using api = await givenApi({
    tryEndpoint: async (webhook, delivery) => {
      sent.push({ uri: webhook.uri, ...delivery });
      return answers.shift()!;
    },
  });
  const { secret, ...webhook } = (
    await api.ask('POST', '/webhooks', { uri, event_types: [], status: 'inactive' })
  ).body;
  const good = await api.ask('POST', `/webhooks/${webhook.id}/test`);
  expect(good).toMatchObject({ status: 200, body: { delivered: true, http_status: 200, error: '' } });
  expect(good.body.duration).toEqual(expect.any(Number));
  expect(sent[0]).toMatchObject({ uri, id: good.body.id });
  expect(JSON.parse(sent[0]!.body)).toEqual({ type: 'webhook_test', data: webhook });
  const bad = await api.ask('POST', `/webhooks/${webhook.id}/test`);
  expect(bad).toMatchObject({ status: 200, body: { delivered: false, http_status: 0, error: 'timeout' } });
  expect(bad.body.id).not.toBe(good.body.id);
  expect((await api.ask('POST', `/webhooks/${zeroId}/test`)).status).toBe(404);
});

test('a secret that was replaced stays valid for the time that is configured', async () => {
  await using api = await givenApi({ secretOverlap: 3_600_000 });
  const { id } = (await api.ask('POST', '/webhooks', { uri, secret: 'old' })).body;
  const before = wireTime();
  await api.ask('PUT', `/webhooks/${id}`, { secret: 'new' });
  const stored = await api.store.webhooks.get(id);
  expect(stored?.secrets).toEqual(['new', 'old']);
  const until = Date.parse(`${stored?.previous_until?.replace(' ', 'T')}Z`);
  expect(until - Date.parse(`${before.replace(' ', 'T')}Z`)).toBeGreaterThanOrEqual(3_600_000);
  expect((await api.ask('GET', `/webhooks/${id}`)).body).not.toHaveProperty('previous_until');
  await api.ask('PUT', `/webhooks/${id}`, { secret: 'new' });
  expect((await api.store.webhooks.get(id))?.previous_until).toBe(stored?.previous_until);
});

test('a webhook that we disabled says so, and its owner switches it on again', async () => {
  await using api = await givenApi();
  const webhook = givenWebhook({ status: 'disabled' });
  await api.store.webhooks.insert(webhook);
  expect((await api.ask('GET', `/webhooks/${webhook.id}`)).body.status).toBe('disabled');
  expect((await api.ask('PUT', `/webhooks/${webhook.id}`, { name: 'x' })).body.status).toBe('disabled');
  expect((await api.ask('PUT', `/webhooks/${webhook.id}`, { status: 'active' })).body.status).toBe('active');
});
