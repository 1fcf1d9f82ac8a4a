import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import type { SimulatedParty } from '../../../src/simulator/asterisk/party.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  longSleep,
  pass,
  type RunningFlow,
} from '../../support/call-fixture.ts';
import type { givenQueue } from '../../support/fake-queues.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const waitFlowId = '212a32a8-9529-11ec-8bf0-8b89df407b6e';

interface Given {
  readonly given: CallFixture;
  readonly flow: RunningFlow;
}

/** A call that joins a queue with this wait flow, and then waits for ever. */
async function joined(
  queue: Parameters<typeof givenQueue>[0] = {},
  { wait, ...options }: GivenCall & { readonly wait?: readonly unknown[] } = {},
): Promise<Given> {
  const given = givenCall(options);
  const wait_flow_id = wait ? waitFlowId : zeroId;
  if (wait) given.flows.set(waitFlowId, { id: waitFlowId, actions: checkFlow(wait, catalogue).actions });
  const { id } = given.queues.add({ wait_flow_id, ...queue });
  const flow = given.runOne('queue_join', { queue_id: id });
  await pass(100);
  return { given, flow };
}

const ringsAndAnswers = (party: SimulatedParty): void => {
  party.ring();
  setTimeout(() => party.answer(), 500);
};

async function over({ given, flow }: Given): Promise<void> {
  given.hangup();
  await flow.done;
  await pass(1_000); // an agent's phone is left alone for a moment
  given.expectNothingLeft();
}

describe.each(['before', 'after'] as const)('with events %s the answer', (events) => {
  test('the caller hears music until an agent answers; they talk in a bridge until he leaves', async () => {
    const { given, flow } = await joined({}, { events });
    expect(given.asterisk.asked).toContain('startMoh');
    expect(given.queues.moments).toEqual(['created']);
    given.asterisk.onDial(ringsAndAnswers);
    const agent = await given.queues.addAgent('1002');
    await pass(400);
    expect(given.queues.moments).toEqual(['created', 'entering']);
    expect(given.queues.last).toMatchObject({ service_agent_id: agent, status: 'entering' });
    await pass(400);
    expect(given.queues.moments).toEqual(['created', 'entering', 'serviced']);
    expect(given.asterisk.asked).toContain('stopMoh');
    expect(given.channel.bridge?.members.size).toBe(2);
    expect(flow.at).toBe('it');
    given.asterisk.legs.parties.at(-1)?.hangup();
    await pass();
    expect(flow.at).toBe('after');
    expect(given.queues.moments.at(-1)).toBe('done');
    expect(given.asterisk.bridges.size).toBe(0);
    await pass(1_000);
    expect(given.queues.statuses).toEqual(['ringing', 'busy', 'available']);
    expect(flow.variable('voipbin.queuecall.status')).toBe('done');
    expect(flow.variable('voipbin.queuecall.agent_id')).toBe(agent);
    expect(flow.variable('call.agent.dnis.number')).toBe('1002');
    await over({ given, flow });
  });

  test.each([100, 300, 800, 2_000])('a caller who hangs up after %d ms leaves nothing', async (ms) => {
    const { given, flow } = await joined({}, { events });
    given.asterisk.onDial(ringsAndAnswers);
    await given.queues.addAgent('1002');
    await pass(ms);
    given.hangup();
    await flow.done;
    await pass(1_000);
    expect(given.queues.moments.at(-1)).toMatch(/abandoned|done/);
    expect(given.queues.last?.reason).toBe('hangup');
    expect(given.queues.statuses.at(-1)).toBe('available');
    expect(given.queues.agentRecords.holds.size).toBe(0);
    given.expectNothingLeft();
  });
});

test('the music is that of the queue', async () => {
  const { given, flow } = await joined({ music: 'sound:my/music' });
  const isHeard = () => [given.channel.isOnHold, given.channel.variables.get('CHANNEL(musicclass)')];
  expect(isHeard()).toEqual([true, 'class of sound:my/music']);
  await over({ given, flow });
});

