import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answering, type InviteHandler, rejecting, ringing } from '../support/answering.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import type { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import type { WebhookRequest } from '../support/webhook-sink.ts';

let system: System;
let lastNumber = 800;

beforeAll(async () => {
  system = await System.start({
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8',
      ARIFLOW_OUTBOUND_CPS: '12',
      ARIFLOW_OUTBOUND_CONCURRENT: '50',
    },
  });
});
// Refusals are warned of, and Asterisk says when a sound was not heard to its end.
afterEach(() => system.quiet([/"code":"[A-Z_]+"/, /Playback failed for sound/]));
afterAll(() => system[Symbol.asyncDispose]());

async function callee(handler: InviteHandler): Promise<Phone> {
  const phone = await system.caller(`callee${++lastNumber}`);
  phone.onInvite(handler);
  return phone;
}

const address = (phone: Phone) => ({ type: 'sip', target: phone.contact.replace(/^sip:/, '') });
const source = { type: 'tel', target: '+15550100' };
const beeps = [
  { type: 'beep' },
  { type: 'digits_receive', option: { duration: 30_000 } },
  { type: 'hangup' },
];

async function onlyCall(phone: Phone): Promise<IncomingCall> {
  await until(() => phone.incoming.length > 0, { what: 'a call' });
  const [call, another] = phone.incoming;
  if (!call || another) throw new Error(`expected one call, got ${phone.incoming.length}`);
  return call;
}

interface CreatedCalls {
  readonly calls: readonly { readonly id: string; readonly status: string; readonly flow_id: string }[];
}

async function order(body: object) {
  return system.api.post<CreatedCalls & { error: { reason: string; details: { path: string }[] } }>(
    '/v1.0/calls',
    { source, ...body },
  );
}

/** The events of a call and its activeflow, in the order they happened. */
function told(callId: string): WebhookRequest[] {
  return system.sink.eventsOf(callId);
}

describe('POST /calls', () => {
  test('calls, and runs the flow once it is answered', async () => {
    const bob = await callee(answering({ ringFor: 200 }));
    const { status, body } = await order({
      destinations: [address(bob)],
      actions: beeps,
      variables: { a: '1' },
    });
    expect(status).toBe(200);
    expect(body.calls).toMatchObject([
      { status: 'dialing', direction: 'outgoing', source: { target: '+15550100' } },
    ]);
    const leg = await onlyCall(bob);
    expect(leg.from).toMatchObject({ user: '+15550100' });
    const id = body.calls[0]?.id ?? '';
    await until(() => leg.heard.sounds().length > 0, { what: 'the beep' });
    await leg.digits('5');
    await leg.ended;
    await system.history(id);
    expect(system.sink.types(told(id)).filter((type) => !type.endsWith('_updated'))).toEqual([
      'activeflow_created',
      'call_created',
      'call_ringing',
      'call_answered',
      'digits_received',
      'call_hungup',
      'activeflow_deleted',
    ]);
    expect((await system.api.get(`/v1.0/calls/${id}`)).body).toMatchObject({
      hangup_by: 'local',
      hangup_reason: 'normal',
      status: 'hangup',
    });
  });

  test('all destinations, each a call of its own with its own flow', async () => {
    const phones = [await callee(answering({ ringFor: 50 })), await callee(rejecting(486))];
    const { body } = await order({ destinations: phones.map(address), actions: beeps });
    const [answered, busy] = body.calls;
    await (await onlyCall(phones[0] as Phone)).digits('1');
    for (const call of [answered, busy]) await system.history(call?.id ?? '');
    const ends = told(busy?.id ?? '').filter(({ type }) => type === 'call_hungup');
    expect(ends).toMatchObject([{ data: { hangup_reason: 'busy', hangup_by: 'remote' } }]);
    expect(system.sink.types(told(busy?.id ?? ''))).not.toContain('activeflow_updated');
  });

  test('one that nobody answers is given up at the timeout, and its flow never runs', async () => {
    const bob = await callee(ringing);
    const { body } = await order({ destinations: [address(bob)], actions: beeps, timeout: 1_000 });
    const id = body.calls[0]?.id ?? '';
    await system.history(id);
    expect(told(id).find(({ type }) => type === 'call_hungup')?.data).toMatchObject({
      hangup_by: 'local',
      hangup_reason: 'dialout',
    });
    expect((await (await onlyCall(bob)).ended).how).toBe('CANCEL');
  });

  test('DELETE while it rings cancels it', async () => {
    const bob = await callee(ringing);
    const { body } = await order({ destinations: [address(bob)], actions: beeps });
    const id = body.calls[0]?.id ?? '';
    await until(() => system.sink.types(told(id)).includes('call_ringing'), { what: 'ringing' });
    expect(await system.api.delete(`/v1.0/calls/${id}`)).toMatchObject({ body: { status: 'canceling' } });
    await system.history(id);
    expect((await (await onlyCall(bob)).ended).how).toBe('CANCEL');
  });

  test.each([
    [{ type: 'tel', target: '+15550199' }, 403, 'PERMISSION_DENIED'],
    [{ type: 'sip', target: 'nonsense' }, 400, 'INVALID_ARGUMENT'],
    [{ type: 'agent', target: 'nobody' }, 400, 'INVALID_ARGUMENT'],
    [{ type: 'carrier pigeon', target: 'x' }, 400, 'INVALID_ARGUMENT'],
  ])('%j is refused: nobody is called', async (destination, status, reason) => {
    const bob = await callee(ringing);
    const answer = await order({ destinations: [address(bob), destination], actions: beeps });
    expect(answer.status).toBe(status);
    expect(answer.body.error.reason).toBe(reason);
    expect(bob.incoming).toEqual([]);
  });

  test('more in a second than allowed are refused, and that is told', async () => {
    const bob = await callee(ringing);
    const answer = await order({
      destinations: Array.from({ length: 13 }, () => address(bob)),
      actions: beeps,
    });
    expect(answer.status).toBe(429);
    const { data } = await system.sink.waitFor(
      ({ type, data }) => type === 'action_failed' && data.code === 'CALLS_TOO_FAST',
    );
    expect(data).toMatchObject({ reference_type: 'api', action: { type: 'call' } });
    expect(bob.incoming).toEqual([]);
  });
});

