import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AriEvent } from '../../../src/ari/events.gen.ts';
import { telAddress } from '../../../src/calls/address.ts';
import { Bridge } from '../../../src/calls/bridge.ts';
import { CallRegistry } from '../../../src/calls/call-registry.ts';
import { dial } from '../../../src/calls/dialling.ts';
import { zeroId } from '../../../src/core/clock.ts';
import type { Log } from '../../../src/core/log.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { sleep } from '../../../src/core/wait.ts';
import { wordsOf } from '../../../src/simulator/asterisk/texts.ts';
import { admissionOf } from '../../support/admission-of.ts';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';
import { FakeAri } from '../../support/fake-ari.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('admitting', () => {
  test('a call is found by its id while it lives', async () => {
    const given = givenCall();
    expect(given.calls.get(given.call.id)).toBe(given.call);
    expect(given.calls.size).toBe(1);
    given.hangup();
    await pass();
    expect(given.calls.get(given.call.id)).toBeUndefined();
    given.expectNothingLeft();
  });

  test.each([[[]], [['outbound']], [['dialed', 'x']]])('a channel that says %j is hung up', async (args) => {
    const given = givenCall();
    const stranger = given.asterisk.dial({ args });
    await pass();
    expect(await stranger.ended.promise).toMatchObject({ by: 'them', status: 503 });
    expect(given.calls.size).toBe(1);
    expect(given.reported).toEqual([]);
  });

  test.each(['Snoop', 'UnicastRTP', 'CBAnn', 'WebSocket'])(
    'a channel of %s is no call',
    async (technology) => {
      const given = givenCall();
      const stranger = given.asterisk.dial({ technology });
      await pass();
      expect(await stranger.ended.promise).toMatchObject({ by: 'them' });
      expect(given.calls.size).toBe(1);
      expect(given.reported).toEqual([]);
    },
  );

  test.each(['DAHDI', 'IAX2', 'Local', 'Khomp'])('one of %s may be', (technology) => {
    const given = givenCall();
    given.asterisk.dial({ technology });
    expect(given.calls.size).toBe(2);
  });

  test('control characters in what a stranger calls himself reach nothing', () => {
    const given = givenCall();
    const channel = given.asterisk.dial({ number: '10\r\n0', from: '+49\r\n30\u2028', name: 'A\0\r\nB' });
    const call = given.calls.onChannel(channel.id);
    expect(call?.record.source).toMatchObject({ target: '+4930', target_name: 'A   B' });
    expect(call?.record.destination.target).toBe('100');
  });

  test('the channel of messages, which is one for all, goes on in the dialplan behind us', async () => {
    const given = givenCall();
    const messages = given.asterisk.dial({ technology: 'Message' });
    await pass();
    expect(given.calls.size).toBe(1);
    expect(messages.isInStasis).toBe(false);
    const { query } = given.asterisk.requests.at(-1) ?? {};
    expect(query).toEqual({ context: 'ariflow', extension: '100', priority: '7' });
  });

  test('two calls at once do not hear of each other', async () => {
    const first = givenCall();
    const channel = first.asterisk.dial({ number: '200' });
    first.asterisk.press(channel, '5');
    expect(first.calls.size).toBe(2);
    expect(await first.call.digits.take(0, first.call.hangupSignal)).toBeUndefined();
    first.asterisk.hangup(channel);
    await pass();
    expect(first.calls.size).toBe(1);
    expect(first.call.isEnded).toBe(false);
  });

  test('who calls while others are about to go on after a kill is a caller, whatever id our Asterisk gave him', () => {
    const given = givenCall();
    given.fake.ari.left.isAwaited = true;
    const { json: channel } = given.channel;
    const id = 'ariflow-6a4681-1795998517.0'; // as with `systemname = ariflow-6a4681`
    given.asterisk.emit({ type: 'StasisStart', args: ['inbound'], channel: { ...channel, id } });
    expect(given.calls.size).toBe(2);
    const leg = { ...channel, id: 'ariflow-leg-1' };
    given.asterisk.emit({ type: 'StasisStart', args: ['leg', 'x'], channel: leg });
    expect(given.fake.ari.left.channel(leg.id)).toBeDefined();
  });

  test('a second StasisStart of a channel makes no second call', () => {
    const given = givenCall();
    given.asterisk.emit({ type: 'StasisStart', args: ['inbound'], channel: given.channel.json });
    expect(given.calls.size).toBe(1);
  });

  test('the last words of a channel that is gone are heard by nobody', async () => {
    const given = givenCall();
    const { json } = given.channel;
    given.hangup();
    await pass();
    given.asterisk.emit({ type: 'ChannelDestroyed', cause: 16, cause_txt: '', channel: json });
    given.expectNothingLeft();
  });
});

