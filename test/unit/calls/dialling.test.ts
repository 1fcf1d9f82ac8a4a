import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import type { CallRecord } from '../../../src/calls/call-record.ts';
import { type Dialling, dial } from '../../../src/calls/dialling.ts';
import { neverTime, zeroId } from '../../../src/core/clock.ts';
import { Forwarding } from '../../../src/outgoing/forwarding.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';
import type { FakeAriOptions } from '../../support/fake-ari.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A phone of ours whose owner has ordered nothing. */
function phone(number: string): Forwarding {
  const wayTo = (): never => {
    throw new Error('it is forwarded nowhere');
  };
  return new Forwarding({ phone: number, handlingOf: () => undefined, wayTo, domain: 'pbx.test' });
}

/** A call of ours, dialled; the far end does nothing by itself. */
function given({ events, ...dialling }: Partial<Dialling> & Pick<FakeAriOptions, 'events'> = {}) {
  const fixture = givenCall(events ? { events } : {});
  const { asterisk, calls } = fixture;
  const leg = calls.outgoing({ source: telAddress('1001'), destination: telAddress('1002') });
  leg.announce('');
  const start = () =>
    dial(leg, {
      endpoint: 'PJSIP/1002',
      callerId: { number: '1001', name: 'Ann' },
      timeout: 30_000,
      written: async () => undefined,
      ...dialling,
    });
  const ended = () => fixture.of('call_hungup').filter(({ id }) => id === leg.id);
  const types = () =>
    fixture.published.flatMap(({ type, data }) => ('id' in data && data.id === leg.id ? [type] : []));
  /** Nothing of the leg is left; the other call goes on. */
  const expectLegGone = () => {
    expect(leg.isEnded).toBe(true);
    expect(leg.pendingExpectations).toBe(0);
    expect([...asterisk.channels.keys()]).toEqual([fixture.channel.id]);
    expect(calls.size).toBe(1);
    expect(fixture.reported).toEqual([]);
  };
  return { fixture, asterisk, leg, start, ended, types, expectLegGone };
}

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test('a call that is answered rings, is up and ends with its party', async () => {
    const { fixture, asterisk, leg, start, ended, types, expectLegGone } = given({ events });
    start();
    await pass();
    const party = asterisk.farEnd(leg.channelId);
    expect(party.endpoint).toBe('PJSIP/1002');
    party.ring();
    await leg.whenRinging;
    expect(leg.record.status).toBe('ringing');
    party.answer();
    await leg.whenUp;
    expect(leg.record.status).toBe('progressing');
    await pass(60_000); // answered, it may take as long as it likes
    party.hangup();
    await leg.whenEnded;
    expect(types()).toEqual(['call_created', 'call_ringing', 'call_answered', 'call_hungup']);
    const [created, ringing, answered, hungUp] = fixture.published.flatMap(({ data }) =>
      'id' in data && data.id === leg.id ? [data] : [],
    );
    expect(created).toMatchObject({ status: 'dialing', tm_ringing: neverTime });
    expect(ringing).toMatchObject({
      direction: 'outgoing',
      status: 'ringing',
      action: { id: '00000000-0000-0000-0000-000000000001', next_id: zeroId, type: '' },
      tm_ringing: expect.stringMatching(/^2\d{3}-\d\d-\d\d /),
      tm_progressing: neverTime,
    });
    const rang = { tm_ringing: (ringing as CallRecord).tm_ringing };
    expect([answered, hungUp]).toMatchObject([rang, rang]);
    expect(ended()).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
    expectLegGone();
  });

  test.each([
    [486, 'busy', 17],
    [600, 'busy', 17],
    [480, 'noanswer', 19],
    [603, 'noanswer', 21],
    [404, 'failed', 1],
    [503, 'failed', 34],
  ] as const)('a refusal with %d is %s, and keeps its cause %d', async (sip, reason, cause) => {
    const { asterisk, leg, start, ended, expectLegGone } = given({ events });
    asterisk.onDial((party) => party.refuse(sip));
    start();
    await pass(1_000);
    expect(ended()).toMatchObject([{ hangup_by: 'remote', hangup_reason: reason }]);
    expect(leg).toMatchObject({ record: { sip_code: sip }, hangupCause: cause });
    expectLegGone();
  });

  test('an answer whose media cannot be used is a failure of the far end, after the answer', async () => {
    const { asterisk, leg, start, ended, types, expectLegGone } = given({ events });
    asterisk.onDial((party) => party.answerMute());
    start();
    await pass(1_000);
    expect(types()).toContain('call_answered');
    expect(ended()).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'failed', sip_code: 0 }]);
    expect(leg.ending.isWithoutMedia).toBe(true);
    expectLegGone();
  });

  test('one that rings too long is cancelled', async () => {
    const { asterisk, leg, start, ended, expectLegGone } = given({ events, timeout: 10_000 });
    asterisk.onDial((party) => party.ring());
    start();
    await pass(9_999);
    expect(leg.isEnded).toBe(false);
    await pass(1);
    expect(await asterisk.farEnd(leg.channelId).channel.ended.promise).toMatchObject({ status: 487 });
    await leg.whenEnded;
    expect(ended()).toMatchObject([{ hangup_by: 'local', hangup_reason: 'dialout' }]);
    expectLegGone();
  });
});

