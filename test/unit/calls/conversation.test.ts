import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import { Bridge } from '../../../src/calls/bridge.ts';
import { conversation } from '../../../src/calls/conversation.ts';
import { dial } from '../../../src/calls/dialling.ts';
import { now } from '../../../src/core/clock.ts';
import { ActionError } from '../../../src/core/errors.ts';
import { Scope } from '../../../src/core/scope.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';
import type { FakeAriOptions } from '../../support/fake-ari.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A caller, answered or not, and a callee who has answered, in a conversation that begins now. */
async function given({
  limit = Number.POSITIVE_INFINITY,
  warning = 0,
  state = 'Up',
  ...options
}: Given = {}) {
  const fixture = givenCall({ ...options, state });
  const { asterisk, calls, call } = fixture;
  call.announce('');
  asterisk.onDial((party) => party.answer());
  const other = calls.outgoing({ source: telAddress('1001'), destination: telAddress('1002') });
  other.announce('');
  const callerId = { number: '1001', name: '' };
  dial(other, { endpoint: 'PJSIP/1002', callerId, timeout: 1_000, written: async () => undefined });
  await pass(10);
  const scope = new Scope((error) => fixture.reported.push(error));
  const opened = Bridge.open({ ari: call.ari, id: call.resourceId('bridge'), scope });
  await pass(10);
  const bridge = await opened;
  const controller = new AbortController();
  const begin = () =>
    conversation(bridge, [call, other], { signal: controller.signal, until: now() + limit, warning });
  const end = async () => {
    await scope.close();
    await calls.close('normal');
    await pass(1_000);
    expect(call.pendingExpectations + other.pendingExpectations).toBe(0);
    fixture.expectNothingLeft();
  };
  return { fixture, asterisk, call, other, bridge, controller, begin, end };
}

interface Given extends FakeAriOptions {
  readonly limit?: number;
  readonly warning?: number;
  readonly state?: 'Up' | 'Ring';
}

test('who is refused for a hang-up that is told a moment later has left; of anybody else it is a failure', async () => {
  for (const hangsUp of [true, false]) {
    const { asterisk, bridge, other, begin, end } = await given();
    const add = bridge.add.bind(bridge);
    vi.spyOn(bridge, 'add').mockImplementation(async (party, ...how) => {
      if (party !== other) return add(party, ...how);
      throw new ActionError('BRIDGE_FAILED', 'the call cannot be bridged');
    });
    const talk = begin().catch((error: unknown) => error);
    await pass(500);
    if (hangsUp) asterisk.farEnd(other.channelId).hangup();
    await pass(1_000);
    expect(await talk).toEqual(hangsUp ? 'left' : expect.objectContaining({ code: 'BRIDGE_FAILED' }));
    await end();
  }
});

test('both hear a beep before their time is up', async () => {
  const { asterisk, begin, end } = await given({ limit: 10_000, warning: 3_000 });
  const talk = begin();
  const beeps = () => asterisk.requests.filter(({ operation }) => operation.name === 'play').length;
  await pass(6_900);
  expect(beeps()).toBe(0);
  await pass(200);
  expect(beeps()).toBe(2);
  await pass(3_000);
  expect(await talk).toBe('limit');
  await end();
});

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test.each(['Up', 'Ring'] as const)(
    'ends when the other one hangs up; the first may be %s',
    async (state) => {
      const { asterisk, other, begin, end } = await given({ events, state });
      const talk = begin();
      await pass(5_000);
      asterisk.farEnd(other.channelId).hangup();
      await pass();
      expect(await talk).toBe('left');
      await end();
    },
  );

  test('ends when the other one has hung up before it came to that', async () => {
    const { asterisk, other, begin, end } = await given({ events });
    asterisk.farEnd(other.channelId).hangup();
    const talk = begin();
    await pass(6_000);
    expect(await talk).toBe('left');
    await end();
  });

  test.each(['call', 'other'] as const)('ends when somebody takes the %s out', async (who) => {
    const { begin, end, bridge, controller, ...parties } = await given({ events });
    const talk = begin();
    await pass(1_000);
    const removed = bridge.remove(parties[who], controller.signal);
    await pass();
    await removed;
    expect(await talk).toBe('left');
    await end();
  });

  test('ends when the time is up, and not before', async () => {
    const { begin, end } = await given({ events, limit: 10_000 });
    let result: string | undefined;
    void begin().then((ended) => (result = ended));
    await pass(9_999);
    expect(result).toBeUndefined();
    await pass(100);
    expect(result).toBe('limit');
    await end();
  });

  test('leaves nobody listening to either call, however it ends', async () => {
    const { begin, end, bridge, controller, call, other } = await given({ events, limit: 10_000 });
    const listening = () => [call, other].map((each) => getEventListeners(each.hangupSignal, 'abort').length);
    const before = listening();
    const limited = begin();
    await pass(11_000);
    expect(await limited).toBe('limit');
    expect(listening()).toEqual(before);
    const left = begin();
    await pass(1_000);
    await Promise.all([bridge.remove(call, controller.signal), pass()]);
    expect(await left).toBe('left');
    expect(listening()).toEqual(before);
    await end();
  });

  test('ends with whoever it is for', async () => {
    const { begin, end, controller } = await given({ events });
    const talk = expect(begin()).rejects.toThrow('over');
    await pass(1_000);
    controller.abort(new Error('over'));
    await talk;
    await end();
  });
});

test('where they cannot be brought together it fails', async () => {
  const { asterisk, begin, end } = await given();
  asterisk.fault('bridges.addChannel', { status: 500 });
  const talk = expect(begin()).rejects.toMatchObject({ code: 'BRIDGE_FAILED' });
  await pass(1_000);
  await talk;
  await end();
});

test('music to whoever comes to one that holds ends with the hold, though the news of that come late', async () => {
  const { fixture, asterisk, call, other, begin, end } = await given();
  const holding = [...asterisk.channels.values()].find(({ id }) => id === other.channelId);
  if (!holding) throw new Error('no such channel');
  asterisk.holdByPhone(holding, true);
  const talk = begin();
  await pass(100);
  expect(fixture.channel.isOnHold).toBe(true);
  asterisk.holdByPhone(holding, false);
  await pass(100);
  expect(fixture.channel.isOnHold).toBe(false);
  asterisk.hangup(fixture.channel);
  await pass();
  await talk.catch(() => undefined);
  expect(call.isEnded).toBe(true);
  await end();
});
