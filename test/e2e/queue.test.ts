import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { neverTime, zeroId } from '../../src/core/clock.ts';
import { answering, rejecting, ringing } from '../support/answering.ts';
import { addressOf, CallCentre, lastCall } from '../support/call-centre.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { isSilent } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;
let centre: CallCentre;

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
  centre = new CallCentre(system);
});
/** A wait flow that is interrupted, and what a stopped daemon leaves behind. */
const expected = [
  /Playback failed for sound/,
  /agent_not_rung/,
  /orphan_hung_up/,
  /Web socket closed abruptly/,
  /WebSocket read error/,
];
afterEach(() => system.quiet(expected));
afterAll(() => system[Symbol.asyncDispose]());

const keys =
  'id,reference_type,reference_id,status,service_agent_id,tm_create,tm_service,tm_update,tm_delete,queue_id,priority,duration_waiting,duration_service,reason,agent_call_id,callback_target,callback_tries';

describe('an agent who takes the call', () => {
  test('talks with the caller, who waited to music, and is available again; the flow goes on', async () => {
    const agent = await centre.agent(answering({ ringFor: 800, tone: 1_200 }));
    const caller = await centre.caller(await centre.numberOf(await centre.queue()), 700);
    const { call, callId } = caller;
    await until(() => !isSilent(call.heard.latest(200)) && !call.heard.hears(1_200), { what: 'music' });
    await until(() => call.heard.hears(1_200), { what: 'the agent, heard by the caller' });
    await until(() => lastCall(agent).heard.hears(700), { what: 'the caller, heard by the agent' });
    await centre.becomes(agent, 'busy');
    await lastCall(agent).bye();
    expect(await centre.result(callId)).toBe('done agent 0');
    await centre.becomes(agent, 'available');
    await centre.hasBeen(agent, 'ringing', 'busy', 'available');
    expect(centre.moments(callId)).toEqual(['created', 'entering', 'serviced', 'done']);

    const created = await centre.moment(callId, 'created');
    expect(Object.keys(created).join()).toBe(keys);
    expect(created).toMatchObject({
      reference_type: 'call',
      status: 'wait',
      service_agent_id: zeroId,
      tm_service: neverTime,
      tm_update: neverTime,
      tm_delete: neverTime,
    });
    const entering = await centre.moment(callId, 'entering');
    expect(entering).toMatchObject({ status: 'entering', service_agent_id: agent.id, tm_delete: neverTime });
    expect(entering.tm_service).toBe(entering.tm_update);
    const serviced = await centre.moment(callId, 'serviced');
    expect(serviced).toMatchObject({ status: 'service', service_agent_id: agent.id });
    expect(serviced.tm_service).toBe(serviced.tm_update);
    expect(serviced.tm_service > entering.tm_service).toBe(true);
    expect(serviced.duration_waiting).toBeGreaterThan(700);
    const done = await centre.moment(callId, 'done');
    expect(done).toMatchObject({ status: 'done', tm_service: serviced.tm_service, reason: 'agent' });
    expect(done.tm_delete).toBe(done.tm_update);
    expect(done.duration_service).toBeGreaterThan(100);
    await centre.leave(caller);
    await centre.dismiss(agent);
  });

  test('is hung up with the caller, and free again', async () => {
    const agent = await centre.agent(answering({ tone: 1_200 }));
    const caller = await centre.caller(await centre.numberOf(await centre.queue()));
    await until(() => caller.call.heard.hears(1_200), { what: 'the agent' });
    await centre.leave(caller);
    await lastCall(agent).ended;
    expect(await centre.moment(caller.callId, 'done')).toMatchObject({ reason: 'hangup' });
    expect(system.sink.types(system.sink.eventsOf(caller.callId)).at(-1)).toBe('activeflow_deleted');
    await centre.dismiss(agent);
  });

  test('and hangs up at once is free for the next', async () => {
    const agent = await centre.agent(answering({ ringFor: 100, hangUpAfter: 0 }));
    const number = await centre.numberOf(await centre.queue());
    const callers = [await centre.caller(number), await centre.caller(number)];
    for (const { callId } of callers) expect(await centre.result(callId)).toBe('done agent 0');
    for (const caller of callers) await centre.leave(caller);
    await centre.dismiss(agent);
  });
});

