import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answering } from '../support/answering.ts';
import type { Dialog } from '../support/dialog.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import type { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;
let lastNumber = 750;

beforeAll(async () => {
  system = await System.start({
    env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8', ARIFLOW_OUTBOUND_CPS: '100' },
  });
});
// A leg that is taken out of a bridge may have left it in the same moment, because the bridge is gone.
afterEach(() => system.quiet([/Not in bridge .*; not removing/]));
afterAll(() => system[Symbol.asyncDispose]());

interface Somebody {
  readonly phone: Phone;
  /** Whose flow connects to that phone. */
  readonly number: string;
}

/** Somebody who says who he is with a tone, and a number that leads to him. */
async function somebody(tone: number): Promise<Somebody> {
  const number = String(++lastNumber);
  const phone = await system.caller(`phone${number}`);
  phone.onInvite(answering({ ringFor: 50, tone }));
  const target = phone.contact.replace(/^sip:/, '');
  await system.flowOn(number, [{ type: 'connect', option: { destinations: [{ type: 'sip', target }] } }]);
  return { phone, number };
}

async function leg({ phone }: Somebody): Promise<IncomingCall> {
  return until(() => phone.incoming[0], { what: 'a call' });
}

function uri(number: string): string {
  return `sip:${number}@127.0.0.1:${system.asterisk.sipPort}`;
}

/** What was heard before this does not count, nor how long something else is heard first. */
async function hear(one: Dialog, tone: number): Promise<void> {
  const from = performance.timeOrigin + performance.now() + 300;
  await until(() => performance.timeOrigin + performance.now() > from && one.heard.hears(tone), {
    what: () => `a tone of ${tone} Hz`,
  });
}

async function desk(number: string): Promise<Phone> {
  const phone = await system.desk(number);
  await phone.register();
  return phone;
}

describe('a blind transfer', () => {
  test('by the callee sends the caller to another number', async () => {
    const carol = await somebody(1_200);
    const bob = await desk('1002');
    bob.onInvite(answering({ ringFor: 50, tone: 500 }));
    const alice = await system.caller('alice');
    const call = await alice.call('1002');
    await call.answered;
    call.tone(800);
    await hear(call, 500);
    const asked = bob.incoming[0] as IncomingCall;
    expect(await asked.refer(uri(carol.number))).toBe(202);
    await hear(call, 1_200);
    await hear(await leg(carol), 800);
    await asked.ended;
    expect(asked.notified.at(-1)).toMatch(/200/);
    const { data } = await system.sink.waitFor('call_transferred');
    expect(data).toMatchObject({ direction: 'incoming', status: 'progressing', source: { target: 'alice' } });
    const callId = String(data.id);
    expect(
      system.sink.types(system.sink.eventsOf(callId)).filter((type) => /^activeflow_[cd]/.test(type)),
    ).toEqual(['activeflow_created', 'activeflow_deleted', 'activeflow_created']);
    await call.bye();
    await (await leg(carol)).ended;
    await until(() => system.sink.types(system.sink.eventsOf(callId)).at(-1) === 'activeflow_deleted', {
      what: 'the end',
    });
    await bob.unregister();
  });

  test('by the caller sends the callee to another number, with a flow of his own', async () => {
    const [bob, carol] = [await somebody(500), await somebody(1_200)];
    const alice = await desk('1001');
    const call = await alice.call(bob.number);
    await call.answered;
    await hear(call, 500);
    expect(await call.refer(uri(carol.number))).toBe(202);
    await call.ended;
    await hear(await leg(bob), 1_200);
    await hear(await leg(carol), 500);
    const { data } = await system.sink.waitFor(
      ({ type, data }) => type === 'call_transferred' && data.direction === 'outgoing',
    );
    await (await leg(carol)).bye();
    await (await leg(bob)).ended;
    await system.history(String(data.id));
    await alice.unregister();
  });

  test('is carried out also where the phone hangs up at once', async () => {
    const carol = await somebody(1_200);
    const bob = await desk('1002');
    bob.onInvite(answering({ ringFor: 50, tone: 500 }));
    const alice = await system.caller('alice');
    const call = await alice.call('1002');
    await call.answered;
    await hear(call, 500);
    const asked = bob.incoming[0] as IncomingCall;
    expect(await asked.refer(uri(carol.number))).toBe(202);
    await asked.bye();
    await hear(call, 1_200);
    await call.bye();
    await (await leg(carol)).ended;
    await bob.unregister();
  });

  test('is carried out also where a caller hangs up at once', async () => {
    const [bob, carol] = [await somebody(500), await somebody(1_200)];
    const alice = await desk('1001');
    const call = await alice.call(bob.number);
    await call.answered;
    await hear(call, 500);
    expect(await call.refer(uri(carol.number))).toBe(202);
    await call.bye();
    await hear(await leg(bob), 1_200);
    await (await leg(bob)).bye();
    await (await leg(carol)).ended;
    await alice.unregister();
  });

  test('to nobody is refused, and the call goes on', async () => {
    const bob = await somebody(500);
    const alice = await desk('1001');
    const call = await alice.call(bob.number);
    await call.answered;
    await hear(call, 500);
    expect(await call.refer(uri('no-such-number'))).toBe(202);
    await until(() => call.notified.some((line) => /SIP\/2.0 [456]/.test(line)), { what: 'a refusal' });
    await hear(call, 500);
    await call.bye();
    await (await leg(bob)).ended;
    await alice.unregister();
  });
});

test.each(['first', 'second'] as const)(
  'an attended transfer to a menu, asked for in the %s call, sends the other party there; a blind one out of it is declined',
  async (asked) => {
    const bob = await somebody(500);
    const menu = String(++lastNumber);
    const id = `menu-${asked}`;
    await system.flowOn(menu, [
      { type: 'answer' },
      { id, type: 'digits_receive', option: { duration: 30_000 } },
    ]);
    const alice = await desk('1001');
    const first = await alice.call(bob.number);
    await first.answered;
    await hear(first, 500);
    const second = await alice.call(menu);
    await second.answered;
    expect(await second.refer(uri(bob.number))).toBe(202);
    await until(() => second.notified.at(-1)?.startsWith('SIP/2.0 603'), { what: 'a refusal' });
    expect(await (asked === 'first' ? first.refer(uri(menu), second) : second.refer(uri(menu), first))).toBe(
      202,
    );
    await first.ended;
    await second.ended;
    const { data } = await system.sink.waitFor(
      ({ type, data }) =>
        type === 'call_updated' && data.direction === 'outgoing' && (data.action as { id: string }).id === id,
    );
    await (await leg(bob)).bye();
    await system.history(String(data.id));
    await alice.unregister();
  },
);

test('an attended transfer lets the two talk whom the phone has talked to', async () => {
  const [bob, carol] = [await somebody(500), await somebody(1_200)];
  const alice = await desk('1001');
  const first = await alice.call(bob.number);
  await first.answered;
  await hear(first, 500);
  await first.hold();
  const second = await alice.call(carol.number);
  await second.answered;
  await hear(second, 1_200);
  expect(await first.refer(uri(carol.number), second)).toBe(202);
  await hear(await leg(bob), 1_200);
  await hear(await leg(carol), 500);
  await first.ended;
  await second.ended;
  await (await leg(bob)).bye();
  await (await leg(carol)).ended;
  await alice.unregister();
});