test('the far end sees who calls and the headers, and the leg knows whom it is for', async () => {
  const headers = { 'X-Customer': 'Ann' };
  const { fixture, asterisk, leg, start } = given({ headers, originator: 'caller' });
  start();
  await pass();
  const { variables } = asterisk.farEnd(leg.channelId).channel;
  expect(Object.fromEntries(variables)).toEqual({
    'CONNECTEDLINE(num,i)': '1001',
    'CONNECTEDLINE(name,i)': 'Ann',
    'CONNECTEDLINE(pres,i)': 'allowed',
    'PJSIP_HEADER(add,X-Customer)': 'Ann',
    'PJSIP_TRANSFER_HANDLING()': 'ari-only',
  });
  const created = asterisk.requests.find(({ operation }) => operation.name === 'create');
  expect(created?.query).toMatchObject({ originator: 'caller', appArgs: 'leg' });
  expect(fixture.calls.size).toBe(2);
});

test('nothing is dialled before it is written down', async () => {
  const written = Promise.withResolvers<void>();
  const { asterisk, start } = given({ written: () => written.promise });
  start();
  await pass(1_000);
  expect(asterisk.asked).toEqual([]);
  written.resolve();
  await pass();
  expect(asterisk.asked).toEqual(['create', 'dial']);
});

test('a call to a phone that is not there is written down too: who makes it later would make it again', async () => {
  const written = vi.fn(async () => undefined);
  const { asterisk, leg, start } = given({ ways: phone('1002'), written });
  asterisk.legs.phones.set('1002', 'offline');
  start();
  await pass(1_000);
  expect(leg.isEnded).toBe(true);
  expect(written).toHaveBeenCalledTimes(1);
});

test('a phone that Asterisk says is offline in the moment it comes is dialled', async () => {
  const { asterisk, start } = given({ ways: phone('1002') });
  asterisk.legs.phones.set('1002', 'offline');
  start();
  await pass(200);
  asterisk.legs.phones.set('1002', 'online');
  await pass(200);
  // Which phones there are with this number is asked by its channel.
  const contacts = ['getChannelVar', 'getChannelVar'];
  expect(asterisk.asked).toEqual(['endpoints.get', 'endpoints.get', 'create', ...contacts, 'dial']);
});

describe('no call comes of', () => {
  test.each([
    ['offline', 20, 'noanswer'],
    ['missing', 1, 'failed'],
  ] as const)('a phone that is %s', async (state, cause, reason) => {
    const { asterisk, start, ended, expectLegGone } = given({ ways: phone('1002') });
    if (state === 'offline') asterisk.legs.phones.set('1002', 'offline');
    else asterisk.legs.phones.delete('1002');
    start();
    await pass(1_000);
    // Nobody sent a response.
    const told = { sip_code: 0, sip_reason: '', hangup_cause: cause };
    expect(ended()).toMatchObject([{ hangup_by: 'remote', hangup_reason: reason, ...told }]);
    expect(asterisk.asked).not.toContain('create');
    expectLegGone();
  });

  test.each(['create', 'dial'])('a refused %s, and no channel is left', async (operation) => {
    const { asterisk, start, ended, expectLegGone } = given();
    asterisk.fault(operation, { status: 500 });
    start();
    await pass(20_000);
    expect(ended()).toHaveLength(1);
    expectLegGone();
  });

  test.each(['create', 'dial'])('a %s of which no answer came, and no channel is left', async (operation) => {
    const { asterisk, start, ended, expectLegGone } = given();
    asterisk.fault(operation, { delay: 10_500, times: 1 });
    start();
    await pass(30_000);
    expect(ended()).toHaveLength(1);
    expectLegGone();
  });

  test('a hang-up while the channel is being made', async () => {
    const { asterisk, leg, start, ended, expectLegGone } = given();
    asterisk.fault('create', { delay: 1_000 });
    start();
    await pass(500);
    leg.hangup('cancel');
    await pass(30_000);
    expect(ended()).toMatchObject([{ hangup_by: 'local', hangup_reason: 'cancel' }]);
    expectLegGone();
  });
});
