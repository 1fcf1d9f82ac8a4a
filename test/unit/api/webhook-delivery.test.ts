import { expect, test } from 'vitest';
import type { Parts } from '../../../src/api/parts.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { wireTime, zeroId } from '../../../src/core/clock.ts';
import { Scope } from '../../../src/core/scope.ts';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import type { PublishedEvent } from '../../../src/news/events.ts';
import { News } from '../../../src/news/news.ts';
import { Recorder } from '../../../src/news/recorder.ts';
import type { Attempted } from '../../../src/webhooks/deliverer-options.ts';
import { startDelivery } from '../../../src/webhooks/delivery.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { givenCall } from '../../support/store-records.ts';
import { until } from '../../support/until.ts';
import { WebhookSink } from '../../support/webhook-sink.ts';

interface Fixture extends AsyncDisposable {
  readonly api: ApiFixture;
  readonly sink: WebhookSink;
  readonly attempts: Attempted[];
  publish(...events: PublishedEvent[]): void;
  /** Creates a webhook that leads to a path of the sink; answers what REST answers. */
  webhook(path: string, fields?: object): Promise<{ id: string; secret: string }>;
}

/** The API with real deliveries to an endpoint on loopback. */
async function givenDelivery(env: Record<string, string> = {}): Promise<Fixture> {
  const scope = new Scope((error) => {
    throw error;
  });
  const attempts: Attempted[] = [];
  // The API is made before what it delivers with: its store is needed for that.
  const late: { parts?: Pick<Parts, 'endpointsChanged' | 'tryEndpoint' | 'deliveries'> } = {};
  const api = await givenApi({
    validateUrl: () => undefined,
    endpointsChanged: () => late.parts?.endpointsChanged(),
    tryEndpoint: (...given) => late.parts!.tryEndpoint(...given),
    deliveries: {
      list: (request) => late.parts!.deliveries.list(request),
      find: (id) => late.parts!.deliveries.find(id),
      retry: (id) => late.parts!.deliveries.retry(id),
      recover: (...given) => late.parts!.deliveries.recover(...given),
    },
  });
  const config = loadConfig({ ARIFLOW_WEBHOOK_SCHEDULE: '50ms', ...env }, '/nonexistent');
  const { log } = api.parts;
  const { timeout, schedule, hold, disable_after: disableAfter } = config.webhook;
  const delivery = await startDelivery({
    ...{ log, scope, store: api.store },
    policy: new AddressPolicy({ allow: ['127.0.0.0/8'] }),
    userAgent: 'ariflow/test',
    options: { timeout, schedule, hold, disableAfter, drain: 1_000 },
    told: () => news.webhooks(api.store.webhooks),
    onAttempt: (attempted) => attempts.push(attempted),
  });
  const recorder = new Recorder(api.store, log, {
    deliveriesOf: delivery.deliveriesOf,
    onDeliveries: () => delivery.deliverer.wake(),
  });
  scope.defer(() => recorder.close());
  const news = new News(recorder, { requestOf: () => undefined, onTold: () => undefined });
  late.parts = delivery;
  const sink = await WebhookSink.open();
  return {
    api,
    sink,
    attempts,
    publish: (...events) => {
      for (const event of events) recorder.record({ event });
    },
    webhook: async (path, fields = {}) =>
      (await api.ask('POST', '/webhooks', { uri: `${sink.url}${path}`, ...fields })).body,
    [Symbol.asyncDispose]: async () => {
      await scope.close();
      await sink.close();
      await api[Symbol.asyncDispose]();
    },
  };
}

const created = (lane = 'call'): PublishedEvent => ({
  event: { type: 'call_created', data: givenCall() },
  lane,
});

