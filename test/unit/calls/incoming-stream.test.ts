import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Bridge } from '../../../src/calls/bridge.ts';
import type { Listener } from '../../../src/calls/incoming-stream.ts';
import { hasBegunAnew } from '../../../src/calls/stream-source.ts';
import type { SimulatedChannel } from '../../../src/simulator/asterisk/channel.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a stream', () => {
  const before = { remote_ssrc: 7, rxcount: 500, rxploss: 3 };

  test.each([
    ['goes on', { ...before, rxcount: 550 }, false],
    ['goes on, with packets lost', { ...before, rxcount: 510, rxploss: 43 }, false],
    ['goes on after minutes without a packet', { ...before, rxploss: 20_000 }, false],
    ['has another source', { remote_ssrc: 8, rxcount: 20, rxploss: 0 }, true],
    ['is set back by 200', { ...before, rxcount: 550, rxploss: 65_336 }, true],
    ['is set back by 32 000', { ...before, rxcount: 550, rxploss: 33_539 }, true],
    ['is far ahead', { ...before, rxcount: 550, rxploss: 40_003 }, true],
  ])('that %s', (_, now, isAnew) => {
    expect(hasBegunAnew(before, now)).toBe(isAnew);
  });

  test('that has just begun, or is seen for the first time, has not begun anew', () => {
    expect(hasBegunAnew(undefined, before)).toBe(false);
    expect(hasBegunAnew({ remote_ssrc: 0, rxcount: 0, rxploss: 0 }, before)).toBe(false);
  });
});

function given() {
  const fixture = givenCall({ state: 'Up', soundLength: 1_000 });
  const { asterisk, call, channel } = fixture;
  const beginAnew = (of: SimulatedChannel = channel): void => {
    of.stream = { ...of.stream, remote_ssrc: of.stream.remote_ssrc + 1 };
  };
  const asked = (pattern: RegExp): string[] => asterisk.asked.filter((name) => pattern.test(name));
  return { fixture, asterisk, call, channel, beginAnew, asked };
}

/** One that writes down what it is told to do. */
function listening(
  steps: string[],
  what: Listener['what'] = 'recording',
  snoop: string = 'no-snoop',
): Listener {
  return {
    what,
    renew: async (meanwhile) => {
      steps.push('gone');
      await meanwhile([snoop]);
      steps.push('back');
    },
  };
}

test('a call is looked at as long as somebody takes its audio, and no longer', async () => {
  const { call, asked } = given();
  await pass(3_000);
  expect(asked(/rtpstat/)).toEqual([]);
  const [one, other] = [call.incoming.keep(), call.incoming.keep()];
  await pass(10_000);
  const looks = asked(/rtpstat/).length;
  expect(looks).toBeGreaterThan(9);
  expect(looks).toBeLessThan(18);
  one[Symbol.dispose]();
  await pass(2_000);
  expect(asked(/rtpstat/).length).toBeGreaterThan(looks);
  other[Symbol.dispose]();
  const last = asked(/rtpstat/).length;
  await pass(5_000);
  expect(asked(/rtpstat/).length).toBe(last);
});

test('a stream that begins anew a tenth of a second after it has come is noticed, however long it was awaited', async () => {
  for (const awaited of [0, 5_000]) {
    const { call, channel, beginAnew } = given();
    channel.stream = { remote_ssrc: 0, rxcount: 0, rxploss: 0 };
    const steps: string[] = [];
    using _kept = call.incoming.keep(listening(steps));
    await pass(awaited);
    channel.stream = { remote_ssrc: 7, rxcount: 1, rxploss: 0 };
    await pass(awaited > 0 ? 210 : 100);
    beginAnew();
    await pass(2_000);
    expect(steps).toEqual(['gone', 'back']);
  }
});

test.each([
  ['the same stream as', false, []],
  ['another stream than', true, ['gone', 'back']],
])('a daemon that starts finds %s the one that was heard', async (_, isAnother, expected) => {
  const before = given();
  using _kept = before.call.incoming.keep();
  await pass(3_000);
  const { state } = before.call.incoming.source;
  expect(state).toEqual({ ssrc: 1, lost: 0 });
  const { call, beginAnew } = given();
  if (isAnother) beginAnew();
  call.incoming.source.goOn(state);
  const steps: string[] = [];
  using _next = call.incoming.keep(listening(steps));
  await pass(3_000);
  expect(steps).toEqual(expected);
});

test('all who listen have gone, and the call is sent something, before one is back', async () => {
  const { call, channel, beginAnew, asked } = given();
  const steps: string[] = [];
  const kept = [call.incoming.keep(listening(steps)), call.incoming.keep(listening(steps, 'amd'))];
  await pass(3_000);
  expect(steps).toEqual([]);
  beginAnew();
  await pass(2_000);
  expect(steps).toEqual(['gone', 'gone', 'back', 'back']);
  expect(asked(/Silence/)).toEqual(['startSilence', 'stopSilence']);
  expect(channel.isKeptAlive).toBe(false);
  for (const each of kept) each[Symbol.dispose]();
});

