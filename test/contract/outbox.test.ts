import { afterAll, beforeAll, test as check, describe, expect } from 'vitest';
import type {
  ClaimedLane,
  ClaimRequest,
  DeliveryResult,
  NewDelivery,
  Outbox,
} from '../../src/news/outbox.ts';
import { MemoryOutbox } from '../support/memory-outbox.ts';
import { TestPostgres } from '../support/postgres.ts';
import { givenStore, type StoreFixture, storesOn } from '../support/store-folder.ts';

/** A fresh, empty outbox; `close` frees what it holds. */
export interface OutboxFixture {
  readonly outbox: Outbox;
  /** As the transaction does it that writes what is told. */
  append(deliveries: readonly NewDelivery[]): Promise<void>;
  close?(): Promise<void>;
}

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
}, 300_000);
afterAll(() => server.stop());

outboxContract('in memory', async () => {
  const outbox = new MemoryOutbox();
  return { outbox, append: (deliveries) => outbox.append(deliveries) };
});
outboxContract('on SQLite', () => outboxOf(givenStore()));
outboxContract('on PostgreSQL', () => outboxOf(storesOn(() => server)()));

async function outboxOf(given: Promise<StoreFixture>): Promise<OutboxFixture> {
  const fixture = await given;
  const { store } = fixture;
  return {
    outbox: store.outbox,
    append: (deliveries) => store.commit({ deliveries }),
    close: async () => fixture[Symbol.asyncDispose](),
  };
}

const delivery = (id: string, lane = 'call-1', endpointId = 'a'): NewDelivery => ({
  id,
  endpointId,
  lane,
  type: 'call_updated',
  body: `{"type":"call_updated","data":{"id":"${id}","text":"ä😀"}}`,
  createdAt: 1_000,
});

const request = (more: Partial<ClaimRequest> = {}): ClaimRequest => ({
  now: 1_000,
  leaseUntil: 31_000,
  rooms: [
    { endpointId: 'a', lanes: 8 },
    { endpointId: 'b', lanes: 8 },
  ],
  limit: 100,
  depth: 16,
  ...more,
});

const ids = (lanes: readonly ClaimedLane[]) => lanes.map(({ deliveries }) => deliveries.map(({ id }) => id));

const delivered = (id: string): DeliveryResult => ({
  kind: 'delivered',
  id,
  at: 2_000,
  attempts: 1,
  status: 200,
  error: '',
});
const dead = (id: string): DeliveryResult => ({
  kind: 'dead',
  id,
  at: 2_000,
  attempts: 8,
  status: 500,
  error: 'http_500',
});
const failed = (id: string, nextAt: number, isSetAside = false): DeliveryResult => ({
  kind: 'failed',
  id,
  at: 2_000,
  attempts: 1,
  status: 503,
  error: 'http_503',
  nextAt,
  failingSince: 2_000,
  isSetAside,
});

