import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/calls/call.ts';
import { realClock, replaceClock, zeroId } from '../../../src/core/clock.ts';
import { ActionError } from '../../../src/core/errors.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { type CallbackOption, noCallbackKey } from '../../../src/ports/callback-option.ts';
import type { SimulatedParty } from '../../../src/simulator/asterisk/party.ts';
import {
  type CallFixture,
  catalogue,
  givenCall,
  longSleep,
  pass,
  type RunningFlow,
} from '../../support/call-fixture.ts';
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
const flowId = '212a32a8-9529-11ec-8bf0-8b89df407b6e';
const from = '+498912345';

interface Waiting {
  readonly given: CallFixture;
  readonly flow: RunningFlow;
}

/** A call that waits in a queue in which 1 is pressed to be called back. */
async function waiting(
  option: Partial<CallbackOption> = {},
  queue: Parameters<typeof givenQueue>[0] = {},
): Promise<Waiting> {
  const given = givenCall({ from, soundLength: 200 });
  const callback = { ...noCallbackKey, key: '1', retry_delay: 10_000, ...option };
  given.queues.add({ id: queue_id, callback, ...queue });
  const flow = given.runOne('queue_join', { queue_id });
  await pass(100);
  return { given, flow };
}

/** Another call waits in the same queue. */
async function another(given: CallFixture, number: string): Promise<Call> {
  const channel = given.asterisk.dial({ from: number });
  const find = () => given.incoming.find(({ channelId }) => channelId === channel.id);
  while (!find()) await undefined; // behind events that are on their way
  const call = find() as Call;
  const { actions } = checkFlow([{ type: 'queue_join', option: { queue_id } }], catalogue);
  given.scope.spawn('call', () => given.activeflows.runOnCall(call, { id: zeroId, actions }));
  await pass(100);
  return call;
}

/** Somebody has asked for it, and hung up; somebody else has a call and does nothing. */
async function calledBack(
  option: Partial<CallbackOption> = {},
  queue: Parameters<typeof givenQueue>[0] = {},
): Promise<CallFixture> {
  const given = givenCall({ soundLength: 200 });
  given.run(longSleep);
  const callback = { ...noCallbackKey, key: '1', retry_delay: 10_000, ...option };
  given.queues.add({ id: queue_id, callback, ...queue });
  const call = await another(given, from);
  call.digits.push('1');
  await pass(500);
  expect(call.isEnded).toBe(true);
  expect(given.queues.moments).toEqual(['created', 'callback']);
  return given;
}

const agentsPhone = 'PJSIP/1002';
const caller = 'PJSIP/+498912345@trunk';

/** What each does who is rung. */
function rung(given: CallFixture, ways: Readonly<Record<string, (party: SimulatedParty) => void>>): void {
  given.asterisk.onDial((party) => ways[party.endpoint]?.(party));
}

const rings = (party: SimulatedParty): void => party.ring();
const answers = (party: SimulatedParty): void => party.answer();
const refuses = (party: SimulatedParty): void => party.refuse(486);
const called = ({ asterisk }: CallFixture) => asterisk.legs.parties.map(({ endpoint }) => endpoint);

/** As it is written down. */
const stored = ({ queues }: CallFixture) => queues.rows.records[0];

async function over(given: CallFixture): Promise<void> {
  for (const { id } of given.queues.rows.records) given.queues.queues.kick(id);
  await pass();
  for (const channel of [...given.asterisk.channels.values()]) given.asterisk.hangup(channel);
  await pass(8_000); // what is left of the life before is swept away
  expect(given.queues.agentRecords.holds.size).toBe(0);
  given.expectNothingLeft();
}

