import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  type AriHarness,
  destroyed,
  ended,
  entered,
  finished,
  givenAnswered,
  givenBridge,
  givenChannel,
  givenLeg,
  givenSnoop,
  gone,
  harnessEvent,
  left,
  longSound,
  shortSound,
  started,
  status,
  told,
  up,
} from './ari-given.ts';

const recorded = (
  harness: AriHarness,
  type: 'RecordingStarted' | 'RecordingFinished' | 'RecordingFailed',
  name: string,
) => harnessEvent(harness, type, (event) => event.recording.name === name);

const newName = () => `contract/r-${randomUUID()}`;

export function snooping(given: () => AriHarness): void {
  test('a snoop is with us, and ends with its channel, of which only StasisEnd tells', async () => {
    const harness = given();
    const { id, caller } = await givenAnswered(harness);
    const snoopId = await givenSnoop(harness, id);
    const start = await harnessEvent(harness, 'StasisStart', ({ channel }) => channel.id === snoopId);
    expect(start).toMatchObject({ args: ['snoop', 'x'], channel: { state: 'Up' } });
    expect((await harness.ari.channel(snoopId)).dialplan.app_data).toBe(`${harness.ari.app},snoop,x`);
    await caller.hangup();
    await ended(harness, snoopId);
    await gone(harness, snoopId);
    expect(told(harness, snoopId)).toEqual(['StasisStart', 'StasisEnd']);
  });

  test('a snoop that we end is told of by StasisEnd alone, and the channel goes on', async () => {
    const harness = given();
    const { id, caller } = await givenAnswered(harness);
    const snoopId = await givenSnoop(harness, id);
    await harness.ari.hangup(snoopId, 16);
    await ended(harness, snoopId);
    await gone(harness, snoopId);
    expect(told(harness, snoopId)).toEqual(['StasisStart', 'ChannelHangupRequest', 'StasisEnd']);
    expect(await harness.ari.channel(id)).toMatchObject({ state: 'Up' });
    await caller.hangup();
    await ended(harness, id);
  });

  test('nobody listens to nobody, without a direction, or twice by one id', async () => {
    const harness = given();
    const { id, caller } = await givenAnswered(harness);
    const { ari } = harness;
    await expect(ari.snoop('nobody', 'snoop-x', { spy: 'in' })).rejects.toEqual(status(404));
    await expect(ari.snoop(id, 'snoop-x', {})).rejects.toEqual(status(400));
    const snoopId = await givenSnoop(harness, id);
    await expect(ari.snoop(id, snoopId, { spy: 'in' })).rejects.toEqual(status(500));
    await caller.hangup();
    await ended(harness, snoopId);
  });
}

