import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { answering, type InviteHandler, ringing } from '../support/answering.ts';
import { CallCentre, lastCall, type TestCaller } from '../support/call-centre.ts';
import type { Dialog } from '../support/dialog.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import type { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

let system: System;
let centre: CallCentre;
let desk: Phone;
let last = 0;

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '100' },
  });
  centre = new CallCentre(system);
  desk = await system.desk('1002');
  desk.onInvite(answering({ ringFor: 50, tone: 500 }));
  await desk.register();
});
afterEach(() => system.quiet([/Not in bridge .*; not removing/, /Playback failed for sound/]));
afterAll(() => system[Symbol.asyncDispose]());

const hear = (one: Dialog, tone: number): Promise<unknown> =>
  until(() => one.heard.hears(tone), { what: () => `a tone of ${tone} Hz` });

/** Somebody calls the desk, and says who he is with a tone. */
async function caller(): Promise<TestCaller> {
  const phone = await system.caller(`bob${++last}`);
  const number = `desk${last}`;
  await system.flowOn(number, [
    { type: 'connect', option: { destinations: [{ type: 'extension', target: '1002' }] } },
  ]);
  const call = await phone.call(number);
  await call.answered;
  call.tone(800);
  await hear(call, 500);
  return { call, callId: await system.callTo(number) };
}

/** The desk calls the queue, too. */
async function consult(number: string): Promise<TestCaller> {
  const call = await desk.call(number);
  await call.answered;
  const callId = await system.callTo(number);
  await centre.moment(callId, 'created');
  return { call, callId };
}

/** The desk wants whom it talks to to have its place; `asked` is the call that it asks in. */
async function handOver(bob: TestCaller, { call }: TestCaller, asked: 'first' | 'second'): Promise<void> {
  const first = desk.incoming.at(-1) as IncomingCall;
  const to = `sip:x@127.0.0.1:${system.asterisk.sipPort}`;
  if (asked === 'first') await first.hold();
  const status = asked === 'first' ? first.refer(to, call) : call.refer(to, first);
  expect(await status).toBe(202);
  const said = asked === 'first' ? first : call;
  await Promise.all([first.ended, call.ended]);
  expect(said.notified.at(-1)).toMatch(/ 200 /);
  expect(bob.call.isEnded).toBe(false);
}

test.each(['first', 'second'] as const)(
  'an attended transfer into a queue, asked for in the %s call, gives the place that was waited for',
  { timeout: 40_000 },
  async (asked) => {
    const agent = await centre.agent(answering({ ringFor: 50, tone: 1_200 }), { status: 'away' });
    const number = await centre.numberOf(await centre.queue());
    const bob = await caller();
    const consultation = await consult(number);
    const behind = await centre.caller(number);
    const before = await centre.queuecall(consultation.callId);
    await handOver(bob, consultation, asked);
    const after = await eventually(() => found(bob.callId), { what: 'his place' });
    expect(after).toMatchObject({ id: before.id, tm_create: before.tm_create, status: 'wait' });
    await centre.setStatus(agent, 'available');
    const served = await centre.moment(bob.callId, 'serviced');
    expect(served).toMatchObject({ id: before.id, service_agent_id: agent.id });
    expect(served.duration_waiting).toBeGreaterThan(
      Date.parse(`${served.tm_service}Z`) - Date.parse(`${before.tm_create}Z`) - 50,
    );
    await hear(bob.call, 1_200);
    await hear(lastCall(agent), 800);
    expect(lastCall(agent).invite.headers.get('From')).toContain(`<sip:bob${last}@`);
    expect(centre.moments(behind.callId)).toEqual(['created']);
    expect(centre.moments(consultation.callId)).toEqual(['created']);
    expect(centre.moments(bob.callId)).toEqual(['entering', 'serviced']);
    await centre.leave(behind);
    await lastCall(agent).bye();
    expect(await centre.result(bob.callId)).toBe('done agent 0');
    await centre.leave(bob);
    await centre.dismiss(agent);
  },
);

test('so it does while an agent is being rung, who is rung for him then; and to one who has answered he talks', {
  timeout: 40_000,
}, async () => {
  let picksUp: InviteHandler = ringing;
  const agent = await centre.agent((call) => picksUp(call));
  const number = await centre.numberOf(await centre.queue());
  const bob = await caller();
  const consultation = await consult(number);
  await until(() => agent.phone.incoming[0], { what: 'the phone of the agent' });
  const { id } = await centre.queuecall(consultation.callId);
  const behind = await centre.caller(number);
  picksUp = answering({ ringFor: 50, tone: 1_200 });
  await handOver(bob, consultation, 'first');
  expect(await centre.moment(bob.callId, 'serviced')).toMatchObject({ id, service_agent_id: agent.id });
  await hear(bob.call, 1_200);
  await hear(lastCall(agent), 800);
  expect(agent.phone.incoming).toHaveLength(2);
  expect(centre.moments(behind.callId)).toEqual(['created']);
  await centre.leave(behind);
  await centre.leave(bob);
  await lastCall(agent).ended;
  await centre.becomes(agent, 'available');

  const next = await caller();
  const second = await consult(number);
  await hear(second.call, 1_200);
  await handOver(next, second, 'first');
  await hear(next.call, 1_200);
  await hear(lastCall(agent), 800);
  await next.call.bye();
  await lastCall(agent).ended;
  await centre.dismiss(agent);
});

/** The place of a call, where it has one. */
async function found(callId: string) {
  return centre.queuecall(callId).catch(() => undefined);
}

test('an agent whose blind transfer comes to nothing has his caller back, and is busy until that call is over', async () => {
  const phone = await system.desk('1003');
  phone.onInvite(answering({ ringFor: 50, tone: 1_400 }));
  await phone.register();
  const agent = await centre.agent(ringing, { addresses: [{ type: 'extension', target: '1003' }] });
  const bob = await centre.caller(await centre.numberOf(await centre.queue()), 800);
  await hear(bob.call, 1_400);
  const asked = phone.incoming[0] as IncomingCall;
  expect(await asked.refer(`sip:1009@127.0.0.1:${system.asterisk.sipPort}`)).toBe(202);
  await until(() => asked.notified.at(-1)?.startsWith('SIP/2.0 503'), { what: 'a refusal' });
  expect(await centre.moment(bob.callId, 'done')).toMatchObject({ service_agent_id: agent.id });
  const silent = performance.timeOrigin + performance.now() + 300;
  await until(() => performance.timeOrigin + performance.now() > silent && bob.call.heard.hears(1_400), {
    what: 'the agent again',
  });
  await hear(asked, 800);
  await centre.becomes(agent, 'busy');
  await asked.bye();
  await bob.call.ended;
  await centre.dismiss(agent);
  await phone.unregister();
});
