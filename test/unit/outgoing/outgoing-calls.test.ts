import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import type { CallRegistryOptions } from '../../../src/calls/call-registry.ts';
import { LegLimits, legsOn } from '../../../src/outgoing/leg-limits.ts';
import { OutboundLimits } from '../../../src/outgoing/outbound-limits.ts';
import { OutboundRules } from '../../../src/outgoing/outbound-rules.ts';
import { OutgoingCalls, type OutgoingCallsOptions } from '../../../src/outgoing/outgoing-calls.ts';
import { admissionOf } from '../../support/admission-of.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';
import { givenTrunking } from '../../support/given-trunks.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Given = Partial<Pick<OutgoingCallsOptions, 'isConnected' | 'admission'>> & {
  readonly written?: CallRegistryOptions['written'];
  readonly ports?: number;
};

function given({ written, isConnected = () => true, ports = 80, admission }: Given = {}) {
  const fixture = givenCall({ state: 'Up', written });
  fixture.call.announce('');
  const outgoing = new OutgoingCalls({
    calls: fixture.calls,
    activeflows: fixture.activeflows,
    rules: new OutboundRules(['+49']),
    ...(admission && { admission }),
    limits: new OutboundLimits({ perSecond: 3, concurrent: 4 }),
    legs: new LegLimits({ perPhone: 4, total: legsOn([10_000, 10_000 + ports - 1]) }),
    isConnected,
    trunking: givenTrunking(),
    domain: 'pbx.test',
    agents: { get: async (id) => fixture.outgoing.agents.get(id) },
    phones: { of: () => undefined },
    scope: fixture.scope,
  });
  const request = (target: string, type = 'tel') => ({
    source: telAddress('1001', 'Ann "A" <x>\r\nB'),
    destination: { ...telAddress(target), type },
    timeout: 10_000,
  });
  const flow = { id: '', actions: [] };
  const start = (target: string, type?: string) => ({ ...request(target, type), flow, depth: 0 });
  return { fixture, outgoing, request, start };
}

const refusal = (code: string) => expect.objectContaining({ code });
const dialled = ({ asterisk }: ReturnType<typeof given>['fixture']) => asterisk.legs.parties.length;

test('places are given back however a call ends', async () => {
  const { fixture, outgoing, request } = given();
  const ends = [
    (index: number) => fixture.asterisk.legs.parties[index]?.refuse(486),
    () => undefined, // rings too long
    (index: number) => fixture.asterisk.legs.parties[index]?.answer(),
  ];
  for (let round = 0; round < 8; round++) {
    const leg = outgoing.ring(request('+4930'));
    await pass(10);
    ends[round % 3]?.(dialled(fixture) - 1);
    await pass(12_000);
    leg.hangup('normal');
    await pass(1_000);
    expect(leg.isEnded).toBe(true);
  }
  fixture.hangup();
  await pass(1_000);
  expect(fixture.calls.size).toBe(0);
});

test('all of them are called, or none', async () => {
  const { fixture, outgoing, start } = given();
  for (const [targets, code] of [
    [['+4930', '+1'], 'DESTINATION_NOT_ALLOWED'],
    [['+4930', 'x'], 'INVALID_DESTINATION'],
    [['+4930', '+4931', '+4932', '+4933'], 'CALLS_TOO_FAST'],
    [['+4930', '+4931', '+4932', '+4933', '+4934'], 'TOO_MANY_CALLS'],
  ] as const) {
    expect(() => outgoing.startAll(targets.map((target) => start(target)))).toThrow(refusal(code));
    await pass();
    expect(fixture.calls.size).toBe(1);
  }
  expect(fixture.of('call_created')).toHaveLength(1);
  outgoing.startAll(['+4930', '+4931', '+4932'].map((target) => start(target)));
  await pass();
  expect(dialled(fixture)).toBe(3);
});

test('phones of our own cost nothing', async () => {
  const { fixture, outgoing, start } = given();
  outgoing.startAll(Array.from({ length: 9 }, (_, index) => start(`100${index + 1}`, 'extension')));
  await pass();
  expect(dialled(fixture)).toBe(9);
});

test('a phone is called a few times at once, and phones never take more than their share of the ports', async () => {
  const { fixture, outgoing, request, start } = given();
  const ring = (phone: string) => outgoing.ring(request(phone, 'extension'));
  const legs = Array.from({ length: 4 }, () => ring('1001'));
  expect(() => ring('1001')).toThrow(refusal('TOO_MANY_CALLS'));
  await pass();
  legs[0]?.hangup('normal');
  await pass(1_000);
  legs.push(ring('1001'));
  const five = Array.from({ length: 5 }, () => start('1002', 'extension'));
  expect(() => outgoing.startAll(five)).toThrow(refusal('TOO_MANY_CALLS'));
  for (const phone of ['1002', '1003', '1004', '1005'].flatMap((each) => Array<string>(4).fill(each)))
    ring(phone);
  expect(() => ring('1006')).toThrow(refusal('TOO_MANY_CALLS'));
  expect(() => outgoing.ring(request('+4930'))).toThrow(refusal('TOO_MANY_CALLS'));
  await pass();
  expect(dialled(fixture)).toBe(21); // the one that was hung up included
});