describe('three callers and one agent', () => {
  test('are served in the order they came, and know where they stand', async () => {
    const agent = await centre.agent(answering({ ringFor: 100, hangUpAfter: 400 }), { status: 'away' });
    const number = await centre.numberOf(await centre.queue());
    const callers = [];
    for (let count = 0; count < 3; count++) callers.push(await centre.caller(number));
    expect(await Promise.all(callers.map(({ callId }) => positionOf(callId)))).toEqual(['1', '2', '3']);
    await centre.setStatus(agent, 'available');
    const services = [];
    for (const { callId } of callers) services.push((await centre.moment(callId, 'serviced')).tm_service);
    expect(services).toEqual([...services].sort());
    for (const { callId } of callers) {
      expect(await centre.result(callId)).toBe('done agent 0');
      expect(centre.moments(callId)).toEqual(['created', 'entering', 'serviced', 'done']);
    }
    expect(agent.phone.incoming).toHaveLength(3);
    for (const caller of callers) await centre.leave(caller);
    await centre.dismiss(agent);
  });

  test('with a higher priority later ones are served before', async () => {
    const agent = await centre.agent(answering({ hangUpAfter: 200 }), { status: 'away' });
    const queue = await centre.queue();
    const plain = await centre.numberOf(queue);
    const urgent = await centre.numberOf(queue, { priority: 5 });
    const [first, second] = [await centre.caller(plain), await centre.caller(plain)];
    const third = await centre.caller(urgent);
    expect(await positionOf(third.callId)).toBe('1');
    expect(await positionOf(second.callId)).toBe('3');
    await centre.setStatus(agent, 'available');
    const served = [];
    for (const { callId } of [third, first, second])
      served.push((await centre.moment(callId, 'serviced')).tm_service);
    expect(served).toEqual([...served].sort());
    for (const caller of [first, second, third]) {
      await centre.result(caller.callId);
      await centre.leave(caller);
    }
    await centre.dismiss(agent);
  });
});

describe('an agent who does not take the call', () => {
  test.each([
    ['rejects it', rejecting(486, { after: 100 })],
    ['is silent', ringing],
  ] as const)('and %s is rung again after a while; the caller waits on', async (_, first) => {
    let calls = 0;
    const agent = await centre.agent((call) => (++calls === 1 ? first(call) : answering()(call)));
    const queue = await centre.queue({ ring_timeout: 1_000, retry_delay: 1_500 });
    const caller = await centre.caller(await centre.numberOf(queue));
    await centre.moment(caller.callId, 'serviced');
    const [declined, taken] = agent.phone.incoming;
    expect((taken?.receivedAt ?? 0) - (declined?.receivedAt ?? 0)).toBeGreaterThan(1_450);
    expect((taken?.receivedAt ?? 0) - (declined?.receivedAt ?? 0)).toBeLessThan(10_000);
    await centre.becomes(agent, 'busy');
    await centre.hasBeen(agent, 'ringing', 'available', 'ringing', 'busy');
    expect(centre.moments(caller.callId)).toEqual(['created', 'entering', 'entering', 'serviced']);
    await centre.leave(caller);
    await centre.dismiss(agent);
  });

  test('leaves it to the next one, and the order is kept', async () => {
    const rejecter = await centre.agent(rejecting(603), { status: 'away' });
    const taker = await centre.agent(answering({ ringFor: 50, hangUpAfter: 200 }), { status: 'away' });
    const number = await centre.numberOf(await centre.queue({ retry_delay: 60_000 }));
    const callers = [await centre.caller(number), await centre.caller(number)];
    await centre.setStatus(rejecter, 'available');
    await until(() => rejecter.phone.incoming[0]?.isEnded, { what: 'the rejection' });
    await centre.becomes(rejecter, 'available');
    await centre.setStatus(taker, 'available');
    const served = [];
    for (const { callId } of callers) served.push((await centre.moment(callId, 'serviced')).tm_service);
    expect(served).toEqual([...served].sort());
    expect(rejecter.phone.incoming).toHaveLength(1);
    for (const caller of callers) {
      await centre.result(caller.callId);
      await centre.leave(caller);
    }
    await centre.dismiss(rejecter, taker);
  });

  test('whose address may not be called is told of once, and the caller waits on', async () => {
    const agent = await centre.agent(ringing, { addresses: [{ type: 'sip', target: 'x@198.51.100.1' }] });
    const queue = await centre.queue({ retry_delay: 1_000, wait_timeout: 3_500 });
    const caller = await centre.caller(await centre.numberOf(queue));
    expect(await centre.result(caller.callId)).toBe('abandoned wait_timeout 0');
    const told = system.sink
      .eventsOf(caller.callId)
      .filter(({ type }) => type === 'action_failed')
      .map(({ data }) => data.code);
    expect(told).toEqual(['DESTINATION_NOT_ALLOWED']);
    expect(centre.moments(caller.callId).filter((moment) => moment === 'entering').length).toBeGreaterThan(2);
    await centre.leave(caller);
    await centre.dismiss(agent);
  });
});

