import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AriEvent } from '../../src/ari/events.gen.ts';
import type { AriError } from '../../src/ari/transport.ts';
import { bridging, leavingBridges, playingToBridges } from './ari-contract-bridges.ts';
import { creating, dialling, originating } from './ari-contract-legs.ts';
import { dialplan, externalMedia, orders } from './ari-contract-orders.ts';
import { recording, recordingInBridges, snooping } from './ari-contract-recordings.ts';
import { requests, variables } from './ari-contract-requests.ts';
import {
  type AriHarness,
  ended,
  finished,
  givenAnswered,
  givenChannel,
  gone,
  harnessEvent,
  longSound,
  missingSound,
  shortSound,
  started,
  status,
  told,
} from './ari-given.ts';
import { until } from './until.ts';

/** What everybody who calls himself Asterisk does, however one talks to it. `given` gives the same harness every time. */
export function ariContract(name: string, given: () => AriHarness): void {
  describe(`ARI: ${name}`, () => {
    admission(given);
    answering(given);
    playing(given);
    hangingUp(given);
    variables(given);
    requests(given);
    creating(given);
    dialling(given);
    originating(given);
    bridging(given);
    leavingBridges(given);
    playingToBridges(given);
    snooping(given);
    recording(given);
    recordingInBridges(given);
    orders(given);
    dialplan(given);
    externalMedia(given);
    tidiness(given);
  });
}

/** The last of all: what the others left. */
function tidiness(given: () => AriHarness): void {
  test('nothing is left', async () => {
    const { ari } = given();
    await expect.poll(() => ari.channels(), { timeout: 30_000 }).toEqual([]);
    expect(await ari.bridges.list()).toEqual([]);
  });
}

function admission(given: () => AriHarness): void {
  test('a call that comes in is ringing, says its number and belongs to the application', async () => {
    const harness = given();
    const { channel, args, number, caller } = await givenChannel(harness);
    expect(args).toEqual(['inbound']);
    expect(channel).toMatchObject({ state: 'Ring', dialplan: { exten: number, app_name: 'Stasis' } });
    expect(channel.dialplan.app_data.split(',')).toEqual([harness.ari.app, 'inbound']);
    expect(await harness.ari.channel(channel.id)).toMatchObject({ id: channel.id, state: 'Ring' });
    expect((await harness.ari.channels()).map(({ id }) => id)).toContain(channel.id);
    await caller.hangup();
  });

  test('a caller who gives up is announced by a request with 487, and then gone', async () => {
    const harness = given();
    const { caller, id } = await givenChannel(harness);
    await caller.hangup();
    const request = await harnessEvent(harness, 'ChannelHangupRequest', ({ channel }) => channel.id === id);
    expect(request).toMatchObject({ tech_cause: 487 });
    expect(request.soft ?? false).toBe(false);
    await ended(harness, id);
    await gone(harness, id);
  });

  test('digits come one by one, in order, and at the times they were pressed', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    await caller.press('199#');
    const pressed = () =>
      harness.events.flatMap((event) =>
        event.type === 'ChannelDtmfReceived' && event.channel.id === id ? [event] : [],
      );
    await until(() => pressed().length === 4);
    expect(pressed().map(({ digit }) => digit)).toEqual(['1', '9', '9', '#']);
    expect(pressed().map(({ duration_ms }) => duration_ms)).toEqual([100, 100, 100, 100]);
    const times = pressed().map(({ timestamp }) => Date.parse(timestamp));
    expect(times.every((at, index) => at > (times[index - 1] ?? 0))).toBe(true);
    await caller.hangup();
  });

  test('its events go to whoever owns it, and to nobody else, until he gives it up', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const his: AriEvent[] = [];
    const ownership = harness.ari.own(`channel:${id}`, { deliver: (event) => his.push(event) });
    await caller.press('1');
    await until(() => his.some(({ type }) => type === 'ChannelDtmfReceived'));
    const others = harness.events.filter(
      (event) => event.type === 'ChannelDtmfReceived' && event.channel.id === id,
    );
    expect(others).toEqual([]);
    ownership[Symbol.dispose]();
    await caller.hangup();
    await ended(harness, id);
  });
}