test('who cannot listen anew is told of, and keeps nobody else from it', async () => {
  const { call, beginAnew } = given();
  const steps: string[] = [];
  const told: string[] = [];
  call.incoming.onStalled((what) => told.push(what));
  const failing: Listener = { what: 'external_media', renew: () => Promise.reject(new Error('no')) };
  const kept = [call.incoming.keep(failing), call.incoming.keep(listening(steps))];
  await pass(3_000);
  beginAnew();
  await pass(2_000);
  expect([told, steps]).toEqual([['external_media'], ['gone', 'back']]);
  for (const each of kept) each[Symbol.dispose]();
});

test('whose snoops stay in Asterisk is told of', async () => {
  const { call, channel, beginAnew } = given();
  const steps: string[] = [];
  const told: string[] = [];
  call.incoming.onStalled((what) => told.push(what));
  using _kept = call.incoming.keep(listening(steps, 'amd', channel.id));
  await pass(3_000);
  beginAnew();
  await pass(5_000);
  expect([told, steps]).toEqual([['amd'], ['gone', 'back']]);
});

test('whoever hears nothing is sent what there is while the snoops go, unless that is over by then', async () => {
  const { call, channel, beginAnew, asked } = given();
  let isMuted = true;
  const renew: Listener['renew'] = async (meanwhile) => {
    await meanwhile([channel.id].filter(() => isMuted));
    if (!channel.muted.has('out')) await call.muting.unmute('out');
  };
  using _kept = call.incoming.keep({ what: 'recording', renew });
  await pass(3_000);
  await call.muting.mute('both');
  beginAnew();
  await pass(1_100);
  expect([...channel.muted]).toEqual(['in']);
  await pass(3_000);
  expect([...channel.muted]).toEqual(['in', 'out']);
  isMuted = false;
  await call.muting.unmute('out');
  const unmuted = asked(/mute/).length;
  beginAnew();
  await pass(3_000);
  expect([...channel.muted]).toEqual(['in']);
  expect(asked(/mute/).length).toBe(unmuted + 1);
});

test('a call all of whose packets are translated visits a bridge, once what it is to hear has been heard', async () => {
  const { asterisk, call, channel, beginAnew, asked } = given();
  channel.formats = { read: 'ulaw', native: 'alaw' };
  const steps: string[] = [];
  using _kept = call.incoming.keep(listening(steps));
  await pass(3_000);
  using prompt = call.prompts.enter();
  beginAnew();
  await pass(2_000);
  expect([steps, asterisk.bridges.size]).toEqual([[], 0]);
  prompt[Symbol.dispose]();
  await pass(1_000);
  expect(steps).toEqual(['gone', 'back']);
  expect(asked(/bridges\.(create|play|destroy)|Channel$/)).toEqual([
    'bridges.createWithId',
    'bridges.addChannel',
    'bridges.play',
    'bridges.removeChannel',
    'bridges.destroy',
  ]);
});

test('a channel without RTP is asked once', async () => {
  const { asterisk, call, asked } = given();
  asterisk.fault('rtpstatistics', { status: 403 });
  using _kept = call.incoming.keep();
  await pass(10_000);
  expect(asked(/rtpstat/)).toHaveLength(1);
});

describe('in a bridge', () => {
  async function together(count: number) {
    const fixture = given();
    const { asterisk, call, fixture: calls } = fixture;
    const scope = calls.scope.child();
    const bridge = await Bridge.open({ ari: call.ari, id: call.resourceId('bridge'), scope });
    for (let others = 1; others < count; others += 1) asterisk.dial({ state: 'Up' });
    for (const each of calls.incoming) await bridge.add(each, scope.signal);
    return { ...fixture, bridge, scope };
  }

  test('of two it becomes a mix for a moment, when either stream begins anew', async () => {
    const { asterisk, fixture, call, beginAnew, asked, scope } = await together(2);
    using _kept = call.incoming.keep();
    await pass(3_000);
    const other = asterisk.channels.get(fixture.incoming[1]?.channelId ?? '');
    for (const channel of [undefined, other]) {
      beginAnew(channel);
      await pass(2_000);
    }
    expect(asked(/bridges.play|removeChannel/)).toEqual(['bridges.play', 'bridges.play']);
    await scope.close();
  });

  test('of more whoever begins anew is taken out and in again, and has not left', async () => {
    const { call, beginAnew, asked, bridge, scope } = await together(3);
    using _kept = call.incoming.keep();
    const left = vi.fn();
    void bridge.whenLeft(call).then(left);
    await pass(3_000);
    beginAnew();
    await pass(2_000);
    expect(asked(/bridges.play|removeChannel/)).toEqual(['bridges.removeChannel']);
    expect(asked(/addChannel/)).toHaveLength(4);
    expect(left).not.toHaveBeenCalled();
    await bridge.remove(call, scope.signal);
    expect(left).toHaveBeenCalledTimes(1);
    await scope.close();
  });
});
