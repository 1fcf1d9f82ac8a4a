import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import type { ReservedAgent } from '../../../src/ports/queues.ts';
import type { QueueRecord } from '../../../src/queues/queue-record.ts';
import { Queuecall } from '../../../src/queues/queuecall.ts';
import { pass } from '../../support/call-fixture.ts';
import type { FakeOutgoing } from '../../support/fake-outgoing.ts';
import { FakeQueues } from '../../support/fake-queues.ts';

let scope: Scope;
let given: FakeQueues;
let reported: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  reported = [];
  scope = new Scope((error) => reported.push(error));
  const addresses = [address('tel', '1')];
  let last = 0;
  const outgoing = {
    agents: { get: () => ({ addresses }) },
    addAgent: () => `agent${++last}`,
  } as unknown as FakeOutgoing; // the two it is asked for
  given = new FakeQueues({ scope, log: silentLog, outgoing });
});
afterEach(async () => {
  await scope.close();
  expect(reported).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

function address(type: string, target: string) {
  return { type, target, target_name: '', name: '', detail: '' };
}

let lastCall = 0;

/** Joins, and asks for agents; answers who was given. */
async function waits(queue: QueueRecord, priority = 0) {
  const { signal } = scope;
  const call = `call${++lastCall}`;
  const [id, queueId] = [`place of ${call}`, queue.id];
  const joining = { id, queueId, priority, tell: () => undefined, answer: async () => undefined };
  const place = await given.queues.join({ id: call }, joining, signal);
  const agents: ReservedAgent[] = [];
  const ask = async (): Promise<void> => void agents.push(await place.nextAgent(signal));
  void ask().catch(() => undefined);
  return { place, agents, askAgain: ask };
}

const phonesFree = Promise.resolve();

test('one agent is given to one call, of whatever queue, in the order they came', async () => {
  const [one, other] = [given.add(), given.add()];
  const first = await waits(one);
  const second = await waits(other);
  const third = await waits(one);
  const agent = await given.addAgent('x');
  await pass();
  expect([first, second, third].map(({ agents }) => agents.length)).toEqual([1, 0, 0]);
  first.agents[0]?.free(phonesFree);
  first.agents[0]?.free(phonesFree);
  first.place.leave('flow');
  await pass();
  expect([second, third].map(({ agents }) => agents.length)).toEqual([1, 0]);
  expect(second.agents[0]?.id).toBe(agent);
  second.place.leave('flow');
  second.agents[0]?.free(phonesFree);
  await pass();
  expect(third.agents).toHaveLength(1);
});

test('of those who wait in a queue only the first is looked at, however many there are', async () => {
  const queue = given.add();
  const [first] = await Promise.all(Array.from({ length: 200 }, () => waits(queue)));
  await pass();
  const looks = vi.spyOn(Queuecall.prototype, 'isAsking', 'get');
  await given.addAgent('x');
  await pass();
  expect(first?.agents).toHaveLength(1);
  expect(looks.mock.calls.length).toBeLessThan(20);
  looks.mockRestore();
});

test('ten agents and twenty calls: each agent has one, the first ten calls have one each', async () => {
  const queue = given.add();
  const calls = [];
  for (let count = 0; count < 20; count++) calls.push(await waits(queue));
  for (let count = 0; count < 10; count++) await given.addAgent('x');
  await pass();
  expect(calls.map(({ agents }) => agents.length)).toEqual([...Array(10).fill(1), ...Array(10).fill(0)]);
  expect(new Set(calls.flatMap(({ agents }) => agents.map(({ id }) => id))).size).toBe(10);
});

test('whoever came before is given the agent, also where he comes back just then', async () => {
  const queue = given.add({ retry_delay: 60_000 });
  const first = await waits(queue);
  const decliner = await given.addAgent('x');
  await pass();
  const second = await waits(queue);
  first.agents[0]?.free(phonesFree, 'declined');
  const { hold } = given.agentRecords;
  given.agentRecords.hold = async (id) => {
    if (id !== decliner) void first.askAgain(); // while the next agent is taken for the second
    return hold.call(given.agentRecords, id);
  };
  await given.addAgent('x');
  await pass();
  expect(first.agents).toHaveLength(2);
  expect(second.agents).toHaveLength(0);
});

describe('an agent', () => {
  test('who has declined is left alone for a while, by all', async () => {
    const queue = given.add({ retry_delay: 3_000 });
    const first = await waits(queue);
    await given.addAgent('x');
    await pass();
    first.agents[0]?.free(phonesFree, 'declined');
    void first.askAgain();
    await pass(2_900);
    expect(first.agents).toHaveLength(1);
    expect([...given.agentRecords.records.values()][0]?.status).toBe('available');
    await pass(200);
    expect(first.agents).toHaveLength(2);
  });

  test('whose phone still rings is not free before it stops, but not for ever', async () => {
    const queue = given.add();
    const first = await waits(queue);
    await given.addAgent('x');
    await pass();
    first.agents[0]?.free(new Promise(() => undefined));
    await pass(59_000);
    expect(given.agentRecords.holds.size).toBe(1);
    await pass(2_000);
    expect(given.agentRecords.holds.size).toBe(0);
  });

  test('whose phone still rings is free where the daemon stops', async () => {
    const first = await waits(given.add());
    await given.addAgent('x');
    await pass();
    first.agents[0]?.free(new Promise(() => undefined));
    await pass();
    expect(given.agentRecords.holds.size).toBe(1);
    await scope.close();
    expect(given.agentRecords.holds.size).toBe(0);
  });

  test('whom somebody has sent away meanwhile stays away', async () => {
    const first = await waits(given.add());
    const id = await given.addAgent('x');
    await pass();
    first.agents[0]?.answered('leg');
    await pass();
    await given.agents.setStatus(id, 'away');
    first.agents[0]?.free(phonesFree);
    await pass();
    expect(given.agentRecords.records.get(id)?.status).toBe('away');
    expect(given.agentRecords.holds.size).toBe(0);
  });

  test('who is called available by somebody during a call gets no second one', async () => {
    const queue = given.add();
    const first = await waits(queue);
    const id = await given.addAgent('x');
    await pass();
    first.agents[0]?.answered('leg');
    const second = await waits(queue);
    await given.agents.setStatus(id, 'available');
    await pass(20_000);
    expect(second.agents).toHaveLength(0);
    first.agents[0]?.free(phonesFree);
    await pass();
    expect(second.agents).toHaveLength(1);
  });

  test('wraps up, and is free at once where the daemon stops', async () => {
    const first = await waits(given.add({ wrap_up: 60_000 }));
    await given.addAgent('x');
    await pass();
    first.agents[0]?.answered('leg');
    first.agents[0]?.free(phonesFree);
    await pass(30_000);
    expect(given.statuses).toEqual(['ringing', 'busy']);
    await scope.close();
    expect(given.statuses).toEqual(['ringing', 'busy', 'available']);
    expect(given.agentRecords.holds.size).toBe(0);
  });

  test.each(['REST', 'the key'])('who needs no wrap-up, as %s says, is free at once', async (who) => {
    const queue = given.add({ wrap_up: 60_000 });
    const first = await waits(queue);
    const id = await given.addAgent('x');
    await pass();
    first.agents[0]?.answered('leg');
    first.agents[0]?.free(phonesFree, who === 'the key' ? 'ready' : undefined);
    const second = await waits(queue);
    if (who === 'REST') {
      await pass(10_000);
      expect(second.agents).toHaveLength(0);
      await given.agents.setStatus(id, 'available');
    }
    await pass();
    expect(second.agents).toHaveLength(1);
  });

  test('who needs none may say so in the moment in which he hangs up', async () => {
    const queue = given.add({ wrap_up: 60_000 });
    const first = await waits(queue);
    const id = await given.addAgent('x');
    await pass();
    first.agents[0]?.answered('leg');
    const phones = Promise.withResolvers<void>();
    first.agents[0]?.free(phones.promise);
    const second = await waits(queue);
    await given.agents.setStatus(id, 'available');
    await pass(400);
    expect(second.agents).toHaveLength(0); // his phone rings not yet
    phones.resolve();
    await pass();
    expect(second.agents).toHaveLength(1);
  });

  test('who has not answered so often in a row is away, and is not rung', async () => {
    const queue = given.add({ auto_away: 2, retry_delay: 1_000 });
    const first = await waits(queue);
    const id = await given.addAgent('x');
    await pass();
    for (const how of ['missed', 'declined', 'missed'] as const) {
      first.agents.at(-1)?.free(phonesFree, how);
      void first.askAgain();
      await pass(1_100);
    }
    expect(first.agents).toHaveLength(3);
    expect(given.agentRecords.records.get(id)).toMatchObject({ status: 'away', missed_calls: 2 });
    expect(given.statuses.at(-1)).toBe('away');
    await pass(20_000);
    expect(first.agents).toHaveLength(3);
    await given.agents.setStatus(id, 'available');
    await pass();
    expect(first.agents).toHaveLength(4);
    expect(given.agentRecords.records.get(id)?.missed_calls).toBe(0);
  });

  test('who answers one in between has missed none', async () => {
    const queue = given.add({ auto_away: 2, retry_delay: 1_000 });
    const first = await waits(queue);
    const id = await given.addAgent('x');
    await pass();
    first.agents[0]?.free(phonesFree, 'missed');
    void first.askAgain();
    await pass(1_100);
    first.agents[1]?.answered('leg');
    await pass();
    expect(given.agentRecords.records.get(id)).toMatchObject({ status: 'busy', missed_calls: 0 });
  });

  test('who has not taken a call is offered it again where nobody else is free', async () => {
    const queue = given.add({ retry_delay: 1_000, routing_method: 'longest_idle' });
    const first = await waits(queue);
    const refuser = await given.addAgent('x');
    await pass();
    first.agents[0]?.free(phonesFree, 'declined');
    await pass(1_100);
    const other = await given.addAgent('x');
    void first.askAgain();
    await pass();
    expect(first.agents[1]?.id).toBe(other);
    const second = await waits(queue);
    await pass();
    expect(second.agents[0]?.id).toBe(refuser);
    second.agents[0]?.free(phonesFree);
    second.place.leave('flow');
    first.agents[1]?.free(phonesFree, 'missed');
    void first.askAgain();
    await pass();
    expect(first.agents[2]?.id).toBe(refuser);
  });

  test('of another daemon is seen when it is free, unheard', async () => {
    const first = await waits(given.add());
    const id = await given.addAgent('x', { status: 'busy' });
    await pass(1_000);
    expect(first.agents).toHaveLength(0);
    const agent = given.agentRecords.records.get(id);
    if (agent) given.agentRecords.records.set(id, { ...agent, status: 'available' });
    await pass(5_000);
    expect(first.agents).toHaveLength(1);
  });

  test('whom another daemon holds is not rung', async () => {
    const first = await waits(given.add());
    given.agentRecords.holds.add('agent1');
    await given.addAgent('x');
    await pass(1_000);
    expect(first.agents).toHaveLength(0);
    expect(given.statuses).toEqual([]);
  });
});

describe('an agent whose phones are not there', () => {
  const extensions = (...phones: readonly string[]) => phones.map((target) => address('extension', target));

  test('is passed over without a word, and rung a while after one of them has come', async () => {
    given.offline.add('1001').add('1002');
    const first = await waits(given.add());
    await given.addAgent('x', { addresses: extensions('1001', '1002') });
    await pass(20_000);
    expect(first.agents).toHaveLength(0);
    expect(given.statuses).toEqual([]);
    expect(given.moments).toEqual(['created']);
    given.offline.delete('1002');
    await pass(5_000);
    expect(first.agents).toHaveLength(1);
  });

  test('leaves the call to the next one at once', async () => {
    given.offline.add('1001');
    await given.addAgent('x', { addresses: extensions('1001') });
    const there = await given.addAgent('x', { addresses: extensions('1002') });
    const first = await waits(given.add({ routing_method: 'longest_idle' }));
    await pass();
    expect(first.agents.map(({ id }) => id)).toEqual([there]);
  });

  test('is rung all the same where he can be reached elsewhere', async () => {
    given.offline.add('1001');
    const first = await waits(given.add());
    await given.addAgent('x', { addresses: [...extensions('1001'), address('tel', '+1')] });
    await pass();
    expect(first.agents).toHaveLength(1);
  });

  test.each([
    ['fails', () => Promise.reject<boolean>(new Error('no answer'))],
    ['takes for ever', () => new Promise<boolean>(() => undefined)],
  ])('is rung where the question %s', async (_, isRegistered) => {
    given.isRegistered = isRegistered;
    const first = await waits(given.add());
    await given.addAgent('x', { addresses: extensions('1001') });
    await pass(3_000);
    expect(first.agents).toHaveLength(1);
  });
});

test('nobody looks at the agents where nobody waits', async () => {
  const all = vi.spyOn(given.agentRecords, 'all');
  await given.addAgent('x');
  given.add();
  await pass(60_000);
  expect(all).not.toHaveBeenCalled();
});

test('a queue that is deleted lets those who wait go, and goes on serving the others', async () => {
  const queue = given.add();
  const served = await waits(queue);
  await given.addAgent('x');
  await pass();
  served.agents[0]?.answered('leg');
  const waiting = await waits(queue);
  await given.queues.delete(queue.id, '');
  expect([served, waiting].map(({ place }) => place.out.aborted)).toEqual([false, true]);
});

test('a queue that is deleted while a call comes is none for it', async () => {
  const queue = given.add();
  await given.addAgent('x');
  vi.spyOn(given.records, 'get').mockImplementationOnce((id) => {
    void given.queues.delete(id, ''); // done by the time this is known
    return queue;
  });
  await expect(waits(queue)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await pass(10_000);
  expect(given.moments).toEqual([]);
});

test('whom a daemon that died has held is freed at the next start, and nobody else', async () => {
  const held = await given.addAgent('x', { status: 'busy' });
  const busy = await given.addAgent('x', { status: 'busy' });
  given.agentRecords.holds.add(held);
  await given.queues.freeLeft(await given.agents.held());
  expect(given.agentRecords.records.get(held)?.status).toBe('available');
  expect(given.agentRecords.records.get(busy)?.status).toBe('busy');
  expect(given.agentRecords.holds.size).toBe(0);
});

describe('a place that goes from one call to another', () => {
  test('keeps its turn, its time and what it is told, and is nothing to the first call any more', async () => {
    const queue = given.add();
    const first = await waits(queue);
    const second = await waits(queue);
    expect(given.queues.pass(first.place.record.reference_id, { id: 'heir', scope })).toBe(true);
    first.place.leave('hangup', `call${lastCall - 1}`);
    const agent = await given.addAgent('x');
    await pass(1_000);
    const facts: Record<string, string> = {};
    const tell = (told: object): void => void Object.assign(facts, told);
    const place = await given.queues.join(
      { id: 'heir' },
      { id: 'another place', queueId: queue.id, priority: 0, tell, answer: async () => undefined },
      scope.signal,
    );
    expect(place.record).toMatchObject({
      id: first.place.record.id,
      reference_id: 'heir',
      status: 'entering',
    });
    expect(facts).toMatchObject({ 'voipbin.queuecall.position': '1', 'voipbin.queue.id': queue.id });
    expect((await place.nextAgent(scope.signal)).id).toBe(agent);
    expect(second.agents).toHaveLength(0);
    place.leave('hangup');
    second.place.leave('hangup');
    expect(given.queues.ofCall('heir')).toBeUndefined();
  });

  test('is given up where that one does not come, and the agent it was given goes to the next', async () => {
    const queue = given.add();
    const first = await waits(queue);
    const second = await waits(queue);
    given.queues.pass(first.place.record.reference_id, { id: 'heir', scope });
    await given.addAgent('x');
    await pass(4_900);
    expect(second.agents).toHaveLength(0);
    await pass(200);
    expect(first.place.record).toMatchObject({ status: 'abandoned', reason: 'flow' });
    expect(second.agents).toHaveLength(1);
    second.place.leave('hangup');
  });
});
