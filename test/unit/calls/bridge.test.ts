import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Bridge } from '../../../src/calls/bridge.ts';
import { SideChannel } from '../../../src/calls/side-channel.ts';
import { Scope } from '../../../src/core/scope.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';
import type { FakeAriOptions } from '../../support/fake-ari.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A call that is up, and a lifetime for bridges. */
function given(options: FakeAriOptions = {}) {
  const fixture = givenCall({ ...options, state: 'Up' });
  const { asterisk, call } = fixture;
  const scope = new Scope((error) => fixture.reported.push(error));
  const open = () => Bridge.open({ ari: call.ari, id: call.resourceId('bridge'), scope });
  return { fixture, asterisk, call, channel: fixture.channel, scope, signal: scope.signal, open };
}

const failed = expect.objectContaining({ code: 'BRIDGE_FAILED' });

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test('lets a call in and out, and is gone with its scope', async () => {
    const { asterisk, call, channel, scope, signal, open, fixture } = given({ events });
    const bridge = await open();
    expect(bridge.id).toMatch(/^ariflow-bridge-/);
    expect(asterisk.bridges.get(bridge.id)?.type).toBe('mixing,dtmf_events');
    await bridge.add(call, signal, { isMuted: true });
    expect(channel.bridge?.id).toBe(bridge.id);
    expect(channel.bridge?.members.get(channel)).toEqual({ isMuted: true, absorbsDtmf: false });
    await bridge.remove(call, signal);
    expect(channel.bridge).toBeUndefined();
    await bridge.add(call, signal, { absorbsDtmf: true });
    expect(channel.bridge?.members.get(channel)).toEqual({ isMuted: false, absorbsDtmf: true });
    await scope.close();
    await pass();
    expect(asterisk.bridges.size).toBe(0);
    expect(channel).toMatchObject({ bridge: undefined, isInStasis: true, state: 'Up' });
    expect(call.pendingExpectations).toBe(0);
    fixture.hangup();
    await pass();
    fixture.expectNothingLeft();
  });

  test('tells what is told of it', async () => {
    const { call, signal, open } = given({ events });
    const bridge = await open();
    using finished = bridge.expect('PlaybackFinished', ({ playback }) => playback.id === 'p', signal);
    await call.ari.bridges.play(bridge.id, 'p', 'sound:beep');
    expect((await finished.event).playback).toMatchObject({ state: 'done' });
  });
});

test('lets in a channel with the id of one that was in it and is gone', async () => {
  const { asterisk, call, scope, signal, open } = given();
  const bridge = await open();
  const ids: (string | undefined)[] = [];
  for (const lifetime of [scope.child(), scope.child()]) {
    const snoop = await SideChannel.open(call.ari, {
      id: 'ariflow-snoop-1',
      scope: lifetime,
      failure: { code: 'LISTEN_FAILED', message: 'no snoop' },
      make: (id) => call.ari.snoop(call.channelId, id, { spy: 'in' }, signal),
    });
    await bridge.add(snoop, signal);
    ids.push(asterisk.channels.get(snoop.channelId)?.bridge?.id);
    await lifetime.close();
  }
  expect(ids).toEqual([bridge.id, bridge.id]);
  await scope.close();
});

test('that Asterisk does not make is a failure with a code', async () => {
  const { asterisk, open } = given();
  asterisk.fault('bridges.createWithId', { status: 500 });
  await expect(open()).rejects.toEqual(failed);
});

test('of which no answer came is gone with its scope all the same', async () => {
  const { asterisk, scope, open } = given();
  asterisk.fault('bridges.createWithId', { delay: 10_500, times: 1 });
  const opening = open().catch((error: unknown) => error);
  await pass(10_500);
  expect(await opening).toEqual(failed);
  expect(asterisk.bridges.size).toBe(1);
  await scope.close();
  expect(asterisk.bridges.size).toBe(0);
});

test('opened in a lifetime that ends meanwhile fails with its reason', async () => {
  const { asterisk, scope, open } = given();
  asterisk.fault('bridges.createWithId', { delay: 100, times: 1 });
  const opening = open().catch((error: unknown) => error);
  const closed = scope.close(new Error('over'));
  await pass(100);
  await closed;
  expect(await opening).toMatchObject({ message: 'over' });
});