/** What every outbox does, wherever it keeps its deliveries. */
export function outboxContract(name: string, given: () => Promise<OutboxFixture>): void {
  const test = (title: string, run: (outbox: Outbox, append: OutboxFixture['append']) => Promise<void>) =>
    check(title, async () => {
      const { outbox, append, close } = await given();
      try {
        await run(outbox, append);
      } finally {
        await close?.();
      }
    });

  const claimIds = async (outbox: Outbox, more: Partial<ClaimRequest> = {}) =>
    ids((await outbox.claim(request(more))).lanes);

  describe(`an outbox ${name}`, () => {
    test('hands out what was appended, unchanged and in order', async (outbox, append) => {
      await append([delivery('1'), delivery('2')]);
      await append([delivery('3')]);
      const { lanes } = await outbox.claim(request());
      expect(ids(lanes)).toEqual([['1', '2', '3']]);
      expect(lanes[0]).toMatchObject({ endpointId: 'a', lane: 'call-1', leaseUntil: 31_000 });
      expect(lanes[0]?.deliveries[0]).toMatchObject({
        ...delivery('1'),
        attempts: 0,
        failingSince: undefined,
      });
      expect(await outbox.countPending()).toBe(3);
    });

    test('appends nothing twice', async (outbox, append) => {
      await append([delivery('1'), delivery('2')]);
      await append([delivery('1'), delivery('2'), delivery('3')]);
      await append([]);
      expect(await claimIds(outbox)).toEqual([['1', '2', '3']]);
    });

    test('keeps lanes of the same name at two endpoints apart', async (outbox, append) => {
      await append([delivery('1', 'x', 'a'), delivery('2', 'x', 'b'), delivery('3', 'y', 'a')]);
      expect((await claimIds(outbox)).sort()).toEqual([['1'], ['2'], ['3']]);
    });

    test('gives a lane to one at a time', async (outbox, append) => {
      await append([delivery('1'), delivery('2')]);
      const { lanes } = await outbox.claim(request({ depth: 1 }));
      await append([delivery('3')]);
      expect(await claimIds(outbox)).toEqual([]);
      await outbox.settle({ results: [delivered('1')], released: [] });
      expect(await claimIds(outbox)).toEqual([]);
      await outbox.settle({ results: [], released: lanes });
      expect(await claimIds(outbox)).toEqual([['2', '3']]);
    });

    test('gives a lane to the next when its lease has run out, and heeds no late release', async (outbox, append) => {
      await append([delivery('1')]);
      const first = await outbox.claim(request());
      expect(await claimIds(outbox, { now: 30_999 })).toEqual([]);
      const second = await outbox.claim(request({ now: 31_000, leaseUntil: 61_000 }));
      expect(ids(second.lanes)).toEqual([['1']]);
      await outbox.settle({ results: [], released: first.lanes });
      expect(await claimIds(outbox, { now: 31_001 })).toEqual([]);
      await outbox.settle({ results: [delivered('1')], released: second.lanes });
      expect(await outbox.countPending()).toBe(0);
    });

    test('keeps to the rooms, the limit and the depth, and takes endpoints in turn', async (outbox, append) => {
      for (const lane of ['p', 'q', 'r']) {
        await append([
          delivery(`a${lane}1`, lane, 'a'),
          delivery(`a${lane}2`, lane, 'a'),
          delivery(`b${lane}1`, lane, 'b'),
        ]);
      }
      const rooms = [
        { endpointId: 'a', lanes: 2 },
        { endpointId: 'b', lanes: 2 },
      ];
      const { lanes } = await outbox.claim(request({ rooms, limit: 3, depth: 1 }));
      expect(lanes).toHaveLength(3);
      expect(new Set(lanes.map(({ endpointId }) => endpointId)).size).toBe(2);
      expect(lanes.every(({ deliveries }) => deliveries.length === 1)).toBe(true);
      expect(await claimIds(outbox, { rooms: [] })).toEqual([]);
      expect(await claimIds(outbox, { rooms: [{ endpointId: 'nobody', lanes: 5 }] })).toEqual([]);
    });

    test('gives a lane to each of many endpoints before another one to any', async (outbox, append) => {
      const endpoints = Array.from({ length: 120 }, (_, n) => `endpoint-${n}`);
      const deliveries = endpoints.flatMap((endpointId) =>
        ['p', 'q', 'r'].map((lane) => delivery(`${endpointId}-${lane}`, lane, endpointId)),
      );
      await append(deliveries);
      const rooms = endpoints.map((endpointId) => ({ endpointId, lanes: 2 }));
      const { lanes } = await outbox.claim(request({ rooms, limit: 130 }));
      expect(lanes).toHaveLength(130);
      expect(new Set(lanes.map(({ endpointId }) => endpointId)).size).toBe(120);
      const more = await outbox.claim(request({ rooms, limit: 1_000 }));
      expect(more.lanes).toHaveLength(230);
    });

    test('settles before it claims, what is claimed at once too', async (outbox, append) => {
      await append([delivery('1'), delivery('2')]);
      const { lanes } = await outbox.claim(request({ depth: 1 }));
      const next = await outbox.claim(request(), { results: [delivered('1')], released: lanes });
      expect(ids(next.lanes)).toEqual([['2']]);
      const last = await outbox.claim(request(), { results: [delivered('2')], released: next.lanes });
      expect([last.lanes, last.nextDueAt, await outbox.countPending()]).toEqual([[], undefined, 0]);
      await append([delivery('3')]);
      const [third] = (await outbox.claim(request())).lanes;
      const nowhere = { results: [delivered('3')], released: third ? [third] : [] };
      expect((await outbox.claim(request({ rooms: [] }), nowhere)).lanes).toEqual([]);
      expect(await outbox.countPending()).toBe(0);
    });

    test('holds a lane back behind a failed head until its time', async (outbox, append) => {
      await append([delivery('1'), delivery('2')]);
      const { lanes } = await outbox.claim(request());
      await outbox.settle({ results: [failed('1', 5_000)], released: lanes });
      const early = await outbox.claim(request({ now: 4_999 }));
      expect([ids(early.lanes), early.nextDueAt]).toEqual([[], 5_000]);
      const late = await outbox.claim(request({ now: 5_000 }));
      expect(ids(late.lanes)).toEqual([['1', '2']]);
      expect(late.lanes[0]?.deliveries[0]).toMatchObject({ attempts: 1, failingSince: 2_000 });
    });

    test('lets a lane go on without what is set aside, which comes alone', async (outbox, append) => {
      await append([delivery('1'), delivery('2')]);
      const { lanes } = await outbox.claim(request());
      await outbox.settle({ results: [failed('1', 5_000, true)], released: lanes });
      const next = await outbox.claim(request({ now: 3_000 }));
      expect([ids(next.lanes), next.nextDueAt]).toEqual([[['2']], 5_000]);
      const alone = await outbox.claim(request({ now: 5_000 }));
      expect(ids(alone.lanes)).toEqual([['1']]);
      expect(alone.lanes[0]?.deliveries[0]).toMatchObject({ attempts: 1, body: delivery('1').body });
      await outbox.settle({ results: [failed('1', 9_000, true)], released: [...next.lanes, ...alone.lanes] });
      expect((await claimIds(outbox, { now: 9_000 })).sort()).toEqual([['1'], ['2']]);
    });

    test('says when to come again', async (outbox, append) => {
      expect((await outbox.claim(request())).nextDueAt).toBeUndefined();
      await append([delivery('1')]);
      await outbox.claim(request());
      expect((await outbox.claim(request())).nextDueAt).toBe(31_000);
      expect(
        (await outbox.claim(request({ rooms: [{ endpointId: 'b', lanes: 1 }] }))).nextDueAt,
      ).toBeUndefined();
    });

    test('settles a batch over several lanes', async (outbox, append) => {
      const many = Array.from({ length: 50 }, (_, i) => delivery(`m${i}`, `lane-${i % 10}`));
      await append(many);
      const { lanes } = await outbox.claim(request({ rooms: [{ endpointId: 'a', lanes: 20 }] }));
      expect(lanes).toHaveLength(10);
      await outbox.settle({
        results: many.map(({ id }, i) => (i % 2 ? delivered(id) : dead(id))),
        released: lanes,
      });
      expect(await outbox.countPending()).toBe(0);
      expect(await outbox.find('m0')).toMatchObject({
        state: 'dead',
        attempts: 8,
        status: 500,
        error: 'http_500',
        triedAt: 2_000,
      });
      expect(await outbox.find('m1')).toMatchObject({
        state: 'delivered',
        attempts: 1,
        status: 200,
        error: '',
      });
      expect(await claimIds(outbox, { now: 1e12 })).toEqual([]);
    });

    test('settles nothing twice, except that a delivery in doubt was made', async (outbox, append) => {
      await append([delivery('1'), delivery('2')]);
      await outbox.settle({
        results: [delivered('1'), dead('1'), failed('1', 0), dead('2'), failed('2', 0), delivered('2')],
        released: [],
      });
      await outbox.settle({ results: [delivered('unknown')], released: [] });
      expect(await outbox.find('1')).toMatchObject({ state: 'delivered' });
      expect(await outbox.find('2')).toMatchObject({ state: 'delivered' });
      expect([await outbox.countPending(), await claimIds(outbox)]).toEqual([0, []]);
    });

    test('gives up what is pending for endpoints that are gone', async (outbox, append) => {
      await append([delivery('1', 'x', 'a'), delivery('2', 'x', 'b'), delivery('3', 'y', 'b')]);
      const { lanes } = await outbox.claim(request({ rooms: [{ endpointId: 'b', lanes: 1 }] }));
      expect(await outbox.retire(['a'], 2_000)).toBe(2);
      expect(await outbox.retire(['a'], 2_000)).toBe(0);
      expect(await outbox.find('2')).toMatchObject({
        state: 'dead',
        error: 'endpoint_inactive',
        attempts: 0,
      });
      await outbox.settle({ results: [], released: lanes });
      expect(await claimIds(outbox)).toEqual([['1']]);
    });

    test('takes up a settled delivery again by hand, alone', async (outbox, append) => {
      await append([delivery('1'), delivery('2')]);
      const { lanes } = await outbox.claim(request());
      await outbox.settle({ results: [dead('1'), failed('2', 9_000)], released: lanes });
      expect(await outbox.retry('1', 3_000)).toBe(true);
      expect(await outbox.find('1')).toMatchObject({ state: 'pending', nextAt: 3_000, attempts: 8 });
      const again = await outbox.claim(request({ now: 3_000 }));
      expect(ids(again.lanes)).toEqual([['1']]);
      expect(await outbox.retry('2', 3_000)).toBe(true);
      expect(await claimIds(outbox, { now: 3_000 })).toEqual([['2']]);
      expect(await outbox.retry('unknown', 3_000)).toBe(false);
    });

    const recover = (outbox: Outbox, more: { since?: number; now?: number; limit?: number } = {}) =>
      outbox.recover({ endpointId: 'a', since: 0, now: 20_000, limit: 100, ...more });

    test('makes due again what an endpoint has missed, each call in its order', async (outbox, append) => {
      const about = (id: string, callId: string, createdAt: number) => ({
        ...delivery(id, callId),
        ...{ callId, createdAt },
      });
      await append([about('1', 'x', 1), about('2', 'x', 2), about('3', 'y', 3), about('4', 'x', 4)]);
      await append([delivery('other', 'x', 'b')]);
      const { lanes } = await outbox.claim(request());
      // The first of x was set aside before it was given up; the others of it were given up in their place.
      const aside = [failed('1', 9_000, true), dead('2'), dead('3'), dead('4'), dead('other')];
      await outbox.settle({ results: aside, released: lanes });
      await outbox.settle({ results: [dead('1')], released: [] });
      expect(await recover(outbox)).toEqual({ recovered: 4, hastened: 0 });
      expect(await outbox.find('1')).toMatchObject({ state: 'pending', attempts: 0 });
      expect(await outbox.find('other')).toMatchObject({ state: 'dead' });
      expect(await claimIds(outbox, { now: 20_000 })).toEqual([['1', '2', '4'], ['3']]);
      expect(await recover(outbox)).toEqual({ recovered: 0, hastened: 0 });
    });

    test('puts what is recovered in front of what came after it', async (outbox, append) => {
      await append([delivery('1')]);
      const { lanes } = await outbox.claim(request());
      await outbox.settle({ results: [dead('1')], released: lanes });
      await append([delivery('2')]);
      expect(await recover(outbox)).toEqual({ recovered: 1, hastened: 0 });
      expect(await claimIds(outbox)).toEqual([['1', '2']]);
    });

    test('hastens what waits for another try', async (outbox, append) => {
      await append([delivery('1'), delivery('2'), delivery('3', 'lane-3')]);
      const { lanes } = await outbox.claim(request());
      await outbox.settle({
        results: [failed('1', 90_000), failed('3', 90_000, true)],
        released: lanes,
      });
      expect(await claimIds(outbox, { now: 20_000, leaseUntil: 20_001 })).toEqual([]);
      expect(await recover(outbox)).toEqual({ recovered: 0, hastened: 2 });
      expect((await claimIds(outbox, { now: 20_000 })).toSorted()).toEqual([['1', '2'], ['3']]);
      expect(await outbox.find('3')).toMatchObject({ attempts: 1 });
    });

    test('recovers no more than it is to, nothing older, nothing delivered, nothing tried since', async (outbox, append) => {
      const at = (id: string, createdAt: number) => ({ ...delivery(id, `lane-${id}`), createdAt });
      await append([at('1', 1_000), at('2', 2_000), at('3', 3_000), at('4', 4_000), at('5', 5_000)]);
      const { lanes } = await outbox.claim(request({ now: 6_000 }));
      const results = ['1', '2', '3', '5'].map(dead);
      await outbox.settle({ results: [...results, delivered('4')], released: lanes });
      expect(await recover(outbox, { since: 2_000, limit: 2 })).toEqual({ recovered: 2, hastened: 0 });
      expect(await claimIds(outbox, { now: 6_000 })).toEqual([['2'], ['3']]);
      expect(await recover(outbox, { since: 2_000, now: 1_999 })).toMatchObject({ recovered: 0 });
      expect(await recover(outbox, { since: 2_000 })).toEqual({ recovered: 1, hastened: 0 });
      expect(await outbox.find('1')).toMatchObject({ state: 'dead' });
      expect(await outbox.find('4')).toMatchObject({ state: 'delivered' });
    });

    test('lists what an endpoint got or is to get, newest first, in pages', async (outbox, append) => {
      await append(['1', '2', '3', '4'].map((id) => delivery(id, `lane-${id}`)));
      await append([delivery('other', 'x', 'b')]);
      await outbox.settle({ results: [dead('2'), delivered('3')], released: [] });
      const list = async (more: { limit: number; state?: 'dead' | 'pending'; before?: string }) =>
        (await outbox.list({ endpointId: 'a', ...more })).map(({ id }) => id);
      expect(await list({ limit: 10 })).toEqual(['4', '3', '2', '1']);
      expect(await list({ limit: 2 })).toEqual(['4', '3']);
      expect(await list({ limit: 2, before: '3' })).toEqual(['2', '1']);
      expect(await list({ limit: 10, state: 'dead' })).toEqual(['2']);
      expect(await list({ limit: 10, state: 'pending', before: '4' })).toEqual(['1']);
      expect(await list({ limit: 10, before: 'unknown' })).toEqual([]);
      expect((await outbox.list({ endpointId: 'a', limit: 1 }))[0]).toMatchObject({
        ...delivery('4', 'lane-4'),
        state: 'pending',
      });
      expect(await outbox.find('unknown')).toBeUndefined();
    });

    test('lists what is about a call, of all endpoints or one, whatever became of it', async (outbox, append) => {
      const about = (id: string, callId?: string, endpointId = 'a') => ({
        ...delivery(id, `lane-${id}`, endpointId),
        ...(callId !== undefined && { callId }),
      });
      await append([about('1', 'x'), about('2', 'y'), about('3'), about('4', 'x', 'b'), about('5', 'x')]);
      await outbox.settle({ results: [dead('1'), failed('5', 9_000, true)], released: [] });
      await outbox.retry('1', 3_000);
      const list = async (more: object) => (await outbox.list({ limit: 10, ...more })).map(({ id }) => id);
      expect(await list({})).toEqual(['5', '4', '3', '2', '1']);
      expect(await list({ callId: 'x' })).toEqual(['5', '4', '1']);
      expect(await list({ callId: 'x', endpointId: 'a' })).toEqual(['5', '1']);
      expect(await list({ callId: 'x', limit: 1, before: '5' })).toEqual(['4']);
      expect(await list({ callId: 'x', state: 'dead' })).toEqual([]);
      expect(await list({ callId: 'z' })).toEqual([]);
      expect((await outbox.find('1'))?.callId).toBe('x');
      expect(await outbox.find('3')).not.toHaveProperty('callId');
    });
  });
}
