import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import { StoreError } from '../../src/core/store-error.ts';
import type { DaemonStore, KnownDaemon, Taken } from '../../src/storage/daemon-store.ts';
import { openStore } from '../../src/storage/open-store.ts';
import type { Store } from '../../src/storage/store.ts';
import { TestPostgres } from '../support/postgres.ts';
import { givenQueuecall } from '../support/store-queue-contract.ts';
import { givenRecording } from '../support/store-recordings-contract.ts';
import { givenCall, givenStored, ofCalls } from '../support/store-records.ts';

// The leases by which daemons on one PostgreSQL own what lives in them.

const long = 600_000;

let server: TestPostgres;
let url: string;
const opened: Store[] = [];

beforeAll(async () => {
  server = await TestPostgres.start();
}, 300_000);
afterAll(() => server.stop());
beforeEach(async () => {
  url = await server.createStoreDatabase();
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

interface SharedStore extends Store {
  readonly daemons: DaemonStore;
}

/** A daemon that has begun. */
async function given(instance: string, { app = 'ariflow', lease = long } = {}): Promise<SharedStore> {
  const store = await openStore(url, instance);
  opened.push(store);
  await store.daemons?.begin(app, lease);
  return store as SharedStore; // on PostgreSQL
}

/** It has not said for long that it lives. */
const lapse = (instance: string) =>
  server.query(`update daemons set lease_until = 0 where id = '${instance}'`, url);

const known = async ({ daemons }: SharedStore): Promise<readonly KnownDaemon[]> => daemons.all();

const idsOf = ({ live }: Taken, kind: keyof Taken['live']) => live[kind]?.map(({ record }) => record.id);

const takenOver = { name: 'StoreError', problem: 'taken over', isRetryable: false };

/** A call with all that is about one. */
async function givenLife({ commit, agents }: SharedStore) {
  const [call, ended] = [givenCall(), givenCall({ status: 'hangup' })];
  const flow = givenStored();
  const queuecall = givenQueuecall({ reference_id: call.id });
  const recording = givenRecording({ reference_id: call.id, status: 'recording', tm_end: neverTime });
  const completion = {
    ...{ id: randomUUID(), flow_id: zeroId, generation: 1, depth: 0, variables: {}, tm_create: wireTime() },
  };
  await commit({
    live: [
      ...ofCalls(call, ended),
      flow,
      { kind: 'queuecalls', record: queuecall },
      { kind: 'recordings', record: recording },
    ],
    completions: [completion],
  });
  await agents.hold('anna');
  return { call, ended, flow, queuecall, recording, completion };
}

test('all who share a database see each other, and whose lease is over', async () => {
  const [one, two] = [await given('one'), await given('two', { app: 'other', lease: -1 })];
  expect(await known(one)).toEqual([
    { id: 'one', app: 'ariflow', asterisk: '', status: 'waits', hasLapsed: false, isOurs: true },
    { id: 'two', app: 'other', asterisk: '', status: 'waits', hasLapsed: true, isOurs: false },
  ]);
  expect(await two.daemons.renew(long)).toBe(true);
  expect((await known(one)).map(({ hasLapsed }) => hasLapsed)).toEqual([false, false]);
});

test('SQLite is one daemon’s own, and has no leases', async () => {
  const store = await openStore('sqlite::memory:', 'one');
  expect(store.daemons).toBeUndefined();
  await store.close();
});

test('an application of an Asterisk is served by one', async () => {
  const [one, two] = [await given('one'), await given('two')];
  const tries = await Promise.all([one, two].map(({ daemons }) => daemons.attach('a', 'serves')));
  expect([...tries].sort()).toEqual([false, true]);
  const [first, second] = tries[0] ? [one, two] : [two, one];
  expect(await second.daemons.attach('a', 'waits')).toBe(true);
  expect(await second.daemons.attach('b', 'serves')).toBe(true);
  expect(await first.daemons.attach('a', 'serves')).toBe(true);
  const other = await given('three', { app: 'other' });
  expect(await other.daemons.attach('a', 'serves')).toBe(true);
});

test('of many who see the same lease run out exactly one takes what is left, and has it all', async () => {
  const dead = await given('dead');
  const { call, flow, queuecall, recording, completion } = await givenLife(dead);
  await dead.daemons.attach('a', 'serves');
  await lapse('dead');
  const others = await Promise.all(['one', 'two', 'three', 'four'].map((instance) => given(instance)));
  const tries = await Promise.all(others.map(({ daemons }) => daemons.take('dead', { asterisk: 'a' })));
  const winners = tries.flatMap((taken, index) => (taken ? [{ taken, store: others[index]! }] : []));
  expect(winners).toHaveLength(1);
  const [{ taken, store }] = winners as [{ taken: Taken; store: SharedStore }];
  expect(idsOf(taken, 'calls')).toEqual([call.id]);
  expect(taken.live.calls?.[0]?.record).toEqual(call);
  expect(idsOf(taken, 'activeflows')).toEqual([flow.record.id]);
  expect(idsOf(taken, 'queuecalls')).toEqual([queuecall.id]);
  expect(idsOf(taken, 'recordings')).toEqual([recording.id]);
  expect(taken.completions).toEqual([completion]);
  expect(taken.agents).toEqual(['anna']);
  // It is found again by the next start of him who took it, and by nobody else.
  expect((await store.calls.unfinished()).map(({ record }) => record.id)).toEqual([call.id]);
  expect(await store.agents.held()).toEqual(['anna']);
  expect(await store.completions.due()).toEqual([completion]);
  for (const other of others.filter((each) => each !== store))
    expect(await other.calls.unfinished()).toEqual([]);
  const [server_] = (await known(store)).filter(({ status }) => status === 'serves');
  expect(server_).toMatchObject({ asterisk: 'a', isOurs: true });
  expect((await known(store)).map(({ id }) => id)).not.toContain('dead');
});

test('without its Asterisk only what can be ended by its record is taken: files wait for who has them', async () => {
  const dead = await given('dead');
  const { call, flow, queuecall, recording } = await givenLife(dead);
  await lapse('dead');
  const one = await given('one');
  const taken = (await one.daemons.take('dead')) as Taken;
  expect(idsOf(taken, 'calls')).toEqual([call.id]);
  expect(idsOf(taken, 'activeflows')).toEqual([flow.record.id]);
  expect(idsOf(taken, 'queuecalls')).toEqual([queuecall.id]);
  expect(taken.live.recordings).toBeUndefined();
  expect(taken.agents).toEqual(['anna']);
  const again = await given('dead');
  expect((await again.recordings.unfinished()).map(({ record }) => record.id)).toEqual([recording.id]);
  expect(await again.calls.unfinished()).toEqual([]);
});

test('what lives is taken from nobody who says so, nor from oneself', async () => {
  const [one, two] = [await given('one'), await given('two')];
  await one.daemons.attach('a', 'serves');
  expect(await two.daemons.take('one', { asterisk: 'a' })).toBeUndefined();
  await lapse('one');
  await one.daemons.renew(long);
  expect(await two.daemons.take('one', { asterisk: 'a' })).toBeUndefined();
  await lapse('two');
  expect(await two.daemons.take('two')).toBeUndefined();
});

test('of a renewal and a taking at once one comes about', async () => {
  for (let round = 0; round < 20; round++) {
    const [one, two] = [await given(`one${round}`), await given(`two${round}`)];
    await lapse(`one${round}`);
    const [isOurs, taken] = await Promise.all([one.daemons.renew(long), two.daemons.take(`one${round}`)]);
    expect(isOurs).toBe(taken === undefined);
    for (const store of opened.splice(0)) await store.close();
  }
});

test('who has lost his lease writes nothing more, and hears of it', async () => {
  const [one, two] = [await given('one'), await given('two')];
  const { call } = await givenLife(one);
  await lapse('one');
  await two.daemons.take('one');
  const ended = { ...call, status: 'hangup' as const };
  await expect(one.commit({ live: ofCalls(ended) })).rejects.toMatchObject(takenOver);
  await expect(one.daemons.take('two')).rejects.toMatchObject(takenOver);
  expect(await one.daemons.renew(long)).toBe(false);
  expect(await one.daemons.attach('a', 'serves')).toBe(false);
  expect((await two.calls.get(call.id))?.status).toBe(call.status);
  await two.commit({ live: ofCalls(ended) });
  expect((await one.calls.get(call.id))?.status).toBe('hangup');
});

test('what is being written when somebody takes over is written before that, or not at all', async () => {
  for (let round = 0; round < 20; round++) {
    const [one, two] = [await given(`one${round}`), await given(`two${round}`)];
    const call = givenCall();
    await one.commit({ live: ofCalls(call) });
    await lapse(`one${round}`);
    const change = { ...call, tm_update: wireTime() };
    const [written, taken] = await Promise.allSettled([
      one.commit({ live: ofCalls(change) }),
      two.daemons.take(`one${round}`),
    ]);
    expect(taken.status).toBe('fulfilled');
    const [found] = await two.calls.unfinished();
    expect(found?.record).toEqual(written.status === 'fulfilled' ? change : call);
    if (written.status === 'rejected') expect(written.reason).toMatchObject(takenOver);
    for (const store of opened.splice(0)) await store.close();
  }
});

test('a start of the same instance takes up what it had, also within its lease, and its earlier run writes no more', async () => {
  const first = await given('one');
  const { call } = await givenLife(first);
  await first.daemons.attach('a', 'serves');
  const second = await given('one');
  expect(await known(second)).toMatchObject([{ id: 'one', asterisk: 'a', status: 'serves', isOurs: true }]);
  expect((await second.calls.unfinished()).map(({ record }) => record.id)).toEqual([call.id]);
  expect(await first.daemons.renew(long)).toBe(false);
  await expect(first.commit({ live: ofCalls(call) })).rejects.toBeInstanceOf(StoreError);
  await second.commit({ live: ofCalls(call) });
});

test('calls that were left are for the next who serves there, at once, and for others when their time is over', async () => {
  const [one, two, stranger] = [await given('one'), await given('two'), await given('three')];
  const { call } = await givenLife(one);
  await one.daemons.attach('a', 'serves');
  await one.daemons.giveUp('left', long);
  expect(await stranger.daemons.take('one')).toBeUndefined();
  const taken = (await two.daemons.take('one', { asterisk: 'a' })) as Taken;
  expect(idsOf(taken, 'calls')).toEqual([call.id]);
  await two.daemons.giveUp('left', -1);
  expect(idsOf((await stranger.daemons.take('two')) as Taken, 'calls')).toEqual([call.id]);
});

test('one that comes back in time has the calls it left; with another application it serves nothing yet', async () => {
  const one = await given('one');
  await one.daemons.attach('a', 'serves');
  await one.daemons.giveUp('left', long);
  const again = await given('one');
  expect(await known(again)).toMatchObject([{ status: 'serves', hasLapsed: false }]);
  const other = await given('one', { app: 'other' });
  expect(await known(other)).toMatchObject([{ app: 'other', status: 'waits' }]);
});

test('where no lease was ever begun anybody writes, as tools do', async () => {
  const store = await openStore(url, 'one');
  opened.push(store);
  const call = givenCall();
  await store.commit({ live: ofCalls(call) });
  expect(await store.calls.get(call.id)).toEqual(call);
});
