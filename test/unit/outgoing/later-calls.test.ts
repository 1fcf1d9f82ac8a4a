import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import { realClock, replaceClock, zeroId } from '../../../src/core/clock.ts';
import { ActionError } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { LaterCalls } from '../../../src/outgoing/later-calls.ts';
import { OutboundLimits } from '../../../src/outgoing/outbound-limits.ts';
import type { LaterCall } from '../../../src/ports/outgoing.ts';
import type { Store } from '../../../src/storage/store.ts';
import { givenStore, type StoreFixture } from '../../support/store-folder.ts';
import { until } from '../../support/until.ts';

let fixture: StoreFixture;
let now: number;
let replaced: Disposable;

/** A real store, and a clock that goes when the test says so: the store's thread has one of its own. */
beforeEach(async () => {
  fixture = await givenStore();
  now = Date.now();
  replaced = replaceClock({ ...realClock, now: () => now });
});
afterEach(async () => {
  replaced[Symbol.dispose]();
  await fixture[Symbol.asyncDispose]();
});

type Begun = Parameters<ConstructorParameters<typeof LaterCalls>[0]['outgoing']['start']>[0];

/** A daemon, as far as later calls go. */
class Taker implements AsyncDisposable {
  readonly begun: Begun[] = [];
  readonly refused: { readonly id: string; readonly code: string }[] = [];
  readonly reported: unknown[] = [];
  /** The ids whose INVITE went out. */
  readonly invited: string[] = [];
  /** Why no call may be begun just now. */
  refusal: ActionError | undefined;
  /** Where there is no room. */
  full: string | undefined;
  limits: OutboundLimits | undefined;
  /** Whether Asterisk is there. */
  isReady = true;
  /** Whether what is begun is written down, and dialled. */
  isWriting = true;
  readonly later: LaterCalls;
  readonly #scope = new Scope((error) => this.reported.push(error));

