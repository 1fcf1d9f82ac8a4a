import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answering, type InviteHandler, rejecting, ringing } from '../support/answering.ts';
import type { Dialog } from '../support/dialog.ts';
import type { Heard } from '../support/heard.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import type { Phone } from '../support/phone.ts';
import { sharedKill } from '../support/shared-kill.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

// The daemon is killed under calls that it connects: each goes on where it was, with the next daemon, and nobody is called twice.

let system: System;
let lastNumber = 900;

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '1000' },
  });
});
afterAll(() => system[Symbol.asyncDispose]());

/** Behind tests that ran beside each other. */
function nothingIsLeft(): void {
  // What Asterisk says of the connection to a daemon that is killed.
  test('and nothing is left', () => system.quiet([/web ?socket/i]));
}

/** A phone somewhere, that is called by its address. */
async function callee(handler: InviteHandler): Promise<Phone> {
  const phone = await system.caller(`callee${++lastNumber}`);
  phone.onInvite(handler);
  return phone;
}

const at = (phone: Phone, more: object = {}): object => ({
  type: 'sip',
  target: phone.contact.replace(/^sip:/, ''),
  ...more,
});

const names = ['status', 'hangup_reason', 'sip_code', 'duration'];
const seen = names.map((name) => `\${voipbin.connect.${name}}`).join(' ');

interface Connecting {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** Calls a number whose flow connects to those phones, and then keeps what it knows of that. */
async function connecting(phones: readonly object[], option: object = {}): Promise<Connecting> {
  const number = String(++lastNumber);
  await system.flowOn(number, [
    { type: 'connect', option: { destinations: phones, ...option } },
    { id: 'after', type: 'variable_set', option: { key: 'seen', value: seen } },
    { id: 'end', type: 'sleep', option: { duration: 600_000 } },
  ]);
  const call = await (await system.caller('alice')).call(number);
  return { call, callId: await system.callTo(number) };
}

/** The variables as the action after `connect` saw them. */
async function result(callId: string): Promise<Record<string, string>> {
  const { data } = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' &&
      data.reference_id === callId &&
      (data.current_action as { id: string }).id === 'after',
  );
  const action = data.current_action as { option: { value: string } };
  const values = action.option.value.split(' ');
  return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
}

/** The milestones of the legs of a call, leg by leg, each told under one id. */
function legsOf(callId: string): string[][] {
  const legs = new Map<string, Map<string, string>>();
  for (const { type, data, headers } of system.sink.requests) {
    if (data.master_call_id !== callId || type === 'call_updated') continue;
    const told = legs.get(String(data.id)) ?? new Map();
    told.set(String(headers['webhook-id']), String(type).replace('call_', ''));
    legs.set(String(data.id), told);
  }
  return [...legs.values()].map((told) => [...told.values()]);
}

async function leg(phone: Phone): Promise<IncomingCall> {
  return until(() => phone.incoming[0], { what: 'a call' });
}

/** Waits until as many legs as that have been told of as ringing, and so written down. */
async function ring(callId: string, many: number): Promise<void> {
  const rung = () => legsOf(callId).filter((told) => told.includes('ringing'));
  await until(() => rung().length === many, { what: `${many} to ring` });
}

/** Both are heard by each other from now on; what was heard before does not count. */
async function talk(one: Dialog, other: Dialog): Promise<void> {
  one.tone(700);
  other.tone(1_200);
  const from = wallTime() + 300;
  await until(() => wallTime() > from && one.heard.hears(1_200) && other.heard.hears(700), {
    what: () => `both to be heard: ${one.heard.describe()}; ${other.heard.describe()}`,
  });
}

/** How much of a time a tone was heard, in windows that a hiccup of this process spoils one by one. */
function shareOf(heard: Heard, tone: number, { from, to }: { from: number; to: number }): number {
  const windows = Array.from({ length: Math.floor((to - from) / 100) }, (_, index) => from + index * 100);
  return windows.filter((at) => heard.toneAt(tone, at, at + 100) > 0.7).length / windows.length;
}

async function over({ call, callId }: Connecting): Promise<void> {
  await call.close();
  const types = await system.history(callId);
  expect(types.filter((type) => type === 'call_hungup' || type === 'activeflow_deleted')).toHaveLength(2);
}

const invites = (...phones: Phone[]): number[] => phones.map(({ incoming }) => incoming.length);