test('an agent whose phone has not registered is not rung before it has', async () => {
  const phone = await system.desk('1001');
  phone.onInvite(answering());
  const agent = await centre.agent(ringing, { addresses: [{ type: 'extension', target: '1001' }] });
  const caller = await centre.caller(await centre.numberOf(await centre.queue({ retry_delay: 1_000 })));
  const after = await centre.caller(await centre.numberOf(await centre.queue({ wait_timeout: 2_500 })));
  expect(await centre.result(after.callId)).toBe('abandoned wait_timeout 0');
  await centre.leave(after);
  expect(centre.moments(caller.callId)).toEqual(['created']);
  expect(centre.statuses(agent)).toEqual([]);
  expect(legsOf(caller.callId)).toEqual([]);
  await phone.register();
  expect(await centre.moment(caller.callId, 'serviced')).toMatchObject({ service_agent_id: agent.id });
  expect(legsOf(caller.callId)).toHaveLength(1);
  await centre.leave(caller);
  await centre.dismiss(agent);
  await phone.unregister();
});

test.each(['blindly', 'after a word with whom he transfers him to'])(
  'an agent who transfers his caller %s is available at once, and the queuecall is done',
  async (how) => {
    const desk = await system.desk('1001');
    await desk.register();
    desk.onInvite(answering({ ringFor: 50, tone: 500 }));
    const carol = await system.caller('carol');
    carol.onInvite(answering({ ringFor: 50, tone: 1_200 }));
    const number = `carol-${how.slice(0, 5)}`;
    await system.flowOn(number, [{ type: 'connect', option: { destinations: [addressOf(carol)] } }]);
    const agent = await centre.agent(ringing, { addresses: [{ type: 'extension', target: '1001' }] });
    const queued = await centre.numberOf(await centre.queue());
    const { call, callId } = await centre.caller(queued);
    await until(() => call.heard.hears(500), { what: 'the agent' });
    await centre.becomes(agent, 'busy');
    const asked = await until(() => desk.incoming[0], { what: 'the call of the agent' });
    const consultation = how === 'blindly' ? undefined : await desk.call(number);
    await consultation?.answered;
    if (consultation) await until(() => consultation.heard.hears(1_200), { what: 'whom he consults' });
    const uri = `sip:${number}@127.0.0.1:${system.asterisk.sipPort}`;
    expect(await asked.refer(uri, consultation)).toBe(202);
    const referred = wallTime();
    await Promise.all([asked.ended, consultation?.ended]);
    await centre.becomes(agent, 'available');
    expect(wallTime() - referred).toBeLessThan(10_000);
    expect(await centre.moment(callId, 'done')).toMatchObject({ status: 'done', service_agent_id: agent.id });
    await until(() => call.heard.hears(1_200), { what: 'whom he was transferred to' });
    // While they talk the agent serves the next.
    const next = await centre.caller(queued);
    expect(await centre.moment(next.callId, 'serviced')).toMatchObject({ service_agent_id: agent.id });
    await centre.leave(next);
    await centre.becomes(agent, 'available');
    await centre.hasBeen(agent, 'ringing', 'busy', 'available', 'ringing', 'busy', 'available');
    await call.bye();
    await carol.incoming[0]?.ended;
    await system.sink.waitFor(({ type, data }) => type === 'call_hungup' && data.id === callId);
    await centre.dismiss(agent);
    await desk.unregister();
  },
);