  constructor(store: Store) {
    this.later = new LaterCalls({
      store: store.laterCalls,
      flows: { get: async (id) => (id === flowId ? { id, actions: [] } : undefined) },
      isReady: () => this.isReady,
      outgoing: {
        check: ({ target }) => {
          if (!target.startsWith('+')) throw new ActionError('INVALID_DESTINATION', 'no');
        },
        start: (request) => this.#start(request),
      },
      onRefused: ({ id }, { code }) => this.refused.push({ id, code }),
      log: silentLog,
      scope: this.#scope,
      poll: 20,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.close();
    expect(this.reported).toEqual([]);
  }

  #start(request: Begun) {
    if (this.refusal) throw this.refusal;
    if (request.destination.target === this.full) throw new ActionError('TOO_MANY_CALLS', 'not there');
    this.limits?.take();
    this.begun.push(request);
    if (this.isWriting)
      void request.beforeInvite?.().then(
        () => this.invited.push(request.activeflowId ?? ''),
        () => undefined,
      );
    return { call: {} as never, activeflowId: request.activeflowId ?? '' };
  }
}

const flowId = randomUUID();

const laterCall = (more: Partial<LaterCall> = {}): LaterCall => ({
  id: randomUUID(),
  delayMinutes: 1,
  source: telAddress('+491'),
  destination: telAddress('+4930'),
  flowId,
  actions: [],
  variables: { colour: 'red' },
  timeout: 30_000,
  isEarly: false,
  depth: 1,
  ...more,
});

const soon = { timeout: 30_000 };

/** Long enough to look for what is due, several times. */
const looked = () => new Promise((resolve) => setTimeout(resolve, 120));

test('a call is made when its time has come, once, with all that was asked for', async () => {
  await using taker = new Taker(fixture.store);
  const call = laterCall();
  await taker.later.later([call]);
  taker.later.start();
  await looked();
  now += 59_999;
  await looked();
  expect(taker.begun).toEqual([]);
  now += 1;
  await until(() => taker.invited.length > 0, { what: 'the call', ...soon });
  now += 3_600_000;
  await looked();
  expect(taker.invited).toEqual([call.id]);
  expect(taker.begun).toMatchObject([
    {
      source: call.source,
      destination: call.destination,
      activeflowId: call.id,
      flow: { id: flowId },
      variables: call.variables,
      depth: 1,
      timeout: 30_000,
    },
  ]);
});

test('later means also after a restart', async () => {
  const call = laterCall({ flowId: zeroId, actions: [{ id: 'x', next_id: '', type: 'hangup' }] });
  {
    await using taker = new Taker(fixture.store);
    taker.later.start();
    await taker.later.later([call]);
    await looked();
    expect(taker.begun).toEqual([]);
  }
  const store = await fixture.reopen();
  now += 60_000;
  await using next = new Taker(store);
  next.later.start();
  await until(() => next.invited.length > 0, { what: 'the call', ...soon });
  expect(next.begun).toMatchObject([{ activeflowId: call.id, flow: { id: zeroId, actions: [{ id: 'x' }] } }]);
});

test('without a delay it is made at once, and not when somebody looks next', async () => {
  await using taker = new Taker(fixture.store);
  await taker.later.later([laterCall({ delayMinutes: 0 })]);
  await until(() => taker.invited.length === 1, { what: 'the call', ...soon });
});

test('of several takers each call has one, though it be slow', async () => {
  const calls = Array.from({ length: 45 }, () => laterCall());
  await using one = new Taker(fixture.store);
  await using other = new Taker(fixture.store);
  await one.later.later(calls);
  now += 60_000;
  one.later.start();
  other.later.start();
  const invited = () => [...one.invited, ...other.invited];
  await until(() => invited().length >= 45, { what: 'all calls', ...soon });
  await looked();
  expect(invited().sort()).toEqual(calls.map(({ id }) => id).sort());
});

test('one that was begun, and taken again before it was written down, is dialled once', async () => {
  const call = laterCall();
  await using slow = new Taker(fixture.store);
  await using other = new Taker(fixture.store);
  slow.isWriting = false;
  await slow.later.later([call]);
  now += 60_000;
  slow.later.start();
  await until(() => slow.begun.length === 1, { what: 'the first', ...soon });
  now += 15_000;
  other.later.start();
  await until(() => other.invited.length === 1, { what: 'the second', ...soon });
  await expect(slow.begun[0]?.beforeInvite?.()).rejects.toMatchObject({ code: 'CALL_MADE_ALREADY' });
});

test('one that was begun and never written down, the daemon being killed, is made by the next', async () => {
  const call = laterCall();
  {
    await using taker = new Taker(fixture.store);
    taker.isWriting = false;
    await taker.later.later([call]);
    now += 60_000;
    taker.later.start();
    await until(() => taker.begun.length === 1, { what: 'the call', ...soon });
  }
  await using next = new Taker(await fixture.reopen());
  next.later.start();
  await looked();
  expect(next.begun).toEqual([]); // it is still left to the one that had it
  now += 15_000;
  await until(() => next.invited.length === 1, { what: 'the call', ...soon });
});

describe('a refusal', () => {
  test.each(['TOO_MANY_CALLS', 'CALLS_TOO_FAST', 'SHUTTING_DOWN', 'ASTERISK_AWAY'] as const)(
    '%s passes: it is tried again',
    async (code) => {
      await using taker = new Taker(fixture.store);
      taker.refusal = new ActionError(code, 'not now');
      await taker.later.later([laterCall()]);
      now += 60_000;
      taker.later.start();
      await looked();
      expect(taker.refused).toEqual([]);
      taker.refusal = undefined;
      now += 15_000;
      await until(() => taker.invited.length === 1, { what: 'the call', ...soon });
      expect(taker.refused).toEqual([]);
    },
  );

  test('that lasts for an hour is told, and the call is given up', async () => {
    await using taker = new Taker(fixture.store);
    taker.refusal = new ActionError('TOO_MANY_CALLS', 'not now');
    const call = laterCall();
    await taker.later.later([call]);
    now += 60_000 + 3_601_000;
    taker.later.start();
    await until(() => taker.refused.length > 0, { what: 'the refusal', ...soon });
    taker.refusal = undefined;
    now += 3_600_000;
    await looked();
    expect(taker.refused).toEqual([{ id: call.id, code: 'CALL_TOO_LATE' }]);
    expect(taker.begun).toEqual([]);
  });

  test.each([
    ['DESTINATION_NOT_ALLOWED', {}],
    ['FLOW_NOT_FOUND', { flowId: randomUUID() }],
  ])('%s is told once, and the call is given up', async (code, more) => {
    await using taker = new Taker(fixture.store);
    if (code === 'DESTINATION_NOT_ALLOWED') taker.refusal = new ActionError(code, 'no');
    const call = laterCall(more);
    await taker.later.later([call]);
    now += 60_000;
    taker.later.start();
    await until(() => taker.refused.length > 0, { what: 'the refusal', ...soon });
    taker.refusal = undefined;
    now += 3_600_000;
    await looked();
    expect(taker.refused).toEqual([{ id: call.id, code }]);
    expect(taker.begun).toEqual([]);
  });

  test('of a destination refuses all before any is stored', async () => {
    await using taker = new Taker(fixture.store);
    const calls = [laterCall(), laterCall({ destination: telAddress('110') })];
    await expect(taker.later.later(calls)).rejects.toMatchObject({ code: 'INVALID_DESTINATION' });
    now += 60_000;
    taker.later.start();
    await looked();
    expect(taker.begun).toEqual([]);
  });
});

test('more than may begin in a second begin one second after the other, and not a portion every few seconds', async () => {
  await using taker = new Taker(fixture.store);
  taker.limits = new OutboundLimits({ perSecond: 20, concurrent: 100 });
  await taker.later.later(Array.from({ length: 50 }, () => laterCall()));
  using _ = replaceClock({ ...realClock, now: () => realClock.now() + 61_000 }); // time goes by itself
  const began = performance.now();
  taker.later.start();
  await until(() => taker.invited.length === 50, { what: 'all calls', timeout: 60_000 });
  expect(performance.now() - began).toBeGreaterThan(1_900);
});

test('one for whom there is no room keeps nobody waiting who goes elsewhere', async () => {
  await using taker = new Taker(fixture.store);
  taker.full = '+4999';
  const full = laterCall({ destination: telAddress('+4999') });
  const others = Array.from({ length: 5 }, () => laterCall());
  await taker.later.later([full, ...others]);
  now += 60_000;
  taker.later.start();
  await until(() => taker.invited.length === 5, { what: 'the others', ...soon });
  expect(taker.invited.sort()).toEqual(others.map(({ id }) => id).sort());
  taker.full = undefined;
  await until(() => taker.invited.length === 6, { what: 'the one that waited', ...soon });
  expect(taker.invited.at(-1)).toBe(full.id);
});

test('one that is given up while it waits for room is not begun any more', async () => {
  await using taker = new Taker(fixture.store);
  taker.refusal = new ActionError('CALLS_TOO_FAST', 'not now');
  const [first, second] = [laterCall(), laterCall()];
  await taker.later.later([first, second]);
  now += 60_000;
  taker.later.start();
  await looked();
  expect(await fixture.store.laterCalls.delete(first.id)).toBe(true);
  taker.refusal = undefined;
  await until(() => taker.invited.length === 1, { what: 'the other', ...soon });
  await looked();
  expect(taker.begun.map(({ activeflowId }) => activeflowId)).toEqual([second.id]);
});

test('what falls due while Asterisk is away is left alone, and made when it is back', async () => {
  await using taker = new Taker(fixture.store);
  taker.isReady = false;
  const call = laterCall();
  await taker.later.later([call, laterCall({ delayMinutes: 2 })]);
  now += 60_000;
  taker.later.start();
  await looked();
  expect(taker.begun).toEqual([]);
  taker.isReady = true;
  await until(() => taker.invited.length > 0, { what: 'the call', ...soon });
  expect(taker.invited).toEqual([call.id]);
});

test('one that is an hour late is not made any more, and that is told', async () => {
  const [late, inTime] = [laterCall(), laterCall({ delayMinutes: 2 })];
  await using taker = new Taker(fixture.store);
  await taker.later.later([late, inTime]);
  now += 60_000 + 3_601_000;
  taker.later.start();
  await until(() => taker.invited.length > 0, { what: 'the one in time', ...soon });
  await until(() => taker.refused.length > 0, { what: 'the refusal', ...soon });
  now += 3_600_000;
  await looked();
  expect(taker.invited).toEqual([inTime.id]);
  expect(taker.refused).toEqual([{ id: late.id, code: 'CALL_TOO_LATE' }]);
});

test('where one of them cannot be stored, none is made', async () => {
  await using taker = new Taker(fixture.store);
  const calls = [laterCall({ delayMinutes: 0 }), laterCall({ delayMinutes: Number.NaN })];
  await expect(taker.later.later(calls)).rejects.toMatchObject({ code: 'STORE_FAILED' });
  taker.later.start();
  await looked();
  expect(taker.begun).toEqual([]);
});

test('without a store they are refused', async () => {
  await using taker = new Taker(fixture.store);
  await fixture.store.close();
  await expect(taker.later.later([laterCall()])).rejects.toMatchObject({ code: 'STORE_FAILED' });
});
