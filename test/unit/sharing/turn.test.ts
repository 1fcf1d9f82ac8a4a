import { expect, test } from 'vitest';
import { AriError } from '../../../src/ari/transport.ts';
import { StoreError } from '../../../src/core/store-error.ts';
import { Turn } from '../../../src/sharing/turn.ts';
import type { DaemonStatus, KnownDaemon, Taken } from '../../../src/storage/daemon-store.ts';

const signal = new AbortController().signal;
const nothing: Taken = { live: {}, completions: [], agents: [] };

function known(fields: Partial<KnownDaemon> = {}): KnownDaemon {
  return {
    ...{ id: 'one', app: 'ariflow', asterisk: 'a', status: 'serves', hasLapsed: false, isOurs: false },
    ...fields,
  };
}

function given(others: readonly KnownDaemon[] = []) {
  const world = {
    others,
    asterisk: 'a',
    isSteady: true,
    isStoreAway: false,
    /** What `take` and `attach` answer. */
    isTaken: true,
    isFree: true,
    done: [] as unknown[],
  };
  const answer = async <T>(value: T): Promise<T> => {
    if (world.isStoreAway) throw new StoreError('unreachable');
    return value;
  };
  const turn = new Turn({
    store: {
      all: () => answer([known({ id: 'us', isOurs: true, status: 'waits' }), ...world.others]),
      attach: (asterisk: string, status: DaemonStatus) => {
        world.done.push(`${status} ${asterisk}`);
        return answer(status === 'waits' || world.isFree);
      },
      take: (id, heir) => {
        world.done.push(`take ${id} in ${heir?.asterisk}`);
        return answer(world.isTaken ? nothing : undefined);
      },
    },
    lease: {
      get isSteady() {
        return world.isSteady;
      },
    },
    app: 'ariflow',
    asterisk: async () => world.asterisk,
    adopt: async () => void world.done.push('adopt'),
    log: { warn: () => undefined },
  });
  return { turn, world };
}

const waits = /another daemon serves the application ariflow/;

test('alone it serves at once, and does not ask again when it comes back to the same Asterisk', async () => {
  const { turn, world } = given();
  expect(await turn.obstacle(signal)).toBeUndefined();
  expect(await turn.obstacle(signal)).toBeUndefined();
  expect(world.done).toEqual(['serves a']);
  world.asterisk = 'a, started again';
  expect(await turn.obstacle(signal)).toBeUndefined();
  expect(world.done).toEqual(['serves a', 'serves a, started again']);
});

test.each([
  ['another Asterisk', known({ asterisk: 'b' })],
  ['another application', known({ app: 'other' })],
  ['one that waits as well', known({ status: 'waits' })],
])('%s is in nobody’s way', async (_, other) => {
  const { turn, world } = given([other]);
  expect(await turn.obstacle(signal)).toBeUndefined();
  expect(world.done).toEqual(['serves a']);
});

test('where another daemon serves it waits, and serves when that has died: its calls come first', async () => {
  const { turn, world } = given([known()]);
  expect(await turn.obstacle(signal)).toMatch(waits);
  expect(world.done).toEqual(['waits a']);
  world.others = [known({ hasLapsed: true })];
  world.done = [];
  expect(await turn.obstacle(signal)).toBeUndefined();
  expect(world.done).toEqual(['take one in a', 'adopt', 'serves a']);
});

test('a lease that is over tells nothing while ours is not steady; calls that were left do', async () => {
  const { turn, world } = given([known({ hasLapsed: true })]);
  world.isSteady = false;
  expect(await turn.obstacle(signal)).toMatch(waits);
  expect(world.done).toEqual(['waits a']);
  world.others = [known({ status: 'left' })];
  world.done = [];
  expect(await turn.obstacle(signal)).toBeUndefined();
  expect(world.done).toEqual(['take one in a', 'adopt', 'serves a']);
});

test('of two that see the same one who is faster serves', async () => {
  const { turn, world } = given([known({ hasLapsed: true })]);
  world.isTaken = false;
  expect(await turn.obstacle(signal)).toMatch(waits);
  expect(world.done).toEqual(['take one in a', 'waits a']);
  world.others = [];
  world.isFree = false;
  expect(await turn.obstacle(signal)).toMatch(waits);
});

test('with the store away nobody begins to serve, and whoever does goes on, in an Asterisk that started again too', async () => {
  const { turn, world } = given();
  world.isStoreAway = true;
  expect(await turn.obstacle(signal)).toMatch(/the store does not say/);
  world.isStoreAway = false;
  expect(await turn.obstacle(signal)).toBeUndefined();
  world.isStoreAway = true;
  world.asterisk = 'b';
  expect(await turn.obstacle(signal)).toBeUndefined();
});

test('an Asterisk that does not answer is explained as ever', async () => {
  const { turn } = given();
  const silent = new Turn({
    store: { all: async () => [], attach: async () => true, take: async () => undefined },
    lease: { isSteady: true },
    app: 'ariflow',
    asterisk: () => Promise.reject(new AriError(0, 'away')),
    adopt: async () => undefined,
    log: { warn: () => undefined },
  });
  await expect(silent.obstacle(signal)).rejects.toMatchObject({ name: 'AriError' });
  expect(await turn.obstacle(signal)).toBeUndefined();
});
