import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answering,
  answering,
  type InviteHandler,
  mute,
  rejecting,
  ringing,
} from '../support/answering.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;
let lastNumber = 700;

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
});
// Refusals are warned of, and long names; a daemon that was killed leaves its traces.
afterEach(() =>
  system.quiet([
    /_NOT_ALLOWED|INVALID_DESTINATION|UNKNOWN_AGENT|AGENT_AWAY/,
    /orphan_hung_up/,
    /web ?socket/i,
    /CallerID Name '/,
  ]),
);
afterAll(() => system[Symbol.asyncDispose]());

/** A phone somewhere, that is called by its address. */
async function callee(handler: InviteHandler): Promise<Phone> {
  const phone = await system.caller(`callee${++lastNumber}`);
  phone.onInvite(handler);
  return phone;
}

function address(phone: Phone, more: object = {}): object {
  return { type: 'sip', target: phone.contact.replace(/^sip:/, ''), ...more };
}

/** Calls a number whose flow connects to those phones and then, if it goes on, speaks its variables into the log of events. */
async function connecting(phones: readonly object[], option: object = {}): Promise<Connecting> {
  const number = String(++lastNumber);
  await system.flowOn(number, [
    { type: 'connect', option: { destinations: phones, ...option } },
    { id: 'after', type: 'variable_set', option: { key: 'seen', value: seen } },
    { id: 'end', type: 'sleep', option: { duration: 60_000 } },
  ]);
  const alice = await system.caller('alice');
  const call = await alice.call(number, { headers: {} });
  return { call, callId: await system.callTo(number) };
}

const names = ['status', 'call_id', 'hangup_reason', 'sip_code', 'duration'];
const seen = names.map((name) => `\${voipbin.connect.${name}}`).join(' ');

interface Connecting {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** The variables as the action after `connect` saw them. */
async function result(callId: string): Promise<Record<string, string>> {
  const { data } = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' && data.reference_id === callId && current(data).id === 'after',
  );
  const values = String(current(data).option?.value).split(' ');
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

function current(data: Readonly<Record<string, unknown>>) {
  return data.current_action as { id: string; option?: { value?: unknown } };
}

function onlyCall(phone: Phone): IncomingCall {
  const [call, another] = phone.incoming;
  if (!call || another) throw new Error(`expected one call, got ${phone.incoming.length}`);
  return call;
}

/** The events of the legs of a call, by leg, oldest first. */
function legsOf(callId: string): string[][] {
  const legs = new Map<string, string[]>();
  for (const { type, data } of system.sink.requests) {
    if (data.master_call_id !== callId) continue;
    legs.set(String(data.id), [...(legs.get(String(data.id)) ?? []), type ?? '']);
  }
  return [...legs.values()];
}

/** The id of the call that somebody made to a phone, not of the leg to it. */
async function callerOf(number: string): Promise<string> {
  const { data } = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'call_created' &&
      data.direction === 'incoming' &&
      (data.destination as { target: string }).target === number,
  );
  return String(data.id);
}

function legIds(callId: string): unknown[] {
  const legs = system.sink.requests.filter(({ data }) => data.master_call_id === callId);
  return [...new Set(legs.map(({ data }) => data.id))];
}

async function hungUp(callId: string): Promise<Readonly<Record<string, unknown>>> {
  return (await system.sink.waitFor(({ type, data }) => type === 'call_hungup' && data.id === callId)).data;
}

const picksUp = (more: Answering = {}): InviteHandler => answering({ ringFor: 150, tone: 1_200, ...more });