describe('a caller who presses the key', () => {
  test('hears that he is called back, and goes on with his flow; his place stays when he has hung up', async () => {
    const { given, flow } = await waiting();
    given.press('1');
    await pass(100);
    expect(given.queues.moments).toEqual(['created', 'callback']);
    expect(given.queues.last).toMatchObject({ status: 'wait', callback_target: from, callback_tries: 0 });
    expect(given.speech.requests.map(({ text }) => text)).toEqual([noCallbackKey.accepted]);
    await pass(500);
    expect(flow.at).toBe('after');
    expect(flow.variable('voipbin.queuecall.reason')).toBe('callback');
    given.hangup();
    await flow.done;
    await pass(60_000);
    expect(given.queues.queues.calledBack).toBe(1);
    expect(given.queues.queues.waiting.count).toBe(0);
    given.queues.queues.kick(given.queues.last?.id ?? '');
    await pass();
    expect(given.queues.moments).toEqual(['created', 'callback', 'kicking', 'abandoned']);
    expect(given.queues.last).toMatchObject({ status: 'abandoned', reason: 'kicked' });
    expect(given.queues.queues.calledBack).toBe(0);
    given.expectNothingLeft();
  });

  test('while an agent is rung gives him back', async () => {
    const { given } = await waiting();
    given.asterisk.onDial(rings);
    await given.queues.addAgent('1002');
    await pass(500);
    rung(given, { [agentsPhone]: rings, [caller]: rings });
    given.press('1');
    await pass(3_000);
    expect(called(given)).toEqual([agentsPhone, caller]);
    await over(given);
  });

  test.each([
    ['is anonymous', { from: 'anonymous' }, {}],
    ['is the one too many', {}, { most: 0 }],
  ])('who %s hears that it cannot be, and waits on', async (_, who, option) => {
    const given = givenCall({ from, ...who });
    const callback = { ...noCallbackKey, key: '1', ...option };
    given.queues.add({ id: queue_id, callback });
    const flow = given.runOne('queue_join', { queue_id });
    await pass(100);
    given.press('1');
    await pass(500);
    expect(given.speech.requests.map(({ text }) => text)).toEqual([noCallbackKey.refused]);
    expect(given.failures).toHaveLength(1);
    expect(flow.at).toBe('it');
    expect(given.queues.moments).toEqual(['created']);
    await over(given);
  });

  test('may press it again, also where he could not hear why not', async () => {
    const { given } = await waiting({ most: 0 });
    given.speech.failure = new ActionError('SPEECH_FAILED', 'nobody speaks');
    given.press('1');
    await pass(500);
    given.speech.failure = undefined;
    given.press('1');
    await pass(500);
    expect(given.failures).toEqual(['TOO_MANY_CALLBACKS', 'SPEECH_FAILED', 'TOO_MANY_CALLBACKS']);
    expect(given.speech.requests).toHaveLength(2);
    await over(given);
  });

  test('presses no other key for it', async () => {
    const { given, flow } = await waiting();
    given.press('2');
    await pass(500);
    expect(flow.at).toBe('it');
    expect(given.call.digits.kept).toBe('2');
    await over(given);
  });

  test('and calls again is called back once: the first place is the one that counts', async () => {
    const given = await calledBack();
    const again = await another(given, from);
    again.digits.push('1');
    await pass(500);
    expect(given.queues.moments.slice(2)).toEqual(['created', 'kicking', 'abandoned']);
    expect(given.queues.last).toMatchObject({ reason: 'callback', reference_id: again.id });
    expect(given.queues.queues.calledBack).toBe(1);
    given.queues.queues.kick(given.queues.rows.records[0]?.id ?? '');
    await over(given);
  });

  test('and calls again, and talks with an agent, is called no more', async () => {
    const given = await calledBack();
    const again = await another(given, from);
    rung(given, { [caller]: refuses, [agentsPhone]: answers });
    await given.queues.addAgent('1002');
    await pass(3_000);
    expect(called(given)).toEqual([caller, agentsPhone]); // in his turn he was called, being on the line
    expect(given.queues.moments.slice(-3)).toEqual(['serviced', 'kicking', 'abandoned']);
    expect(given.queues.queues.ofCall(again.id)?.status).toBe('service');
    expect(stored(given)).toMatchObject({ status: 'abandoned', reason: 'callback' });
    expect(given.queues.queues.calledBack).toBe(0);
    await pass(60_000);
    expect(called(given)).toHaveLength(2);
    await over(given);
  });
});