describe('call', () => {
  async function calling(
    option: object,
    ...after: object[]
  ): Promise<{ call: Awaited<ReturnType<Phone['call']>>; callId: string }> {
    const number = String(++lastNumber);
    await system.flowOn(number, [
      { type: 'answer' },
      { type: 'call', option },
      ...after,
      { id: 'end', type: 'sleep', option: { duration: 60_000 } },
    ]);
    const alice = await system.caller('alice');
    const call = await alice.call(number);
    await call.answered;
    return { call, callId: await system.callTo(number) };
  }

  test('a chained call is hung up with the one that made it, another goes on', async () => {
    const [chained, free] = [
      await callee(answering({ ringFor: 50 })),
      await callee(answering({ ringFor: 50 })),
    ];
    const { call, callId } = await calling(
      { destinations: [address(chained)], actions: beeps, chained: true },
      { type: 'call', option: { destinations: [address(free)], actions: beeps } },
    );
    const [one, other] = [await onlyCall(chained), await onlyCall(free)];
    for (const leg of [one, other]) await until(() => leg.heard.sounds().length > 0, { what: 'a beep' });
    await call.bye();
    await one.ended;
    expect(other.isEnded).toBe(false);
    await other.digits('1');
    await other.ended;
    await system.history(callId);
    const mastered = system.sink.requests.find(
      ({ type, data }) => type === 'call_hungup' && data.master_call_id === callId,
    );
    const master = told(callId).findLast(({ type }) => type === 'call_hungup');
    expect(master?.data.chained_call_ids).toEqual([mastered?.data.id]);
  });

  test('its flow may begin while it rings', async () => {
    const bob = await callee(ringing);
    const { call, callId } = await calling({
      destinations: [address(bob)],
      actions: [{ id: 'early', type: 'sleep', option: { duration: 200 } }],
      early_execution: true,
    });
    expect((await (await onlyCall(bob)).ended).how).toBe('CANCEL');
    expect(told(callId).some(({ type }) => type === 'action_failed')).toBe(false);
    await call.bye();
    await system.history(callId);
  });

  test('what an early flow says waits for the answer', async () => {
    const bob = await callee(answering({ ringFor: 600 }));
    const { call, callId } = await calling({
      destinations: [address(bob)],
      actions: [{ type: 'beep' }, { type: 'talk', option: { text: 'Hello.' } }],
      early_execution: true,
    });
    const leg = await onlyCall(bob);
    await until(() => leg.heard.sounds().length > 0, { what: 'the beep' });
    await leg.ended;
    expect(told(callId).some(({ type }) => type === 'action_failed')).toBe(false);
    await call.bye();
    await system.history(callId);
  });

  test('calls of flows of calls of flows come to an end', async () => {
    const bob = await callee(answering({}));
    const flow = (depth: number): object[] => [
      {
        type: 'call',
        option: { source, destinations: [address(bob)], actions: depth > 0 ? flow(depth - 1) : beeps },
      },
      { type: 'sleep', option: { duration: 100 } },
    ];
    const { call, callId } = await calling({ destinations: [address(bob)], actions: flow(5) });
    const { data } = await system.sink.waitFor(
      ({ type, data }) => type === 'action_failed' && data.code === 'CALL_CHAIN_TOO_LONG',
    );
    expect(data).toMatchObject({ action: { type: 'call' } });
    await call.bye();
    await system.history(callId);
  });
});

describe('hangup_relay', () => {
  test('hangs up with the response another call was refused with', async () => {
    const bob = await callee(rejecting(486));
    const { body } = await order({ destinations: [address(bob)], actions: beeps });
    const id = body.calls[0]?.id ?? '';
    await system.history(id);
    await system.flowOn('890', [{ type: 'hangup_relay', option: { reference_id: id } }]);
    const alice = await system.caller('alice');
    const call = await alice.call('890');
    expect(await call.final).toMatchObject({ status: 486 });
    await system.history(await system.callTo('890'));
  });
});