describe('a callee who answers', () => {
  test('talks with the caller, and the flow goes on when he hangs up', async () => {
    const bob = await callee(picksUp());
    const { call, callId } = await connecting([address(bob)]);
    await call.answered;
    const leg = onlyCall(bob);
    expect(call.provisional.map(({ status }) => status)).toContain(180);
    expect((call.answeredAt ?? 0) - (leg.answeredAt ?? 0)).toBeLessThan(5_000);
    call.tone(700);
    await until(() => call.heard.hears(1_200), { what: 'the callee, heard by the caller' });
    await until(() => leg.heard.hears(700), { what: 'the caller, heard by the callee' });
    expect(call.heard.hears(700)).toBe(false);
    expect(leg.heard.hears(1_200)).toBe(false);
    await leg.bye();
    const told = await result(callId);
    expect(told).toMatchObject({ status: 'answered', hangup_reason: 'normal' });
    expect(Number(told.duration)).toBeGreaterThan(100);
    expect(await hungUp(told.call_id ?? '')).toMatchObject({
      direction: 'outgoing',
      hangup_by: 'remote',
      hangup_reason: 'normal',
      master_call_id: callId,
    });
    expect(legsOf(callId)).toEqual([['call_created', 'call_ringing', 'call_answered', 'call_hungup']]);
    await call.bye();
    await system.history(callId);
  });

  test('is hung up with the caller', async () => {
    const bob = await callee(picksUp());
    const { call, callId } = await connecting([address(bob)]);
    await call.answered;
    await until(() => call.heard.hears(1_200), { what: 'the callee' });
    await call.bye();
    await onlyCall(bob).ended;
    await system.history(callId);
    expect(await hungUp(callId)).toMatchObject({ hangup_by: 'remote' });
  });

  test('is hung up when the time is up, and the flow goes on', async () => {
    const bob = await callee(picksUp());
    const { call, callId } = await connecting([address(bob)], { duration: 500 });
    await call.answered;
    await onlyCall(bob).ended;
    expect(await result(callId)).toMatchObject({ status: 'answered', hangup_reason: 'timeout' });
    await call.bye();
    await system.history(callId);
  });

  test('without ringing (a direct 200) is connected too, and sees who calls', async () => {
    const bob = await callee(answering({ tone: 1_200 }));
    const option = { caller_id_name: 'Ann "A" Other', headers: [{ name: 'X-Customer', value: '42; x' }] };
    const { call, callId } = await connecting([address(bob)], option);
    await call.answered;
    await until(() => call.heard.hears(1_200), { what: 'the callee' });
    const leg = onlyCall(bob);
    expect(leg.from).toMatchObject({ user: 'alice', name: 'Ann "A" Other' });
    expect(leg.header('X-Customer')).toBe('42; x');
    await leg.bye();
    await result(callId);
    await call.bye();
    await system.history(callId);
  });

  test('and hangs up takes the caller with him, where the reason is relayed', async () => {
    const bob = await callee(picksUp({ hangUpAfter: 200 }));
    const { call, callId } = await connecting([address(bob)], { relay_reason: true });
    await call.answered;
    await call.ended;
    await system.history(callId);
    expect(await hungUp(callId)).toMatchObject({ hangup_by: 'local', hangup_reason: 'normal' });
  });

  test('hears the digits of the caller, and the caller those of the callee', async () => {
    const bob = await callee(picksUp());
    const { call, callId } = await connecting([address(bob)]);
    await call.answered;
    await until(() => call.heard.hears(1_200), { what: 'the callee' });
    await call.digits('42#');
    await until(() => onlyCall(bob).heard.digitString === '42#', { what: 'the digits at the callee' });
    await onlyCall(bob).digits('7');
    await until(() => call.heard.digitString === '7', { what: 'the digit at the caller' });
    await call.bye();
    await system.history(callId);
  });
});

describe('early media', () => {
  test.each([
    ['183 with audio', { ringFor: 600, earlyTone: 500, tone: 1_200 }],
    ['180', { ringFor: 300, tone: 1_200 }],
    ['a direct 200', { tone: 1_200 }],
  ])('%s', async (name, behaviour) => {
    const bob = await callee(answering(behaviour));
    const { call, callId } = await connecting([address(bob)], { early_media: true });
    if (name.startsWith('183')) {
      await until(() => call.heard.hears(500), { what: 'the tone before the answer' });
      expect(call.answeredAt).toBeUndefined();
    }
    await call.answered;
    call.tone(700);
    await until(() => call.heard.hears(1_200), { what: 'the callee' });
    await until(() => onlyCall(bob).heard.hears(700), { what: 'the caller' });
    await onlyCall(bob).bye();
    expect(await result(callId)).toMatchObject({ status: 'answered' });
    if ('ringFor' in behaviour) expect(legsOf(callId)[0]).toContain('call_ringing');
    await call.bye();
    await system.history(callId);
  });
});

