import { expect, test } from 'vitest';
import { nowMicros, wireTime, zeroId } from '../../src/core/clock.ts';
import type { GivenStore } from './store-folder.ts';
import { allPages } from './store-list-contract.ts';
import { givenCall, givenFlow, givenNumber, ofCalls } from './store-records.ts';

const party = (target: string, target_name = '') => ({
  type: 'tel',
  target,
  target_name,
  name: '',
  detail: '',
});

export function searchContract(given: GivenStore): void {
  test('resources are found by a part of their names and notes, however it is written', async () => {
    await using fixture = await given();
    const { flows, numbers } = fixture.store;
    const named = givenFlow({ name: 'Ärztlicher DIENST', detail: 'night' });
    const noted = givenFlow({ name: 'line', detail: 'for the dienst \u0000 100 % \ud800' });
    for (const flow of [named, noted, givenFlow({ name: 'other', detail: '' })]) await flows.insert(flow);
    const found = async (search: string) =>
      (await flows.list({ size: 10 }, { search })).result.map(({ id }) => id);
    expect(await found('dienst')).toEqual([noted.id, named.id]);
    expect(await found('ÄRZT')).toEqual([named.id]);
    expect(await found('A\u0308rzt')).toEqual([named.id]);
    expect(await found('100 %')).toEqual([noted.id]);
    expect(await found('%')).toEqual([noted.id]);
    expect(await found('_')).toEqual([]);
    expect(await found("'")).toEqual([]);
    await flows.update(named.id, { name: 'Bereitschaft', tm_update: wireTime() });
    expect(await found('dienst')).toEqual([noted.id]);
    await flows.delete(noted.id, wireTime());
    expect(await found('dienst')).toEqual([]);
    const number = givenNumber({ number: '+498912345', name: 'Front desk' });
    await numbers.insert(number);
    expect((await numbers.list({ size: 10 }, { search: '+4989' })).result).toEqual([number]);
  });

  test('calls are found by a part of numbers and names, by their flow, and between two times', async () => {
    await using fixture = await given();
    const { calls } = fixture.store;
    const flow_id = '212a32a8-9529-11ec-8bf0-8b89df407b6e';
    const first = givenCall({
      source: party('+4917012345', 'Ada Lovelace'),
      destination: party('100'),
      tm_create: '2022-04-11 00:00:00.000000',
    });
    const second = givenCall({
      source: party('200'),
      destination: party('+4917099', 'desk'),
      tm_create: '2022-04-12 00:00:00.000000',
      flow_id,
    });
    await fixture.store.commit({ live: ofCalls(first, second) });
    const found = async (filter: Parameters<typeof calls.list>[1]) =>
      (await calls.list({ size: 10 }, filter)).result.map(({ id }) => id);
    expect(await found({ search: '4917' })).toEqual([second.id, first.id]);
    expect(await found({ search: 'lovelace' })).toEqual([first.id]);
    expect(await found({ search: '4917', number: '200' })).toEqual([second.id]);
    expect(await found({ search: '4917', until: second.tm_create })).toEqual([first.id]);
    expect(await found({ since: second.tm_create })).toEqual([second.id]);
    expect(await found({ until: first.tm_create })).toEqual([]);
    expect(await found({ flow_id })).toEqual([second.id]);
    expect(await found({ flow_id, search: 'nobody' })).toEqual([]);
  });

  test('calls that are to be made are found by their numbers, names, flow and time, in pages', async () => {
    await using fixture = await given();
    const { laterCalls } = fixture.store;
    const flowId = '212a32a8-9529-11ec-8bf0-8b89df407b6e';
    const later = (id: string, source: string, destination: string, more: object = {}) => ({
      request: {
        id,
        work: JSON.stringify({
          ...{
            id,
            delayMinutes: 30,
            source: party(source, 'Ada \u0000 Lovelace'),
            destination: party(destination),
          },
          ...{ flowId: zeroId, actions: [], variables: { note: '\ud800' }, ...more },
        }),
        tm_create: `2022-04-1${id} 00:00:00.000000`,
      },
      until: 5,
    });
    await laterCalls.insertAll([
      later('1', '+491', '+492'),
      later('2', '+492', '+493', { flowId, callerName: 'Clinic' }),
      later('3', '+493', '+494'),
    ]);
    const found = async (filter: Parameters<typeof laterCalls.list>[1]) =>
      (await allPages((page) => laterCalls.list(page, filter), 1)).map(({ id }) => id);
    expect(await found({})).toEqual(['3', '2', '1']);
    expect(await found({ number: '+492' })).toEqual(['2', '1']);
    expect(await found({ number: '+492', flow_id: flowId })).toEqual(['2']);
    expect(await found({ since: '2022-04-12', until: '2022-04-13' })).toEqual(['2']);
    expect(await found({ search: 'LOVE' })).toEqual(['3', '2', '1']);
    expect(await found({ search: '494', number: '+493' })).toEqual(['3']);
    expect(await laterCalls.get('2')).toEqual({
      ...{
        id: '2',
        flow_id: flowId,
        source: party('+492', 'Ada \u0000 Lovelace'),
        destination: party('+493'),
      },
      ...{
        caller_id_name: 'Clinic',
        tm_create: '2022-04-12 00:00:00.000000',
        tm_due: '2022-04-12 00:30:00.000000',
      },
    });
    expect(await laterCalls.claim({ now: 10, until: 20, limit: 9 })).toHaveLength(3);
    expect(await found({ number: '+492' })).toEqual(['2', '1']);
    expect(await laterCalls.delete('2')).toBe(true);
    expect(await laterCalls.delete('2')).toBe(false);
    expect(await laterCalls.get('2')).toBeUndefined();
  });

  test('what is far away is found in pages, each once', async () => {
    await using fixture = await given();
    const { calls } = fixture.store;
    const now = nowMicros();
    const all = Array.from({ length: 4_500 }, (_, index) =>
      givenCall({
        tm_create: wireTime(now + index * 1_000),
        source: party(index % 900 === 0 ? 'rare' : 'usual'),
        destination: party('100'),
      }),
    );
    await fixture.store.commit({ live: ofCalls(...all) });
    const found = await allPages((page) => calls.list(page, { search: 'RARE' }), 2);
    expect(found.map(({ id }) => id)).toEqual([3_600, 2_700, 1_800, 900, 0].map((index) => all[index]?.id));
    expect(await calls.list({ size: 2 }, { search: 'nobody' })).toEqual({ result: [], next: '' });
  });
}
