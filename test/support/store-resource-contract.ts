import { describe, expect, test } from 'vitest';
import { wireTime } from '../../src/core/clock.ts';
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