describe('where no more calls may begin', () => {
  test('a caller gets 503 and is no call; those there are go on', async () => {
    const fake = new FakeAri({});
    const scope = new Scope(() => undefined);
    const admission = admissionOf({ limits: { calls: 1 }, live: () => calls.size });
    const [told, lines]: [string[], string[]] = [[], []];
    const note = (_: object, event: string) => void lines.push(event);
    const calls: CallRegistry = new CallRegistry({
      ...{ ari: fake.ari, scope, admission, maxDuration: 60_000 },
      log: { ...silentLog, info: note, warn: note },
      onIncoming: () => undefined,
      onChange: (type) => type && told.push(type),
    });
    const first = fake.asterisk.dial();
    const strangers = Array.from({ length: 5 }, () => fake.asterisk.dial());
    await pass();
    for (const { ended } of strangers) expect(await ended.promise).toMatchObject({ by: 'them', status: 503 });
    expect(calls.size).toBe(1);
    expect(calls.onChannel(first.id)?.hangupSignal.aborted).toBe(false);
    expect({ told, lines }).toEqual({ told: [], lines: [] });
    const leg = calls.outgoing({ source: telAddress('1'), destination: telAddress('2') });
    expect(leg.isEnded).toBe(false); // whoever makes calls asks for himself
    fake.asterisk.hangup(first);
    leg.ended({});
    await pass();
    fake.asterisk.dial();
    expect(calls.size).toBe(1);
    await scope.close();
  });
});

describe('hanging up all', () => {
  test('resolves when all have ended', async () => {
    const given = givenCall();
    given.call.announce('');
    const other = given.asterisk.dial();
    const done = given.calls.close('failed');
    await pass();
    await done;
    expect(await other.ended.promise).toMatchObject({ status: 503 });
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'failed' }]);
    given.expectNothingLeft();
  });
});