test('says in variables which queue it is, where the call stands and how long it may take', async () => {
  const { given, flow } = await joined({ name: 'sales', wait_timeout: 60_000 });
  expect(flow.variable('voipbin.queue.name')).toBe('sales');
  expect(flow.variable('voipbin.queuecall.status')).toBe('wait');
  expect(flow.variable('voipbin.queuecall.timeout_wait')).toBe('60000');
  expect(flow.variable('voipbin.queuecall.position')).toBe('1');
  expect(flow.variable('voipbin.queuecall.estimated_wait')).toBe('');
  await over({ given, flow });
});

describe('an agent who does not take the call', () => {
  test.each([
    ['rejects', (party: SimulatedParty) => party.refuse(486), 0],
    ['is silent', (party: SimulatedParty) => party.ring(), 20_000],
  ] as const)('and %s is rung again after the delay', async (_, behave, takes) => {
    const { given, flow } = await joined({ retry_delay: 7_000 });
    given.asterisk.onDial(behave);
    await given.queues.addAgent('1002');
    await pass(takes + 6_500);
    expect(given.asterisk.legs.parties).toHaveLength(1);
    expect(given.queues.statuses).toEqual(['ringing', 'available']);
    expect(flow.variable('voipbin.queuecall.status')).toBe('wait');
    expect(flow.variable('voipbin.queuecall.agent_id')).toBe(zeroId);
    given.asterisk.onDial((party) => party.answer());
    await pass(1_000);
    expect(given.asterisk.legs.parties).toHaveLength(2);
    expect(given.queues.moments).toEqual(['created', 'entering', 'entering', 'serviced']);
    await over({ given, flow });
  });

  test('and cannot be called is told of once', async () => {
    const { given, flow } = await joined();
    const agent = await given.queues.addAgent('1002');
    const refused = [{ type: 'tel', target: 'x', target_name: '', name: '', detail: '' }];
    given.outgoing.agents.set(agent, {
      method: 'ringall',
      ring_method: 'ringall',
      addresses: refused,
      status: 'available',
    });
    await pass(30_000);
    expect(given.failures).toEqual(['INVALID_DESTINATION']);
    expect(given.queues.moments.length).toBeGreaterThan(4);
    expect(flow.at).toBe('it');
    await over({ given, flow });
  });
});

test('an agent whose phones ring to the end has missed the call, one who rejects it has not', async () => {
  const { given, flow } = await joined({ ring_timeout: 5_000, retry_delay: 1_000, auto_away: 1 });
  given.asterisk.onDial((party) => party.refuse(486));
  const agent = await given.queues.addAgent('1002');
  await pass(500);
  expect(given.queues.statuses).toEqual(['ringing', 'available']);
  given.asterisk.onDial((party) => party.ring());
  await pass(10_000);
  expect(given.queues.statuses).toEqual(['ringing', 'available', 'ringing', 'away']);
  expect(given.queues.agentRecords.records.get(agent)?.missed_calls).toBe(1);
  expect(given.queues.last?.agent_call_id).toBe(zeroId);
  await over({ given, flow });
});

test('an agent who presses the key needs no wrap-up; the leg that he has taken is told', async () => {
  const { given, flow } = await joined({ wrap_up: 60_000, wrap_up_key: '*' });
  given.asterisk.onDial((party) => party.answer());
  await given.queues.addAgent('1002');
  await pass(500);
  const [leg] = given.call.legs;
  expect(given.queues.last?.agent_call_id).toBe(leg?.id);
  given.asterisk.press(given.asterisk.legs.parties[0]!.channel, '*');
  given.asterisk.legs.parties.at(-1)?.hangup();
  await pass(100);
  expect(given.queues.last?.agent_call_id).toBe(leg?.id);
  expect(given.queues.statuses.at(-1)).toBe('available');
  await over({ given, flow });
});

describe('limits', () => {
  test('of waiting: on with the flow, within the second', async () => {
    const { given, flow } = await joined({ wait_timeout: 30_000 });
    await pass(29_800);
    expect(flow.at).toBe('it');
    await pass(200);
    expect(flow.at).toBe('after');
    expect(given.queues.moments).toEqual(['created', 'kicking', 'abandoned']);
    expect(given.queues.last?.reason).toBe('wait_timeout');
    expect(given.asterisk.asked).toContain('stopMoh');
    await over({ given, flow });
  });

  test('of waiting do not count once an agent has answered; of talking do', async () => {
    const { given, flow } = await joined({ wait_timeout: 5_000, service_timeout: 20_000 });
    given.asterisk.onDial((party) => party.answer());
    await given.queues.addAgent('1002');
    await pass(19_000);
    expect(given.queues.moments).toEqual(['created', 'entering', 'serviced']);
    await pass(2_000);
    expect(given.queues.moments.slice(-2)).toEqual(['kicking', 'done']);
    expect(flow.at).toBe('after');
    await pass(1_000);
    expect(given.queues.statuses.at(-1)).toBe('available');
    await over({ given, flow });
  });
});

