import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AriEvent } from '../../../src/ari/events.gen.ts';
import type { Bridge } from '../../../src/calls/bridge.ts';
import { neverTime, zeroId } from '../../../src/core/clock.ts';
import { Expectations } from '../../../src/core/expectations.ts';
import { Scope } from '../../../src/core/scope.ts';
import { type CallFixture, type GivenCall, givenCall, pass } from '../../support/call-fixture.ts';
import { FakeAri } from '../../support/fake-ari.ts';
import { GivenRecordings } from '../../support/given-recordings.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const told = ({ recordings }: CallFixture) => recordings.told.map(({ type, data }) => [type, data.status]);
const asked = ({ asterisk }: CallFixture, operation: string) =>
  asterisk.asked.filter((name) => name === operation).length;

function recorded(option: Readonly<Record<string, unknown>> = {}, call: GivenCall = {}): CallFixture {
  const given = givenCall(call);
  given.runOne('recording_start', option);
  return given;
}

describe('a recording whose daemon is killed', () => {
  test('goes on without a seam: into the same files, told of once', async () => {
    const given = recorded();
    await pass(2_000);
    const { live } = given.asterisk.recordings;
    const id = given.call.record.recording_id;
    const after = await given.restart();
    await pass(3_000);
    expect(after.asterisk.recordings.live).toEqual(live);
    expect([asked(after, 'record'), asked(after, 'snoopChannelWithId')]).toEqual([2, 2]);
    expect(after.call.record).toMatchObject({ recording_id: id, recording_ids: [id] });
    expect([...after.call.recordedAs]).toEqual([[id, `${id}.wav`]]);
    after.hangup();
    await pass(3_000);
    expect(told(after)).toEqual([['recording_created', 'recording']]);
    const [captured] = after.recordings.captured;
    expect(captured?.segments.map((tracks) => tracks.map(({ name }) => name))).toEqual([live]);
    for (const { startedAt, endedAt = 0 } of captured?.segments[0] ?? [])
      expect(endedAt - startedAt).toBeGreaterThanOrEqual(5_000);
    expect(after.call.record.recording_id).toBe(zeroId);
    after.expectNothingLeft();
  });

  test('of a room that the call was in is named at the end of its flow all the same', async () => {
    const given = givenCall();
    given.runOne('answer');
    await pass(100);
    given.call.recordedAs.set('room', 'room.wav');
    given.call.writeDown();
    const after = await given.restart();
    expect([...after.call.recordedAs]).toEqual([['room', 'room.wav']]);
  });

  test.each([1, 2])('goes on over the %d. kill after the first, too', async (times) => {
    const given = recorded({ duration: 10 });
    let life = given;
    await pass(1_000);
    for (let kill = 0; kill <= times; kill++) {
      life = await life.restart();
      await pass(6_000 / (times + 1));
    }
    expect(life.asterisk.recordings.live).toHaveLength(2);
    await pass(3_500);
    expect(life.recordings.captured).toHaveLength(1);
    expect(told(life)).toEqual([['recording_created', 'recording']]);
  });

  test('lasts as long as it was to', async () => {
    const given = recorded({ duration: 5 });
    await pass(3_000);
    const after = await given.restart();
    await pass(1_900);
    expect(after.recordings.captured).toEqual([]);
    await pass(500);
    expect(after.recordings.captured.map(({ most }) => most)).toEqual([5_000]);
    expect(after.call.isEnded).toBe(false);
  });

  test('ends by its key', async () => {
    const given = recorded({ end_of_key: '#' });
    await pass(1_000);
    const after = await given.restart();
    await pass(500);
    after.press('#');
    await pass(500);
    expect(after.recordings.captured).toHaveLength(1);
  });

  test('is found by whoever pauses and stops it', async () => {
    const given = recorded();
    await pass(1_000);
    const id = given.call.record.recording_id;
    const after = await given.restart();
    await pass(500);
    void after.recordings.recordings.pause(id);
    await pass(200);
    expect(after.asterisk.recordings.live).toEqual([]);
    void after.recordings.recordings.resume(id);
    await pass(200);
    expect(after.asterisk.recordings.live.map((name) => name.slice(-5))).toEqual(['-2-in', '2-out']);
    expect(after.recordings.recordings.stop(after.call)).toBe(id);
    await pass(500);
    expect(after.recordings.captured.map(({ segments }) => segments.length)).toEqual([2]);
  });

  test('in a pause stays paused, and goes on into other files when that is over', async () => {
    const given = recorded({ duration: 3 });
    await pass(1_000);
    const id = given.call.record.recording_id;
    void given.recordings.recordings.pause(id);
    await pass(500);
    const after = await given.restart();
    await pass(60_000);
    expect(after.asterisk.recordings.live).toEqual([]);
    void after.recordings.recordings.resume(id);
    await pass(200);
    expect(after.asterisk.recordings.live.map((name) => name.slice(-5))).toEqual(['-2-in', '2-out']);
    await pass(2_500);
    expect(after.recordings.captured.map(({ segments }) => segments.length)).toEqual([2]);
    expect(told(after).map(([, status]) => status)).toEqual(['recording', 'paused', 'recording']);
  });

  test('in the moment in which it goes on again goes on in the files that Asterisk has begun', async () => {
    const given = recorded();
    await pass(1_000);
    const id = given.call.record.recording_id;
    void given.recordings.recordings.pause(id);
    await pass(500);
    // Asterisk has begun, and nobody hears of it any more.
    const { fake, asterisk } = given;
    given.recordings.recordings.resume(id).catch(() => undefined);
    for (let turn = 0; asterisk.recordings.live.length < 2 && turn < 1_000; turn++) await undefined;
    fake.die();
    const { live } = asterisk.recordings;
    const after = await given.restart();
    await pass(10_000);
    expect(after.asterisk.recordings.live).toEqual(live);
    after.hangup();
    await pass(3_000);
    expect(after.recordings.captured.map(({ segments }) => segments.length)).toEqual([2]);
    after.expectNothingLeft();
  });

  test('stopped before does not go on, whatever Asterisk has heard of that', async () => {
    const given = recorded();
    await pass(1_000);
    given.asterisk.fault('recordings.stop', { status: 503 });
    given.recordings.recordings.stop(given.call);
    await pass(10);
    given.asterisk.mend();
    const after = await given.restart();
    await pass(10_000);
    expect(after.recordings.recovered).toHaveLength(1);
    expect(after.call.record.recording_id).toBe(zeroId);
    expect(after.recordings.recordings.stop(after.call)).toBeUndefined();
  });

  test('that Asterisk has ended meanwhile is over, and what there is of it kept', async () => {
    const given = recorded();
    await pass(1_000);
    given.fake.die();
    const [name = ''] = given.asterisk.recordings.live;
    await new FakeAri({ asterisk: given.asterisk }).ari.recordings.stop(name);
    const after = await given.restart();
    await pass(1_000);
    expect(after.recordings.recovered).toHaveLength(1);
    expect(after.call.record.recording_id).toBe(zeroId);
    expect(after.call.isEnded).toBe(false);
  });

  test('and whose caller hangs up meanwhile is finished', async () => {
    const given = recorded();
    await pass(1_000);
    given.fake.die();
    given.hangup();
    const after = await given.restart();
    await pass(10_000);
    expect(after.recordings.recovered).toHaveLength(1);
    after.expectNothingLeft();
  });

  test('that nobody can go on with, as it was written by another version, is finished', async () => {
    const given = recorded();
    await pass(1_000);
    for (const [id, { record }] of given.recordings.rows)
      given.recordings.rows.set(id, { record, state: () => ({}) });
    const after = await given.restart();
    await pass(1_000);
    expect(after.recordings.recovered).toHaveLength(1);
    expect(after.call.record.recording_id).toBe(zeroId);
  });
});

