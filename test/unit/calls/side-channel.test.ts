import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Kind } from '../../../src/ari/ids.ts';
import { SideChannel, type SideChannelOptions } from '../../../src/calls/side-channel.ts';
import { Scope } from '../../../src/core/scope.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';
import type { FakeAriOptions } from '../../support/fake-ari.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A call that is up, and ways to have a channel beside it. */
function given(options: FakeAriOptions = {}) {
  const fixture = givenCall({ ...options, state: 'Up' });
  const { asterisk, call, channel } = fixture;
  const scope = new Scope((error) => fixture.reported.push(error));
  const failure = { code: 'LISTEN_FAILED', message: 'nobody listens' } as const;
  const open = (kind: Kind, make: SideChannelOptions['make'], patience?: number) =>
    SideChannel.open(call.ari, {
      id: call.resourceId(kind),
      scope,
      make,
      failure,
      ...(patience === undefined ? {} : { patience }),
    });
  const snoop = () => open('snoop', (id) => call.ari.snoop(channel.id, id, { spy: 'in' }));
  const media = () =>
    open('media', (id) =>
      call.ari.externalMedia({
        channelId: id,
        externalHost: '127.0.0.1:4000',
        encapsulation: 'rtp',
        transport: 'udp',
        connectionType: 'client',
        format: 'ulaw',
      }),
    );
  return { fixture, asterisk, call, scope, open, snoop, media };
}

const failed = expect.objectContaining({ code: 'LISTEN_FAILED' });

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test('is there once it is with us, by an id that says whose it is, and gone with its scope', async () => {
    const { fixture, asterisk, call, scope, snoop, media } = given({ events });
    for (const open of [snoop, media]) {
      const side = await open();
      expect(side.channelId).toMatch(new RegExp(`^ariflow-(snoop|media)-${call.id}-c\\d+$`));
      expect(asterisk.channels.has(side.channelId)).toBe(true);
    }
    await scope.close();
    await pass();
    expect([...asterisk.channels.keys()]).toEqual([call.channelId]);
    expect(call.isEnded).toBe(false);
    fixture.hangup();
    await pass();
    fixture.expectNothingLeft();
  });

  test('that goes by itself says so, and is not asked to go again', async () => {
    const { asterisk, scope, media } = given({ events });
    const side = await media();
    expect(side.goneSignal.aborted).toBe(false);
    asterisk.end(asterisk.channels.get(side.channelId)!, { by: 'us' });
    expect(side.goneSignal.reason).toMatchObject({ name: 'SideChannelEnded' });
    await scope.close();
    expect(asterisk.asked).not.toContain('hangup');
  });
});

test('that Asterisk refuses is the failure it stands for', async () => {
  const { asterisk, scope, snoop } = given();
  asterisk.fault('snoopChannelWithId', { status: 500 });
  await expect(snoop()).rejects.toEqual(failed);
  await scope.close();
});

test('that does not come is one too, in the time it is given, and is hung up', async () => {
  const { asterisk, call, scope, open } = given();
  const opening = open(
    'media',
    (id) =>
      call.ari.externalMedia({
        channelId: id,
        encapsulation: 'none',
        transport: 'websocket',
        connectionType: 'server',
        format: 'slin',
      }),
    2_000,
  ).catch((error: unknown) => error);
  await pass(1_900);
  expect(asterisk.channels.size).toBe(2);
  await pass(100);
  expect(await opening).toEqual(failed);
  await scope.close();
  expect(asterisk.channels.size).toBe(1);
});

test('of which no answer came is hung up with its scope', async () => {
  const { asterisk, scope, snoop } = given();
  asterisk.fault('snoopChannelWithId', { delay: 10_500, times: 1 });
  const opening = snoop().catch((error: unknown) => error);
  await pass(10_500);
  expect(await opening).toEqual(failed);
  expect(asterisk.channels.size).toBe(2);
  await scope.close();
  expect(asterisk.channels.size).toBe(1);
});

test('whose lifetime ends while it is asked for fails with the reason, and is gone', async () => {
  const { asterisk, scope, snoop } = given();
  asterisk.fault('snoopChannelWithId', { delay: 100, times: 1 });
  const opening = snoop().catch((error: unknown) => error);
  await pass(50);
  const closed = scope.close(new Error('over'));
  await pass(100);
  await closed;
  expect(await opening).toMatchObject({ message: 'over' });
});

test('tells its events to whoever waits, and the call nothing of them', async () => {
  const { asterisk, call, scope, snoop } = given();
  const side = await snoop();
  using heard = side.expect('ChannelDtmfReceived', ({ digit }) => digit === '5', scope.signal);
  asterisk.press(asterisk.channels.get(side.channelId)!, '5');
  expect((await heard.event).channel.id).toBe(side.channelId);
  expect(await call.digits.take(0, call.hangupSignal)).toBeUndefined();
});

test('ends with the call it listens to', async () => {
  const { fixture, scope, snoop } = given();
  await snoop();
  fixture.hangup();
  await scope.close();
  await pass();
  fixture.expectNothingLeft();
});

test('that cannot be hung up, the connection being lost, is hung up by the sweep after it', async () => {
  const { fixture, asterisk, scope, media } = given();
  const side = await media();
  asterisk.fault('hangup', { isUnanswered: true, times: 1 });
  let isClosed = false;
  void scope.close().then(() => {
    isClosed = true;
  });
  await pass(10_000);
  expect(isClosed).toBe(true);
  expect(asterisk.channels.has(side.channelId)).toBe(true);
  await fixture.calls.reconcile(fixture.scope.signal);
  await pass(5_000);
  expect([...asterisk.channels.keys()]).toEqual([fixture.channel.id]);
  expect(fixture.reported).toEqual([]);
});
