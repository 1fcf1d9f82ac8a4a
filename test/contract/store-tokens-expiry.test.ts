import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newToken } from '../../src/api/tokens.ts';
import { neverTime, nowMicros, wireTime, zeroId } from '../../src/core/clock.ts';
import type { NewDelivery } from '../../src/news/outbox.ts';
import type { TokenRecord } from '../../src/storage/token-record.ts';
import { TestPostgres } from '../support/postgres.ts';
import { type GivenStore, givenStore, storesOn } from '../support/store-folder.ts';
import { givenActiveflow, givenCall, givenStored, givenWebhook, ofCalls } from '../support/store-records.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
}, 300_000);
afterAll(() => server.stop());

contract('SQLite', givenStore);
contract(
  'PostgreSQL',
  storesOn(() => server),
);

/** What every engine does. */
function contract(name: string, given: GivenStore): void {
  describe(`tokens on ${name}`, () => tokenContract(given));
  describe(`expiry on ${name}`, () => expiryContract(given));
}

function givenToken(fields: Partial<TokenRecord> = {}): TokenRecord {
  const { prefix, hash } = newToken();
  const now = wireTime();
  const identity = {
    id: randomUUID(),
    customer_id: zeroId,
    name: 'x',
    scopes: ['read'],
    expires: neverTime,
  } as const;
  return { ...identity, prefix, tm_create: now, tm_update: now, tm_delete: neverTime, hash, ...fields };
}

function tokenContract(given: GivenStore): void {
  test('live tokens are found after a restart, deleted ones are not', async () => {
    await using fixture = await given();
    const [kept, deleted] = [givenToken(), givenToken()];
    await fixture.store.tokens.insert(kept);
    await fixture.store.tokens.insert(deleted);
    await fixture.store.tokens.delete(deleted.id, wireTime());
    const store = await fixture.reopen();
    expect(await store.tokens.all()).toEqual([kept]);
    expect((await store.tokens.list({ size: 10 })).result).toEqual([kept]);
    expect(await store.tokens.get(deleted.id)).toBeUndefined();
  });

  test('a prefix names one token for ever', async () => {
    await using fixture = await given();
    const { tokens } = fixture.store;
    const first = givenToken();
    await tokens.insert(first);
    await tokens.delete(first.id, wireTime());
    await expect(tokens.insert(givenToken({ prefix: first.prefix }))).rejects.toMatchObject({
      problem: 'conflict',
    });
  });
}

const hour = 3_600_000;

function expiryContract(given: GivenStore): void {
  test('of calls and activeflows the oldest that are over go, so many at once', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const before = Date.now() - hour;
    const at = (minutes: number) => wireTime(nowMicros() - minutes * 60_000_000);
    const calls = [90, 80, 70, 30].map((age) => givenCall({ tm_create: at(age), status: 'hangup' }));
    const living = givenCall({ tm_create: at(200), status: 'progressing' });
    const activeflow = (age: number, isEnded: boolean) =>
      givenStored({ record: givenActiveflow({ tm_create: at(age) }), isEnded });
    const activeflows = [activeflow(90, true), activeflow(80, false), activeflow(30, true)];
    await store.commit({ live: [...ofCalls(...calls, living), ...activeflows] });
    expect(await store.expire({ kind: 'calls', before, limit: 2 })).toBe(2);
    expect((await store.calls.list({ size: 10 })).result).toEqual([calls[3], calls[2], living]);
    expect(await store.expire({ kind: 'calls', before, limit: 2 })).toBe(1);
    expect(await store.expire({ kind: 'calls', before, limit: 2 })).toBe(0);
    expect(await store.expire({ kind: 'activeflows', before, limit: 5 })).toBe(1);
    expect((await store.activeflows.list({ size: 10 })).result).toHaveLength(2);
  });

  test('of deliveries the oldest that are settled go, and pending ones are delivered still', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const webhook = givenWebhook();
    await store.webhooks.insert(webhook);
    const now = Date.now();
    const made = [5, 4, 3, 0].map((hours): NewDelivery => {
      const id = `msg_${randomUUID().replaceAll('-', '')}`;
      const createdAt = now - hours * hour;
      return { id, endpointId: webhook.id, lane: 'one', type: 'call_created', body: '{}', createdAt };
    });
    await store.commit({ deliveries: made });
    const [first, pending, third, recent] = made.map(({ id }) => id) as [string, string, string, string];
    const results = [first, third, recent].map((id) => {
      return { kind: 'delivered', id, at: now, attempts: 1, status: 200, error: '' } as const;
    });
    await store.outbox.settle({ results, released: [] });
    expect(await store.expire({ kind: 'deliveries', before: now - hour, limit: 10 })).toBe(2);
    const left = await store.outbox.list({ endpointId: webhook.id, limit: 10 });
    expect(left.map(({ id }) => id)).toEqual([recent, pending]);
    const rooms = [{ endpointId: webhook.id, lanes: 5 }];
    const { lanes } = await store.outbox.claim({ now, leaseUntil: now + 1_000, rooms, limit: 5, depth: 5 });
    expect(lanes.flatMap(({ deliveries }) => deliveries.map(({ id }) => id))).toEqual([pending]);
  });
}
