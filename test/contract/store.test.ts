import { describe, expect, test } from 'vitest';
import { neverTime, wireTime } from '../../src/core/clock.ts';
import type { Page, PageRequest, ResourceStore, Store } from '../../src/storage/store.ts';
import { givenStore, type StoreFixture } from '../support/store-folder.ts';
import {
  givenActiveflow,
  givenCall,
  givenFlow,
  givenNumber,
  givenStored,
  givenWebhook,
} from '../support/store-records.ts';

type GivenStore = () => Promise<StoreFixture>;

storeContract('SQLite', givenStore);

/** What every engine does. PostgreSQL joins with one more line above. */
function storeContract(name: string, given: GivenStore): void {
  describe(`store on ${name}`, () => {
    resourceContract('flows', given, (store) => store.flows, givenFlow);
    resourceContract('numbers', given, (store) => store.numbers, givenNumber);
    resourceContract('webhooks', given, (store) => store.webhooks, givenWebhook);
    describe('numbers', () => numberContract(given));
    describe('webhooks', () => webhookContract(given));
    describe('lists', () => listContract(given));
    describe('calls', () => callContract(given));
    describe('activeflows', () => activeflowContract(given));
    describe('commit', () => commitContract(given));
    describe('closing', () => closingContract(given));
  });
}

interface AnyResource {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  readonly tm_update: string;
  readonly tm_delete: string;
}

function resourceContract<R extends AnyResource>(
  name: string,
  given: GivenStore,
  of: (store: Store) => ResourceStore<R>,
  givenRecord: (fields?: Partial<R>) => R,
): void {
  describe(name, () => {
    test('what is inserted is found as it was, keys in their order', async () => {
      await using fixture = await given();
      const record = givenRecord({ name: 'a "name" 🙂 \u0000 \ud800' } as Partial<R>);
      await of(fixture.store).insert(record);
      const found = await of(fixture.store).get(record.id);
      expect(JSON.stringify(found)).toBe(JSON.stringify(record));
    });

    test('the same id twice is a conflict', async () => {
      await using fixture = await given();
      const record = givenRecord();
      await of(fixture.store).insert(record);
      await expect(of(fixture.store).insert(record)).rejects.toMatchObject({
        problem: 'conflict',
        isRetryable: false,
      });
    });

    test('an update changes the fields given and answers the whole', async () => {
      await using fixture = await given();
      const record = givenRecord();
      await of(fixture.store).insert(record);
      const change = { name: 'new', detail: undefined, tm_update: wireTime() };
      const updated = await of(fixture.store).update(record.id, change as object);
      expect(updated).toEqual({ ...record, name: 'new', tm_update: change.tm_update });
      expect(await of(fixture.store).get(record.id)).toEqual(updated);
    });

    test('updates at the same moment lose nothing', async () => {
      await using fixture = await given();
      const record = givenRecord();
      await of(fixture.store).insert(record);
      const changes = [{ name: 'new' }, { detail: 'newer' }].map((change) => ({
        ...change,
        tm_update: wireTime(),
      }));
      await Promise.all(changes.map((change) => of(fixture.store).update(record.id, change as object)));
      expect(await of(fixture.store).get(record.id)).toMatchObject({ name: 'new', detail: 'newer' });
    });

    test('what is deleted is neither found, listed, changed nor deleted again', async () => {
      await using fixture = await given();
      const record = givenRecord();
      await of(fixture.store).insert(record);
      const time = wireTime();
      expect(await of(fixture.store).delete(record.id, time)).toEqual({
        ...record,
        tm_update: time,
        tm_delete: time,
      });
      expect(await of(fixture.store).get(record.id)).toBeUndefined();
      expect(await of(fixture.store).list({ size: 10 })).toEqual({ result: [], next: '' });
      expect(await of(fixture.store).update(record.id, { name: 'x' } as object)).toBeUndefined();
      expect(await of(fixture.store).delete(record.id, time)).toBeUndefined();
    });

    test('what never was is not found', async () => {
      await using fixture = await given();
      for (const id of ['', "'; drop table flows; --", '00000000-0000-0000-0000-000000000000']) {
        expect(await of(fixture.store).get(id)).toBeUndefined();
        expect(await of(fixture.store).delete(id, wireTime())).toBeUndefined();
      }
    });

    test('it is still there after a restart', async () => {
      await using fixture = await given();
      const record = givenRecord();
      await of(fixture.store).insert(record);
      const store = await fixture.reopen();
      expect(await of(store).get(record.id)).toEqual(record);
    });
  });
}

