import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import { type Forward, type Handling, noForward } from '../../../src/extensions/extension-record.ts';
import { LegLimits } from '../../../src/outgoing/leg-limits.ts';
import { OutboundLimits } from '../../../src/outgoing/outbound-limits.ts';
import { OutboundRules } from '../../../src/outgoing/outbound-rules.ts';
import { OutgoingCalls } from '../../../src/outgoing/outgoing-calls.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';
import { givenTrunking } from '../../support/given-trunks.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Wanted = Partial<Omit<Handling, 'forward'>> & {
  readonly caller_id?: string;
  readonly forward?: Partial<Forward>;
};

const to = (target: string, type: 'extension' | 'tel' | 'sip' = 'extension') => ({ type, target });

function given(extensions: Readonly<Record<string, Wanted>>) {
  const fixture = givenCall({ state: 'Up' });
  fixture.call.announce('');
  const { asterisk } = fixture;
  const outgoing = new OutgoingCalls({
    calls: fixture.calls,
    activeflows: fixture.activeflows,
    rules: new OutboundRules(['+49']),
    limits: new OutboundLimits({ perSecond: 100, concurrent: 1 }),
    legs: new LegLimits({ perPhone: 4, total: 20 }),
    isConnected: () => true,
    trunking: givenTrunking('+49892'),
    domain: 'pbx.test',
    agents: { get: async () => undefined },
    phones: {
      of: (number) => {
        const wanted = extensions[number];
        const usual = { caller_id: '', call_waiting: true, dnd: false };
        return wanted && { ...usual, ...wanted, forward: { ...noForward, ...wanted.forward } };
      },
    },
    scope: fixture.scope,
  });
  const ring = (target: string, type = 'extension') =>
    outgoing.ring({
      source: telAddress('1001'),
      destination: { ...telAddress(target), type },
      timeout: 60_000,
      master: fixture.call,
    });
  const rung = (): string[] => asterisk.legs.parties.map(({ endpoint }) => endpoint);
  const party = (index: number) => asterisk.legs.parties[index];
  return { fixture, asterisk, ring, rung, party };
}

function variables({ asterisk }: ReturnType<typeof given>, place: number): Record<string, string> {
  const created = asterisk.requests.filter(({ operation: { name } }) => name === 'create');
  return (created[place]?.body?.variables ?? {}) as Record<string, string>; // as we have written them
}

test('a phone that is not to be disturbed does not ring, and is busy', async () => {
  const { ring, rung } = given({ '1002': { dnd: true } });
  const leg = ring('1002');
  await pass();
  expect(rung()).toEqual([]);
  expect(leg.record).toMatchObject({ hangup_reason: 'busy', hangup_cause: 17 });
});

test('without call waiting a phone on a call is busy; with it, it rings', async () => {
  const { asterisk, ring, rung } = given({ '1002': { call_waiting: false }, '1003': {} });
  asterisk.legs.onCall.add('1002').add('1003');
  const busy = ring('1002');
  ring('1003');
  await pass();
  expect(busy.record.hangup_reason).toBe('busy');
  expect(rung()).toEqual(['PJSIP/1003']);
});

test('always forwarded, it does not ring: the call goes through phones that forward too, and says so', async () => {
  const there = given({
    '1002': { forward: { always: to('1003') } },
    '1003': { forward: { always: to('+4930', 'tel') } },
  });
  const leg = there.ring('1002');
  await pass();
  expect(there.rung()).toEqual(['PJSIP/+4930@trunk']);
  expect(variables(there, 0)['PJSIP_HEADER(add,Diversion)']).toBe('<sip:1003@pbx.test>;reason=unconditional');
  there.party(0)?.answer();
  await pass();
  expect(leg.isUp).toBe(true);
});

test('what is not allowed, too much, or goes round, is not followed', async () => {
  const there = given({
    '1002': { forward: { always: to('+1', 'tel') } },
    '1003': { forward: { always: to('1004') } },
    '1004': { forward: { always: to('1003') } },
    '1005': { forward: { always: to('+4930', 'tel') } },
  });
  for (const phone of ['1002', '1003']) {
    const leg = there.ring(phone);
    await pass();
    expect(leg.record).toMatchObject({ hangup_reason: 'noanswer', hangup_cause: 20 });
  }
  const [first, second] = [there.ring('1005'), there.ring('1005')];
  await pass();
  expect(there.rung()).toEqual(['PJSIP/+4930@trunk']);
  expect(second.isEnded).toBe(true);
  first.hangup('normal');
  await pass(1_000);
  there.ring('1005');
  await pass();
  expect(there.rung()).toHaveLength(2);
});