describe('when it is his turn', () => {
  test('an agent is reserved, he is called, and joined with the agent when he has answered', async () => {
    const given = await calledBack();
    rung(given, { [caller]: rings, [agentsPhone]: rings });
    const agent = await given.queues.addAgent('1002');
    await pass(2_000);
    expect(called(given)).toEqual([caller]);
    expect(given.queues.moments).toEqual(['created', 'callback', 'entering', 'calling']);
    expect(given.queues.last).toMatchObject({ service_agent_id: agent, callback_tries: 1 });
    expect(given.queues.statuses).toEqual(['ringing']);
    given.asterisk.legs.parties[0]?.answer();
    await pass(500);
    expect(called(given)).toEqual([caller, agentsPhone]);
    given.asterisk.legs.parties[1]?.answer();
    await pass(500);
    expect(given.queues.moments.at(-1)).toBe('serviced');
    expect(given.asterisk.legs.parties[0]?.channel.bridge?.members.size).toBe(2);
    given.asterisk.legs.parties[1]?.hangup();
    await pass(1_000);
    expect(given.queues.last).toMatchObject({ status: 'done', reason: 'agent', callback_tries: 1 });
    expect(given.queues.statuses).toEqual(['ringing', 'busy', 'available']);
    expect(given.queues.queues.calledBack).toBe(0);
    await over(given);
  });

  test('he is served before those who came later, and behind those who came before', async () => {
    const { given } = await waiting();
    const second = await another(given, '+4930123');
    await another(given, '+4930124');
    second.digits.push('1');
    await pass(500);
    given.asterisk.onDial((party) => party.answer());
    await given.queues.addAgent('1002');
    const served = () =>
      given.queues.told.flatMap(({ type, data }) => (type === 'queuecall_serviced' ? [data.id] : []));
    const places = given.queues.rows.records.map(({ id }) => id);
    for (let count = 0; count < 3; count++) {
      await pass(2_000);
      given.asterisk.legs.parties.at(-1)?.hangup();
      await pass(2_000);
    }
    expect(served()).toEqual(places);
    await over(given);
  });

  test('and does not take the call he is called again, so often, and then told of; the agent serves others', async () => {
    const given = await calledBack({ tries: 2 });
    rung(given, { [caller]: refuses });
    await given.queues.addAgent('1002');
    await pass(1_000);
    expect(given.queues.statuses).toEqual(['ringing', 'available']);
    expect(stored(given)).toMatchObject({ status: 'wait', callback_tries: 1, reason: '' });
    await pass(8_000);
    expect(called(given)).toEqual([caller]);
    await pass(2_000);
    expect(called(given)).toEqual([caller, caller]);
    expect(given.queues.moments.at(-1)).toBe('abandoned');
    expect(given.queues.last).toMatchObject({ reason: 'callback_failed', callback_tries: 2 });
    expect(given.queues.statuses).toEqual(['ringing', 'available', 'ringing', 'available']);
    await over(given);
  });

  test('and does not come to the queue in time the agent is let go', async () => {
    const given = await calledBack({ tries: 1 }, { callback_flow_id: flowId });
    given.flows.set(flowId, { id: flowId, actions: checkFlow([longSleep], catalogue).actions });
    rung(given, { [caller]: answers });
    await given.queues.addAgent('1002');
    await pass(59_000);
    expect(given.queues.statuses).toEqual(['ringing']);
    await pass(3_000);
    expect(given.queues.last).toMatchObject({ reason: 'callback_failed' });
    expect(given.asterisk.channels.size).toBe(1);
    await over(given);
  });

  test('he waits on the line from then on, and not since he came', async () => {
    const given = await calledBack();
    await pass(3_600_000);
    rung(given, { [caller]: answers, [agentsPhone]: rings });
    await given.queues.addAgent('1002');
    await pass(3_000);
    expect(given.queues.queues.waiting).toEqual({ count: 1, longest: expect.closeTo(3_000, -3) });
    await over(given);
  });

  test('the flow for it decides whether he comes to the queue', async () => {
    const given = await calledBack({}, { callback_flow_id: flowId });
    const actions = [
      { type: 'digits_receive', option: { length: 1, duration: 10_000 } },
      { type: 'queue_join', option: { queue_id } },
    ];
    given.flows.set(flowId, { id: flowId, actions: checkFlow(actions, catalogue).actions });
    rung(given, { [caller]: answers, [agentsPhone]: answers });
    await given.queues.addAgent('1002');
    await pass(1_000);
    expect(called(given)).toEqual([caller]);
    given.asterisk.press(given.asterisk.legs.parties[0]!.channel, '1');
    await pass(1_000);
    expect(called(given)).toEqual([caller, agentsPhone]);
    expect(given.queues.moments.at(-1)).toBe('serviced');
    await over(given);
  });

  test('and no call may be made just now he is called a little later', async () => {
    const given = await calledBack({ tries: 1 });
    rung(given, { [caller]: rings });
    const full = Array.from({ length: 1_000 }, () => given.outgoing.limits.keep());
    await given.queues.addAgent('1002');
    await pass(1_000);
    expect(given.queues.statuses).toEqual(['ringing', 'available']);
    expect(stored(given)).toMatchObject({ status: 'wait', callback_tries: 0 });
    for (const end of full) end();
    await pass(6_000);
    expect(called(given)).toEqual([caller]);
    await over(given);
  });
});

test('his place is kept for so long at most', async () => {
  const given = await calledBack({ timeout: 60_000 });
  await pass(58_000);
  expect(given.queues.queues.calledBack).toBe(1);
  await pass(2_000);
  expect(given.queues.last).toMatchObject({ status: 'abandoned', reason: 'callback_timeout' });
  await over(given);
});