function numberContract(given: GivenStore): void {
  test('a number is taken as long as it lives', async () => {
    await using fixture = await given();
    const { numbers } = fixture.store;
    const first = givenNumber({ number: '100' });
    await numbers.insert(first);
    await expect(numbers.insert(givenNumber({ number: '100' }))).rejects.toMatchObject({
      problem: 'conflict',
    });
    await numbers.delete(first.id, wireTime());
    const second = givenNumber({ number: '100' });
    await numbers.insert(second);
    expect(await numbers.byNumber('100')).toEqual(second);
  });

  test('no number is changed into one that is taken', async () => {
    await using fixture = await given();
    const { numbers } = fixture.store;
    const [first, second] = [givenNumber({ number: '1' }), givenNumber({ number: '2' })];
    await numbers.insert(first);
    await numbers.insert(second);
    await expect(numbers.update(second.id, { number: '1' })).rejects.toMatchObject({ problem: 'conflict' });
    expect(await numbers.byNumber('2')).toEqual(second);
  });

  test('numbers are matched exactly', async () => {
    await using fixture = await given();
    await fixture.store.numbers.insert(givenNumber({ number: 'Ab' }));
    for (const number of ['ab', 'A', 'Ab ', 'A%', 'A_']) {
      expect(await fixture.store.numbers.byNumber(number)).toBeUndefined();
    }
  });
}

function webhookContract(given: GivenStore): void {
  test('the default is taken from the one that had it', async () => {
    await using fixture = await given();
    const { webhooks } = fixture.store;
    const [first, second] = [givenWebhook({ is_default: true }), givenWebhook({ is_default: true })];
    await webhooks.insert(first);
    await webhooks.insert(second);
    expect(await defaults(fixture.store)).toEqual([second.id]);
    await webhooks.update(first.id, { is_default: true, tm_update: wireTime() });
    expect(await defaults(fixture.store)).toEqual([first.id]);
    await webhooks.update(first.id, { is_default: true, name: 'still', tm_update: wireTime() });
    expect(await defaults(fixture.store)).toEqual([first.id]);
  });

  test('the default stays where the new one is not there, or could not be inserted', async () => {
    await using fixture = await given();
    const { webhooks } = fixture.store;
    const webhook = givenWebhook({ is_default: true });
    await webhooks.insert(webhook);
    expect(await webhooks.update('nobody', { is_default: true })).toBeUndefined();
    await expect(webhooks.insert({ ...webhook, name: 'again' })).rejects.toMatchObject({
      problem: 'conflict',
    });
    expect(await defaults(fixture.store)).toEqual([webhook.id]);
    expect(await webhooks.get(webhook.id)).toEqual(webhook);
  });

  test('a deleted default makes room for another', async () => {
    await using fixture = await given();
    const { webhooks } = fixture.store;
    const first = givenWebhook({ is_default: true });
    await webhooks.insert(first);
    await webhooks.delete(first.id, wireTime());
    const second = givenWebhook({ is_default: true });
    await webhooks.insert(second);
    expect(await webhooks.all()).toEqual([second]);
  });
}

async function defaults(store: Store): Promise<string[]> {
  return (await store.webhooks.all()).filter((webhook) => webhook.is_default).map(({ id }) => id);
}