describe('a caller who gives up', () => {
  test('while the agent is rung: his phone stops, and he is available', async () => {
    const agent = await centre.agent(ringing);
    const caller = await centre.caller(await centre.numberOf(await centre.queue()));
    await until(() => agent.phone.incoming.length === 1, { what: 'the phone of the agent' });
    await centre.leave(caller);
    await lastCall(agent).ended;
    expect(lastCall(agent).answeredAt).toBeUndefined();
    expect(await centre.moment(caller.callId, 'abandoned')).toMatchObject({
      status: 'abandoned',
      reason: 'hangup',
    });
    await centre.becomes(agent, 'available');
    await centre.hasBeen(agent, 'ringing', 'available');
    await centre.dismiss(agent);
  });

  test('while he waits: the others move up', async () => {
    const number = await centre.numberOf(await centre.queue());
    const [first, second] = [await centre.caller(number), await centre.caller(number)];
    expect(await positionOf(second.callId)).toBe('2');
    await centre.leave(first);
    expect(centre.moments(first.callId)).toEqual(['created', 'abandoned']);
    expect(await positionOf(second.callId)).toBe('1');
    await centre.leave(second);
  });
});

describe('time limits', () => {
  test('nobody comes: the flow goes on within a second, also out of the middle of the wait flow', async () => {
    const wait_flow_id = await centre.waitFlow({ type: 'sleep', option: { duration: 60_000 } });
    const wait_timeout = isSoak ? 30_000 : 2_000;
    const queue = await centre.queue({ wait_flow_id, wait_timeout });
    const caller = await centre.caller(await centre.numberOf(queue));
    const joined = Date.parse(`${(await centre.moment(caller.callId, 'created')).tm_create}Z`);
    expect(await centre.result(caller.callId, wait_timeout + 5_000)).toBe('abandoned wait_timeout 0');
    expect(Date.now() - joined).toBeGreaterThan(wait_timeout - 50);
    expect(Date.now() - joined).toBeLessThan(wait_timeout + 10_000);
    expect(centre.moments(caller.callId)).toEqual(['created', 'kicking', 'abandoned']);
    expect(await centre.moment(caller.callId, 'kicking')).toMatchObject({ status: 'wait' });
    await centre.leave(caller);
  });

  test('the time to wait is up while an agent is rung', async () => {
    const agent = await centre.agent(ringing);
    const queue = await centre.queue({ wait_timeout: 1_000 });
    const caller = await centre.caller(await centre.numberOf(queue));
    expect(await centre.result(caller.callId)).toBe('abandoned wait_timeout 0');
    expect(centre.moments(caller.callId)).toEqual(['created', 'entering', 'kicking', 'abandoned']);
    expect(await centre.moment(caller.callId, 'kicking')).toMatchObject({ status: 'entering' });
    await lastCall(agent).ended;
    await centre.leave(caller);
    await centre.dismiss(agent);
  });

  test('the time to talk is up', async () => {
    const agent = await centre.agent(answering());
    const queue = await centre.queue({ service_timeout: 500 });
    const caller = await centre.caller(await centre.numberOf(queue));
    expect(await centre.result(caller.callId)).toBe('done service_timeout 0');
    expect(centre.moments(caller.callId)).toEqual(['created', 'entering', 'serviced', 'kicking', 'done']);
    await lastCall(agent).ended;
    await centre.leave(caller);
    await centre.dismiss(agent);
  });

  test('an agent stays busy for as long as he wraps up', async () => {
    const agent = await centre.agent(answering({ hangUpAfter: 100 }));
    const queue = await centre.queue({ wrap_up: 1_500 });
    const number = await centre.numberOf(queue);
    const [first, second] = [await centre.caller(number), await centre.caller(number)];
    await centre.result(first.callId);
    const over = wallTime();
    await centre.becomes(agent, 'busy');
    await centre.moment(second.callId, 'serviced');
    expect(wallTime() - over).toBeGreaterThan(1_200);
    await centre.result(second.callId);
    for (const caller of [first, second]) await centre.leave(caller);
    await centre.dismiss(agent);
  });
});