test('an endpoint that says it is gone is stored as disabled, and the others are told', async () => {
  await using given = await givenDelivery();
  const { secret: _, ...gone } = await given.webhook('/gone');
  await given.webhook('/watch', { event_types: ['webhook_disabled'] });
  given.sink.respondTo(({ path }) => path === '/gone', { status: 410 });
  given.publish(created());
  const told = await given.sink.waitFor('webhook_disabled');
  expect(told.path).toBe('/watch');
  const stored = (await given.api.ask('GET', `/webhooks/${gone.id}`)).body;
  expect(stored).toMatchObject({ ...gone, status: 'disabled', tm_update: expect.any(String) });
  expect(told.body).toEqual({ type: 'webhook_disabled', data: stored });
  given.publish(created('another'), { event: { type: 'call_hungup', data: givenCall() }, lane: 'another' });
  const deliveries = async () => (await given.api.ask('GET', `/webhooks/${gone.id}/deliveries`)).body.result;
  expect(await deliveries()).toMatchObject([{ state: 'dead', http_status: 410, error: 'http_410' }]);
  expect(given.sink.requests.filter(({ path }) => path === '/gone')).toHaveLength(1);

  const [dead] = await deliveries();
  expect((await given.api.ask('POST', `/deliveries/${dead.id}/retry`)).status).toBe(409);
  given.sink.respondTo(({ path }) => path === '/gone', {});
  await given.api.ask('PUT', `/webhooks/${gone.id}`, { status: 'active', uri: `${given.sink.url}/back` });
  expect((await given.api.ask('POST', `/deliveries/${dead.id}/retry`)).body.state).toBe('pending');
  const again = await given.sink.waitFor(({ path }) => path === '/back');
  expect(again.headers['webhook-id']).toBe(dead.id);
  await until(async () => (await deliveries())[0].state === 'delivered', { what: 'the retry to be settled' });
});

test('an endpoint that its owner moved meanwhile is not disabled for what the old one said', async () => {
  await using given = await givenDelivery();
  const webhook = await given.webhook('/old');
  given.sink.respondTo(({ path }) => path === '/old', { status: 410, delay: 150 });
  given.publish(created());
  await given.sink.waitFor(({ path }) => path === '/old');
  await given.api.ask('PUT', `/webhooks/${webhook.id}`, { uri: `${given.sink.url}/new` });
  await until(() => given.attempts.length === 1, { what: 'the answer of the old one' });
  given.publish(created());
  await given.sink.waitFor(({ path }) => path === '/new');
  expect((await given.api.ask('GET', `/webhooks/${webhook.id}`)).body.status).toBe('active');
});

test('a test goes to any endpoint at once, signed as every delivery, and nothing of it is kept', async () => {
  await using given = await givenDelivery({ ARIFLOW_WEBHOOK_TIMEOUT: '300ms' });
  const webhook = await given.webhook('/x', { status: 'inactive', event_types: [] });
  const good = await given.api.ask('POST', `/webhooks/${webhook.id}/test`);
  expect(good.body).toMatchObject({ type: 'webhook_test', delivered: true, http_status: 200, error: '' });
  const { headers, body } = given.sink.requests[0]!;
  expect(headers['webhook-id']).toBe(good.body.id);
  expect(headers['webhook-signature']).toMatch(/^v1,/);
  expect(body).toMatchObject({ type: 'webhook_test', data: { id: webhook.id } });
  expect(JSON.stringify(body)).not.toContain(webhook.secret);
  given.sink.respond({ status: 500 });
  expect((await given.api.ask('POST', `/webhooks/${webhook.id}/test`)).body).toMatchObject({
    delivered: false,
    http_status: 500,
    error: 'http_500',
  });
  given.sink.respond({ instead: 'hang' });
  const late = (await given.api.ask('POST', `/webhooks/${webhook.id}/test`)).body;
  expect(late).toMatchObject({ delivered: false, http_status: 0, error: 'timeout' });
  expect(late.duration).toBeLessThan(20_000);
  const { body: deliveries } = await given.api.ask('GET', `/webhooks/${webhook.id}/deliveries`);
  expect(deliveries.result).toEqual([]);
});