test('beyond the limits of the daemon no calls are made, all of them or none; legs of calls that live are', async () => {
  const { fixture, outgoing, request, start } = given({
    admission: admissionOf({ limits: { calls: 3 }, live: () => fixture.calls.size }),
  });
  const phones = ['1001', '1002', '1003'].map((phone) => start(phone, 'extension'));
  expect(() => outgoing.startAll(phones)).toThrow(refusal('OVERLOADED'));
  expect(fixture.calls.size).toBe(1);
  outgoing.startAll(phones.slice(0, 2));
  expect(fixture.calls.size).toBe(3);
  expect(() => outgoing.start(start('1003', 'extension'))).toThrow(refusal('OVERLOADED'));
  outgoing.ring({ ...request('1004', 'extension'), master: fixture.call });
  expect(fixture.calls.size).toBe(4);
  await pass();
});

test('drained, no calls are made, but legs of those that live', async () => {
  const admission = admissionOf();
  admission.drain();
  const { fixture, outgoing, request, start } = given({ admission });
  expect(() => outgoing.startAll([start('1001', 'extension')])).toThrow(refusal('SHUTTING_DOWN'));
  outgoing.ring({ ...request('1001', 'extension'), master: fixture.call });
  admission.open();
  outgoing.start(start('1002', 'extension'));
  expect(fixture.calls.size).toBe(3);
  await pass();
});

test('a call with a flow is refused while Asterisk is away, before anybody hears of it', async () => {
  const { fixture, outgoing, start } = given({ isConnected: () => false });
  expect(() => outgoing.startAll([start('+4930')])).toThrow(refusal('ASTERISK_AWAY'));
  expect(() => outgoing.start(start('1001', 'extension'))).toThrow(refusal('ASTERISK_AWAY'));
  await pass();
  expect(fixture.calls.size).toBe(1);
  expect(fixture.of('call_created')).toHaveLength(1);
});

test('nobody is called for a call that the store refuses', async () => {
  const asked: string[] = [];
  const written = async (callId: string) => asked.push(callId) > 1;
  const { fixture, outgoing, request } = given({ written });
  const leg = outgoing.ring(request('+4930'));
  await pass(100);
  expect(asked).toEqual([leg.id]);
  expect(leg.record).toMatchObject({ status: 'hangup', hangup_by: 'local', hangup_reason: 'failed' });
  expect(fixture.asterisk.asked).not.toContain('create');
});

test('what a caller is called does not get into another line', async () => {
  const { fixture, outgoing, request } = given();
  const leg = outgoing.ring({
    ...request('+4930'),
    source: { ...telAddress('10"0;1<', ''), target_name: 'A"\\<>\r\nB' },
  });
  await pass();
  const { variables } = fixture.asterisk.farEnd(leg.channelId).channel;
  // Asterisk escapes what stands between quotation marks.
  expect(variables.get('CONNECTEDLINE(name,i)')).toBe('A"\\<>  B');
  expect(variables.get('CONNECTEDLINE(num,i)')).toBe('1001');
});

test('nobody is called while the call cannot be written down', async () => {
  const { fixture, outgoing, request } = given({ written: () => new Promise(() => undefined) });
  const leg = outgoing.ring(request('+4930'));
  await pass(4_999);
  expect(leg.hangupSignal.aborted).toBe(false);
  await pass(1_000);
  expect(leg.record).toMatchObject({ status: 'hangup', hangup_by: 'local', hangup_reason: 'failed' });
  expect(fixture.asterisk.asked).not.toContain('create');
});

test('a daemon that stops calls nobody, and has no place taken', async () => {
  const { fixture, outgoing, request } = given();
  await fixture.calls.close('failed');
  for (let times = 0; times < 9; times++) {
    expect(() => outgoing.ring(request('+4930'))).toThrow(refusal('SHUTTING_DOWN'));
    await pass(1_000);
  }
});

test('an agent who takes a break is not called; one in any other status is', async () => {
  const { fixture, outgoing } = given();
  for (const status of ['available', 'busy', 'ringing', 'offline'] as const) {
    const id = fixture.outgoing.addAgent('1002', undefined, status);
    for (const target of [id, id.toUpperCase()])
      expect((await outgoing.partiesOf({ ...telAddress(target), type: 'agent' })).addresses).toHaveLength(1);
  }
  const away = { ...telAddress(fixture.outgoing.addAgent('1002', undefined, 'away')), type: 'agent' };
  await expect(outgoing.partiesOf(away)).rejects.toEqual(refusal('AGENT_AWAY'));
});

test('an agent is his addresses, and no other agents', async () => {
  const { fixture, outgoing } = given();
  const address = (type: string, target: string) => ({ ...telAddress(target), type });
  const id = fixture.outgoing.addAgent('1002');
  const addresses = [address('extension', '1002'), address('agent', id), address('tel', '+4930')];
  fixture.outgoing.agents.set(id, {
    method: 'linear',
    ring_method: 'linear',
    addresses,
    status: 'available',
  });
  const parties = await outgoing.partiesOf(address('agent', id));
  expect(parties.method).toBe('linear');
  expect(parties.addresses.map(({ target }) => target)).toEqual(['1002', '+4930']);
  await expect(outgoing.partiesOf(address('agent', 'nobody'))).rejects.toEqual(refusal('UNKNOWN_AGENT'));
});