describe('kicked', () => {
  test('out of waiting, by the queuecall: on with the flow at once', async () => {
    const wait_flow_id = await centre.waitFlow({ type: 'sleep', option: { duration: 60_000 } });
    const caller = await centre.caller(await centre.numberOf(await centre.queue({ wait_flow_id })));
    const { id } = await centre.queuecall(caller.callId);
    expect((await system.api.post(`/v1.0/queuecalls/${id}/kick`)).status).toBe(200);
    expect(await centre.result(caller.callId)).toBe('abandoned kicked 0');
    expect(centre.moments(caller.callId)).toEqual(['created', 'kicking', 'abandoned']);
    const { body } = await system.api.delete(`/v1.0/queuecalls/${id}`);
    expect(body).toMatchObject({ id, status: 'abandoned' });
    await centre.leave(caller);
  });

  test('out of a talk, by the call', async () => {
    const agent = await centre.agent(answering({ tone: 1_200 }));
    const caller = await centre.caller(await centre.numberOf(await centre.queue()));
    await until(() => caller.call.heard.hears(1_200), { what: 'the agent' });
    const path = `/v1.0/queuecalls/reference_id/${caller.callId}/kick`;
    expect((await system.api.post(path)).status).toBe(200);
    expect(await centre.result(caller.callId)).toBe('done kicked 0');
    expect(centre.moments(caller.callId).slice(-2)).toEqual(['kicking', 'done']);
    await lastCall(agent).ended;
    expect((await system.api.post(path)).status).toBe(404);
    await centre.leave(caller);
    await centre.dismiss(agent);
  });

  test('by the end of the queue', async () => {
    const queue = await centre.queue();
    const caller = await centre.caller(await centre.numberOf(queue));
    await system.api.delete(`/v1.0/queues/${queue.id}?force=true`);
    expect(await centre.result(caller.callId)).toBe('abandoned kicked 0');
    await centre.leave(caller);
  });
});

