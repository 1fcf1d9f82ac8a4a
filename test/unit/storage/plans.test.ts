import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { wireTime } from '../../../src/core/clock.ts';
import { type Kind, kinds } from '../../../src/news/kinds.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import type { SqlValue, Statement } from '../../../src/storage/sqlite-messages.ts';
import { SqliteThread } from '../../../src/storage/sqlite-thread.ts';
import type { FilterOf, Store } from '../../../src/storage/store.ts';

/** What there is of them grows for as long as the daemon lives. */
const growing = [
  ...Object.keys(kinds),
  'deliveries',
  'lanes',
  'later_requests',
  'later_calls',
  'user_variables',
];

let path: string;
let store: Store;
const asked = new Map<string, readonly SqlValue[]>();

beforeEach(async () => {
  path = join(mkdtempSync(join(tmpdir(), 'ariflow-plans-')), 'ariflow.db');
  store = await openStore(`sqlite:${path}`);
  asked.clear();
  const ask = SqliteThread.prototype.ask;
  vi.spyOn(SqliteThread.prototype, 'ask').mockImplementation(function (this: SqliteThread, request) {
    if (request.kind === 'run') keep(request.statement);
    if (request.kind === 'batch') for (const statement of request.statements) keep(statement);
    return ask.call(this, request);
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  rmSync(join(path, '..'), { recursive: true });
});

function keep({ sql, values }: Statement): void {
  if (/^(select|update|delete|insert)/.test(sql)) asked.set(sql, values);
}

/** Of one call, and of the lanes that are claimed at once, there are few. */
const isOfFew = /"call_id" = \?|"lane_key" in \(/;

/** The steps that read a whole table, or put in order what they have read, however much that is. */
function slowSteps(): string[] {
  const database = new DatabaseSync(path);
  const slow: string[] = [];
  for (const [sql, values] of asked)
    for (const { detail } of database.prepare(`explain query plan ${sql}`).all(...values)) {
      const [, table = ''] = /^SCAN (\w+)$/.exec(String(detail)) ?? [];
      const isSorting = detail === 'USE TEMP B-TREE FOR ORDER BY' && !isOfFew.test(sql);
      if (growing.includes(table) || isSorting) slow.push(`${detail}: ${sql}`);
    }
  database.close();
  return slow;
}

const day = 86_400_000;
const page = { size: 20 };
const place = Buffer.from('2026-01-01 00:00:00.000000/x').toString('base64url');

async function listed<K extends Kind>(kind: K, ...filters: readonly FilterOf<K>[]): Promise<void> {
  const list = (token?: string, filter?: FilterOf<K>) => store[kind].list({ ...page, token }, filter);
  for (const token of [undefined, place])
    for (const filter of [undefined, ...filters]) await list(token, filter);
}

test('what a call, its flow and its end ask of the store is found by an index', async () => {
  await store.numbers.byNumber('100');
  await store.flows.get('x');
  await store.userVariables.load('1001');
  await store.calls.hadChannel({ id: 'x', creationtime: new Date().toISOString() });
  await store.calls.get('x');
  await store.recordings.ofCall('x');
  await store.laterRequests.claim({ now: 1, until: 2, limit: 10 });
  await store.laterCalls.claim({ now: 1, until: 2, limit: 10 });
  expect(asked.size).toBeGreaterThan(5);
  expect(slowSteps()).toEqual([]);
});

test('what a start asks for, and what is too old, is found by an index', async () => {
  for (const kind of Object.keys(kinds) as Kind[]) {
    if (kind !== 'conversations') await store[kind].unfinished(); // none of which ever lives
    if (kind !== 'recordings') await store.expire({ kind, before: Date.now() - day, limit: 200 });
  }
  await store.recordings.old(wireTime(), 200);
  await store.expire({ kind: 'deliveries', before: Date.now() - day, limit: 200 });
  expect(asked.size).toBeGreaterThan(15);
  expect(slowSteps()).toEqual([]);
});

test('what REST lists of calls and their things is found by an index, a page at a time', async () => {
  const reference_id = 'x';
  await listed(
    'calls',
    { status: 'hangup' },
    { number: '100' },
    { number: '100', since: '2026' },
    { number: '100', search: 'x' },
    { since: '2026' },
  );
  await listed('activeflows', { reference_id }, { flow_id: 'x' }, { is_ended: 0 });
  await listed('queuecalls', { queue_id: 'x' }, { reference_id }, { status: 'wait' });
  await listed('conferencecalls', { conference_id: 'x' }, { reference_id }, { status: 'joined' });
  await listed('recordings', { reference_id }, { isDone: true }, { status: 'failed' });
  await listed('transcribes', { reference_id }, { status: 'done' });
  await listed(
    'voicemails',
    { mailbox_id: 'x' },
    { mailbox_id: 'x', status: 'new' },
    { call_id: 'x' },
    { source: '1' },
  );
  for (const asked of ['ofMailbox', 'occupied', 'ofRecording'] as const) await store.voicemails[asked]('x');
  await listed('transcripts', { transcribe_id: 'x' });
  await store.numbers.list(page, { flow_id: 'x' });
  await listed('messages', { direction: 'inbound' }, { number: '1' }, { number: '1', search: 'x' });
  await listed('conversations', { number: '1' }, { search: 'x', number: '1' });
  for (const kind of ['external_medias', 'confbridges'] as const) await listed(kind);
  for (const token of [undefined, place])
    for (const filter of [
      {},
      { number: '100' },
      { flow_id: 'x' },
      { flow_id: 'x', number: '100' },
      { since: '2026' },
    ])
      await store.laterCalls.list({ ...page, token }, filter);
  expect(asked.size).toBeGreaterThan(20);
  expect(slowSteps()).toEqual([]);
});

test('what is listed by its status is found by that, however little of it there is', async () => {
  await listed('recordings', { status: 'failed' });
  await listed('transcribes', { status: 'failed' });
  await listed('voicemails', { status: 'new' });
  const database = new DatabaseSync(path);
  const byStatus = [...asked].filter(([sql]) => sql.includes('"status" = ?'));
  const plans = byStatus.map(([sql, values]) => database.prepare(`explain query plan ${sql}`).all(...values));
  database.close();
  expect(plans).toHaveLength(6);
  for (const [first, ...more] of plans) {
    expect(first?.detail).toMatch(/^SEARCH (\w+) USING INDEX \1_status \(status=\?/);
    expect(more).toEqual([]);
  }
});

test('each page of a span begins where the one before has ended', async () => {
  await store.calls.list({ ...page, token: place }, { until: '2027' });
  await store.flows.list({ ...page, token: place }, { until: '2027', since: '2025' });
  await store.laterCalls.list({ ...page, token: place }, { until: '2027' });
  await store.outbox.list({ limit: 9, before: 'd', until: 9 });
  const database = new DatabaseSync(path);
  const first = [...asked].map(([sql, values]) => {
    const [step] = database.prepare(`explain query plan ${sql}`).all(...values);
    return String(step?.detail);
  });
  database.close();
  expect(first).toEqual([
    expect.stringContaining('((tm_create,id)<(?,?))'),
    expect.stringMatching(/tm_create,id\)<\(\?,\?\)/),
    expect.stringContaining('((tm_create,id)<(?,?))'),
    expect.stringContaining('deliveries_made (created_at<?)'),
  ]);
  expect((await store.calls.list({ ...page, token: place }, { until: '2025' })).result).toEqual([]);
});

test('what came of the calls of a queue is counted in an index that has all it takes', async () => {
  await store.queuecalls.lastHandled('x', 20);
  await store.queuecalls.figures({ queueId: 'x', from: '2026', to: '2027', within: 1 });
  const database = new DatabaseSync(path);
  const plans = [...asked].map(([sql, values]) =>
    database.prepare(`explain query plan ${sql}`).all(...values),
  );
  database.close();
  const whole = plans.filter((plan) =>
    plan.some(({ detail }) => /COVERING INDEX queuecalls_figures/.test(String(detail))),
  );
  expect(whole).toHaveLength(2);
  expect(slowSteps()).toEqual([]);
});

test('the few deliveries that were given up are found among all others', async () => {
  await store.outbox.list({ endpointId: 'e', state: 'dead', limit: 9 });
  await store.outbox.list({ endpointId: 'e', state: 'dead', limit: 9, before: 'd' });
  const database = new DatabaseSync(path);
  for (const [sql, values] of asked) {
    const [first] = database.prepare(`explain query plan ${sql}`).all(...values);
    expect(first?.detail).toMatch(/^SEARCH deliveries USING INDEX deliveries_dead/);
  }
  database.close();
});

test('what the deliverer asks for again and again is found by an index', async () => {
  const { outbox } = store;
  const delivery = { endpointId: 'e', lane: 'call', type: 'call_created', body: '{}', createdAt: 1 };
  await store.commit({
    live: [],
    deliveries: [
      { ...delivery, id: 'd' },
      { ...delivery, id: 'd2', lane: 'other' },
    ],
  });
  const rooms = ['e', 'f'].map((endpointId) => ({ endpointId, lanes: 5 }));
  const { lanes } = await outbox.claim({ now: 10, leaseUntil: 20, rooms, limit: 5, depth: 5 });
  const tried = { at: 11, attempts: 1, status: 200, error: '' };
  await outbox.settle({ results: [{ id: 'd', kind: 'delivered', ...tried }], released: lanes });
  await outbox.list({ endpointId: 'e', limit: 9 });
  await outbox.list({ endpointId: 'e', limit: 9, since: 1, before: 'd' });
  await outbox.list({ limit: 9, since: 1, until: 9 });
  await outbox.list({ callId: 'x', limit: 9, before: 'd' });
  await outbox.find('d');
  await outbox.countPending();
  await outbox.recover({ endpointId: 'e', since: 0, now: 100, limit: 9 });
  expect(asked.size).toBeGreaterThan(8);
  expect(slowSteps()).toEqual([]);
});