function listContract(given: GivenStore): void {
  test('pages come newest first and leave nothing out, also where times are equal', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const same = wireTime();
    const records = Array.from({ length: 25 }, (_, index) =>
      givenFlow(index < 10 ? { tm_create: same } : {}),
    );
    for (const record of records) await flows.insert(record);
    const listed = await allPages((page) => flows.list(page), 4);
    const expected = records
      .map(({ id, tm_create }) => `${tm_create}/${id}`)
      .sort()
      .reverse();
    expect(listed.map(({ id, tm_create }) => `${tm_create}/${id}`)).toEqual(expected);
  });

  test('what is new while a list is read does not shift it', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const [first, second] = [givenFlow(), givenFlow()];
    await flows.insert(first);
    await flows.insert(second);
    const page = await flows.list({ size: 1 });
    await flows.insert(givenFlow());
    expect((await flows.list({ size: 1, token: page.next })).result).toEqual([first]);
  });

  test('a page of long records ends early and goes on', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    for (let index = 0; index < 9; index++) await flows.insert(givenFlow({ detail: 'x'.repeat(300_000) }));
    const page = await flows.list({ size: 100 });
    expect(page.result.length).toBeLessThan(9);
    expect(page.next).not.toBe('');
    expect(await allPages((request) => flows.list(request), 100)).toHaveLength(9);
  });

  test('one record longer than a page is a page', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    for (let index = 0; index < 2; index++) await flows.insert(givenFlow({ detail: 'x'.repeat(1_200_000) }));
    expect(await allPages((request) => flows.list(request), 100)).toHaveLength(2);
  });

  test('a token that we did not make is refused', async () => {
    await using fixture = await given();
    for (const token of ['', 'x', '!!!', Buffer.from('2022-01-01/x').toString('base64url')]) {
      await expect(async () => fixture.store.flows.list({ size: 1, token })).rejects.toMatchObject({
        reason: 'INVALID_ARGUMENT',
        details: [{ path: 'page_token' }],
      });
    }
  });
}

async function allPages<R>(list: (page: PageRequest) => Promise<Page<R>>, size: number): Promise<R[]> {
  const records: R[] = [];
  let page = await list({ size });
  records.push(...page.result);
  while (page.next !== '') {
    page = await list({ size, token: page.next });
    expect(page.result.length).toBeGreaterThan(0);
    records.push(...page.result);
  }
  return records;
}

function callContract(given: GivenStore): void {
  const tel = (target: string) => ({ type: 'tel', target, target_name: '', name: '', detail: '' });

  test('a call is replaced by its later form', async () => {
    await using fixture = await given();
    const call = givenCall();
    const ended = { ...call, status: 'hangup', hangup_by: 'remote', hangup_reason: 'normal' } as const;
    await fixture.store.commit({ calls: [call], activeflows: [] });
    await fixture.store.commit({ calls: [ended], activeflows: [] });
    expect(JSON.stringify(await fixture.store.calls.get(call.id))).toBe(JSON.stringify(ended));
    expect((await fixture.store.calls.list({ size: 10 })).result).toEqual([ended]);
  });

  test('lists are narrowed by status, time and either number', async () => {
    await using fixture = await given();
    const { calls } = fixture.store;
    const old = givenCall({ tm_create: '2022-04-11 00:23:54.724620', status: 'hangup', source: tel('1') });
    const here = givenCall({ source: tel('2'), destination: tel('1') });
    const there = givenCall({ status: 'ringing', source: tel('3'), destination: tel('2') });
    await fixture.store.commit({ calls: [old, here, there], activeflows: [] });
    const ids = async (filter: Parameters<typeof calls.list>[1]) =>
      (await calls.list({ size: 10 }, filter)).result.map(({ id }) => id);
    expect(await ids({})).toEqual([there.id, here.id, old.id]);
    expect(await ids({ status: 'hangup' })).toEqual([old.id]);
    expect(await ids({ since: old.tm_create })).toEqual([there.id, here.id, old.id]);
    expect(await ids({ since: '2022-04-11 00:23:54.724621' })).toEqual([there.id, here.id]);
    expect(await ids({ number: '1' })).toEqual([here.id, old.id]);
    expect(await ids({ number: '2', status: 'ringing' })).toEqual([there.id]);
    expect(await ids({ number: '%' })).toEqual([]);
    const pages = await allPages((page) => calls.list(page, { number: '2' }), 1);
    expect(pages.map(({ id }) => id)).toEqual([there.id, here.id]);
  });

  test('what had not ended is found again after a restart, oldest first', async () => {
    await using fixture = await given();
    const [first, ended, last] = [
      givenCall(),
      givenCall({ status: 'hangup' }),
      givenCall({ status: 'dialing' }),
    ];
    await fixture.store.commit({ calls: [last, ended, first], activeflows: [] });
    const store = await fixture.reopen();
    expect(await store.calls.unfinished()).toEqual([first, last]);
  });
}