describe('the wait flow', () => {
  test('runs again and again, says the position, and stops at once when an agent answers', async () => {
    const agent = await centre.agent(answering({ tone: 1_200 }), { status: 'away' });
    const wait_flow_id = await centre.waitFlow(
      { id: 'beep', type: 'beep' },
      { type: 'variable_set', option: { key: 'at', value: '${voipbin.queuecall.position}' } },
      { id: 'rest', type: 'sleep', option: { duration: 700 } },
    );
    const caller = await centre.caller(await centre.numberOf(await centre.queue({ wait_flow_id })));
    const beeps = () => actionsOf(caller.callId).filter((id) => id === 'beep').length;
    await until(() => beeps() >= 3, { what: 'the third beep' });
    expect(await variable(caller.callId, 'at')).toBe('1');
    await centre.setStatus(agent, 'available');
    await until(() => caller.call.heard.hears(1_200), { what: 'the agent' });
    const count = beeps();
    await until(() => actionsOf(caller.callId).at(-1) === 'join', {
      what: 'the flow to be back at the queue',
    });
    await lastCall(agent).bye();
    expect(await centre.result(caller.callId)).toBe('done agent 0');
    expect(beeps()).toBe(count);
    await centre.leave(caller);
    await centre.dismiss(agent);
  });

  test('is silent in the middle of a sentence when an agent answers', async () => {
    const agent = await centre.agent(answering({ ringFor: 1_500, tone: 1_200 }));
    const text = 'All our agents are busy, please hold the line, somebody will be with you soon. '.repeat(5);
    const wait_flow_id = await centre.waitFlow({ type: 'talk', option: { text } });
    const { call, callId } = await centre.caller(
      await centre.numberOf(await centre.queue({ wait_flow_id })),
      700,
    );
    await until(() => !isSilent(call.heard.latest(200)), { what: 'the sentence' });
    await until(() => call.heard.hears(1_200), { what: 'the agent' });
    expect(wallTime() - (lastCall(agent).answeredAt ?? 0)).toBeLessThan(8_000);
    await until(() => lastCall(agent).heard.hears(700), { what: 'the caller, heard by the agent' });
    await centre.leave({ call, callId });
    await centre.dismiss(agent);
  });

  test('may be too short: it does not become a loop', async () => {
    const wait_flow_id = await centre.waitFlow({
      id: 'nothing',
      type: 'variable_set',
      option: { key: 'a', value: 'b' },
    });
    const caller = await centre.caller(
      await centre.numberOf(await centre.queue({ wait_flow_id, wait_timeout: 2_500 })),
    );
    expect(await centre.result(caller.callId)).toBe('abandoned wait_timeout 0');
    expect(actionsOf(caller.callId).filter((id) => id === 'nothing')).toHaveLength(3);
    await centre.leave(caller);
  });

  test('may end the flow, and with it the call', async () => {
    const wait_flow_id = await centre.waitFlow(
      { type: 'sleep', option: { duration: 200 } },
      { type: 'stop' },
    );
    const caller = await centre.caller(await centre.numberOf(await centre.queue({ wait_flow_id })));
    await caller.call.ended;
    await system.history(caller.callId);
    expect(await centre.moment(caller.callId, 'abandoned')).toMatchObject({ reason: 'flow' });
  });

  test('leaves the digits that were pressed to whoever collects them', async () => {
    const queue = await centre.queue({ wait_timeout: 1_500 });
    const number = 'digits-after';
    await system.flowOn(number, [
      { type: 'queue_join', option: { queue_id: queue.id } },
      { type: 'digits_receive', option: { length: 2, duration: 1_000 } },
      { id: 'after', type: 'variable_set', option: { key: 'seen', value: '${voipbin.call.digits}' } },
      { type: 'sleep', option: { duration: 60_000 } },
    ]);
    const caller = await centre.caller(number);
    await caller.call.digits('42');
    expect(await centre.result(caller.callId)).toBe('42');
    await centre.leave(caller);
  });
});

describe('tags', () => {
  test('an agent takes the calls of queues that he shares a tag with', async () => {
    const [sales, support] = ['d7450dda-21e0-4611-b09a-8d771c50a5e6', 'd7450dda-21e0-4611-b09a-8d771c50a5e7'];
    const other = await centre.agent(answering(), { tag_ids: [support] });
    const number = await centre.numberOf(await centre.queue({ tag_ids: [sales] }));
    const caller = await centre.caller(number);
    const agent = await centre.agent(answering(), { tag_ids: [sales, support] });
    expect(await centre.moment(caller.callId, 'serviced')).toMatchObject({ service_agent_id: agent.id });
    expect(other.phone.incoming).toHaveLength(0);
    await centre.leave(caller);
    await centre.dismiss(agent, other);
  });

  test('an agent of two queues takes one call at a time, the one that waits longest', async () => {
    const agent = await centre.agent(answering({ hangUpAfter: 300 }), { status: 'away' });
    const numbers = [
      await centre.numberOf(await centre.queue()),
      await centre.numberOf(await centre.queue()),
    ];
    const callers = [];
    for (let count = 0; count < 4; count++) callers.push(await centre.caller(numbers[count % 2] ?? ''));
    await centre.setStatus(agent, 'available');
    const served = [];
    for (const { callId } of callers) served.push((await centre.moment(callId, 'serviced')).tm_service);
    expect(served).toEqual([...served].sort());
    for (const caller of callers) {
      await centre.result(caller.callId);
      await centre.leave(caller);
    }
    await centre.dismiss(agent);
  });
});