describe('two who talk', () => {
  const killed = sharedKill(() => system, 4);

  test.concurrent('do not notice it, and the flow goes on when the callee hangs up', async () => {
    const bob = await callee(answering({ ringFor: 150 }));
    const connected = await connecting([at(bob)]);
    await connected.call.answered;
    const theirs = await leg(bob);
    await talk(connected.call, theirs);
    await until(() => legsOf(connected.callId)[0]?.includes('answered'), { what: 'it to be written' });
    const before = { senders: connected.call.heard.senders, lost: connected.call.heard.lost };
    const from = wallTime();
    await killed();
    const back = wallTime();
    expect(shareOf(connected.call.heard, 1_200, { from, to: back })).toBeGreaterThan(0.8);
    expect(shareOf(theirs.heard, 700, { from, to: back })).toBeGreaterThan(0.8);
    await talk(connected.call, theirs);
    // The sweep for what nobody owns has been by then.
    await theirs.wait(6_000);
    await talk(connected.call, theirs);
    // In one stream: it was never anew, nor missed a packet.
    const { senders, lost } = connected.call.heard;
    expect({ senders, lost }).toEqual(before);
    const hungUp = wallTime();
    await theirs.bye();
    const told = await result(connected.callId);
    expect(told).toMatchObject({ status: 'answered', hangup_reason: 'normal' });
    expect(Number(told.duration)).toBeGreaterThan(hungUp - from - 1_000);
    expect(invites(bob)).toEqual([1]);
    await over(connected);
    expect(legsOf(connected.callId)).toEqual([['created', 'ringing', 'answered', 'hungup']]);
  });

  test.concurrent.each(['callee', 'caller'] as const)(
    'are parted where the %s hangs up meanwhile',
    async (who) => {
      const bob = await callee(answering());
      const connected = await connecting([at(bob)]);
      await connected.call.answered;
      const theirs = await leg(bob);
      await talk(connected.call, theirs);
      await killed(() => (who === 'callee' ? theirs.bye() : connected.call.bye()));
      if (who === 'callee')
        expect(await result(connected.callId)).toMatchObject({ status: 'answered', hangup_reason: 'failed' });
      else expect(await theirs.ended).toMatchObject({ by: 'them' });
      await over(connected);
    },
  );

  test.concurrent('and have no flow any more, because a third one has brought them together, talk on', async () => {
    const [bob, carol] = [await callee(answering()), await callee(answering())];
    const alice = await system.desk('1001');
    await alice.register();
    const dialogs: OutgoingCall[] = [];
    let number = '';
    for (const phone of [bob, carol]) {
      number = String(++lastNumber);
      await system.flowOn(number, [{ type: 'connect', option: { destinations: [at(phone)] } }]);
      const call = await alice.call(number);
      await call.answered;
      await talk(call, await leg(phone));
      dialogs.push(call);
    }
    const [first, second] = dialogs as [OutgoingCall, OutgoingCall];
    const uri = `sip:${number}@127.0.0.1:${system.asterisk.sipPort}`;
    expect(await first.refer(uri, second)).toBe(202);
    await first.ended;
    const [one, other] = [await leg(bob), await leg(carol)];
    await talk(one, other);
    await killed();
    await one.wait(6_000);
    await talk(one, other);
    await one.bye();
    expect(await other.ended).toMatchObject({ by: 'them' });
    await alice.unregister();
  });

  nothingIsLeft();
});

describe('no longer than before may', () => {
  const killed = sharedKill(() => system, 2);

  test.concurrent('two talk', async () => {
    const bob = await callee(answering());
    const connected = await connecting([at(bob)], { duration: 12_000 });
    await connected.call.answered;
    const theirs = await leg(bob);
    await talk(connected.call, theirs);
    await killed();
    await talk(connected.call, theirs);
    expect(await theirs.ended).toMatchObject({ by: 'them' });
    const told = await result(connected.callId);
    expect(told).toMatchObject({ status: 'answered', hangup_reason: 'timeout' });
    expect(Math.abs(Number(told.duration) - 12_000)).toBeLessThan(1_500);
    await over(connected);
  });

  test.concurrent('one ring, and who is to ring later does', async () => {
    const [bob, carol] = [await callee(ringing), await callee(answering())];
    const connected = await connecting([at(bob), at(carol, { delay: 12_000 })], { timeout: 8_000 });
    await ring(connected.callId, 1);
    const theirs = await leg(bob);
    const began = wallTime();
    await killed();
    expect((await theirs.ended).how).toBe('CANCEL');
    expect(wallTime() - began).toBeLessThan(9_500);
    await connected.call.answered;
    await talk(connected.call, await leg(carol));
    expect(invites(bob, carol)).toEqual([1, 1]);
    await over(connected);
  });

  nothingIsLeft();
});