export function recording(given: () => AriHarness): void {
  test('a recording on a snoop starts, stops and leaves a file', async () => {
    const harness = given();
    const { recordings } = harness.ari;
    const { id, caller } = await givenAnswered(harness);
    const snoopId = await givenSnoop(harness, id);
    const name = newName();
    await recordings.ofChannel(snoopId, { name, format: 'wav' });
    const target = { name, format: 'wav', target_uri: `channel:${snoopId}` };
    expect((await recorded(harness, 'RecordingStarted', name)).recording).toMatchObject(target);
    expect(await recordings.live(name)).toMatchObject({ ...target, state: 'recording' });
    await expect(recordings.ofChannel(snoopId, { name, format: 'wav' })).rejects.toEqual(status(409));
    await recordings.stop(name);
    const { recording: over } = await recorded(harness, 'RecordingFinished', name);
    expect(over).toMatchObject({ ...target, state: 'done', duration: expect.any(Number) });
    await expect(recordings.live(name)).rejects.toEqual(status(404));
    await expect(recordings.stop(name)).rejects.toEqual(status(404));
    expect(await recordings.stored(name)).toMatchObject({ name, format: 'wav' });
    await recordings.deleteStored(name);
    await expect(recordings.deleteStored(name)).rejects.toEqual(status(404));
    await expect(recordings.stored(name)).rejects.toEqual(status(404));
    await caller.hangup();
    await ended(harness, snoopId);
  });

  test('a recording pauses and goes on, as often as one says so', async () => {
    const harness = given();
    const { recordings } = harness.ari;
    const { id, caller } = await givenAnswered(harness);
    const name = newName();
    await recordings.ofChannel(id, { name, format: 'wav' });
    await recorded(harness, 'RecordingStarted', name);
    for (const _ of [1, 2]) await recordings.pause(name);
    expect(await recordings.live(name)).toMatchObject({ state: 'paused' });
    for (const _ of [1, 2]) await recordings.resume(name);
    expect(await recordings.live(name)).toMatchObject({ state: 'recording' });
    await recordings.pause(name);
    await recordings.stop(name);
    expect((await recorded(harness, 'RecordingFinished', name)).recording.state).toBe('done');
    await expect(recordings.pause(name)).rejects.toEqual(status(404));
    await expect(recordings.resume(name)).rejects.toEqual(status(404));
    await caller.hangup();
    await ended(harness, id);
  });

  test('what cannot be recorded is refused', async () => {
    const harness = given();
    const { recordings } = harness.ari;
    const { id, caller } = await givenAnswered(harness);
    const wav = { name: newName(), format: 'wav' };
    await expect(recordings.ofChannel('nobody', wav)).rejects.toEqual(status(404));
    await expect(recordings.ofBridge('nothing', wav)).rejects.toEqual(status(404));
    await expect(recordings.ofChannel(id, { ...wav, format: 'mp3' })).rejects.toEqual(status(422));
    await expect(recordings.ofChannel(id, { ...wav, name: '../x' })).rejects.toEqual(status(500));
    await caller.hangup();
    await ended(harness, id);
  });

  test('recording a caller answers him', async () => {
    const harness = given();
    const { id, caller } = await givenChannel(harness);
    const name = newName();
    await harness.ari.recordings.ofChannel(id, { name, format: 'wav' });
    await recorded(harness, 'RecordingStarted', name);
    await up(harness, id);
    await caller.hangup();
    await ended(harness, id);
    await recorded(harness, 'RecordingFinished', name);
  });

  test('a caller who hangs up ends his recording first, one who is listened to the snoop’s after him', async () => {
    const harness = given();
    const { id, caller } = await givenAnswered(harness);
    const snoopId = await givenSnoop(harness, id);
    for (const channelId of [id, snoopId])
      await harness.ari.recordings.ofChannel(channelId, { name: newName(), format: 'wav' });
    await expect.poll(() => told(harness, snoopId)).toContain('RecordingStarted recording');
    await caller.hangup();
    await ended(harness, snoopId);
    await ended(harness, id);
    expect(told(harness, id).slice(-2)).toEqual(['RecordingFinished done', 'StasisEnd']);
    expect(told(harness, snoopId).slice(-2)).toEqual(['RecordingFinished done', 'StasisEnd']);
  });

  test('behind a playback a recording waits; a stop meanwhile says yes and it begins all the same', async () => {
    const harness = given();
    const { recordings } = harness.ari;
    const { id, caller } = await givenAnswered(harness);
    const [name, playbackId] = [newName(), `p-${randomUUID()}`];
    await harness.ari.play(id, playbackId, longSound);
    await started(harness, playbackId);
    await recordings.ofChannel(id, { name, format: 'wav' });
    expect(await recordings.live(name)).toMatchObject({ state: 'queued' });
    await expect(recordings.pause(name)).rejects.toEqual(status(409));
    await recordings.stop(name);
    expect(await recordings.live(name)).toMatchObject({ state: 'canceled' });
    await harness.ari.stopPlayback(playbackId);
    await recorded(harness, 'RecordingStarted', name);
    await recordings.stop(name);
    await recorded(harness, 'RecordingFinished', name);
    await caller.hangup();
    await ended(harness, id);
  });

  test('behind a recording a playback waits, and so does what needs the channel', async () => {
    const harness = given();
    const { recordings } = harness.ari;
    const { id, caller } = await givenAnswered(harness);
    const [name, playbackId] = [newName(), `p-${randomUUID()}`];
    await recordings.ofChannel(id, { name, format: 'wav' });
    await recorded(harness, 'RecordingStarted', name);
    await harness.ari.play(id, playbackId, shortSound);
    expect(await harness.ari.playback(playbackId)).toMatchObject({ state: 'queued' });
    let isSet = false;
    const blocked = harness.ari.setVariable(id, 'ARIFLOW_TEST', 'x').then(() => {
      isSet = true;
    });
    await harness.ari.ping();
    expect(isSet).toBe(false);
    await recordings.stop(name);
    await finished(harness, playbackId);
    await blocked;
    await caller.hangup();
    await ended(harness, id);
  });
}