describe('reconciling after a gap in the events', () => {
  test('ends the calls whose channel is gone', async () => {
    const given = givenCall();
    const flow = given.run({ type: 'answer' }, longSleep);
    await pass();
    given.asterisk.channels.delete(given.channel.id);
    await given.calls.reconcile(given.scope.signal);
    await flow.done;
    expect(given.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'failed' }]);
    given.expectNothingLeft();
  });

  test('leaves the others alone', async () => {
    const given = givenCall();
    given.run({ type: 'answer' }, longSleep);
    await pass();
    const before = given.published.length;
    await given.calls.reconcile(given.scope.signal);
    await pass(10_000);
    expect(given.call.isEnded).toBe(false);
    expect(given.published).toHaveLength(before);
    expect(given.asterisk.asked.filter((name) => name !== 'getChannelVar')).toEqual([
      'answer',
      'list',
      'bridges.list',
    ]);
  });

  test('finds out that a phone holds, or no longer, where no event of it comes first or nobody says', async () => {
    const given = givenCall({ state: 'Up' });
    given.call.announce('');
    const held = async (): Promise<readonly boolean[]> => {
      await given.calls.reconcile(given.scope.signal);
      await pass(500);
      return given.of('call_updated').map(({ hold }) => hold);
    };
    expect(await held()).toEqual([]);
    given.channel.isHeldByPhone = true;
    expect(await held()).toEqual([true]);
    given.channel.isHeldByPhone = false;
    given.asterisk.fault('getChannelVar', { status: 500 });
    expect(await held()).toEqual([true]);
    given.asterisk.mend();
    expect(await held()).toEqual([true, false]);
    given.asterisk.fault('getChannelVar', { delay: 300 });
    const asked = held(); // will answer that nobody holds
    await pass(200);
    given.asterisk.emit({ type: 'ChannelHold', channel: given.channel.json });
    expect(await asked).toEqual([true, false, true]);
  });

  test('finds out that a channel has come up', async () => {
    const given = givenCall();
    given.call.announce('');
    given.channel.state = 'Up';
    await given.calls.reconcile(given.scope.signal);
    expect(given.types).toEqual(['call_created', 'call_answered']);
  });

  test('a call that came in meanwhile is not taken for gone', async () => {
    const given = givenCall();
    given.asterisk.fault('list', { delay: 100, times: 1 });
    const reconciled = given.calls.reconcile(given.scope.signal);
    given.asterisk.dial();
    await pass(100);
    await reconciled;
    expect(given.calls.size).toBe(2);
  });

  test('a lost hang-up is asked for again at once', async () => {
    const given = givenCall();
    given.call.announce('');
    given.asterisk.fault('hangup', { isUnanswered: true, times: 1 });
    given.call.hangup('normal');
    await pass(100);
    await given.calls.reconcile(given.scope.signal);
    await pass();
    expect(given.asterisk.asked).toEqual(['hangup', 'list', 'bridges.list']);
    await pass(20_000);
    expect(given.asterisk.asked).toEqual(['hangup', 'list', 'bridges.list', 'hangup']);
    expect(given.of('call_hungup')).toHaveLength(1);
  });

  test('fails with Asterisk, and the calls stay', async () => {
    const given = givenCall();
    given.asterisk.fault('list', { status: 503 });
    await expect(given.calls.reconcile(given.scope.signal)).rejects.toMatchObject({ status: 503 });
    expect(given.calls.size).toBe(1);
  });
});

describe('text messages', () => {
  const given = () => {
    const fake = new FakeAri();
    const scope = new Scope(() => undefined);
    const taken: string[][] = [];
    let stored = Promise.resolve();
    const calls = new CallRegistry({
      ari: fake.ari,
      scope,
      log: silentLog,
      maxDuration: 60_000,
      onIncoming: () => undefined,
      onChange: () => undefined,
      onMessage: async (words) => {
        taken.push([...words]);
        await stored;
      },
    });
    const store = (until: Promise<void>): void => {
      stored = until;
    };
    return { asterisk: fake.asterisk, calls, scope, taken, store };
  };

  test('are taken, and their channel goes on when they are stored', async () => {
    const { asterisk, calls, taken, store } = given();
    const { promise, resolve } = Promise.withResolvers<void>();
    store(promise);
    const channel = asterisk.text({ text: 'Hello' });
    await pass();
    expect(taken).toEqual([wordsOf({ text: 'Hello' })]);
    expect(calls.size).toBe(0);
    expect(channel.isInStasis).toBe(true);
    resolve();
    await pass();
    expect(channel.isInStasis).toBe(false);
    expect(asterisk.asked).toEqual(['continueInDialplan']);
  });

  test('that come to a daemon which is leaving wait for the next one, which takes them', async () => {
    const { asterisk, calls, taken, scope } = given();
    await calls.close('failed');
    const channel = asterisk.text({ text: 'Hello' });
    await pass(10_000);
    expect([taken, channel.isInStasis]).toEqual([[], true]);
    await calls.reconcile(scope.signal);
    await pass(5_000);
    expect(taken).toEqual([wordsOf({ text: 'Hello' })]);
    expect(channel.isInStasis).toBe(false);
  });

  test('are what a telephone never sends, whatever its channel says', async () => {
    const { asterisk, taken } = given();
    asterisk.dial({ args: ['message', ...wordsOf({ text: 'Hello' })] });
    await pass();
    expect(taken).toEqual([]);
  });
});