describe('a recording whose daemon is killed in its beep', () => {
  test('begins when there is another one, without a second beep', async () => {
    const given = recorded({ beep_start: true }, { soundLength: 400 });
    await pass(100);
    const plays = asked(given, 'play');
    const after = await given.restart();
    await pass(1_000);
    expect(asked(after, 'play')).toBe(plays);
    expect(told(after)).toEqual([['recording_created', 'recording']]);
    const id = after.recordings.told[0]?.data.id;
    expect(after.recordings.told[0]?.data.tm_delete).toBe(neverTime);
    expect(after.call.record).toMatchObject({ recording_id: id, recording_ids: [id] });
    after.hangup();
    await pass(10_000);
    expect(after.recordings.captured).toHaveLength(1);
    after.expectNothingLeft();
  });

  test('is never told of where its caller has gone', async () => {
    const given = recorded({ beep_start: true }, { soundLength: 400 });
    await pass(100);
    given.fake.die();
    given.hangup();
    const after = await given.restart();
    await pass(1_000);
    expect(told(after)).toEqual([]);
    expect(after.recordings.recovered).toEqual([]);
    expect([...after.recordings.rows.values()].map(({ record }) => record.status)).toEqual(['failed']);
  });
});

describe('the silence that ends a recording', () => {
  /** The ear that is listened to now. */
  const say = (given: CallFixture, type: 'ChannelTalkingStarted' | 'ChannelTalkingFinished') => {
    const ears = [...given.asterisk.channels.values()].filter(({ id }) => id.includes('-in'));
    const channel = (ears.find(({ id }) => id.includes('ear')) ?? ears[0])?.json;
    if (channel) given.asterisk.emit({ type, channel, duration: 1_000 } as never);
  };

  test('goes on over a kill', async () => {
    const given = recorded({ end_of_silence: 5 });
    await pass(3_000);
    const after = await given.restart();
    await pass(1_900);
    expect(after.recordings.captured).toEqual([]);
    await pass(300);
    expect(after.recordings.captured).toHaveLength(1);
    await pass(6_000);
    expect([...after.asterisk.channels.keys()]).toEqual([after.channel.id]);
  });

  test('is not there while somebody talks who is heard only now', async () => {
    const given = recorded({ end_of_silence: 5 });
    await pass(4_900);
    const after = await given.restart();
    await pass(300);
    say(after, 'ChannelTalkingStarted');
    await pass(20_000);
    expect(after.recordings.captured).toEqual([]);
    say(after, 'ChannelTalkingFinished');
    await pass(5_000);
    expect(after.recordings.captured).toHaveLength(1);
  });

  test('begins with the start after a kill where somebody talked before', async () => {
    const given = recorded({ end_of_silence: 3 });
    await pass(1_000);
    say(given, 'ChannelTalkingStarted');
    await pass(10_000);
    const after = await given.restart();
    await pass(2_900);
    expect(after.recordings.captured).toEqual([]);
    await pass(300);
    expect(after.recordings.captured).toHaveLength(1);
  });
});