export function recordingInBridges(given: () => AriHarness): void {
  test('a channel in a bridge is not recorded, and one that is recorded not bridged', async () => {
    const harness = given();
    const { bridges, recordings } = harness.ari;
    const bridgeId = await givenBridge(harness);
    const { id, caller } = await givenAnswered(harness);
    const [first, second] = [newName(), newName()];
    await recordings.ofChannel(id, { name: first, format: 'wav' });
    await recorded(harness, 'RecordingStarted', first);
    await expect(bridges.add(bridgeId, id)).rejects.toEqual(status(409));
    await recordings.stop(first);
    await recorded(harness, 'RecordingFinished', first);
    await bridges.add(bridgeId, id);
    await entered(harness, bridgeId, id);
    await recordings.ofChannel(id, { name: second, format: 'wav' });
    expect((await recorded(harness, 'RecordingFailed', second)).recording).toMatchObject({
      state: 'failed',
      cause: 'Cannot record channel while in bridge',
    });
    await expect(recordings.live(second)).rejects.toEqual(status(404));
    await caller.hangup();
    await ended(harness, id);
    await bridges.destroy(bridgeId);
  });

  test('a leg that was dialled is not recorded until it has been in a bridge', async () => {
    const harness = given();
    const { bridges, recordings } = harness.ari;
    const bridgeId = await givenBridge(harness);
    const { id } = await givenLeg(harness);
    const [first, second] = [newName(), newName()];
    await recordings.ofChannel(id, { name: first, format: 'wav' });
    await recorded(harness, 'RecordingFailed', first);
    await bridges.add(bridgeId, id);
    await entered(harness, bridgeId, id);
    await bridges.remove(bridgeId, id);
    await left(harness, bridgeId, id);
    await recordings.ofChannel(id, { name: second, format: 'wav' });
    await recorded(harness, 'RecordingStarted', second);
    await harness.ari.hangup(id, 16);
    await destroyed(harness, id);
    await recorded(harness, 'RecordingFinished', second);
    await bridges.destroy(bridgeId);
  });

  test('all in a bridge are recorded together', async () => {
    const harness = given();
    const { bridges, recordings } = harness.ari;
    const bridgeId = await givenBridge(harness);
    const { id, caller } = await givenAnswered(harness);
    await bridges.add(bridgeId, id);
    await entered(harness, bridgeId, id);
    const name = newName();
    await recordings.ofBridge(bridgeId, { name, format: 'wav' });
    const target = { target_uri: `bridge:${bridgeId}` };
    expect((await recorded(harness, 'RecordingStarted', name)).recording).toMatchObject(target);
    await recordings.stop(name);
    expect((await recorded(harness, 'RecordingFinished', name)).recording).toMatchObject(target);
    await caller.hangup();
    await ended(harness, id);
    await bridges.destroy(bridgeId);
  });
}
