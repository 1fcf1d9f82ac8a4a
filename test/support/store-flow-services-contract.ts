import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AgentRecord } from '../../src/agents/agent-record.ts';
import { neverTime, wireTime } from '../../src/core/clock.ts';
import type { GivenStore } from './store-folder.ts';

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
    ...fields,
  };
}

/** What flows keep or hand over. */
export function flowServicesContract(given: GivenStore): void {
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
      await laterRequests.delete(first.id);
      expect(await laterRequests.claim({ now: 100, until: 200, limit: 1 })).toEqual([]);
    });
  });
}