function answering(given: () => AriHarness): void {
  test('an answered channel is Up, once', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    await harness.ari.answer(id);
    expect(await harness.ari.channel(id)).toMatchObject({ state: 'Up' });
    const changes = harness.events.filter(
      (event) => event.type === 'ChannelStateChange' && event.channel.id === id,
    );
    expect(changes).toHaveLength(1);
    await caller.hangup();
    await ended(harness, id);
  });

  test('a channel that is gone cannot be answered', async () => {
    const harness = given();
    const { caller, id } = await givenChannel(harness);
    await caller.hangup();
    await ended(harness, id);
    await gone(harness, id);
    await expect(harness.ari.answer(id)).rejects.toEqual(status(404));
  });
}

function playing(given: () => AriHarness): void {
  test('a sound is started and finished, with our id and its channel', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.play(id, playbackId, shortSound);
    const { playback } = await started(harness, playbackId);
    expect(playback).toMatchObject({ target_uri: `channel:${id}`, media_uri: shortSound, state: 'playing' });
    expect((await finished(harness, playbackId)).playback.state).toBe('done');
    await expect(harness.ari.playback(playbackId)).rejects.toEqual(status(404));
    await expect(harness.ari.stopPlayback(playbackId)).rejects.toEqual(status(404));
    await caller.hangup();
  });

  test('before the answer a sound is early media', async () => {
    const harness = given();
    const { caller, id } = await givenChannel(harness);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.play(id, playbackId, shortSound);
    expect((await finished(harness, playbackId)).playback.state).toBe('done');
    expect(await harness.ari.channel(id)).toMatchObject({ state: 'Ring' });
    await caller.hangup();
  });

  test('a stopped playback is finished as done', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.play(id, playbackId, longSound);
    await started(harness, playbackId);
    expect(await harness.ari.playback(playbackId)).toMatchObject({ id: playbackId, state: 'playing' });
    await harness.ari.stopPlayback(playbackId);
    expect((await finished(harness, playbackId)).playback.state).toBe('done');
    await caller.hangup();
  });

  test('music on hold starts and stops, and not for a channel that is unknown', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    await harness.ari.startMoh(id);
    await harness.ari.startMoh(id);
    await harness.ari.stopMoh(id);
    await harness.ari.stopMoh(id);
    await caller.hangup();
    await expect(harness.ari.startMoh('nobody')).rejects.toEqual(status(404));
    await expect(harness.ari.stopMoh('nobody')).rejects.toEqual(status(404));
  });

  test('a second playback waits for the first', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const [first, second] = [`p-${randomUUID()}`, `p-${randomUUID()}`];
    await harness.ari.play(id, first, longSound);
    await started(harness, first);
    await harness.ari.play(id, second, shortSound);
    expect(await harness.ari.playback(second)).toMatchObject({ state: 'queued' });
    await harness.ari.stopPlayback(first);
    await finished(harness, second);
    const order = harness.events.flatMap((event) =>
      event.type === 'PlaybackFinished' && [first, second].includes(event.playback.id)
        ? [event.playback.id]
        : [],
    );
    expect(order).toEqual([first, second]);
    await caller.hangup();
  });

  test('a playback is paused and goes on, which is told like a beginning; one that waits is not', async () => {
    const harness = given();
    const { ari } = harness;
    const { caller, id } = await givenAnswered(harness);
    const [first, second] = [`p-${randomUUID()}`, `p-${randomUUID()}`];
    await ari.play(id, first, longSound);
    await started(harness, first);
    await ari.play(id, second, shortSound);
    await expect(ari.controlPlayback(second, 'pause')).rejects.toEqual(status(409));
    await ari.controlPlayback(first, 'reverse');
    for (const _ of [1, 2]) await ari.controlPlayback(first, 'pause');
    expect(await ari.playback(first)).toMatchObject({ state: 'paused' });
    await expect(ari.controlPlayback(first, 'reverse')).rejects.toEqual(status(409));
    for (const _ of [1, 2]) await ari.controlPlayback(first, 'unpause');
    await expect.poll(() => startsOf(harness, first)).toBe(2);
    await ari.controlPlayback(first, 'pause');
    await ari.stopPlayback(first);
    expect((await finished(harness, first)).playback.state).toBe('done');
    await finished(harness, second);
    await expect(ari.controlPlayback(first, 'pause')).rejects.toEqual(status(404));
    await caller.hangup();
  });

  test('a sound that is not there fails', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.play(id, playbackId, missingSound);
    expect((await finished(harness, playbackId)).playback.state).toBe('failed');
    await caller.hangup();
  });

  test('a scheme Asterisk does not know never finishes, and its playback is unknown', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.play(id, playbackId, 'nonsense:x');
    await expect
      .poll(() => harness.ari.playback(playbackId).catch((error: AriError) => error.status))
      .toBe(404);
    expect(
      harness.events.some((event) => event.type === 'PlaybackFinished' && event.playback.id === playbackId),
    ).toBe(false);
    await caller.hangup();
  });

  test('hanging up ends the playback as failed, before StasisEnd', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.play(id, playbackId, longSound);
    await started(harness, playbackId);
    await caller.hangup();
    await ended(harness, id);
    const order = harness.events.flatMap((event) => {
      if (event.type === 'PlaybackFinished' && event.playback.id === playbackId)
        return [event.playback.state];
      return event.type === 'StasisEnd' && event.channel.id === id ? ['StasisEnd'] : [];
    });
    expect(order).toEqual(['failed', 'StasisEnd']);
  });

  test('hanging up begins and fails what waits to be played', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const [first, second] = [`p-${randomUUID()}`, `p-${randomUUID()}`];
    await harness.ari.play(id, first, longSound);
    await started(harness, first);
    await harness.ari.play(id, second, shortSound);
    await caller.hangup();
    await ended(harness, id);
    expect(told(harness, id).slice(-4)).toEqual([
      'PlaybackFinished failed',
      'PlaybackStarted playing',
      'PlaybackFinished failed',
      'StasisEnd',
    ]);
  });

  test('nothing plays to a channel that is unknown', async () => {
    const harness = given();
    await expect(harness.ari.play('no-such-channel', 'p-x', shortSound)).rejects.toEqual(status(404));
  });
}