test.each(['waiting', 'ringing', 'talking'] as const)('kicked while %s it goes on', async (state) => {
  const { given, flow } = await joined();
  given.asterisk.onDial((party) => (state === 'talking' ? party.answer() : party.ring()));
  if (state !== 'waiting') await given.queues.addAgent('1002');
  await pass(500);
  given.queues.queues.kick(given.queues.last?.id ?? '');
  given.queues.queues.kick(given.queues.last?.id ?? '');
  await pass(100);
  expect(flow.at).toBe('after');
  expect(given.queues.moments.slice(-2)).toEqual(['kicking', state === 'talking' ? 'done' : 'abandoned']);
  await pass(4_000);
  expect(given.queues.agentRecords.holds.size).toBe(0);
  await over({ given, flow });
});

describe('an agent whose call is over', () => {
  async function talking(): Promise<Given> {
    const { given, flow } = await joined();
    given.asterisk.onDial((party) => party.answer());
    await given.queues.addAgent('1002');
    await pass(500);
    expect(given.queues.statuses).toEqual(['ringing', 'busy']);
    return { given, flow };
  }

  test('because we have hung up is left alone until his phone knows it', async () => {
    const { given, flow } = await talking();
    given.hangup();
    await flow.done;
    await pass(400);
    expect(given.queues.agentRecords.holds.size).toBe(1);
    await pass(200);
    expect(given.queues.statuses.at(-1)).toBe('available');
    given.expectNothingLeft();
  });

  test('because he has hung up is free at once', async () => {
    const { given, flow } = await talking();
    given.asterisk.legs.parties.at(-1)?.hangup();
    await pass(100);
    expect(given.queues.statuses.at(-1)).toBe('available');
    await over({ given, flow });
  });
});

describe('the wait flow', () => {
  const sleep = (duration: number) => ({ id: 'rest', type: 'sleep', option: { duration } });
  const count = { id: 'count', type: 'variable_set', option: { key: 'n', value: '${n}x' } };

  test('runs again and again, and stops at once when an agent answers', async () => {
    const { given, flow } = await joined({}, { wait: [count, sleep(2_000)] });
    expect(given.asterisk.asked).not.toContain('startMoh');
    await pass(4_500);
    expect(flow.variable('n')).toBe('xxx');
    expect(flow.at).toBe('rest');
    given.asterisk.onDial((party) => party.answer());
    await given.queues.addAgent('1002');
    await pass(100);
    expect(given.queues.moments.at(-1)).toBe('serviced');
    expect(flow.at).toBe('it');
    await pass(10_000);
    expect(flow.variable('n')).toBe('xxx');
    await over({ given, flow });
  });

  test('that takes no time runs once a second', async () => {
    const { given, flow } = await joined({}, { wait: [count] });
    await pass(10_000);
    expect(flow.variable('n').length).toBe(11);
    expect(given.failures).toEqual([]);
    await over({ given, flow });
  });

  test('that is gone, or empty, is music', async () => {
    for (const wait_flow_id of [zeroId, waitFlowId]) {
      const { given, flow } = await joined({ wait_flow_id }, { wait: [] });
      expect(given.asterisk.asked).toContain('startMoh');
      await over({ given, flow });
    }
  });

  test('may stop the flow', async () => {
    const { given, flow } = await joined({}, { wait: [sleep(1_000), { type: 'stop' }] });
    await pass(1_000);
    await flow.done;
    expect(given.queues.moments).toEqual(['created', 'abandoned']);
    expect(given.queues.last?.reason).toBe('flow');
    given.expectNothingLeft();
  });

  test('may jump out of the queue, to an action of the flow', async () => {
    const given = givenCall();
    const actions = [sleep(1_000), { type: 'goto', option: { target_id: '${where}' } }];
    given.flows.set(waitFlowId, { id: waitFlowId, actions: checkFlow(actions, catalogue).actions });
    const { id } = given.queues.add({ wait_flow_id: waitFlowId });
    const flow = given.run(
      { type: 'variable_set', option: { key: 'where', value: 'mailbox' } },
      { id: 'it', type: 'queue_join', option: { queue_id: id } },
      { id: 'not', ...longSleep },
      { id: 'mailbox', ...longSleep },
    );
    await pass(1_200);
    expect(flow.at).toBe('mailbox');
    expect(given.queues.moments).toEqual(['created', 'abandoned']);
    await over({ given, flow });
  });

  test('keeps the digits for whoever collects them', async () => {
    const { given, flow } = await joined({ wait_timeout: 3_000 }, { wait: [sleep(60_000)] });
    given.press('12');
    await pass(3_000);
    expect(flow.at).toBe('after');
    expect(await given.call.digits.take(1_000, given.call.hangupSignal)).toBe('1');
    await over({ given, flow });
  });
});

