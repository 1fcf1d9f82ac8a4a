import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { sleep } from '../../../src/core/wait.ts';
import { LaterRequests } from '../../../src/flow-requests/later-requests.ts';
import type { WebhookRecord } from '../../../src/news/webhook-record.ts';
import type { NoReply, UserReply, UserRequest } from '../../../src/ports/http.ts';
import type { LaterRequestStore, StoredRequest } from '../../../src/ports/later-requests.ts';
import { signatureHeaders } from '../../../src/webhooks/signature.ts';
import { FakeHttp } from '../../support/fake-http.ts';
import { givenWebhook } from '../../support/store-records.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

class MemoryStore implements LaterRequestStore {
  readonly rows = new Map<string, { request: StoredRequest; until: number }>();

  async insert(request: StoredRequest, until: number): Promise<boolean> {
    if (this.rows.has(request.id)) return false;
    this.rows.set(request.id, { request, until });
    return true;
  }

  async claim({
    now,
    until,
    limit,
  }: {
    now: number;
    until: number;
    limit: number;
  }): Promise<StoredRequest[]> {
    const due = [...this.rows.values()].filter((row) => row.until <= now).slice(0, limit);
    for (const row of due) row.until = until;
    return due.map(({ request }) => request);
  }

  async postpone(request: StoredRequest, until: number): Promise<void> {
    if (this.rows.has(request.id)) this.rows.set(request.id, { request, until });
  }

  async delete(id: string): Promise<boolean> {
    return this.rows.delete(id);
  }
}

function start(store = new MemoryStore(), http: FakeHttp = new FakeHttp(), webhook?: WebhookRecord) {
  const reported: unknown[] = [];
  const scope = new Scope((error) => reported.push(error));
  const webhooks = { all: async () => (webhook ? [givenWebhook(), webhook] : []) };
  const later = new LaterRequests({ store, webhooks, http: http.port, log: silentLog, scope });
  return { store, http, scope, later, reported };
}

const request = {
  method: 'POST',
  url: 'https://a.example/',
  headers: { 'webhook-id': 'msg_1' },
  body: 'x',
} as const;
const work = { to: { request }, timeout: 10_000, pauses: [200, 400] };
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** As a transaction stores it that has more to write. */
const storedElsewhere = (id: string) => ({
  id,
  work: JSON.stringify(work),
  tm_create: '2026-01-01 00:00:00.000000',
});

test('a request is stored before it is made, and forgotten when it is taken', async () => {
  const { later, http, store, scope, reported } = start();
  http.duration = 1_000;
  await later.send('msg_1', work);
  expect(store.rows.size).toBe(1);
  await pass(1_000);
  expect(http.requests).toMatchObject([{ ...request, timeout: 10_000 }]);
  expect(store.rows.size).toBe(0);
  await scope.close();
  expect(reported).toEqual([]);
});

test('it is made again while the server is away, then given up', async () => {
  const { later, http, store, scope } = start();
  http.reply({ status: 503 });
  await later.send('msg_1', work);
  await pass(599);
  expect(http.requests).toHaveLength(2);
  await pass(10_000);
  expect([http.requests.length, store.rows.size]).toEqual([3, 0]);
  await scope.close();
});

test.each([{ status: 404 }, { failure: 'blocked' }] as const)(
  'it is not made again after %j',
  async (reply) => {
    const { later, http, store, scope } = start();
    http.reply(reply);
    await later.send('msg_1', work);
    await pass(10_000);
    expect([http.requests.length, store.rows.size]).toEqual([1, 0]);
    await scope.close();
  },
);

test('the same id is made once', async () => {
  const { later, http, scope } = start();
  http.duration = 500;
  await later.send('msg_1', work);
  await later.send('msg_1', work);
  await pass(10_000);
  expect(http.requests).toHaveLength(1);
  await scope.close();
});

test('what was under way when the daemon stopped is made by the next one, with what is left of its tries', async () => {
  const first = start();
  first.http.duration = 9_000;
  await first.later.send('msg_1', work);
  const closing = first.later.close(1_000);
  await pass(1_000);
  await closing;
  expect(first.http.aborted).toBe(1);
  const second = start(first.store);
  second.http.reply({ status: 503 }, { status: 200 });
  await pass(10_000);
  expect([second.http.requests.length, first.store.rows.size]).toEqual([2, 0]);
  await second.scope.close();
});

test.each([true, false])(
  'what a process held that was killed is made at once by one that is alone (%s)',
  async (isAlone) => {
    const { store, http, scope } = start();
    await scope.close();
    await store.insert(storedElsewhere('held'), Date.now() + 35_000);
    await store.insert(storedElsewhere('waits'), Date.now() + 3_600_000);
    const next = new Scope(() => undefined);
    const webhooks = { all: async () => [] };
    const later = new LaterRequests({
      store,
      webhooks,
      http: http.port,
      log: silentLog,
      scope: next,
      isAlone,
    });
    await pass();
    expect(http.requests.length).toBe(isAlone ? 1 : 0);
    http.duration = 10_000;
    await later.send('msg_1', work); // held by ourselves
    await pass(9_000);
    expect(http.requests.length).toBe(isAlone ? 2 : 1);
    await pass(45_000);
    expect([http.requests.length, [...store.rows.keys()]]).toEqual([2, ['waits']]);
    await next.close();
  },
);