describe('a callee who does not answer', () => {
  const refusals = [
    [486, 'busy', 'busy', 486],
    [600, 'busy', 'busy', 486],
    [603, 'noanswer', 'noanswer', 603],
    [480, 'noanswer', 'noanswer', 480],
    [404, 'failed', 'failed', 404],
    [503, 'failed', 'failed', 503],
  ] as const;

  test.each(refusals)('%i: the flow goes on, and knows why', async (status, expected, reason) => {
    const bob = await callee(rejecting(status));
    const { call, callId } = await connecting([address(bob)]);
    const told = await result(callId);
    expect(told).toMatchObject({ status: expected, hangup_reason: reason, sip_code: String(status) });
    expect(await hungUp(told.call_id ?? '')).toMatchObject({ hangup_by: 'remote', hangup_reason: reason });
    await call.cancel();
    await system.history(callId);
  });

  test.each(refusals)(
    '%i, relayed: the caller gets the same response',
    async (status, _, reason, relayed) => {
      const bob = await callee(rejecting(status, { after: 100 }));
      const { call, callId } = await connecting([address(bob)], { relay_reason: true });
      expect(await call.final).toMatchObject({ status: relayed });
      expect(await hungUp(callId)).toMatchObject({ hangup_by: 'local', hangup_reason: reason });
      await system.history(callId);
    },
  );

  test.each([
    ['rings', ringing],
    ['says nothing at all', mute],
  ] as const)('who %s is given up at the timeout', async (_, handler) => {
    const bob = await callee(handler);
    const { call, callId } = await connecting([address(bob)], { timeout: 1_000 });
    const told = await result(callId);
    expect(told).toMatchObject({ status: 'noanswer', hangup_reason: 'dialout' });
    await call.cancel();
    await system.history(callId);
  });

  test('a caller who gives up meanwhile cancels the call', async () => {
    const bob = await callee(ringing);
    const { call, callId } = await connecting([address(bob)]);
    await until(() => call.at(180), { what: 'ringing' });
    await until(() => bob.incoming.length === 1, { what: 'the call' });
    await call.cancel();
    await onlyCall(bob).ended;
    await system.history(callId);
    await until(() => legsOf(callId)[0]?.includes('call_hungup'), { what: 'the end of the leg' });
    const end = system.sink.requests.findLast(({ data }) => data.master_call_id === callId);
    expect(end?.data).toMatchObject({ hangup_by: 'local', hangup_reason: 'cancel' });
  });
});

describe('several', () => {
  test('ring at once; the first wins, the others are told that somebody else has answered', async () => {
    const winner = await callee(picksUp({ ringFor: 300 }));
    const others = [await callee(ringing), await callee(ringing)];
    const { call, callId } = await connecting([winner, ...others].map((phone) => address(phone)));
    await call.answered;
    for (const phone of others) {
      expect((await onlyCall(phone).ended).reason).toMatch(/cause=(200|26)/);
    }
    await until(() => call.heard.hears(1_200), { what: 'the winner' });
    await onlyCall(winner).bye();
    expect(await result(callId)).toMatchObject({ status: 'answered' });
    await call.bye();
    await system.history(callId);
    await until(() => legsOf(callId).every((leg) => leg.includes('call_hungup')), { what: 'all ends' });
    expect(legsOf(callId)).toHaveLength(3);
  });

  test('who answer at the same moment: exactly one wins, the other hears nothing of the caller', async () => {
    const bobs = [await callee(picksUp({ ringFor: 200 })), await callee(picksUp({ ringFor: 200 }))];
    const { call, callId } = await connecting(bobs.map((phone) => address(phone)));
    await call.answered;
    call.tone(700);
    await until(() => bobs.some((phone) => phone.incoming[0]?.heard.hears(700)), { what: 'the caller' });
    await until(() => bobs.filter((phone) => !phone.incoming[0]?.isEnded).length === 1, { what: 'one left' });
    const loser = bobs.find((phone) => phone.incoming[0]?.isEnded);
    if (loser) expect(onlyCall(loser).heard.hears(700)).toBe(false);
    await call.bye();
    await system.history(callId);
  });

  test('one after the other, where they are asked for so', async () => {
    const [one, two] = [await callee(rejecting(486, { after: 100 })), await callee(picksUp())];
    const { call, callId } = await connecting([address(one), address(two)], { ring_method: 'linear' });
    await call.answered;
    expect(onlyCall(two).receivedAt).toBeGreaterThan(onlyCall(one).receivedAt + 100);
    await onlyCall(two).bye();
    await result(callId);
    await call.bye();
    await system.history(callId);
  });

  test('with a delay each', async () => {
    const [one, two] = [await callee(ringing), await callee(picksUp())];
    const { call, callId } = await connecting([address(one), address(two, { delay: 1_500 })]);
    await call.answered;
    // By the daemon's clock: what a phone receives it may read late.
    const legs = system.sink.requests.filter(
      ({ type, data }) => type === 'call_created' && data.master_call_id === callId,
    );
    const [first = 0, second = 0] = legs.map(({ data }) => Date.parse(`${String(data.tm_create)}Z`));
    expect(second - first).toBeGreaterThan(1_400);
    expect(onlyCall(two).receivedAt).toBeGreaterThan(onlyCall(one).receivedAt);
    await call.bye();
    await system.history(callId);
  });

  test('who all refuse: the flow goes on with the reason of the last', async () => {
    const phones = [await callee(rejecting(503)), await callee(rejecting(486, { after: 200 }))];
    const { call, callId } = await connecting(phones.map((phone) => address(phone)));
    expect(await result(callId)).toMatchObject({ status: 'busy', sip_code: '486' });
    await call.cancel();
    await system.history(callId);
  });
});

