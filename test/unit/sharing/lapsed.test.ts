import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreError } from '../../../src/core/store-error.ts';
import { endLapsed, isForAnybody } from '../../../src/sharing/lapsed.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import type { KnownDaemon, Taken } from '../../../src/storage/daemon-store.ts';

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});
afterEach(() => clock[Symbol.dispose]());

const us: KnownDaemon = {
  ...{ id: 'us', app: 'ariflow', asterisk: 'b', status: 'serves', hasLapsed: false, isOurs: true },
};

function known(fields: Partial<KnownDaemon> = {}): KnownDaemon {
  return {
    ...{ id: 'one', app: 'ariflow', asterisk: 'a', status: 'serves', hasLapsed: true, isOurs: false },
    ...fields,
  };
}

const next = known({ id: 'next', status: 'waits', hasLapsed: false });

test.each<[string, KnownDaemon, readonly KnownDaemon[], boolean]>([
  ['one that lives', known({ hasLapsed: false }), [], false],
  ['one that has died', known(), [], true],
  [
    'one that was stopped with its calls, while they wait',
    known({ status: 'left', hasLapsed: false }),
    [],
    false,
  ],
  ['one that was stopped with its calls long ago', known({ status: 'left' }), [], true],
  ['one whose successor waits in its Asterisk', known(), [next], false],
  ['one whose successor has died too', known(), [{ ...next, hasLapsed: true }], true],
  ['one next to which another application waits', known(), [{ ...next, app: 'other' }], true],
  ['one for whose turn somebody waits in another Asterisk', known(), [{ ...next, asterisk: 'c' }], true],
  ['one that only waited', known({ status: 'waits' }), [next], true],
  ['ourselves', { ...us, hasLapsed: true }, [], false],
])('%s', (_, gone, others, expected) => {
  expect(isForAnybody(gone, [us, gone, ...others])).toBe(expected);
});

test('what died is ended once by whoever takes it, and only where our own lease is steady', async () => {
  const taken: Taken = { live: {}, completions: [], agents: ['anna'] };
  const [ended, warned, asked]: [Taken[], string[], string[]] = [[], [], []];
  const world = { all: [us, known(), known({ id: 'two' })], isSteady: false, isAway: false };
  const stop = new AbortController();
  const running = endLapsed(
    {
      store: {
        all: async () => {
          if (world.isAway) throw new StoreError('unreachable');
          return world.all;
        },
        take: async (id) => {
          asked.push(id);
          world.all = world.all.filter((daemon) => daemon.id !== id);
          return id === 'one' ? taken : undefined;
        },
      },
      lease: {
        get isSteady() {
          return world.isSteady;
        },
      },
      end: async (what) => void ended.push(what),
      log: { warn: (_, event) => warned.push(event) },
    },
    stop.signal,
  ).catch(() => undefined);
  await clock.pass(20_000);
  expect(asked).toEqual([]);
  world.isSteady = true;
  world.isAway = true;
  await clock.pass(2_000);
  world.isAway = false;
  await clock.pass(20_000);
  expect(asked).toEqual(['one', 'two']);
  expect(ended).toEqual([taken]);
  expect(warned).toEqual(['daemons_not_read', 'daemon_gone']);
  stop.abort();
  await running;
});
