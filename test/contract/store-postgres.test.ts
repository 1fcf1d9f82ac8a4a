import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoreError } from '../../src/core/store-error.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { postgresError } from '../../src/storage/postgres-failure.ts';
import { withoutLiveStates } from '../support/earlier-tables.ts';
import { TestPostgres } from '../support/postgres.ts';
import { sharedAgentContract } from '../support/store-queue-contract.ts';
import { givenRecording } from '../support/store-recordings-contract.ts';
import { givenCall, givenFlow, givenStored, ofCalls } from '../support/store-records.ts';
import { eventually } from '../support/until.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
}, 300_000);
afterAll(() => server.stop());

const problemOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: StoreError) => error.problem,
  );

test('a server that goes and comes back: bounded errors meanwhile, then the same store works', async () => {
  const url = await server.createStoreDatabase();
  const store = await openStore(url);
  const [before, during] = [givenCall(), givenCall()];
  await store.commit({ live: ofCalls(before) });
  await server.crash();
  const began = performance.now();
  expect(await problemOf(store.commit({ live: ofCalls(during) }))).toBe('unreachable');
  expect(await problemOf(store.flows.get('x'))).toBe('unreachable');
  expect(await store.trouble()).toBe('unreachable');
  expect(performance.now() - began).toBeLessThan(30_000);
  await server.start();
  await eventually(async () => (await problemOf(store.commit({ live: ofCalls(during) }))) === 'none');
  expect(await store.calls.get(before.id)).toEqual(before);
  expect(await store.calls.get(during.id)).toEqual(during);
  await store.close();
}, 20_000);

test('connections that are cut, in use or not, cost one request at most each', async () => {
  const url = await server.createStoreDatabase();
  const store = await openStore(url);
  const commits = Array.from({ length: 50 }, () => problemOf(store.commit({ live: ofCalls(givenCall()) })));
  const cut = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'ariflow'";
  await server.query(cut, url);
  for (const problem of await Promise.all(commits)) expect(['none', 'unreachable']).toContain(problem);
  await server.query(cut, url);
  await eventually(async () => (await problemOf(store.flows.insert(givenFlow()))) === 'none');
  await store.close();
});

test('a lock of somebody else is waited for in bounds, and the connection goes on', async () => {
  const url = await server.createStoreDatabase();
  const store = await openStore(url);
  const other = new pg.Client({ connectionString: url });
  await other.connect();
  await other.query('begin; lock table calls');
  const call = givenCall();
  await expect(store.commit({ live: ofCalls(call) })).rejects.toMatchObject({
    problem: 'busy',
    isRetryable: true,
  });
  await other.query('rollback');
  await store.commit({ live: ofCalls(call) });
  await other.end();
  await store.close();
}, 20_000);

test('many processes that start at once make the tables once', async () => {
  const url = await server.createDatabase();
  const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(url)));
  const flow = givenFlow();
  await stores[0]?.flows.insert(flow);
  for (const store of stores) {
    expect(await store.flows.get(flow.id)).toEqual(flow);
    await store.close();
  }
});

test('each instance finds what it has left behind itself, not what others live in', async () => {
  const url = await server.createStoreDatabase();
  const [one, two] = await Promise.all([openStore(url, 'one'), openStore(url, 'two')]);
  const [call, stored, other] = [givenCall(), givenStored(), givenCall()];
  await one.commit({ live: [...ofCalls(call), stored] });
  await two.commit({ live: ofCalls(other) });
  await one.close();
  const again = await openStore(url, 'one');
  expect(await again.calls.unfinished()).toEqual([{ record: call, state: undefined }]);
  expect((await again.activeflows.unfinished()).map(({ record }) => record)).toEqual([stored.record]);
  expect(await two.calls.unfinished()).toEqual([{ record: other, state: undefined }]);
  await Promise.all([two.close(), again.close()]);
});

test('the recordings of each instance, whose files it has, are its own', async () => {
  const url = await server.createStoreDatabase();
  const [one, two] = await Promise.all([openStore(url, 'one'), openStore(url, 'two')]);
  const [mine, other] = [givenRecording(), givenRecording()];
  await one.commit({ live: [{ kind: 'recordings', record: mine }] });
  await two.commit({ live: [{ kind: 'recordings', record: other }] });
  expect(await one.recordings.old('9999', 9)).toEqual([mine]);
  expect(await two.recordings.old('9999', 9)).toEqual([other]);
  const isOurs = [mine, other].map(({ id }) => one.recordings.isOurs(id));
  expect(await Promise.all(isOurs)).toEqual([true, false]);
  await Promise.all([one.close(), two.close()]);
});