test('an agent with several phones is rung as he likes it', async () => {
  const desk = await system.caller('desk');
  desk.onInvite(rejecting(486, { after: 50 }));
  const mobile = await system.caller('mobile');
  mobile.onInvite(answering({ ringFor: 100 }));
  const addresses = [desk, mobile].map(({ contact }) => ({ type: 'sip', target: contact.slice(4) }));
  const agent = await centre.agent(ringing, { ring_method: 'linear', addresses });
  const caller = await centre.caller(await centre.numberOf(await centre.queue()));
  await centre.moment(caller.callId, 'serviced');
  expect(mobile.incoming[0]?.receivedAt).toBeGreaterThan(desk.incoming[0]?.receivedAt ?? 0);
  await mobile.incoming[0]?.bye();
  expect(await centre.result(caller.callId)).toBe('done agent 0');
  await centre.leave(caller);
  await centre.dismiss(agent);
});

test('after SIGTERM whoever waits or talks is told of, and no agent is left busy', async () => {
  const reason = 'hangup';
  const agent = await centre.agent(answering({ tone: 1_200 }));
  const number = await centre.numberOf(await centre.queue());
  const [talking, waiting] = [await centre.caller(number), await centre.caller(number)];
  await until(() => talking.call.heard.hears(1_200), { what: 'the agent' });
  await centre.becomes(agent, 'busy');
  system.daemon.kill('SIGTERM');
  await system.daemon.exited;
  await system.restartDaemon();
  expect(await centre.moment(talking.callId, 'done')).toMatchObject({ status: 'done', reason });
  expect(await centre.moment(waiting.callId, 'abandoned')).toMatchObject({ reason });
  for (const { callId } of [talking, waiting]) {
    await system.history(callId);
    expect(system.sink.types(system.sink.eventsOf(callId)).at(-1)).toBe('activeflow_deleted');
  }
  await centre.becomes(agent, 'available');
  await Promise.all([talking, waiting].map(({ call }) => call.ended));
  await system.quiet(expected);
  const next = await centre.caller(number);
  await centre.moment(next.callId, 'serviced');
  await centre.leave(next);
  await centre.dismiss(agent);
});

/** The ids of the actions of a call's flow so far. */
function actionsOf(callId: string): string[] {
  return system.sink
    .eventsOf(callId)
    .filter(({ type, data }) => type === 'activeflow_updated' && data.reference_id === callId)
    .map(({ data }) => (data.current_action as { id: string }).id);
}

/** The ids of the calls that were made for a call. */
function legsOf(callId: string): unknown[] {
  return system.sink.requests
    .filter(({ type, data }) => type === 'call_created' && data.master_call_id === callId)
    .map(({ data }) => data.id);
}

async function variable(callId: string, name: string): Promise<string> {
  const created = await system.sink.waitFor(
    ({ type, data }) => type === 'activeflow_created' && data.reference_id === callId,
  );
  const { body } = await system.api.get<Record<string, string>>(
    `/v1.0/activeflows/${String(created.data.id)}/variables`,
  );
  return String(body[name]);
}

const positionOf = (callId: string) => variable(callId, 'voipbin.queuecall.position');