describe('channels without a call', () => {
  const given = () => {
    const warned: string[] = [];
    const log: Log = { ...silentLog, warn: (_, event) => warned.push(event), child: () => log };
    const fixture = givenCall({ log });
    const orphan = (app: string) => {
      const { onEvent } = fixture.asterisk;
      fixture.asterisk.onEvent = () => undefined; // it came while nobody listened
      const channel = fixture.asterisk.dial({ number: '200' });
      fixture.asterisk.onEvent = onEvent;
      const { json } = channel;
      const dialplan = { ...json.dialplan, app_data: app };
      Object.defineProperty(channel, 'json', { get: () => ({ ...json, dialplan }) });
      return channel;
    };
    return { fixture, orphan, warned };
  };

  test('of our application are hung up after a grace of five seconds', async () => {
    const { fixture, orphan, warned } = given();
    const channels = [orphan('ariflow'), orphan('ariflow,inbound')];
    await fixture.calls.reconcile(fixture.scope.signal);
    await pass(4_999);
    expect(fixture.asterisk.channels.size).toBe(3);
    await pass(1);
    expect(await Promise.all(channels.map(({ ended }) => ended.promise))).toHaveLength(2);
    expect(warned).toEqual(['orphan_hung_up', 'orphan_hung_up']);
    expect(fixture.call.isEnded).toBe(false);
  });

  test('of others are none of our business', async () => {
    const { fixture, orphan } = given();
    orphan('ariflow2,inbound');
    orphan('other');
    await fixture.calls.reconcile(fixture.scope.signal);
    await pass(60_000);
    expect(fixture.asterisk.channels.size).toBe(3);
    expect(fixture.asterisk.asked).toEqual(['list', 'bridges.list']);
  });

  test('that are gone by then are no error, and one sweep is enough', async () => {
    const { fixture, orphan } = given();
    const channel = orphan('ariflow');
    await fixture.calls.reconcile(fixture.scope.signal);
    await fixture.calls.reconcile(fixture.scope.signal);
    await pass(1_000);
    fixture.asterisk.channels.delete(channel.id);
    await pass(60_000);
    expect(fixture.asterisk.asked).toEqual(['list', 'bridges.list', 'list', 'list', 'bridges.list']);
    expect(fixture.reported).toEqual([]);
  });
});

test('a leg that is being made while the calls are compared with the channels is none that is missing', async () => {
  const fixture = givenCall();
  const { asterisk, calls } = fixture;
  fixture.scope.spawn('keep-in-step', (signal) => calls.keepInStep(signal));
  await pass(29_995);
  const leg = calls.outgoing({ source: telAddress('1001'), destination: telAddress('1002') });
  leg.announce(zeroId);
  const written = (signal: AbortSignal) => sleep(10, signal);
  dial(leg, { endpoint: 'PJSIP/1002', callerId: { number: '1001', name: '' }, timeout: 30_000, written });
  await pass(100);
  asterisk.farEnd(leg.channelId).answer();
  await pass(60_000);
  expect({ isUp: leg.isUp, isEnded: leg.isEnded }).toEqual({ isUp: true, isEnded: false });
  leg.hangup('normal');
  fixture.hangup();
  await pass(10_000);
  expect(asterisk.channels.size).toBe(0);
  await fixture.scope.close();
});