test('the same call is in one queue at a time', async () => {
  const inner = { type: 'queue_join', option: { queue_id: waitFlowId } };
  const { given, flow } = await joined(
    { id: waitFlowId },
    { wait: [inner, { type: 'sleep', option: { duration: 5_000 } }] },
  );
  expect(given.failures).toEqual(['ALREADY_IN_QUEUE']);
  expect(given.queues.moments).toEqual(['created']);
  await over({ given, flow });
});

test('a queue that is not there is a failure', async () => {
  const given = givenCall();
  const flow = given.runOne('queue_join', { queue_id: waitFlowId });
  await pass(100);
  expect(given.failures).toEqual(['NOT_FOUND']);
  expect(flow.at).toBe('after');
  expect(given.asterisk.asked).not.toContain('answer');
  await over({ given, flow });
});

describe('a queue that is not to be waited in without agents', () => {
  const leaves = { leave_when_empty: true };

  test('is left at once, and the call is not answered', async () => {
    const { given, flow } = await joined(leaves, { wait: [longSleep] });
    expect(flow.at).toBe('after');
    expect(given.queues.moments).toEqual(['created', 'kicking', 'abandoned']);
    expect(flow.variable('voipbin.queuecall.reason')).toBe('empty');
    expect(flow.variable('voipbin.queuecall.position')).toBe('0');
    expect(given.asterisk.asked).not.toContain('answer');
    expect(given.failures).toEqual([]);
    await over({ given, flow });
  });

  test.each(['busy', 'away'] as const)('is judged by who is on duty: one who is %s', async (status) => {
    const given = givenCall();
    await given.queues.addAgent('1002', { status });
    const { id } = given.queues.add(leaves);
    const flow = given.runOne('queue_join', { queue_id: id });
    await pass(100);
    expect(flow.at).toBe(status === 'busy' ? 'it' : 'after');
    expect(given.asterisk.asked.includes('answer')).toBe(status === 'busy');
    await over({ given, flow });
  });

  test('answers who waits in it for agents that cannot be read', async () => {
    const given = givenCall();
    given.queues.agentRecords.isBroken = true;
    const { id } = given.queues.add(leaves);
    const flow = given.runOne('queue_join', { queue_id: id });
    await pass(100);
    expect(flow.at).toBe('it');
    expect(given.asterisk.asked).toContain('answer');
    given.queues.agentRecords.isBroken = false;
    await pass(6_000);
    expect(flow.at).toBe('after');
    await over({ given, flow });
  });
});

test('a store that does not answer keeps nobody out: agents are found and freed when it does', async () => {
  const { given, flow } = await joined();
  await given.queues.addAgent('1002');
  given.asterisk.onDial((party) => party.answer());
  given.queues.agentRecords.isBroken = true;
  await pass(20_000);
  given.queues.agentRecords.isBroken = false;
  await pass(6_000);
  expect(given.queues.moments.at(-1)).toBe('serviced');
  given.queues.agentRecords.isBroken = true;
  given.asterisk.legs.parties.at(-1)?.hangup();
  await pass(10_000);
  expect(flow.at).toBe('after');
  given.queues.agentRecords.isBroken = false;
  await pass(2_000);
  expect(given.queues.statuses.at(-1)).toBe('available');
  await over({ given, flow });
});