describe('somebody who rings', () => {
  const killed = sharedKill(() => system, 4);

  test.concurrent('rings on: of several the one who answers then is heard, the others are cancelled', async () => {
    const [bob, carol] = [await callee(ringing), await callee(ringing)];
    const connected = await connecting([at(bob), at(carol)]);
    await ring(connected.callId, 2);
    await killed();
    const [rings, answers] = [await leg(bob), await leg(carol)];
    await answers.wait(6_000);
    expect(connected.call.provisional.map(({ status }) => status)).toContain(180);
    await answers.answer();
    await connected.call.answered;
    await talk(connected.call, answers);
    expect((await rings.ended).how).toBe('CANCEL');
    expect(invites(bob, carol)).toEqual([1, 1]);
    await answers.bye();
    expect(await result(connected.callId)).toMatchObject({ status: 'answered', hangup_reason: 'normal' });
    await over(connected);
    expect(legsOf(connected.callId)).toEqual([
      ['created', 'ringing', 'hungup'],
      ['created', 'ringing', 'answered', 'hungup'],
    ]);
  });

  test.concurrent('and answers meanwhile is heard as soon as there is a daemon', async () => {
    const bob = await callee(ringing);
    const connected = await connecting([at(bob)]);
    await ring(connected.callId, 1);
    const theirs = await leg(bob);
    await killed(() => theirs.answer());
    await connected.call.answered;
    await talk(connected.call, theirs);
    expect(invites(bob)).toEqual([1]);
    await over(connected);
    expect(legsOf(connected.callId)).toEqual([['created', 'ringing', 'answered', 'hungup']]);
  });

  test.concurrent('is called no more where the caller gives up meanwhile', async () => {
    const bob = await callee(ringing);
    const connected = await connecting([at(bob)]);
    await ring(connected.callId, 1);
    const theirs = await leg(bob);
    await killed(() => connected.call.cancel());
    expect((await theirs.ended).how).toBe('CANCEL');
    await over(connected);
  });

  test.concurrent('in his turn is not called again, and after him comes the next', async () => {
    const phones = [await callee(rejecting(486)), await callee(ringing), await callee(answering())];
    const connected = await connecting(
      phones.map((phone) => at(phone)),
      { ring_method: 'linear' },
    );
    await ring(connected.callId, 1);
    await killed();
    expect(invites(...phones)).toEqual([1, 1, 0]);
    (await leg(phones[1] as Phone)).reject(480);
    await connected.call.answered;
    await talk(connected.call, await leg(phones[2] as Phone));
    expect(invites(...phones)).toEqual([1, 1, 1]);
    await over(connected);
  });

  nothingIsLeft();
});

describe('whoever rings', () => {
  const killed = sharedKill(() => system, 3);

  test.concurrent('and is heard already before he answers is heard on', async () => {
    const bob = await callee((call) => {
      call.progress();
      call.tone(1_200);
    });
    const connected = await connecting([at(bob)], { early_media: true });
    await until(() => connected.call.heard.hears(1_200), { what: 'early media' });
    await killed();
    const theirs = await leg(bob);
    await theirs.wait(6_000);
    expect(connected.call.heard.hears(1_200)).toBe(true);
    await theirs.answer();
    await connected.call.answered;
    await talk(connected.call, theirs);
    expect(invites(bob)).toEqual([1]);
    await over(connected);
  });

  test.concurrent('at several phones with one number rings on at all of them', async () => {
    const desks = [await system.desk('1001'), await system.desk('1001')];
    for (const desk of desks) {
      desk.onInvite(ringing);
      await desk.register();
    }
    const connected = await connecting([{ type: 'extension', target: '1001' }]);
    await ring(connected.callId, 1);
    await until(() => desks.every(({ incoming }) => incoming.length === 1), { what: 'both to ring' });
    await killed();
    const [one, other] = [await leg(desks[0] as Phone), await leg(desks[1] as Phone)];
    await other.wait(6_000);
    await other.answer();
    await connected.call.answered;
    await talk(connected.call, other);
    expect((await one.ended).how).toBe('CANCEL');
    expect(invites(...desks)).toEqual([1, 1]);
    await over(connected);
    for (const desk of desks) await desk.unregister();
  });

  test.concurrent('in a call that was ordered rings on, and its flow begins when it is answered', async () => {
    const bob = await callee(ringing);
    const { body } = await system.api.post<{ readonly calls: readonly { readonly id: string }[] }>(
      '/v1.0/calls',
      {
        source: { type: 'tel', target: '+4930' },
        destinations: [at(bob)],
        actions: [{ type: 'echo', option: { duration: 60_000 } }],
      },
    );
    const id = String(body.calls[0]?.id);
    await system.sink.waitFor(({ type, data }) => type === 'call_ringing' && data.id === id);
    await killed();
    const theirs = await leg(bob);
    await theirs.answer();
    theirs.tone(900);
    await until(() => theirs.heard.hears(900), { what: 'the echo' });
    await theirs.bye();
    await system.history(id);
    // Delivered twice perhaps, with a kill between, under one id.
    const told = new Map(system.sink.eventsOf(id).map(({ type, headers }) => [headers['webhook-id'], type]));
    const milestones = [...told.values()].filter((type) => !type?.endsWith('_updated'));
    expect(milestones.toSorted()).toEqual([
      'activeflow_created',
      'activeflow_deleted',
      'call_answered',
      'call_created',
      'call_hungup',
      'call_ringing',
    ]);
    expect(invites(bob)).toEqual([1]);
  });

  nothingIsLeft();
});