test.each([
  [486, 'busy'],
  [603, 'busy'],
  [480, 'no_answer'],
  [503, 'unavailable'],
] as const)('refused with %i, the call goes on where %s leads, once', async (status, why) => {
  const there = given({
    '1002': { forward: { [why]: to('1003') } },
    '1003': { forward: { [why]: to('1002') } },
  });
  const leg = there.ring('1002');
  await pass();
  there.party(0)?.refuse(status);
  await pass();
  expect(there.rung()).toEqual(['PJSIP/1002', 'PJSIP/1003']);
  there.party(1)?.ring();
  await pass(5_000);
  there.party(1)?.answer();
  await pass();
  expect(leg.isUp).toBe(true);
  leg.hangup('normal');
  await pass(1_000);
  expect(leg.isEnded).toBe(true);
  there.fixture.hangup();
  await pass(1_000);
  expect([...there.asterisk.channels.keys()]).toEqual([]);
});

test('hops are counted over all: the last one to refuse says how the call ends', async () => {
  const there = given({
    '1002': { forward: { busy: to('1003') } },
    '1003': { forward: { busy: to('1002') } },
  });
  const leg = there.ring('1002');
  for (let place = 0; place < 4; place++) {
    await pass();
    there.party(place)?.refuse(486);
  }
  await pass();
  expect(there.rung()).toHaveLength(4);
  expect(leg.record).toMatchObject({ hangup_reason: 'busy', sip_code: 486 });
});

test('unanswered for so long, it rings elsewhere, and no longer here; where that is refused the call is over', async () => {
  const there = given({ '1002': { forward: { no_answer: to('+4930', 'tel'), timeout: 10_000 } } });
  const leg = there.ring('1002');
  await pass();
  there.party(0)?.ring();
  await pass(9_000);
  expect(there.rung()).toHaveLength(1);
  await pass(2_000);
  expect(there.rung()).toEqual(['PJSIP/1002', 'PJSIP/+4930@trunk']);
  expect(there.party(0)?.isCalled).toBe(false);
  await pass(10_000);
  there.party(1)?.refuse(486);
  await pass();
  expect(leg.record).toMatchObject({ hangup_reason: 'busy', sip_code: 486 });
});

test('answered in time it is forwarded nowhere; so is a call that is given up', async () => {
  const there = given({ '1002': { forward: { no_answer: to('1003'), busy: to('1003'), timeout: 10_000 } } });
  there.ring('1002');
  await pass();
  there.party(0)?.answer();
  await pass(20_000);
  const given_up = there.ring('1002');
  await pass();
  given_up.hangup('cancel');
  await pass(20_000);
  expect(there.rung()).toEqual(['PJSIP/1002', 'PJSIP/1002']);
});

test('a phone that is not there is forwarded where that leads, and shown by its number at telephones', async () => {
  const there = given({ '1001': { caller_id: '+49891' }, '1002': { forward: { unavailable: to('1003') } } });
  there.asterisk.legs.phones.set('1002', 'offline');
  there.ring('1002');
  await pass(1_000);
  expect(there.rung()).toEqual(['PJSIP/1003']);
  there.ring('+4930', 'tel');
  await pass();
  expect(variables(there, 1)['CONNECTEDLINE(num,i)']).toBe('+49891');
  expect(variables(there, 0)['CONNECTEDLINE(num,i)']).toBe('1001');
});

test('given up while it is asked whether the next phone is there, it keeps no place of that one', async () => {
  const there = given({ '1002': { forward: { always: to('1003') } } });
  there.asterisk.legs.phones.set('1003', 'offline'); // which is looked at twice
  for (let count = 0; count < 6; count++) {
    const leg = there.ring('1002');
    await pass(100);
    leg.hangup('cancel');
    await pass(1_000);
    expect(leg.isEnded).toBe(true);
  }
  there.asterisk.legs.phones.set('1003', 'online');
  there.ring('1002');
  await pass();
  expect(there.rung()).toEqual(['PJSIP/1003']);
});

test('at telephones a phone without a number of its own is shown by that of the trunk', async () => {
  const there = given({ '1001': {} });
  there.ring('+4930', 'tel');
  await pass();
  expect(variables(there, 0)['CONNECTEDLINE(num,i)']).toBe('+49892');
});