const causes: readonly { readonly cause: number; readonly sip: number }[] = [
  { cause: 1, sip: 404 },
  { cause: 16, sip: 603 },
  { cause: 17, sip: 486 },
  { cause: 19, sip: 480 },
  { cause: 34, sip: 503 },
];

function startsOf({ events }: AriHarness, id: string): number {
  return events.filter((event) => event.type === 'PlaybackStarted' && event.playback.id === id).length;
}

function hangingUp(given: () => AriHarness): void {
  test.each(causes)('before the answer cause $cause is SIP $sip', async ({ cause, sip }) => {
    const harness = given();
    const { caller, id } = await givenChannel(harness);
    await harness.ari.hangup(id, cause);
    expect(await caller.ended).toMatchObject({ by: 'them', status: sip });
    await ended(harness, id);
  });

  test.each([16, 17])('after the answer cause %d is in the BYE', async (cause) => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    await harness.ari.hangup(id, cause);
    expect(await caller.ended).toMatchObject({ by: 'them', cause });
    const request = await harnessEvent(harness, 'ChannelHangupRequest', ({ channel }) => channel.id === id);
    expect(request).toMatchObject({ soft: true }); // whose `cause` is a flag, not Q.850
    await ended(harness, id);
  });

  test('a caller who hangs up is announced without `soft`', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    await caller.hangup();
    const request = await harnessEvent(harness, 'ChannelHangupRequest', ({ channel }) => channel.id === id);
    expect(request.soft ?? false).toBe(false);
    await ended(harness, id);
  });

  test('an unknown channel cannot be hung up', async () => {
    await expect(given().ari.hangup('no-such-channel', 16)).rejects.toEqual(status(404));
  });
}