test('closing lets what is nearly done be done', async () => {
  const { later, http, store } = start();
  http.duration = 500;
  await later.send('msg_1', work);
  const closing = later.close(1_000);
  await pass(500);
  await closing;
  expect([http.aborted, store.rows.size]).toEqual([0, 0]);
});

test('what was stored by others is made when they say so, not at the next look', async () => {
  const { later, http, store, scope } = start();
  await pass(500);
  await store.insert(storedElsewhere('msg_1'), 0);
  later.wake();
  await store.insert(storedElsewhere('msg_2'), 0);
  later.wake();
  await pass();
  expect(http.requests.length).toBe(2);
  await scope.close();
});

test('what was stored just before it closes is made', async () => {
  const { later, http, store } = start();
  await pass(500);
  await store.insert(storedElsewhere('msg_1'), 0);
  http.duration = 900;
  const closing = later.close(1_000);
  await pass(900);
  await closing;
  expect([http.requests.length, http.aborted, store.rows.size]).toEqual([1, 0, 0]);
});

test('a long pause is not waited for, but kept', async () => {
  const { later, http, store, scope } = start();
  http.reply({ failure: 'unreachable' }, { status: 200 });
  await later.send('msg_1', { ...work, pauses: [3_600_000] });
  await pass(1_000);
  expect([...store.rows.values()].map(({ until }) => until - Date.now())).toEqual([
    expect.closeTo(3_599_000, -3),
  ]);
  await pass(3_602_000);
  expect([http.requests.length, store.rows.size]).toEqual([2, 0]);
  await scope.close();
});

test('a hundred are under way at most; the others wait for their turn', async () => {
  const { later, store, scope } = start();
  let [now, most] = [0, 0];
  const slow = async (_: UserRequest, signal: AbortSignal): Promise<UserReply | NoReply> => {
    most = Math.max(most, ++now);
    await sleep(1_000, signal);
    now--;
    return { status: 200, headers: {}, body: Buffer.alloc(0) };
  };
  await scope.close();
  const other = new Scope(() => undefined);
  const busy = new LaterRequests({
    store,
    webhooks: { all: async () => [] },
    http: { request: slow },
    log: silentLog,
    scope: other,
  });
  for (let index = 0; index < 250; index++) await busy.send(`msg_${index}`, work);
  await pass(20_000);
  expect([most, store.rows.size]).toEqual([100, 0]);
  await other.close();
  await expect(later.send('msg_last', work)).resolves.toBeUndefined();
  expect(store.rows.size).toBe(1);
});

test('for the default webhook it goes where that is now, with its method and auth, signed', async () => {
  const webhook = givenWebhook({
    is_default: true,
    method: 'PUT',
    event_types: [],
    auth: { type: 'basic', username: 'u', password: 'p' },
  });
  const { later, http, scope } = start(new MemoryStore(), new FakeHttp(), webhook);
  await later.send('msg_1', { to: { webhook: 'default', body: '{}' }, timeout: 1_000, pauses: [] });
  await pass(10);
  expect(http.requests).toMatchObject([{ method: 'PUT', url: webhook.uri, body: '{}', timeout: 1_000 }]);
  expect(http.requests[0]?.headers).toMatchObject({
    authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
    'webhook-id': 'msg_1',
    'webhook-signature': expect.stringMatching(/^v1,/),
  });
  await scope.close();
});

test('through a stored webhook it is signed when it is made, as the deliveries of that one are', async () => {
  const webhook = givenWebhook({ secrets: ['newest', 'former'] });
  const { later, http, store, scope } = start(new MemoryStore(), new FakeHttp(), webhook);
  http.reply({ status: 503 }, { status: 200 });
  await later.send('msg_1', { ...work, to: { request, signedBy: webhook.id } });
  expect([...store.rows.values()][0]?.request.work).not.toContain('newest');
  await pass(200);
  const expected = [1, 0].map((before) =>
    signatureHeaders({
      id: 'msg_1',
      now: Date.now() - 200 * before,
      body: 'x',
      secrets: ['newest', 'former'],
    }),
  );
  expect(http.requests.map(({ headers }) => headers)).toEqual(expected);
  await scope.close();
});

test('it is not made any more where its webhook is gone', async () => {
  const { later, http, store, scope } = start();
  await later.send('msg_1', { ...work, to: { request, signedBy: givenWebhook().id } });
  await pass(10_000);
  expect([http.requests.length, store.rows.size]).toEqual([0, 0]);
  await scope.close();
});

test.each([undefined, givenWebhook({ is_default: true, status: 'inactive' })])(
  'where there is none, or one that takes nothing, it is not made',
  async (webhook) => {
    const { later, http, store, scope } = start(new MemoryStore(), new FakeHttp(), webhook);
    await later.send('msg_1', { to: { webhook: 'default', body: '{}' }, timeout: 1_000, pauses: [200] });
    await pass(10_000);
    expect([http.requests.length, store.rows.size]).toEqual([0, 0]);
    await scope.close();
  },
);