describe('adding', () => {
  test.each([400, 404, 409, 422, 500])('refused with %d is a failure with a code', async (status) => {
    const { asterisk, call, signal, open } = given();
    const bridge = await open();
    asterisk.fault('bridges.addChannel', { status });
    await expect(bridge.add(call, signal)).rejects.toEqual(failed);
    expect(call.pendingExpectations).toBe(0);
  });

  test('a call whose channel is gone is one too', async () => {
    const { asterisk, call, channel, signal, open } = given();
    const bridge = await open();
    asterisk.channels.delete(channel.id);
    await expect(bridge.add(call, signal)).rejects.toEqual(failed);
  });

  test('accepted and not done is noticed within five seconds', async () => {
    const { asterisk, call, signal, open } = given();
    const bridge = await open();
    asterisk.fault('bridges.addChannel', { isIgnored: true });
    const adding = bridge.add(call, signal).catch((error: unknown) => error);
    let isOver = false;
    void adding.then(() => {
      isOver = true;
    });
    await pass(4_900);
    expect(isOver).toBe(false);
    await pass(100);
    expect(await adding).toEqual(failed);
    expect(call.pendingExpectations).toBe(0);
  });

  test('ends at once with the call', async () => {
    const { asterisk, call, fixture, open } = given();
    const bridge = await open();
    asterisk.fault('bridges.addChannel', { isIgnored: true });
    const adding = bridge.add(call, call.hangupSignal).catch((error: unknown) => error);
    await pass();
    fixture.hangup();
    expect(await adding).toMatchObject({ name: 'CallHungUp' });
  });

  test('waits for the sound that is being played to the call', async () => {
    const { call, channel, signal, open } = given({ soundLength: 1_000 });
    const bridge = await open();
    await call.ari.play(channel.id, 'p', 'sound:long');
    const adding = bridge.add(call, signal);
    await pass(999);
    expect(channel.bridge).toBeUndefined();
    await pass(1);
    await adding;
    expect(channel.bridge?.id).toBe(bridge.id);
  });
});

describe('removing', () => {
  test('what is not in it, or gone, is done at once', async () => {
    const { asterisk, call, channel, scope, signal, open } = given();
    const bridge = await open();
    await bridge.remove(call, signal); // 422
    asterisk.channels.delete(channel.id);
    await bridge.remove(call, signal); // 400
    await scope.close();
    await bridge.remove(call, call.hangupSignal); // 404
    expect(call.pendingExpectations).toBe(0);
  });

  test('that Asterisk cannot do fails', async () => {
    const { asterisk, call, signal, open } = given();
    const bridge = await open();
    await bridge.add(call, signal);
    asterisk.fault('bridges.removeChannel', { status: 500 });
    await expect(bridge.remove(call, signal)).rejects.toMatchObject({ code: 'BRIDGE_FAILED' });
    expect(call.pendingExpectations).toBe(0);
  });

  test('of which nothing is heard does not hold up for ever', async () => {
    const { asterisk, call, signal, open } = given();
    const bridge = await open();
    await bridge.add(call, signal);
    asterisk.fault('bridges.removeChannel', { isIgnored: true });
    const removing = bridge.remove(call, signal);
    await pass(5_000);
    await removing;
    expect(call.pendingExpectations).toBe(0);
  });
});

describe('releasing', () => {
  test('one that is gone already is done', async () => {
    const { asterisk, fixture, scope, open } = given();
    const bridge = await open();
    asterisk.bridges.delete(bridge.id);
    await scope.close();
    expect(fixture.reported).toEqual([]);
  });

  test('with the connection lost is given up, and the sweep after it destroys the bridge', async () => {
    const { asterisk, fixture, scope, open } = given();
    const bridge = await open();
    asterisk.fault('bridges.destroy', { isUnanswered: true, times: 1 });
    let isClosed = false;
    const closing = scope.close().then(() => {
      isClosed = true;
    });
    await pass(10_000);
    expect(isClosed).toBe(true);
    await closing;
    expect(fixture.reported).toEqual([]);
    expect(asterisk.bridges.has(bridge.id)).toBe(true);
    await fixture.calls.reconcile(fixture.scope.signal);
    await pass(5_000);
    expect(asterisk.bridges.size).toBe(0);
  });
});
