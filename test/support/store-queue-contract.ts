import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type AgentRecord, type AgentStatus, agentDefaults } from '../../src/agents/agent-record.ts';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import { queueDefaults } from '../../src/queues/queue-record.ts';
import { type QueuecallRecord, queuecallDefaults } from '../../src/queues/queuecall-record.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { givenQueue } from './fake-queues.ts';
import type { GivenStore } from './store-folder.ts';
import { givenAgent } from './store-kept-contract.ts';

export function givenQueuecall(fields: Partial<QueuecallRecord> = {}): QueuecallRecord {
  return {
    id: randomUUID(),
    reference_type: 'call',
    reference_id: randomUUID(),
    status: 'wait',
    service_agent_id: zeroId,
    tm_create: wireTime(),
    tm_service: neverTime,
    tm_update: neverTime,
    tm_delete: neverTime,
    queue_id: randomUUID(),
    priority: 0,
    duration_waiting: 0,
    duration_service: 0,
    reason: '',
    ...queuecallDefaults,
    ...fields,
  };
}

const live = (...records: readonly QueuecallRecord[]) =>
  records.map((record) => ({ kind: 'queuecalls', record }) as const);

function without<R extends object>(record: R, fields: readonly string[]): R {
  return Object.fromEntries(Object.entries(record).filter(([field]) => !fields.includes(field))) as R; // an earlier version's
}

