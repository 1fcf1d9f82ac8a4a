import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { answering, rejecting, ringing } from '../support/answering.ts';
import { addressOf } from '../support/call-centre.ts';
import type { Dialog } from '../support/dialog.ts';
import type { IncomingCall } from '../support/incoming-call.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { Phone } from '../support/phone.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';

let system: System;
let trunk: Phone;
let bob: Phone;
let lastNumber = 650;

beforeAll(async () => {
  trunk = await Phone.open({ user: 'trunk' });
  system = await System.start({
    env: {
      ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8,+49',
      ARIFLOW_OUTBOUND_CPS: '100',
      ARIFLOW_TRUNK_URI: trunk.contact,
    },
  });
  bob = await system.desk('1002');
  bob.onInvite(answering({ ringFor: 50, tone: 500 }));
  await bob.register();
});
afterEach(() => system.quiet([/Not in bridge .*; not removing/, /"?action_failed/, /transfer_failed/]));
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  await trunk.close();
});

/** A number whose flow is this one. */
async function numberOf(...actions: readonly object[]): Promise<string> {
  const number = String(++lastNumber);
  await system.flowOn(number, actions);
  return number;
}

const connecting = (destination: object, option: object = {}) => ({
  type: 'connect',
  option: { destinations: [destination], ...option },
});

const somebody = async (handler: Parameters<Phone['onInvite']>[0]): Promise<Phone> => {
  const phone = await system.caller(`somebody${++lastNumber}`);
  phone.onInvite(handler);
  return phone;
};

const uri = (number: string): string => `sip:${number}@127.0.0.1:${system.asterisk.sipPort}`;

/** What was heard before this does not count. */
async function hear(one: Dialog, tone: number): Promise<void> {
  const from = performance.timeOrigin + performance.now() + 300;
  await until(() => performance.timeOrigin + performance.now() > from && one.heard.hears(tone), {
    what: () => `a tone of ${tone} Hz`,
  });
}

const said = (one: Dialog, status: number): Promise<unknown> =>
  until(() => one.notified.some((line) => line.startsWith(`SIP/2.0 ${status}`)), {
    timeout: 20_000,
    what: () => `a NOTIFY of ${status} after ${one.notified.join(', ')}`,
  });

/** Alice calls Bob, and they talk. */
async function talk(): Promise<{ alice: OutgoingCall; bobs: IncomingCall }> {
  const phone = await system.caller('alice');
  const alice = await phone.call('1002');
  await alice.answered;
  alice.tone(800);
  await hear(alice, 500);
  const bobs = bob.incoming.at(-1) as IncomingCall;
  await hear(bobs, 800);
  return { alice, bobs };
}

async function end(alice: Dialog, bobs: Dialog): Promise<void> {
  await alice.bye();
  await bobs.ended;
}

describe('a blind transfer that comes to nothing is told so, and the two talk again', () => {
  const kinds: Record<string, { to: () => Promise<string>; told: number }> = {
    busy: { to: async () => numberOf(connecting(addressOf(await somebody(rejecting(486))))), told: 603 },
    'refused, which the flow relays': {
      to: async () => numberOf(connecting(addressOf(await somebody(rejecting(603))), { relay_reason: true })),
      told: 603,
    },
    'not answered': {
      to: async () => numberOf(connecting(addressOf(await somebody(ringing)), { timeout: 1_000 })),
      told: 503,
    },
    'a phone that is not there': { to: async () => '1003', told: 503 },
    'not allowed to be called': {
      to: () => numberOf(connecting({ type: 'tel', target: '+3901' })),
      told: 603,
    },
    'refused by the trunk': {
      to: () => {
        trunk.onInvite(rejecting(403));
        return numberOf(connecting({ type: 'tel', target: '+4930' }));
      },
      told: 603,
    },
    'a flow that hangs up': {
      to: () => numberOf({ type: 'hangup', option: { reason: 'busy' } }),
      told: 603,
    },
    'a queue without anybody on duty, which is left at once': {
      to: async () => {
        const queue = { name: 'nobody', leave_when_empty: true };
        const { body } = await system.api.post<{ id: string }>('/v1.0/queues', queue);
        return numberOf({ type: 'queue_join', option: { queue_id: body.id } });
      },
      told: 503,
    },
    'a number whose flow is gone': {
      to: async () => {
        const number = String(++lastNumber);
        const id = await system.flowOn(number, [{ type: 'answer' }]);
        await system.api.delete(`/v1.0/flows/${id}?force=true`);
        return number;
      },
      told: 503,
    },
  };

  test.each(Object.keys(kinds))('%s', { timeout: 40_000 }, async (kind) => {
    const { to, told } = kinds[kind] as (typeof kinds)[string];
    const number = await to();
    const { alice, bobs } = await talk();
    await bobs.hold();
    expect(await bobs.refer(uri(number))).toBe(202);
    await said(bobs, told);
    expect(bobs.notified.some((line) => line.startsWith('SIP/2.0 2'))).toBe(false);
    await bobs.unhold();
    await hear(alice, 500);
    await hear(bobs, 800);
    await end(alice, bobs);
  });

  test('by a caller too, whose own flow is then over', { timeout: 30_000 }, async () => {
    const carol = await somebody(answering({ tone: 1_200 }));
    const number = await numberOf(connecting(addressOf(carol)), {
      type: 'sleep',
      option: { duration: 60_000 },
    });
    const phone = await system.desk('1001');
    await phone.register();
    const call = await phone.call(number);
    await call.answered;
    call.tone(800);
    await hear(call, 1_200);
    expect(await call.refer(uri('1003'))).toBe(202);
    await said(call, 503);
    await hear(call, 1_200);
    await hear(carol.incoming[0] as IncomingCall, 800);
    await (carol.incoming[0] as IncomingCall).bye();
    await call.ended;
    await phone.unregister();
  });
});

test('a blind transfer is told 200 only when it is taken; a phone that has hung up before takes nobody back', async () => {
  const carol = await somebody(answering({ ringFor: 1_500, tone: 1_200 }));
  const number = await numberOf(connecting(addressOf(carol)));
  const first = await talk();
  expect(await first.bobs.refer(uri(number))).toBe(202);
  await said(first.bobs, 100);
  await until(() => carol.incoming[0], { what: 'the call to carol' });
  expect(first.bobs.isEnded).toBe(false);
  await said(first.bobs, 200);
  expect(carol.incoming[0]?.answeredAt).toBeDefined();
  await first.bobs.ended;
  await hear(first.alice, 1_200);
  await hear(carol.incoming[0] as IncomingCall, 800);
  await first.alice.bye();

  const busy = await numberOf(connecting(addressOf(await somebody(rejecting(486, { after: 500 })))));
  const second = await talk();
  expect(await second.bobs.refer(uri(busy))).toBe(202);
  await second.bobs.bye();
  expect(await second.alice.ended).toMatchObject({ by: 'them', how: 'BYE' });
});

test('of two transfers at once the second is refused', async () => {
  const [carol, dave] = [await somebody(answering({ ringFor: 1_000, tone: 1_200 })), await somebody(ringing)];
  const [first, second] = [
    await numberOf(connecting(addressOf(carol))),
    await numberOf(connecting(addressOf(dave))),
  ];
  const { alice, bobs } = await talk();
  expect(await bobs.refer(uri(first))).toBe(202);
  expect(await alice.refer(uri(second))).toBe(202);
  await said(alice, 603);
  await said(bobs, 200);
  await hear(alice, 1_200);
  await alice.bye();

  const next = await talk();
  expect(await next.bobs.refer(uri(first))).toBe(202);
  expect(await next.bobs.refer(uri(second))).toBe(202);
  await said(next.bobs, 603);
  await hear(next.alice, 1_200);
  await next.bobs.ended;
  expect(dave.incoming).toHaveLength(0);
  await next.alice.bye();
});

test('a party that was called and is sent to a flow is there who he is, with Referred-By', async () => {
  const [dave, carol] = [
    await somebody(answering({ tone: 900 })),
    await somebody(answering({ tone: 1_200 })),
  ];
  const agent = await somebody(answering({ tone: 1_400 }));
  const bobby = await somebody(answering({ tone: 500 }));
  const { body } = await system.api.post<{ id: string }>('/v1.0/agents', {
    username: agent.user,
    addresses: [addressOf(agent)],
  });
  const queue = await system.api.post<{ id: string }>('/v1.0/queues', { name: 'sales' });
  const said = '${voipbin.call.source.target} calls ${voipbin.call.destination.target}, ${call.cli}';
  const number = await numberOf(
    { id: 'who', type: 'variable_set', option: { key: 'who', value: said } },
    { type: 'call', option: { destinations: [addressOf(dave)], actions: [{ type: 'answer' }] } },
    connecting(addressOf(carol)),
    { type: 'agent_call', option: { agent_id: body.id } },
    { type: 'queue_join', option: { queue_id: queue.body.id } },
  );
  const alice = await system.desk('1001');
  await alice.register();
  const call = await alice.call(await numberOf(connecting(addressOf(bobby))));
  await call.answered;
  await hear(call, 500);
  expect(await call.refer(uri(number))).toBe(202);
  await call.ended;
  const bobs = bobby.incoming[0] as IncomingCall;
  await hear(bobs, 1_200);
  await carol.incoming[0]?.bye();
  await hear(bobs, 1_400);
  await agent.incoming[0]?.bye();
  await until(() => agent.incoming[1], { what: 'the call of the queue' });
  await hear(bobs, 1_400);
  await until(() => dave.incoming[0], { what: 'the call of its own' });
  for (const { invite } of [...dave.incoming, ...carol.incoming, ...agent.incoming]) {
    expect(invite.headers.get('From')).toContain(`<sip:${bobby.user}@`);
    expect(invite.headers.get('P-Asserted-Identity')).toContain(`<sip:${bobby.user}@`);
    expect(invite.headers.get('Referred-By')).toBe('<sip:1001@127.0.0.1>');
  }
  const { data } = await system.sink.waitFor(
    ({ type, data }) => type === 'activeflow_updated' && (data.current_action as { id: string }).id === 'who',
  );
  const target = String((addressOf(bobby) as { target: string }).target);
  expect((data.current_action as { option: { value: string } }).option.value).toBe(
    `${target} calls 1001, ${target}`,
  );
  await bobs.bye();
  await agent.incoming[1]?.ended;
  await system.api.delete(`/v1.0/agents/${body.id}?force=true`);
  await alice.unregister();
});