describe('a recording of a room', () => {
  test('goes on when somebody is in it again, and is finished where nobody comes', async () => {
    const fake = new FakeAri();
    const before = new GivenRecordings(fake.ari);
    const roomOf = async (given: FakeAri, scope: Scope) => {
      await given.ari.bridges.create('ariflow-bridge-room', 'mixing,dtmf_events').catch(() => undefined);
      const events = new Expectations<AriEvent>();
      const expectation: Bridge['expect'] = (...wanted) => events.expect(...wanted);
      given.ari.own('bridge:ariflow-bridge-room', events);
      const bridge = { id: 'ariflow-bridge-room', expect: expectation } as Bridge; // all that is asked of it
      return { id: 'room', ari: given.ari, bridge, scope, calls: () => [] };
    };
    const first = new Scope(() => undefined);
    const wanted = { format: 'wav', duration: 0 } as const;
    const starting = before.recordings.startOfBridge(await roomOf(fake, first), wanted);
    await pass(100);
    const { id } = await starting;
    before.die();
    fake.die();
    const { asterisk } = fake;
    const { live } = asterisk.recordings;

    const again = new FakeAri({ asterisk });
    const after = new GivenRecordings(again.ari, before);
    const scope = new Scope(() => undefined);
    let isOpen = false;
    const room = await roomOf(again, scope);
    const survivors = {
      ...{ calls: [], callOf: () => undefined, whenCompared: Promise.resolve(), scope },
      bridgeOf: async () => (isOpen ? room : undefined),
    };
    after.recordings.takeUp(after.left, survivors);
    await pass(2_000);
    isOpen = true;
    await pass(1_000);
    expect(asterisk.recordings.live).toEqual(live);
    expect(after.recordings.stopOfBridge('room')?.id).toBe(id);
    await pass(1_000);
    expect(after.captured.map(({ segments }) => segments.length)).toEqual([1]);

    const nobody = new GivenRecordings(again.ari, before);
    nobody.recordings.takeUp(nobody.left, { ...survivors, bridgeOf: async () => undefined });
    await pass(9_000);
    expect(nobody.recovered).toEqual([]);
    await pass(2_000);
    expect(nobody.recovered.map((record) => record.id)).toEqual([id]);
  });
});