/** The calls in queues, and who has which agent. */
export function queueContract(given: GivenStore): void {
  test('agents and queues of an earlier version have what came since, behind all else', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const agent = without(givenAgent(), Object.keys(agentDefaults));
    const queue = without(givenQueue(), Object.keys(queueDefaults));
    await store.agents.insert(agent);
    await store.queues.insert(queue);
    const agents = [await store.agents.get(agent.id), ...(await store.agents.all())];
    for (const read of agents)
      expect(JSON.stringify(read)).toBe(JSON.stringify({ ...agent, ...agentDefaults }));
    const read = (await store.queues.list({ size: 10 })).result[0];
    expect(JSON.stringify(read)).toBe(JSON.stringify({ ...queue, ...queueDefaults }));
    await store.agents.update(agent.id, { call_waiting: true, tm_update: wireTime() });
    expect(await store.agents.get(agent.id)).toMatchObject({ call_waiting: true });
  });

  describe('queuecalls', () => {
    test('one is replaced by its later form, and found by what it is about', async () => {
      await using fixture = await given();
      const { store } = fixture;
      const [first, second] = [givenQueuecall(), givenQueuecall()];
      await store.commit({ live: live(first, second) });
      const served: QueuecallRecord = { ...first, status: 'service', service_agent_id: 'a' };
      await store.commit({ live: live(served) });
      expect(JSON.stringify(await store.queuecalls.get(first.id))).toBe(JSON.stringify(served));
      const list = async (filter: Parameters<typeof store.queuecalls.list>[1]) =>
        (await store.queuecalls.list({ size: 10 }, filter)).result;
      expect(await list({})).toEqual([second, served]);
      expect(await list({ status: 'service' })).toEqual([served]);
      expect(await list({ queue_id: second.queue_id })).toEqual([second]);
      expect(await list({ reference_id: first.reference_id, status: 'wait' })).toEqual([]);
    });

    test('what had not left is found again after a restart; what has, expires', async () => {
      await using fixture = await given();
      const [waiting, left] = [givenQueuecall(), givenQueuecall({ status: 'done', tm_delete: wireTime() })];
      await fixture.store.commit({ live: live(waiting, left) });
      const store = await fixture.reopen();
      expect(await store.queuecalls.unfinished()).toEqual([{ record: waiting, state: {} }]);
      const before = Date.now() + 60_000;
      expect(await store.expire({ kind: 'queuecalls', before, limit: 10 })).toBe(1);
      expect((await store.queuecalls.list({ size: 10 })).result).toEqual([waiting]);
    });
  });

  describe('what came of the calls of a queue', () => {
    const at = (second: number) => `2026-03-02 12:00:0${second}.000000`;
    const ended = { queue_id: 'sales', tm_delete: wireTime() };

    test('is counted in a time', async () => {
      await using fixture = await given();
      const { store } = fixture;
      const records = [
        givenQueuecall({
          ...ended,
          status: 'done',
          tm_create: at(1),
          duration_waiting: 5,
          duration_service: 60,
        }),
        givenQueuecall({
          ...ended,
          status: 'done',
          tm_create: at(2),
          duration_waiting: 25,
          duration_service: 40,
        }),
        givenQueuecall({ ...ended, status: 'abandoned', tm_create: at(3), callback_target: '1' }),
        // Whoever asks twice is counted once.
        givenQueuecall({ ...ended, status: 'abandoned', tm_create: at(3), reason: 'callback' }),
        givenQueuecall({ queue_id: 'sales', tm_create: at(4) }),
        givenQueuecall({ ...ended, status: 'done', tm_create: at(5) }),
        givenQueuecall({ ...ended, queue_id: 'other', status: 'done', tm_create: at(1) }),
      ];
      await store.commit({ live: live(...records) });
      const figures = (from: string, to: string) =>
        store.queuecalls.figures({ queueId: 'sales', from, to, within: 10 });
      expect(await figures(at(1), at(5))).toEqual({
        served: 2,
        servedWithin: 1,
        abandoned: 1,
        abandonedWithin: 1,
        callbacks: 1,
        callbacksAbandoned: 1,
        longestWait: 25,
        waited: 30,
        talked: 100,
        open: [{ status: 'wait', tm_create: at(4), waited: 0 }],
      });
      expect(await figures(at(6), at(9))).toMatchObject({ served: 0, longestWait: 0, open: [] });
      expect(await store.queuecalls.lastHandled('sales', 2)).toEqual([40, 0]);
    });
  });

  describe('an agent', () => {
    test('is held until an instant, where one is written down', async () => {
      await using fixture = await given();
      const { agents } = fixture.store;
      for (const id of ['anna', 'bert']) await agents.hold(id);
      await agents.holdUntil('anna', 1_800_000_000_000.25);
      await agents.holdUntil('nobody', 1);
      const store = await fixture.reopen();
      expect([...(await store.agents.endsOfHolds())]).toEqual([['anna', 1_800_000_000_000.25]]);
      await store.agents.letGo('anna');
      await store.agents.hold('anna');
      expect((await store.agents.endsOfHolds()).size).toBe(0);
    });

    test('is held once at a time, also across a restart', async () => {
      await using fixture = await given();
      const { agents } = fixture.store;
      const holds = await Promise.all(Array.from({ length: 5 }, () => agents.hold('anna')));
      expect(holds.filter(Boolean)).toHaveLength(1);
      expect(await agents.hold('bert')).toBe(true);
      const store = await fixture.reopen();
      expect([...(await store.agents.held())].sort()).toEqual(['anna', 'bert']);
      expect(await store.agents.hold('anna')).toBe(false);
      await store.agents.letGo('anna');
      await store.agents.letGo('anna');
      expect(await store.agents.held()).toEqual(['bert']);
      expect(await store.agents.hold('anna')).toBe(true);
    });

    test('changes his status where it is what it should be', async () => {
      await using fixture = await given();
      const { agents } = fixture.store;
      const agent = givenAgent({ status: 'busy' });
      await agents.insert(agent);
      const change = (status: 'available' | 'ringing') => ({ status, tm_update: wireTime() });
      const from = (...statuses: AgentStatus[]) => ({
        isExpected: ({ status }: AgentRecord) => statuses.includes(status),
      });
      expect(await agents.update(agent.id, change('ringing'), from('available'))).toBeUndefined();
      expect((await agents.get(agent.id))?.status).toBe('busy');
      const changed = await agents.update(agent.id, change('available'), from('ringing', 'busy'));
      expect(changed?.status).toBe('available');
      expect(await agents.get(agent.id)).toEqual(changed);
      expect(await agents.update('nobody', change('ringing'), from('available'))).toBeUndefined();
    });
  });
}

/** Several daemons on one database: each knows whom it has. */
export function sharedAgentContract(url: () => Promise<string>): void {
  test('an agent whom one daemon has, no other one takes, frees, or ends the calls of', async () => {
    const database = await url();
    const [one, other] = [await openStore(database, 'one'), await openStore(database, 'other')];
    try {
      expect(await one.agents.hold('anna')).toBe(true);
      expect(await other.agents.hold('anna')).toBe(false);
      await other.agents.letGo('anna');
      expect(await one.agents.held()).toEqual(['anna']);
      expect(await other.agents.held()).toEqual([]);
      const queuecall = givenQueuecall();
      await one.commit({ live: live(queuecall) });
      expect(await one.queuecalls.unfinished()).toEqual([{ record: queuecall, state: {} }]);
      expect(await other.queuecalls.unfinished()).toEqual([]);
    } finally {
      await one.close();
      await other.close();
    }
  });
}