test('what an endpoint has missed is delivered again, in order, with the same ids, and nothing else', async () => {
  await using given = await givenDelivery({ ARIFLOW_WEBHOOK_SCHEDULE: '20ms', ARIFLOW_WEBHOOK_HOLD: '10s' });
  const webhook = await given.webhook('/x');
  const other = await given.webhook('/other');
  const call = givenCall();
  const told = async (type: 'call_created' | 'call_answered' | 'call_hungup'): Promise<void> => {
    given.publish({ event: { type, data: call }, lane: call.id });
    await given.sink.waitFor(({ path, type: got }) => path === '/x' && got === type);
  };
  const listed = async (state: string) =>
    (await given.api.ask('GET', `/webhooks/${webhook.id}/deliveries?state=${state}`)).body.result;
  const recover = (since: string) => given.api.ask('POST', `/webhooks/${webhook.id}/recover`, { since });
  await told('call_created');
  await until(async () => (await listed('delivered')).length === 1, { what: 'the first to be delivered' });
  const since = wireTime();
  given.sink.respondTo(({ path }) => path === '/x', { status: 503 }, 4);
  await told('call_answered');
  await told('call_hungup');
  await until(async () => (await listed('dead')).length === 2, { what: 'both to be given up' });
  const before = given.sink.requests.length;

  expect(await recover(since)).toMatchObject({
    status: 200,
    body: { recovered: 2, hastened: 0, has_more: false },
  });
  await until(async () => (await listed('delivered')).length === 3, { what: 'all to be delivered' });
  const again = given.sink.requests.slice(before);
  expect(again.map(({ path, type }) => [path, type])).toEqual([
    ['/x', 'call_answered'],
    ['/x', 'call_hungup'],
  ]);
  const ids = again.map(({ headers }) => headers['webhook-id']);
  expect((await listed('delivered')).map(({ id }: { id: string }) => id).slice(0, 2)).toEqual(
    ids.toReversed(),
  );
  expect((await recover(since)).body).toEqual({ recovered: 0, hastened: 0, has_more: false });
  expect((await given.api.ask('GET', `/webhooks/${other.id}/deliveries`)).body.result).toHaveLength(3);
});

test('what waits for its next try is tried at once where an endpoint is recovered', async () => {
  await using given = await givenDelivery({ ARIFLOW_WEBHOOK_SCHEDULE: '1h' });
  const webhook = await given.webhook('/x');
  given.sink.respondNext({ status: 503 });
  given.publish(created());
  const list = async () => (await given.api.ask('GET', `/webhooks/${webhook.id}/deliveries`)).body.result;
  await until(async () => (await list())[0]?.attempts === 1, { what: 'the first try' });
  const { body } = await given.api.ask('POST', `/webhooks/${webhook.id}/recover`, {
    since: '2026-01-01 00:00:00',
  });
  expect(body).toEqual({ recovered: 0, hastened: 1, has_more: false });
  await until(async () => (await list())[0].state === 'delivered', { what: 'it to be delivered' });
});

test('a replaced secret signs beside the new one until its time is over', async () => {
  await using given = await givenDelivery();
  const webhook = await given.webhook('/x', { secret: 'old' });
  const signatures = async () => {
    const { length } = given.sink.requests;
    given.publish(created());
    await until(() => given.sink.requests.length > length, { what: 'a delivery' });
    return given.sink.requests[length]!.headers['webhook-signature']!.split(' ').length;
  };
  expect(await signatures()).toBe(1);
  await given.api.ask('PUT', `/webhooks/${webhook.id}`, { secret: 'new' });
  expect(await signatures()).toBe(2);
  await given.api.store.webhooks.update(webhook.id, { previous_until: '2001-01-01 00:00:00.000000' });
  await given.api.ask('PUT', `/webhooks/${webhook.id}`, { name: 'read again' });
  expect(await signatures()).toBe(1);
});

test('what waits for an endpoint goes where the endpoint then is', async () => {
  await using given = await givenDelivery({ ARIFLOW_WEBHOOK_SCHEDULE: '200ms,200ms,200ms' });
  const webhook = await given.webhook('/old');
  given.sink.respondTo(({ path }) => path === '/old', { status: 500 });
  given.publish(created());
  const first = await given.sink.waitFor(({ path }) => path === '/old');
  await given.api.ask('PUT', `/webhooks/${webhook.id}`, { uri: `${given.sink.url}/new` });
  const moved = await given.sink.waitFor(({ path }) => path === '/new');
  expect(moved.headers['webhook-id']).toBe(first.headers['webhook-id']);
  expect(moved.rawBody).toEqual(first.rawBody);
});

test('while the store is away the end of an endpoint is not forgotten', async () => {
  await using given = await givenDelivery();
  const webhook = await given.webhook('/gone');
  given.sink.respond({ status: 410 });
  const { update } = given.api.store.webhooks;
  let failures = 0;
  Object.assign(given.api.store.webhooks, {
    update: async () => {
      failures++;
      Object.assign(given.api.store.webhooks, { update });
      throw new Error('away');
    },
  });
  given.publish(created());
  await until(() => failures === 1, { what: 'the store to be asked' });
  await until(async () => (await given.api.store.webhooks.get(webhook.id))?.status === 'disabled', {
    what: 'the store to be asked again',
    timeout: 8_000,
  });
  expect(webhook.id).not.toBe(zeroId);
});
