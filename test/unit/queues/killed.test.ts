import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/calls/call.ts';
import { realClock, replaceClock, zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import type { SimulatedParty } from '../../../src/simulator/asterisk/party.ts';
import { type CallFixture, catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';
import type { givenQueue } from '../../support/fake-queues.ts';

let clock: Disposable;

beforeEach(() => {
  vi.useFakeTimers();
  clock = replaceClock(realClock); // no time is behind that of the test before
});
afterEach(() => {
  clock[Symbol.dispose]();
  vi.useRealTimers();
});

const queue_id = '99bf739a-932f-433c-b1bf-103d33d7e9bb';
const waitFlowId = '212a32a8-9529-11ec-8bf0-8b89df407b6e';

/** A call that waits in a queue with this wait flow, and does nothing behind it. */
async function waiting(
  queue: Parameters<typeof givenQueue>[0] = {},
  wait?: readonly unknown[],
): Promise<CallFixture> {
  const given = givenCall();
  if (wait) given.flows.set(waitFlowId, { id: waitFlowId, actions: checkFlow(wait, catalogue).actions });
  given.queues.add({ id: queue_id, ...(wait && { wait_flow_id: waitFlowId }), ...queue });
  given.runOne('queue_join', { queue_id });
  await pass(100);
  return given;
}

/** Another call waits in the same queue. */
async function another(given: CallFixture, priority = 0): Promise<Call> {
  const channel = given.asterisk.dial({ from: `+49${priority}` });
  const find = () => given.incoming.find(({ channelId }) => channelId === channel.id);
  while (!find()) await undefined; // behind events that are on their way
  const call = find() as Call;
  const written = [
    { id: 'it', type: 'queue_join', option: { queue_id, priority } },
    { id: 'after', ...longSleep },
  ];
  const { actions } = checkFlow(written, catalogue);
  given.scope.spawn('call', () => given.activeflows.runOnCall(call, { id: zeroId, actions }));
  await pass(100);
  return call;
}

const made = ({ asterisk }: CallFixture, ...names: string[]) =>
  asterisk.asked.filter((name) => names.includes(name)).length;
const inService = (given: CallFixture) =>
  given.queues.rows.records.flatMap(({ status, reference_id }) =>
    status === 'service' ? [reference_id] : [],
  );
const party = ({ asterisk }: CallFixture): SimulatedParty => {
  const last = asterisk.legs.parties.at(-1);
  if (!last) throw new Error('nobody is rung');
  return last;
};

/** All hang up, and nothing is left. */
async function over(given: CallFixture): Promise<void> {
  for (const channel of [...given.asterisk.channels.values()]) given.asterisk.hangup(channel);
  await pass(8_000); // what is left of the life before is swept away
  expect(given.queues.agentRecords.holds.size).toBe(0);
  given.expectNothingLeft();
}

describe('who waits', () => {
  test('waits on in his place, told once, and is served', async () => {
    const given = await waiting();
    const life = await given.restart();
    await pass(100);
    expect(life.queues.moments).toEqual(['created']);
    expect(life.flow.at).toBe('it');
    expect(life.flow.variable('voipbin.queuecall.position')).toBe('1');
    life.asterisk.onDial((phone) => phone.answer());
    await life.queues.addAgent('1002');
    await pass(500);
    expect(life.queues.moments).toEqual(['created', 'entering', 'serviced']);
    expect(life.channel.bridge?.members.size).toBe(2);
    party(life).hangup();
    await pass(100);
    expect(life.queues.moments.at(-1)).toBe('done');
    expect(life.flow.at).toBe('after');
    expect(life.queues.statuses).toEqual(['ringing', 'busy', 'available']);
    await over(life);
  });

  test('stands where he stood: by priority, then as they came', async () => {
    const given = await waiting();
    const important = await another(given, 10);
    const last = await another(given);
    const life = await given.restart();
    await pass(100);
    expect(life.flow.variable('voipbin.queuecall.position')).toBe('2');
    life.asterisk.onDial((phone) => phone.answer());
    for (const expected of [important.id, life.call.id, last.id]) {
      await life.queues.addAgent('1002');
      await pass(500);
      expect(inService(life)).toContain(expected);
    }
    expect(life.queues.moments.filter((moment) => moment === 'created')).toHaveLength(3);
    await over(life);
  });

  test('is served before those who come after the kill', async () => {
    const given = await waiting();
    const life = await given.restart();
    await another(life);
    life.asterisk.onDial((phone) => phone.answer());
    await life.queues.addAgent('1002');
    await pass(500);
    expect(inService(life)).toEqual([life.call.id]);
    await over(life);
  });

  test('hears the wait flow go on where it was', async () => {
    const count = { id: 'count', type: 'variable_set', option: { key: 'n', value: '${n}x' } };
    const rest = { id: 'rest', type: 'sleep', option: { duration: 4_000 } };
    const given = await waiting({}, [count, rest]);
    await pass(1_900);
    const life = await given.restart();
    await pass(1_900);
    expect([life.flow.at, life.flow.variable('n')]).toEqual(['rest', 'x']);
    await pass(2_500);
    expect(life.flow.variable('n')).toBe('xx');
    life.asterisk.onDial((phone) => phone.answer());
    await life.queues.addAgent('1002');
    await pass(500);
    expect([life.flow.at, life.queues.moments.at(-1)]).toEqual(['it', 'serviced']);
    await over(life);
  });

  test('waits no longer than he may, also where that has passed meanwhile', async () => {
    for (const gap of [0, 40_000]) {
      const given = await waiting({ wait_timeout: 30_000 });
      await pass(10_000);
      const life = await given.restart({ later: gap });
      await pass(gap === 0 ? 19_000 : 0);
      if (gap === 0) expect(life.flow.at).toBe('it');
      await pass(1_100);
      expect(life.flow.at).toBe('after');
      expect(life.queues.moments).toEqual(['created', 'kicking', 'abandoned']);
      expect(life.queues.last?.reason).toBe('wait_timeout');
      await over(life);
    }
  });

  test('has left where he has hung up meanwhile, or his queue is gone', async () => {
    const given = await waiting();
    const gone = await given.restart({ meanwhile: () => given.hangup() });
    await pass(100);
    expect(gone.queues.moments).toEqual(['created', 'abandoned']);
    expect(gone.queues.last?.reason).toBe('hangup');
    await over(gone);

    const other = await waiting();
    other.queues.records.clear();
    const life = await other.restart();
    await pass(100);
    expect(life.queues.moments).toEqual(['created', 'kicking', 'abandoned']);
    expect(life.flow.at).toBe('after');
    await over(life);
  });

  test('is killed as often as one likes', async () => {
    let life = await waiting();
    life.asterisk.onDial((phone) => phone.ring());
    for (let kill = 0; kill < 5; kill++) {
      await pass(kill * 10);
      life = await life.restart();
      if (kill === 2) await life.queues.addAgent('1002');
    }
    await pass(100);
    party(life).answer();
    await pass(100);
    expect(life.queues.moments).toEqual(['created', 'entering', 'serviced']);
    expect(made(life, 'create', 'dial')).toBe(2);
    await over(life);
  });
});

describe('an agent who is rung', () => {
  async function ringing(queue: Parameters<typeof givenQueue>[0] = {}): Promise<CallFixture> {
    const given = await waiting(queue);
    given.asterisk.onDial((phone) => phone.ring());
    await given.queues.addAgent('1002');
    await pass(500);
    expect(given.queues.moments).toEqual(['created', 'entering']);
    return given;
  }

  test('rings on: nobody is called again, and they talk when he answers', async () => {
    const given = await ringing();
    const life = await given.restart();
    await pass(3_000);
    expect(made(life, 'create', 'dial')).toBe(2);
    party(life).answer();
    await pass(100);
    expect(life.queues.moments).toEqual(['created', 'entering', 'serviced']);
    expect(life.queues.statuses).toEqual(['ringing', 'busy']);
    expect(life.channel.bridge?.members.size).toBe(2);
    await over(life);
  });

  test.each(['in the gap', 'at the moment of the kill', 'and was heard'])(
    'who has answered %s talks with the caller',
    async (when) => {
      const given = await ringing();
      const answer = (): void => party(given).answer();
      if (when !== 'in the gap') answer();
      if (when === 'and was heard') await pass();
      const life = await given.restart(when === 'in the gap' ? { meanwhile: answer } : {});
      await pass(200);
      expect(life.queues.moments).toEqual(['created', 'entering', 'serviced']);
      expect(made(life, 'create', 'dial')).toBe(2);
      expect(life.channel.bridge?.members.size).toBe(2);
      expect(life.queues.statuses).toEqual(['ringing', 'busy']);
      await over(life);
    },
  );

  test('rings no longer than he would have', async () => {
    const given = await ringing({ ring_timeout: 10_000 });
    await pass(5_000);
    const life = await given.restart();
    await pass(4_000);
    expect(life.queues.last?.status).toBe('entering');
    await pass(1_000);
    expect(life.queues.statuses.at(-1)).toBe('available');
    expect(life.flow.at).toBe('it');
    await over(life);
  });

  test('who has refused meanwhile is left alone for a while, and then rung again', async () => {
    const given = await ringing({ retry_delay: 7_000 });
    const life = await given.restart({ meanwhile: () => party(given).refuse(486) });
    await pass(6_500);
    expect(made(life, 'dial')).toBe(1);
    life.asterisk.onDial((phone) => phone.answer());
    await pass(1_000);
    expect(life.queues.moments).toEqual(['created', 'entering', 'entering', 'serviced']);
    const ids = life.asterisk.legs.parties.map(({ channel }) => channel.id);
    expect(new Set(ids).size).toBe(2);
    await over(life);
  });

  test('and has refused before is rung again where nobody else is free', async () => {
    const given = await ringing({ retry_delay: 1_000, routing_method: 'longest_idle' });
    party(given).refuse(486);
    await pass(100);
    const life = await given.restart();
    await pass(600);
    await life.queues.addAgent('1003');
    await pass(300);
    expect(party(life).endpoint).toBe('PJSIP/1003');
    party(life).refuse(486);
    await pass(500);
    expect(party(life).endpoint).toBe('PJSIP/1002');
    await over(life);
  });

  test('and has refused before is left alone for as long as he would have been', async () => {
    const given = await ringing({ retry_delay: 7_000 });
    party(given).refuse(486);
    await pass(3_000);
    const life = await given.restart();
    await pass(3_500);
    expect(made(life, 'dial')).toBe(1);
    await pass(1_000);
    expect(made(life, 'dial')).toBe(2);
    await over(life);
  });

  test('is let go where the caller has hung up meanwhile', async () => {
    const given = await ringing();
    const life = await given.restart({ meanwhile: () => given.hangup() });
    await pass(1_000);
    expect(life.queues.moments).toEqual(['created', 'entering', 'abandoned']);
    expect(life.queues.statuses).toEqual(['ringing', 'available']);
    await over(life);
  });

  test('is let go where the call is to leave the queue', async () => {
    const given = await ringing({ wait_timeout: 5_000 });
    const life = await given.restart({ later: 10_000 });
    await pass(1_000);
    expect(life.queues.moments).toEqual(['created', 'entering', 'kicking', 'abandoned']);
    expect(life.asterisk.channels.size).toBe(1);
    expect(life.queues.statuses).toEqual(['ringing', 'available']);
    await over(life);
  });

  test('at his second phone is not rung at his first one again', async () => {
    const given = await waiting();
    const agent = await given.queues.addAgent('1002', { ring_method: 'linear' });
    const [first, second] = ['1002', '1003'].map((target) => {
      return { type: 'extension', target, target_name: '', name: '', detail: '' };
    });
    const phones = [first, second].filter((phone) => phone !== undefined);
    const parties = {
      method: 'linear',
      ring_method: 'linear',
      status: 'available',
      addresses: phones,
    } as const;
    given.outgoing.agents.set(agent, parties);
    given.asterisk.onDial((phone) => (phone.endpoint.includes('1002') ? phone.refuse(486) : phone.ring()));
    await pass(6_000);
    expect(made(given, 'dial')).toBe(2);
    const life = await given.restart();
    await pass(1_000);
    expect(made(life, 'dial')).toBe(2);
    party(life).answer();
    await pass(100);
    expect(life.queues.moments).toEqual(['created', 'entering', 'serviced']);
    await over(life);
  });
});

describe('those who talk', () => {
  async function talking(queue: Parameters<typeof givenQueue>[0] = {}): Promise<CallFixture> {
    const given = await waiting(queue);
    given.asterisk.onDial((phone) => phone.answer());
    await given.queues.addAgent('1002');
    await pass(500);
    expect(given.queues.moments).toEqual(['created', 'entering', 'serviced']);
    return given;
  }

  test('talk on in their bridge, until the agent has hung up', async () => {
    const given = await talking();
    const bridge = given.channel.bridge?.id;
    const life = await given.restart();
    await pass(10_000);
    expect(life.channel.bridge?.id).toBe(bridge);
    expect(life.channel.bridge?.members.size).toBe(2);
    expect(made(life, 'bridges.createWithId', 'bridges.addChannel')).toBe(3);
    expect(life.queues.statuses).toEqual(['ringing', 'busy']);
    party(life).hangup();
    await pass(100);
    expect(life.queues.moments).toEqual(['created', 'entering', 'serviced', 'done']);
    expect(life.queues.last).toMatchObject({ reason: 'agent' });
    expect(life.queues.last?.duration_service).toBeGreaterThan(10_000);
    expect(life.flow.at).toBe('after');
    expect(life.asterisk.bridges.size).toBe(0);
    expect(life.queues.statuses).toEqual(['ringing', 'busy', 'available']);
    await over(life);
  });

  test('talk no longer than they may', async () => {
    const given = await talking({ service_timeout: 20_000, wait_timeout: 5_000 });
    await pass(10_000);
    const life = await given.restart();
    await pass(8_500);
    expect(life.flow.at).toBe('it');
    await pass(1_500);
    expect(life.queues.moments.slice(-2)).toEqual(['kicking', 'done']);
    expect(life.queues.last?.reason).toBe('service_timeout');
    expect(life.flow.at).toBe('after');
    await pass(1_000);
    await over(life);
  });

  test('are parted where the agent has gone meanwhile: the flow goes on, outside the bridge', async () => {
    const given = await talking();
    const life = await given.restart({ meanwhile: () => party(given).hangup() });
    await pass(100);
    expect(life.queues.moments.at(-1)).toBe('done');
    expect(life.queues.last?.reason).toBe('agent');
    expect(life.flow.at).toBe('after');
    expect(life.asterisk.bridges.size).toBe(0);
    await pass(1_000);
    expect(life.queues.statuses).toEqual(['ringing', 'busy', 'available']);
    await over(life);
  });

  test('are parted where the caller has gone meanwhile: the agent is hung up, and free when his work is done', async () => {
    const given = await talking({ wrap_up: 10_000 });
    const life = await given.restart({ meanwhile: () => given.hangup() });
    await pass(9_500);
    expect(life.queues.moments.at(-1)).toBe('done');
    expect(life.asterisk.channels.size).toBe(0);
    expect(life.queues.statuses).toEqual(['ringing', 'busy']);
    await pass(1_500);
    expect(life.queues.statuses).toEqual(['ringing', 'busy', 'available']);
    await over(life);
  });

  test.each([0, 1, 2, 100])('and whose end is cut off after %d turns are parted once', async (turns) => {
    const given = await talking();
    given.queues.queues.kick(given.queues.last?.id ?? '');
    for (let turn = 0; turn < turns; turn++) await undefined;
    const life = await given.restart();
    await pass(1_000);
    expect(life.queues.moments).toEqual(['created', 'entering', 'serviced', 'kicking', 'done']);
    expect(life.flow.at).toBe('after');
    expect(life.asterisk.channels.size).toBe(1);
    expect(life.queues.statuses).toEqual(['ringing', 'busy', 'available']);
    await pass(6_000); // what nobody has claimed is swept away
    expect(life.asterisk.bridges.size).toBe(0);
    await over(life);
  });
});

describe('an agent of a daemon that was killed', () => {
  test('is left alone after his call for as long as he would have been', async () => {
    const given = await waiting({ wrap_up: 10_000 });
    given.asterisk.onDial((phone) => phone.answer());
    await given.queues.addAgent('1002');
    await pass(500);
    party(given).hangup();
    await pass(4_000);
    const life = await given.restart();
    await pass(5_500);
    expect(life.queues.statuses).toEqual(['ringing', 'busy']);
    await pass(1_000);
    expect(life.queues.statuses).toEqual(['ringing', 'busy', 'available']);
    await over(life);
  });

  test('is free where he was held for nobody', async () => {
    const given = await waiting();
    const agent = await given.queues.addAgent('1002', { status: 'busy' });
    given.queues.agentRecords.holds.add(agent);
    const life = await given.restart();
    expect(life.queues.statuses).toEqual(['available']);
    await pass(100);
    expect(life.queues.moments).toEqual(['created', 'entering']);
    await over(life);
  });
});