function activeflowContract(given: GivenStore): void {
  test('an activeflow is kept with its state, and the state is not looked into', async () => {
    await using fixture = await given();
    const { activeflows } = fixture.store;
    const stored = givenStored({ state: 'not even JSON' });
    await fixture.store.commit({ calls: [], activeflows: [stored] });
    expect(await activeflows.stored(stored.record.id)).toEqual(stored);
    expect(await activeflows.get(stored.record.id)).toEqual(stored.record);
    expect((await activeflows.list({ size: 1 })).result).toEqual([stored.record]);
    expect(await activeflows.stored('nobody')).toBeUndefined();
  });

  test('only what has not ended is unfinished', async () => {
    await using fixture = await given();
    const [first, second] = [givenStored(), givenStored()];
    await fixture.store.commit({ calls: [], activeflows: [first, second] });
    const ended = { ...first, isEnded: true, state: '{"variables":{}}' };
    await fixture.store.commit({ calls: [], activeflows: [ended] });
    const store = await fixture.reopen();
    expect(await store.activeflows.unfinished()).toEqual([second]);
    expect(await store.activeflows.stored(first.record.id)).toEqual(ended);
    expect((await store.activeflows.list({ size: 10 })).result).toHaveLength(2);
  });
}

function commitContract(given: GivenStore): void {
  test('all of a batch is written, or nothing', async () => {
    await using fixture = await given();
    const call = givenCall();
    const broken = givenStored({ record: givenActiveflow({ tm_create: null as unknown as string }) });
    await expect(fixture.store.commit({ calls: [call], activeflows: [broken] })).rejects.toMatchObject({
      problem: 'failed',
    });
    expect(await fixture.store.calls.get(call.id)).toBeUndefined();
    await fixture.store.commit({ calls: [call], activeflows: [] });
    expect(await fixture.store.calls.get(call.id)).toEqual(call);
  });

  test('the last form within a batch counts', async () => {
    await using fixture = await given();
    const call = givenCall();
    const ended = givenCall({ ...call, status: 'hangup' });
    await fixture.store.commit({ calls: [call, ended], activeflows: [] });
    expect(await fixture.store.calls.get(call.id)).toEqual(ended);
  });

  test('batches, transactions and reads at the same time do not disturb each other', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const calls = Array.from({ length: 200 }, () => givenCall());
    await Promise.all([
      ...calls.map((call) => store.commit({ calls: [call], activeflows: [] })),
      ...Array.from({ length: 20 }, () => store.webhooks.insert(givenWebhook({ is_default: true }))),
      ...Array.from({ length: 20 }, () => store.calls.list({ size: 100 })),
    ]);
    expect(await allPages((page) => store.calls.list(page), 100)).toHaveLength(200);
    expect(await defaults(store)).toHaveLength(1);
  });

  test('an empty batch is fine', async () => {
    await using fixture = await given();
    await fixture.store.commit({ calls: [], activeflows: [] });
    expect(await fixture.store.isWritable()).toBe(true);
  });
}

function closingContract(given: GivenStore): void {
  test('what was asked before is finished, what comes later is refused', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const call = givenCall();
    const committing = store.commit({ calls: [call], activeflows: [] });
    await committing;
    await Promise.all([store.close(), store.close()]);
    for (const attempt of [
      () => store.flows.get('x'),
      () => store.flows.insert(givenFlow()),
      () => store.webhooks.insert(givenWebhook({ is_default: true })),
      () => store.commit({ calls: [call], activeflows: [] }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ problem: 'closed', isRetryable: false });
    }
    expect(await store.isWritable()).toBe(false);
    const again = await fixture.reopen();
    expect(await again.calls.get(call.id)).toEqual({ ...call, tm_update: neverTime });
  });
}