test('without staff he waits on, though nobody else does', async () => {
  const given = await calledBack({}, {});
  const queue = given.queues.records.get(queue_id);
  if (queue) given.queues.records.set(queue_id, { ...queue, leave_when_empty: true });
  await given.queues.queues.update(queue_id, { leave_when_empty: true });
  await pass(10_000);
  expect(given.queues.queues.calledBack).toBe(1);
  await given.queues.queues.delete(queue_id, '2026-01-01 00:00:00.000000');
  await pass();
  expect(given.queues.last).toMatchObject({ status: 'abandoned', reason: 'kicked' });
  await over(given);
});

describe('after a kill', () => {
  test('he keeps his place, and is called when it is his turn', async () => {
    const given = await calledBack();
    const life = await given.restart();
    await pass(1_000);
    expect(life.queues.queues.calledBack).toBe(1);
    rung(life, { [caller]: answers, [agentsPhone]: answers });
    await life.queues.addAgent('1002');
    await pass(2_000);
    expect(called(life)).toEqual([caller, agentsPhone]);
    expect(life.queues.moments).toEqual(['created', 'callback', 'entering', 'calling', 'serviced']);
    await over(life);
  });

  test('at the key he is to be called back, or waits; never both', async () => {
    for (let turns = 0; turns < 40; turns += 3) {
      const { given } = await waiting();
      given.press('1');
      for (let turn = 0; turn < turns; turn++) await undefined;
      const life = await given.restart();
      await pass(1_000);
      const waits = life.queues.queues.waiting.count;
      expect(waits + life.queues.queues.calledBack).toBe(1);
      expect(life.queues.moments.filter((moment) => moment === 'created')).toHaveLength(1);
      life.queues.queues.kick(life.queues.rows.records[0]?.id ?? '');
      await over(life);
    }
  });

  test('while he hears of it, and nobody is to call him any more, he does not wait anew', async () => {
    const { given } = await waiting();
    given.press('1');
    await pass(50);
    given.queues.queues.kick(given.queues.last?.id ?? '');
    await pass(10);
    expect(given.queues.moments).toEqual(['created', 'callback', 'kicking', 'abandoned']);
    const life = await given.restart();
    await pass(1_000);
    expect(life.queues.moments).toEqual(['created', 'callback', 'kicking', 'abandoned']);
    expect(life.queues.queues.waiting.count).toBe(0);
    await over(life);
  });

  test('while he hears that he is called back in an earlier place, he does not wait in the later one', async () => {
    const given = await calledBack();
    const again = await another(given, from);
    again.digits.push('1');
    await pass(50);
    expect(given.queues.moments.slice(2)).toEqual(['created', 'kicking']);
    const life = await given.restart();
    await pass(1_000);
    expect(life.queues.moments.slice(2)).toEqual(['created', 'kicking', 'abandoned']);
    expect([life.queues.queues.waiting.count, life.queues.queues.calledBack]).toEqual([0, 1]);
    await over(life);
  });

  test('while he is rung he is not called again, and joined with the agent who was reserved', async () => {
    const given = await calledBack();
    rung(given, { [caller]: rings, [agentsPhone]: answers });
    await given.queues.addAgent('1002');
    await pass(2_000);
    const life = await given.restart();
    await pass(2_000);
    expect(called(life)).toEqual([caller]);
    expect(life.queues.statuses).toEqual(['ringing']);
    life.asterisk.legs.parties[0]?.answer();
    await pass(1_000);
    expect(called(life)).toEqual([caller, agentsPhone]);
    expect(life.queues.moments.at(-1)).toBe('serviced');
    await over(life);
  });

  test('in which he has refused he is called again after the delay', async () => {
    const given = await calledBack();
    rung(given, { [caller]: rings });
    await given.queues.addAgent('1002');
    await pass(2_000);
    const life = await given.restart({ meanwhile: () => given.asterisk.legs.parties[0]?.refuse(486) });
    await pass(5_000);
    expect(called(life)).toEqual([caller]);
    expect(life.queues.statuses.at(-1)).toBe('available');
    await pass(6_000);
    expect(called(life)).toEqual([caller, caller]);
    await over(life);
  });

  test.each([0, 2, 5, 10, 15, 20, 50])('%d turns into the try nobody is called twice', async (turns) => {
    const given = await calledBack();
    rung(given, { [caller]: rings });
    void given.queues.addAgent('1002');
    for (let turn = 0; turn < turns; turn++) await undefined;
    const life = await given.restart();
    if (life.queues.agentRecords.records.size === 0) await life.queues.addAgent('1002');
    // At once, or where the try was written down and nobody called yet, as behind one that has failed.
    await pass(8_000);
    if (called(life).length === 0) await pass(4_000);
    expect(called(life)).toEqual([caller]);
    life.asterisk.legs.parties[0]?.answer();
    await pass(1_000);
    expect(called(life)).toEqual([caller, agentsPhone]);
    await over(life);
  });
});