describe('phones', () => {
  test('call each other by their numbers', async () => {
    const [one, two] = [await system.desk('1001'), await system.desk('1002')];
    await one.register();
    await two.register();
    two.onInvite(picksUp());
    const call = await one.call('1002');
    await call.answered;
    await until(() => call.heard.hears(1_200), { what: 'the other phone' });
    expect(onlyCall(two).from).toMatchObject({ user: '1001' });
    await onlyCall(two).bye();
    await call.ended;
    await system.history(await callerOf('1002'));
    await one.unregister();
    await two.unregister();
  });

  test('that are not there are 480', async () => {
    const caller = await system.caller();
    const call = await caller.call('1009');
    expect(await call.final).toMatchObject({ status: 480 });
    await system.history(await callerOf('1009'));
  });
});

test('a daemon that is killed leaves no leg and no bridge of those who hang up meanwhile, and every call has its end told', async () => {
  const bob = await callee(picksUp());
  const { call, callId } = await connecting([address(bob)]);
  await call.answered;
  await until(() => call.heard.hears(1_200), { what: 'the callee' });
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await call.bye();
  await system.restartDaemon();
  await onlyCall(bob).ended;
  await system.history(callId);
  expect(await hungUp(callId)).toMatchObject({ hangup_by: 'remote', hangup_reason: 'failed' });
  expect(await hungUp(String(legIds(callId)[0]))).toMatchObject({
    hangup_by: 'local',
    hangup_reason: 'normal',
  });
});

test('an agent who takes a break is not rung, not even where he is the only one', async () => {
  const [paused, there] = [await callee(picksUp()), await callee(picksUp({ tone: 1_400 }))];
  const { body: agent } = await system.api.post<{ id: string }>('/v1.0/agents', {
    username: 'paused',
    addresses: [address(paused)],
  });
  const destination = { type: 'agent', target: agent.id };
  const pause = (status: string) => system.api.put(`/v1.0/agents/${agent.id}/status`, { status });
  expect(await pause('away')).toMatchObject({ status: 200 });
  const { call, callId } = await connecting([destination, address(there)]);
  await call.answered;
  await until(() => call.heard.hears(1_400), { what: 'the one who is there' });
  await onlyCall(there).bye();
  expect(await result(callId)).toMatchObject({ status: 'answered' });
  await call.bye();
  const alone = await connecting([destination]);
  expect(await result(alone.callId)).toMatchObject({ status: 'failed', call_id: '' });
  expect(legsOf(alone.callId)).toEqual([]);
  await alone.call.cancel();
  for (const id of [callId, alone.callId]) {
    await system.history(id);
    const failed = system.sink.eventsOf(id).filter(({ type }) => type === 'action_failed');
    expect(failed.map(({ data }) => data.code)).toEqual(['AGENT_AWAY']);
  }
  expect(paused.incoming).toEqual([]);
  // Back from it he is rung.
  await pause('available');
  const back = await connecting([destination]);
  await back.call.answered;
  await until(() => back.call.heard.hears(1_200), { what: 'the agent' });
  await back.call.bye();
  await system.history(back.callId);
});

