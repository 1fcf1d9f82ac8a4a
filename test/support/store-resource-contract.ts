import { describe, expect, test } from 'vitest';
import { wireTime } from '../../src/core/clock.ts';
import type { NewDelivery, Outbox } from '../../src/news/outbox.ts';
import type { ResourceStore, Store } from '../../src/storage/store.ts';
import type { GivenStore } from './store-folder.ts';
import { givenNumber, givenWebhook } from './store-records.ts';

interface AnyResource {
  readonly id: string;
  readonly name: string;
  readonly detail: string;
  readonly tm_update: string;
  readonly tm_delete: string;
}

export function resourceContract<R extends AnyResource>(
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
      const counted = 'revision' in record && { revision: 2 };
      expect(updated).toEqual({ ...record, name: 'new', tm_update: change.tm_update, ...counted });
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

    test('a change is written with what it tells', async () => {
      await using fixture = await given();
      const { outbox } = fixture.store;
      const record = givenRecord();
      await of(fixture.store).insert(record, telling('inserted'));
      expect(await toldIn(outbox, 'inserted')).toEqual(record);
      const change = { name: 'new', tm_update: wireTime() };
      const changed = await of(fixture.store).update(record.id, change as object, telling('updated'));
      expect(await toldIn(outbox, 'updated')).toEqual(changed);
      const deletion = { isForced: true, ...telling('deleted') };
      const deleted = await of(fixture.store).delete(record.id, wireTime(), deletion);
      expect(await toldIn(outbox, 'deleted')).toEqual(deleted);
      expect(await outbox.countPending()).toBe(3);
    });

    test('what is not written is not told, and what cannot be told is not written', async () => {
      await using fixture = await given();
      const { outbox } = fixture.store;
      const [record, other] = [givenRecord(), givenRecord()];
      await of(fixture.store).insert(record);
      await expect(of(fixture.store).insert(record, telling('taken'))).rejects.toThrow();
      const change = { name: 'new', tm_update: wireTime() } as object;
      const isExpected = () => false;
      await of(fixture.store).update(record.id, change, { isExpected, ...telling('unexpected') });
      await of(fixture.store).update(other.id, change, telling('unknown'));
      await of(fixture.store).delete(other.id, wireTime(), telling('unknown'));
      expect(await outbox.countPending()).toBe(0);
      const unspeakable = {
        deliveriesOf: () => [{ ...deliveryOf('bad', {}), body: null as unknown as string }],
      };
      await expect(of(fixture.store).insert(other, unspeakable)).rejects.toThrow();
      await expect(of(fixture.store).update(record.id, change, unspeakable)).rejects.toThrow();
      await expect(of(fixture.store).delete(record.id, wireTime(), unspeakable)).rejects.toThrow();
      expect(await of(fixture.store).list({ size: 10 })).toEqual({ result: [record], next: '' });
    });

    test('changes at the same moment are told once each', async () => {
      await using fixture = await given();
      const record = givenRecord();
      await of(fixture.store).insert(record);
      const changing = ['one', 'two', 'three'].map((name) =>
        of(fixture.store).update(record.id, { name, tm_update: wireTime() } as object, telling(name)),
      );
      const changed = await Promise.all(changing);
      const { outbox } = fixture.store;
      for (const [index, name] of ['one', 'two', 'three'].entries())
        expect(await toldIn(outbox, name)).toEqual(changed[index]);
      expect(await outbox.countPending()).toBe(3);
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

function deliveryOf(id: string, record: object): NewDelivery {
  const body = JSON.stringify(record);
  return { id, endpointId: 'endpoint', lane: 'lane', type: 'told', body, createdAt: 1 };
}

/** That a record is told in a delivery of this id. */
const telling = (id: string) => ({ deliveriesOf: (record: object) => [deliveryOf(id, record)] });

async function toldIn(outbox: Outbox, id: string): Promise<unknown> {
  return JSON.parse((await outbox.find(id))?.body ?? 'null');
}

export function numberContract(given: GivenStore): void {
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

  test('what was read of numbers is true as long as the edition stays; where others change them, nobody knows', async () => {
    await using fixture = await given();
    const { isShared, numbers } = fixture.store;
    if (isShared) return expect(numbers.edition).toBeUndefined();
    const number = givenNumber();
    const editions = [numbers.edition];
    const note = () => editions.push(numbers.edition);
    await numbers.insert(number).then(note);
    await numbers.update(number.id, { name: 'new', tm_update: wireTime() }).then(note);
    await numbers.insert(number).then(note, note); // in doubt
    await numbers.delete(number.id, wireTime()).then(note);
    expect(new Set(editions).size).toBe(5);
    await numbers.byNumber(number.number);
    expect(numbers.edition).toBe(editions.at(-1));
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

export function webhookContract(given: GivenStore): void {
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

/** Which webhooks say that they are the default one. */
export async function defaults(store: Store): Promise<string[]> {
  return (await store.webhooks.all()).filter((webhook) => webhook.is_default).map(({ id }) => id);
}
