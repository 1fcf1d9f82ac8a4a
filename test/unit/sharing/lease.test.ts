import { afterEach, beforeEach, expect, test } from 'vitest';
import { Scope } from '../../../src/core/scope.ts';
import { StoreError } from '../../../src/core/store-error.ts';
import { Lease } from '../../../src/sharing/lease.ts';
import { UnsteadyClock } from '../../support/unsteady-clock.ts';

let clock: UnsteadyClock;
beforeEach(() => {
  clock = new UnsteadyClock();
});
afterEach(() => clock[Symbol.dispose]());

const away = (): Promise<boolean> => Promise.reject(new StoreError('unreachable'));

/** How the store answers to a renewal, which takes 10 ms. */
type Renewal = () => Promise<boolean>;

async function given(first: Renewal = async () => true) {
  const store = { renewal: first, renewals: 0, begun: [] as string[], givenUp: [] as unknown[] };
  const lost: string[] = [];
  const scope = new Scope((error) => expect.fail(String(error)));
  const lease = await Lease.begin(
    {
      store: {
        begin: async (app) => void store.begun.push(app),
        renew: async () => {
          store.renewals++;
          return store.renewal();
        },
        giveUp: async (...how) => void store.givenUp.push(how),
      },
      app: 'ariflow',
      log: { error: (_, event) => lost.push(event) },
      onLost: () => lost.push('process ended'),
    },
    scope,
  );
  return { lease, store, lost, scope };
}

test('it is renewed every two seconds, and what lives may be acted on without asking', async () => {
  const { lease, store, lost } = await given();
  expect(store.begun).toEqual(['ariflow']);
  await clock.pass(60_000);
  expect(store.renewals).toBe(30);
  expect(lease.mayAct()).toBeUndefined();
  expect(lost).toEqual([]);
});

test('it is steady when every other daemon has had the time to renew its own', async () => {
  const { lease, store } = await given();
  await clock.pass(9_000);
  expect(lease.isSteady).toBe(false);
  await clock.pass(1_500);
  expect(lease.isSteady).toBe(true);
  store.renewal = away;
  await clock.pass(2_000);
  expect(lease.isSteady).toBe(false);
  store.renewal = async () => true;
  await clock.pass(10_000);
  expect(lease.isSteady).toBe(false);
  await clock.pass(2_500);
  expect(lease.isSteady).toBe(true);
});

test('while the store is away it goes on, however long that lasts, also where the store says nothing at all', async () => {
  const { lease, store, lost } = await given();
  store.renewal = away;
  await clock.pass(600_000);
  expect(lease.mayAct()).toBeUndefined();
  store.renewal = () => new Promise(() => undefined);
  await clock.pass(600_000);
  expect(lease.mayAct()).toBeUndefined();
  expect(lost).toEqual([]);
  store.renewal = async () => true;
  await clock.pass(20_000);
  expect(lease.isSteady).toBe(true);
});

test('a store that says nothing holds up no request, at any time', async () => {
  const { lease, store } = await given();
  store.renewal = () => new Promise(() => undefined);
  for (let look = 0; look < 200; look++) {
    await clock.pass(250);
    expect(lease.mayAct()).toBeUndefined();
  }
});

test('one that somebody has taken over is told of once, and the process ends', async () => {
  const { lease, store, lost } = await given();
  store.renewal = async () => false;
  await clock.pass(20_000);
  expect(lost).toEqual(['lease_lost', 'process ended']);
  expect(await lease.mayAct()).toBe(false);
});

test('after a sleep longer than the lease nothing is done before the store has said whose the calls are', async () => {
  const { lease, store, lost } = await given();
  await clock.pass(3_000);
  const before = store.renewals;
  clock.stall(11_000);
  const answer = lease.mayAct();
  expect(answer).toBeInstanceOf(Promise);
  expect(await answer).toBe(true);
  expect(store.renewals).toBe(before + 1);
  expect(lease.mayAct()).toBeUndefined();
  expect(lease.isSteady).toBe(false); // others may have slept as well
  store.renewal = async () => false;
  clock.stall(11_000);
  expect(await lease.mayAct()).toBe(false);
  expect(lost).toEqual(['lease_lost', 'process ended']);
});

test('an answer to what was asked before the sleep says nothing', async () => {
  const { lease, store } = await given();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  store.renewal = () => promise;
  await clock.pass(2_500);
  clock.stall(11_000);
  const answer = lease.mayAct();
  store.renewal = async () => false;
  resolve(true);
  expect(await answer).toBe(false);
});

test('with the store away after a sleep it goes on', async () => {
  const { lease, store } = await given();
  store.renewal = away;
  clock.stall(11_000);
  expect(await lease.mayAct()).toBe(true);
});

test('asked whether it is still ours it asks the store, and takes its silence for a no', async () => {
  const { lease, store, lost } = await given();
  expect(await lease.confirm()).toBe(true);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  store.renewal = () => promise;
  await clock.pass(2_500);
  const answer = lease.confirm();
  store.renewal = away;
  resolve(true); // asked before
  expect(await answer).toBe(false);
  expect(lost).toEqual([]);
  store.renewal = async () => false;
  expect(await lease.confirm()).toBe(false);
  expect(lost).toEqual(['lease_lost', 'process ended']);
});

test('a daemon that stops gives it up last of all, and holds it until then', async () => {
  const { store, scope } = await given();
  scope.defer(() => clock.pass(12_000)); // what is started later is stopped before
  await scope.close();
  expect(store.renewals).toBe(6);
  expect(store.givenUp).toEqual([['waits', 0]]);
});

test('one that leaves its calls says so, and for how long', async () => {
  const { lease, store, lost } = await given();
  await lease.leave();
  expect(store.givenUp).toEqual([['left', 60_000]]);
  // Somebody may be quick to take them; this process ends as it was told to.
  store.renewal = async () => false;
  await clock.pass(10_000);
  expect(lost).toEqual([]);
});