describe('what is not allowed', () => {
  test.each([
    ['a host', { type: 'sip', target: 'x@198.51.100.1' }, 'DESTINATION_NOT_ALLOWED'],
    ['a number', { type: 'tel', target: '+491234567' }, 'DESTINATION_NOT_ALLOWED'],
    ['text that is no address', { type: 'sip', target: "a@127.0.0.1')&System(x" }, 'INVALID_DESTINATION'],
    ['no extension', { type: 'extension', target: 'trunk' }, 'INVALID_DESTINATION'],
    ['nobody', { type: 'agent', target: '11111111-1111-4111-8111-111111111111' }, 'UNKNOWN_AGENT'],
  ])('%s is refused, and told', async (_, destination, code) => {
    const { call, callId } = await connecting([destination]);
    const { data } = await system.sink.waitFor(
      ({ type, data }) => type === 'action_failed' && data.reference_id === callId,
    );
    expect(data).toMatchObject({ action: { type: 'connect' }, code });
    expect(legsOf(callId)).toEqual([]);
    await call.cancel();
    await system.history(callId);
  });
});

test('a caller with line ends in his number is connected, without them', async () => {
  const phone = await callee(answering());
  const number = String(++lastNumber);
  await system.flowOn(number, [{ type: 'connect', option: { destinations: [address(phone)] } }]);
  const stranger = await system.caller();
  const call = await stranger.call(number, { from: { user: '12%0D%0AX%0934', name: 'Bob' } });
  await call.answered;
  const callId = await system.callTo(number);
  const created = system.sink.requests.find(({ data }) => data.id === callId);
  expect(created?.data.source).toMatchObject({ target: '12X34' });
  expect(phone.complaints).toEqual([]);
  await call.bye();
  await system.history(callId);
});

test('a caller whose number is nothing but line ends is anonymous, and connected by a flow that hands on his number', async () => {
  const phone = await callee(answering());
  const source = { type: 'tel', target: '${voipbin.call.source.target}' };
  const number = String(++lastNumber);
  await system.flowOn(number, [{ type: 'connect', option: { source, destinations: [address(phone)] } }]);
  const stranger = await system.caller();
  const call = await stranger.call(number, { from: { user: '%0D%0A%20', name: '' } });
  const callId = await system.callTo(number);
  await until(() => phone.incoming.length === 1, { what: 'a call' });
  const created = system.sink.requests.find(({ data }) => data.id === callId);
  expect(created?.data.source).toMatchObject({ target: 'anonymous' });
  expect(phone.incoming[0]?.from.uri).toContain('anonymous');
  await call.answered;
  await call.bye();
  await system.history(callId);
});

test.each([
  ['Bob \\"X\\" \\\\ Co', 'Bob "X" \\ Co', '"Bob \\"X\\" \\\\ Co"'],
  ['tab\there', 'tab here', '"tab here"'],
  ['Zoë 株式会社', 'Zoë 株式会社', '"Zoë 株式会社"'],
  ['long '.repeat(120), expect.stringMatching(/^long /), expect.stringMatching(/^"(long )+long"/)],
])('a caller whose name is %j is connected, and called as he is', async (quoted, name, shown) => {
  const phone = await callee(answering());
  const headers = [{ name: 'X-Caller', value: '${voipbin.call.source.target_name} calls' }];
  const number = String(++lastNumber);
  await system.flowOn(number, [{ type: 'connect', option: { destinations: [address(phone)], headers } }]);
  const stranger = await system.caller();
  const call = await stranger.call(number, { from: { user: '1234', name: quoted } });
  const callId = await system.callTo(number);
  await until(() => phone.incoming.length === 1);
  const { invite } = phone.incoming[0] as IncomingCall; // there is one
  const created = system.sink.requests.find(({ data }) => data.id === callId);
  expect(created?.data.source).toMatchObject({ target: '1234', target_name: name });
  expect(/^(?<display>".*") </.exec(invite.headers.get('From') ?? '')?.groups?.display).toEqual(shown);
  expect(invite.headers.get('X-Caller')).toMatch(/^[^\p{Cc}]+$/u);
  expect(phone.complaints).toEqual([]);
  await call.answered;
  await call.bye();
  await system.history(callId);
});