sharedAgentContract(() => server.createStoreDatabase());

test('an instance that starts again takes up its lanes at once, and leaves those of others', async () => {
  const url = await server.createStoreDatabase();
  const [one, two] = await Promise.all([openStore(url, 'one'), openStore(url, 'two')]);
  const delivery = (lane: string) => ({
    ...{ id: `msg_${lane}`, endpointId: 'a', lane, type: 'call_created', body: '{}', createdAt: 1 },
  });
  const rooms = [{ endpointId: 'a', lanes: 1 }];
  const request = { now: 10, leaseUntil: 30_000, rooms, limit: 1, depth: 1 };
  await one.commit({ deliveries: [delivery('x')] });
  await one.outbox.claim(request);
  await one.commit({ deliveries: [delivery('y')] });
  await two.outbox.claim(request);
  expect((await two.outbox.claim(request)).lanes).toEqual([]);
  await one.close();
  const again = await openStore(url, 'one');
  expect((await again.outbox.claim(request)).lanes).toMatchObject([{ lane: 'x' }]);
  expect((await again.outbox.claim(request)).lanes).toEqual([]);
  await Promise.all([two.close(), again.close()]);
});

test('what cannot be opened is named, without its password', async () => {
  const url = await server.createStoreDatabase();
  const missing = url.replace('ariflow@', 'ariflow:secret@').replace(/\d+$/, '99');
  const error: StoreError = await openStore(missing).then(
    () => expect.fail('it opened'),
    (caught) => caught,
  );
  expect(error.message).toMatch(/postgres:\/\/ariflow@127\.0\.0\.1:\d+\/test99: .*does not exist/);
  expect(error.message).not.toContain('secret');
});

test('a server that accepts and says nothing is given up', async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  expect(await problemOf(openStore(`postgres://ariflow@127.0.0.1:${port}/x`))).toBe('unreachable');
  for (const socket of sockets) socket.destroy();
  silent.close();
}, 20_000);

test('a database that a newer version has changed is refused', async () => {
  const url = await server.createStoreDatabase();
  await (await openStore(url)).close();
  await server.query("insert into kysely_migration values ('9999-later', '2099-01-01')", url);
  await expect(openStore(url)).rejects.toThrow(url);
});

test('what an earlier version has written is found by its call', async () => {
  const url = await server.createStoreDatabase();
  const store = await openStore(url);
  const [call, stored] = [givenCall({ source: { ...givenCall().source, name: '\0' } }), givenStored()];
  const delivery = {
    id: 'd',
    endpointId: 'e',
    lane: call.id,
    type: 'call_created',
    body: '{}',
    createdAt: 1,
  };
  await store.commit({ live: [...ofCalls(call), stored], deliveries: [delivery] });
  await store.close();
  await server.query(
    `${withoutLiveStates.join(';')}; alter table activeflows drop column reference_id; alter table deliveries drop column call_id;
     delete from kysely_migration where name = '0011-by-call'`,
    url,
  );
  const again = await openStore(url);
  const { reference_id } = stored.record;
  expect((await again.activeflows.list({ size: 9 }, { reference_id })).result).toMatchObject([stored.record]);
  expect(await again.outbox.list({ callId: call.id, limit: 9 })).toMatchObject([{ id: 'd' }]);
  await again.close();
});

test('text that PostgreSQL cannot hold does not lose the record', async () => {
  const store = await openStore(await server.createStoreDatabase());
  const source = { type: 'tel', target: 'a\0b', target_name: '', name: '', detail: '' };
  const call = givenCall({ source });
  await store.commit({ live: ofCalls(call) });
  expect(await store.calls.get(call.id)).toEqual(call);
  await store.close();
});

test('what PostgreSQL says is known by its code', () => {
  const problem = (code?: string) => postgresError({ code, message: '' }).problem;
  expect(['23505', '53100', '55P03', '57014', '40P01', '40001'].map(problem)).toEqual([
    ...['conflict', 'full', 'busy', 'busy', 'busy', 'busy'],
  ]);
  expect(
    ['22021', '23502', '54000', 'XX001', '25006', '57P01', 'ECONNREFUSED', undefined].map(problem),
  ).toEqual([
    ...['failed', 'failed', 'failed', 'corrupt', 'unreachable', 'unreachable', 'unreachable', 'unreachable'],
  ]);
});
