import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AgentRecord } from '../../src/agents/agent-record.ts';
import { neverTime, wireTime } from '../../src/core/clock.ts';
import type { Completion } from '../../src/flows/completion.ts';
import type { GivenStore } from './store-folder.ts';
import { givenCompletion, givenStored } from './store-records.ts';

export function givenAgent(fields: Partial<AgentRecord> = {}): AgentRecord {
  const now = wireTime();
  return {
    id: randomUUID(),
    username: randomUUID(),
    name: 'agent',
    detail: '',
    ring_method: 'ringall',
    status: 'available',
    permission: 0,
    tag_ids: [],
    addresses: [],
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
    call_waiting: false,
    missed_calls: 0,
    ...fields,
  };
}

/** What flows keep or hand over. */
export function keptContract(given: GivenStore): void {
  test('a username is taken as long as its agent lives', async () => {
    await using fixture = await given();
    const { agents } = fixture.store;
    const agent = givenAgent({ username: 'anna' });
    await agents.insert(agent);
    await expect(agents.insert(givenAgent({ username: 'anna' }))).rejects.toMatchObject({
      problem: 'conflict',
    });
    await agents.delete(agent.id, wireTime());
    await agents.insert(givenAgent({ username: 'anna' }));
    expect(await agents.all()).toHaveLength(1);
  });

  test('a code leads where it was made for, and is taken for ever', async () => {
    await using fixture = await given();
    const { links } = fixture.store;
    const link = { id: 'BEK4YYnx', url: 'https://example.com/', tm_create: wireTime() };
    await links.insert(link);
    await expect(links.insert(link)).rejects.toMatchObject({ problem: 'conflict' });
    expect(await (await fixture.reopen()).links.get('BEK4YYnx')).toEqual(link);
    expect(await (await fixture.reopen()).links.get('bek4yynx')).toBeUndefined();
  });

  test('variables of a contact stay, each as it was last set', async () => {
    await using fixture = await given();
    const { userVariables } = fixture.store;
    await userVariables.save('555', { 'user.key.a': '1', 'user.key.b': 'é\u0000' });
    await userVariables.save('5551', { 'user.key.a': 'other' });
    await Promise.all([
      userVariables.save('555', { 'user.key.a': '2' }),
      userVariables.save('555', { 'user.key.c': '3' }),
    ]);
    const store = await fixture.reopen();
    expect(await store.userVariables.load('555')).toEqual({
      'user.key.a': '2',
      'user.key.b': 'é\u0000',
      'user.key.c': '3',
    });
    expect(await store.userVariables.load('55')).toEqual({});
  });

  describe('a request to be made', () => {
    const request = (id = randomUUID()) => ({ id, work: '{}', tm_create: wireTime() });

    test('is left alone until its time, and then taken by one', async () => {
      await using fixture = await given();
      const { laterRequests } = fixture.store;
      const [now, later] = [request(), request()];
      expect(await laterRequests.insert(now, 1_000)).toBe(true);
      expect(await laterRequests.insert(later, 5_000)).toBe(true);
      expect(await laterRequests.insert({ ...now, work: '{"x":1}' }, 0)).toBe(false);
      const claim = { now: 2_000, until: 3_000, limit: 10 };
      const taken = await Promise.all([laterRequests.claim(claim), laterRequests.claim(claim)]);
      expect(taken.flat()).toEqual([now]);
      expect(await laterRequests.claim({ ...claim, now: 2_999 })).toEqual([]);
      expect(await laterRequests.claim({ ...claim, now: 3_000, until: 9_000 })).toEqual([now]);
    });

    test('is there after a restart, until it is made', async () => {
      await using fixture = await given();
      const first = request();
      await fixture.store.laterRequests.insert(first, 0);
      const { laterRequests } = await fixture.reopen();
      const changed = { ...first, work: '{"pauses":[]}' };
      await laterRequests.postpone(changed, 10);
      expect(await laterRequests.claim({ now: 9, until: 20, limit: 1 })).toEqual([]);
      expect(await laterRequests.claim({ now: 10, until: 20, limit: 1 })).toEqual([changed]);
      expect(await laterRequests.delete(first.id)).toBe(true);
      expect(await laterRequests.delete(first.id)).toBe(false);
      expect(await laterRequests.claim({ now: 100, until: 200, limit: 1 })).toEqual([]);
    });
  });
  describe('what the end of an activeflow brings about', () => {
    const claim = { now: 1_000, until: 2_000, limit: 10 };
    const givenEnd = () => {
      const ended = givenStored({ isEnded: true, state: '{"kept":{}}' });
      const { id } = ended.record;
      const request = { id: randomUUID(), work: '{"a":"é"}', tm_create: wireTime() };
      return {
        ended,
        request,
        toMake: { ...request, activeflowId: id },
        completion: givenCompletion({ id }),
      };
    };

    test('is there with the end, and after a restart', async () => {
      await using fixture = await given();
      const { ended, request, toMake, completion } = givenEnd();
      await fixture.store.commit({ live: [givenStored({ record: ended.record })] });
      await fixture.store.commit({ live: [ended], requests: [toMake], completions: [completion] });
      const store = await fixture.reopen();
      expect(await store.completions.due()).toEqual([completion]);
      expect(await store.laterRequests.claim(claim)).toEqual([request]);
    });

    test('is not there where the end is not', async () => {
      await using fixture = await given();
      const { ended, toMake, completion } = givenEnd();
      const broken = { ...ended, record: { ...ended.record, tm_create: null as unknown as string } };
      const batch = { live: [broken], requests: [toMake], completions: [completion] };
      await expect(fixture.store.commit(batch)).rejects.toMatchObject({ problem: 'failed' });
      expect(await fixture.store.completions.due()).toEqual([]);
      expect(await fixture.store.laterRequests.claim(claim)).toEqual([]);
    });

    test('a request is made once, though its end is written once more when it has been made', async () => {
      await using fixture = await given();
      const { ended, request, toMake } = givenEnd();
      const { laterRequests } = fixture.store;
      await fixture.store.commit({ live: [ended], requests: [toMake] });
      expect(await laterRequests.claim(claim)).toEqual([request]);
      await fixture.store.commit({ live: [ended], requests: [toMake] });
      expect(await laterRequests.claim(claim)).toEqual([]);
      await laterRequests.delete(request.id);
      await fixture.store.commit({ live: [ended], requests: [toMake] });
      expect(await laterRequests.claim(claim)).toEqual([]);
    });

    test('a completion is due until it runs, the oldest first', async () => {
      await using fixture = await given();
      const { store } = fixture;
      const [old, other] = [givenCompletion(), givenCompletion()];
      await store.commit({ completions: [other] });
      await store.commit({ completions: [old, old] });
      expect(await store.completions.due()).toEqual([other, old].sort(byTime));
      await store.commit({ live: [givenStored()], completed: [other.id, 'nobody'] });
      expect(await store.completions.due()).toEqual([old]);
      await store.commit({ completions: [other], completed: [other.id, old.id] });
      expect(await (await fixture.reopen()).completions.due()).toEqual([]);
    });
  });
}

function byTime(one: Completion, other: Completion): number {
  return `${one.tm_create}${one.id}` < `${other.tm_create}${other.id}` ? -1 : 1;
}