describe('bridges without an owner', () => {
  const given = async (...ids: readonly string[]) => {
    const fixture = givenCall();
    const { ari } = fixture.fake;
    for (const id of ids) await ari.bridges.create(id, 'mixing,dtmf_events');
    return { fixture, left: () => [...fixture.asterisk.bridges.keys()] };
  };

  test('that a daemon of our application left are destroyed after the grace, with nobody in them lost', async () => {
    const { fixture, left } = await given('ariflow-bridge-1', 'ariflow-bridge-2');
    await fixture.fake.ari.bridges.add('ariflow-bridge-1', fixture.channel.id);
    await fixture.calls.reconcile(fixture.scope.signal);
    await pass(4_999);
    expect(left()).toHaveLength(2);
    await pass(1);
    expect(left()).toEqual([]);
    expect(fixture.channel.bridge).toBeUndefined();
    expect(fixture.call.isEnded).toBe(false);
  });

  test('of others are none of our business, and neither is one that a call is in', async () => {
    const { fixture, left } = await given(
      'ariflow2-bridge-1',
      'mine',
      'ariflow-conference',
      'ariflow-bridge-bridge-1',
    );
    const { call } = fixture;
    const bridge = await Bridge.open({ ari: call.ari, id: call.resourceId('bridge'), scope: call.scope });
    await fixture.calls.reconcile(fixture.scope.signal);
    await pass(60_000);
    expect(left()).toEqual([
      'ariflow2-bridge-1',
      'mine',
      'ariflow-conference',
      'ariflow-bridge-bridge-1',
      bridge.id,
    ]);
    expect(fixture.asterisk.asked).not.toContain('bridges.destroy');
  });

  test('that found an owner, or their end, during the grace are left alone', async () => {
    const { fixture, left } = await given('ariflow-bridge-1', 'ariflow-bridge-2');
    await fixture.calls.reconcile(fixture.scope.signal);
    await pass(1_000);
    fixture.fake.ari.own('bridge:ariflow-bridge-1', { deliver: () => undefined });
    fixture.asterisk.fault('bridges.destroy', { status: 404 });
    await pass(60_000);
    expect(left()).toContain('ariflow-bridge-1');
    expect(fixture.asterisk.asked.filter((name) => name === 'bridges.destroy')).toHaveLength(1);
    expect(fixture.reported).toEqual([]);
  });

  test('that could not be destroyed are tried again after the next connection', async () => {
    const { fixture, left } = await given('ariflow-bridge-1');
    fixture.asterisk.fault('bridges.destroy', { status: 503, times: 1 });
    await fixture.calls.reconcile(fixture.scope.signal);
    await pass(5_000);
    expect(left()).toEqual(['ariflow-bridge-1']);
    expect(fixture.reported).toMatchObject([{ status: 503 }]);
    await fixture.calls.reconcile(fixture.scope.signal);
    await pass(5_000);
    expect(left()).toEqual([]);
  });
});

test('duplicated, reordered and foreign events of a call do no harm, whatever they are', async () => {
  const types = [
    'ChannelStateChange', 'ChannelDtmfReceived', 'ChannelHangupRequest', 'PlaybackStarted', 'PlaybackFinished',
    'ChannelDestroyed', 'StasisEnd', 'ChannelVarset', 'SomethingNew',
  ] as const; // biome-ignore format: a list of names
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...types), { maxLength: 30 }), async (sequence) => {
      const given = givenCall();
      const flow = given.run({ type: 'beep' }, { type: 'digits_receive', option: { duration: 60_000 } });
      for (const type of sequence) given.fake.ari.events.dispatch(anEvent(type, given.channel.json));
      given.hangup();
      await pass(20_000);
      await flow.done;
      expect(given.types.filter((type) => type === 'call_hungup')).toHaveLength(1);
      expect(given.types.at(-1)).toBe('activeflow_deleted');
      given.asterisk.end(given.channel, { by: 'us' });
      given.expectNothingLeft();
    }),
    { numRuns: 60 },
  );
});

function anEvent(type: string, channel: object): AriEvent {
  const playback = {
    id: 'p',
    media_uri: 'sound:x',
    target_uri: `channel:${(channel as { id: string }).id}`,
    state: 'done',
  };
  const subject = type.startsWith('Playback') ? { playback } : { channel };
  return {
    type,
    application: 'ariflow',
    timestamp: '',
    digit: '1',
    cause: 16,
    cause_txt: '',
    ...subject,
  } as unknown as AriEvent;
}
