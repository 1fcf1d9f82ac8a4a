import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AriError } from '../../src/ari/transport.ts';
import {
  type AriHarness,
  destroyed,
  ended,
  entered,
  finished,
  givenAnswered,
  givenBridge,
  givenChannel,
  givenDialled,
  harnessEvent,
  isNotDial,
  left,
  longSound,
  missingSound,
  shortSound,
  started,
  status,
  told,
  up,
} from './ari-given.ts';

export function bridging(given: () => AriHarness): void {
  test('a bridge is made once, is listed and goes once', async () => {
    const { ari } = given();
    const id = await givenBridge(given());
    const listed = (await ari.bridges.list()).find((bridge) => bridge.id === id);
    expect(listed).toMatchObject({ id, bridge_type: 'mixing', channels: [] });
    await expect(ari.bridges.create(id, 'mixing,dtmf_events')).rejects.toEqual(status(409));
    await ari.bridges.destroy(id);
    // Until its thread has ended a bridge is there and not ours: 409.
    await expect.poll(() => ari.bridges.destroy(id).catch((error: AriError) => error.status)).toBe(404);
    expect((await ari.bridges.list()).map((bridge) => bridge.id)).not.toContain(id);
  });

  test('channels come in and go out one by one', async () => {
    const harness = given();
    const { ari } = harness;
    const bridgeId = await givenBridge(harness);
    const [a, b] = [await givenAnswered(harness), await givenAnswered(harness)];
    await ari.bridges.add(bridgeId, a.id);
    expect((await entered(harness, bridgeId, a.id)).bridge.channels).toEqual([a.id]);
    await ari.bridges.add(bridgeId, b.id, { isMuted: true, absorbsDtmf: true });
    expect((await entered(harness, bridgeId, b.id)).bridge.channels).toHaveLength(2);
    await ari.bridges.remove(bridgeId, a.id);
    expect((await left(harness, bridgeId, a.id)).bridge.channels).toEqual([b.id]);
    await expect(ari.bridges.remove(bridgeId, a.id)).rejects.toEqual(status(422));
    expect(await ari.channel(a.id)).toMatchObject({ state: 'Up', dialplan: { app_name: 'Stasis' } });
    await ari.bridges.destroy(bridgeId);
    await left(harness, bridgeId, b.id);
    expect(await ari.channel(b.id)).toMatchObject({ state: 'Up' });
    await Promise.all([a.caller.hangup(), b.caller.hangup()]);
  });

  test('a channel that is in a bridge goes into another by itself, and into its own anew', async () => {
    const harness = given();
    const [first, second] = [await givenBridge(harness), await givenBridge(harness)];
    const { id, caller } = await givenAnswered(harness);
    for (const bridgeId of [first, second]) {
      await harness.ari.bridges.add(bridgeId, id);
      await entered(harness, bridgeId, id);
    }
    await harness.ari.bridges.add(second, id);
    await left(harness, second, id);
    await expect
      .poll(() => told(harness, id).slice(-5))
      .toEqual([
        'ChannelEnteredBridge',
        'ChannelLeftBridge',
        'ChannelEnteredBridge',
        'ChannelLeftBridge',
        'ChannelEnteredBridge',
      ]);
    await caller.hangup();
    await ended(harness, id);
    await Promise.all([first, second].map((bridgeId) => harness.ari.bridges.destroy(bridgeId)));
  });

  test('what is not there, or not with us, cannot be bridged', async () => {
    const harness = given();
    const { bridges } = harness.ari;
    const bridgeId = await givenBridge(harness);
    const { id, caller } = await givenAnswered(harness);
    await expect(bridges.add(bridgeId, 'nobody')).rejects.toEqual(status(400));
    await expect(bridges.add('nothing', id)).rejects.toEqual(status(404));
    await expect(bridges.remove(bridgeId, 'nobody')).rejects.toEqual(status(400));
    await expect(bridges.remove('nothing', id)).rejects.toEqual(status(404));
    await expect(bridges.remove(bridgeId, id)).rejects.toEqual(status(422));
    const name = `bob-${randomUUID()}`;
    const leg = `leg-${randomUUID()}`;
    await harness.ari.originate({ channelId: leg, endpoint: harness.endpoint(name) });
    await expect(bridges.add(bridgeId, leg)).rejects.toEqual(status(422));
    await harness.ari.hangup(leg, 16);
    await destroyed(harness, leg);
    await caller.hangup();
    await bridges.destroy(bridgeId);
  });

  test('a channel that hangs up leaves first and ends then', async () => {
    const harness = given();
    const bridgeId = await givenBridge(harness);
    const { id, caller } = await givenAnswered(harness);
    await harness.ari.bridges.add(bridgeId, id);
    await entered(harness, bridgeId, id);
    await caller.hangup();
    await ended(harness, id);
    expect(told(harness, id).slice(-3)).toEqual(['ChannelHangupRequest', 'ChannelLeftBridge', 'StasisEnd']);
    await harness.ari.bridges.destroy(bridgeId);
  });

  test('in a bridge the answer of a leg answers the caller', async () => {
    const harness = given();
    const bridgeId = await givenBridge(harness);
    const { id, caller } = await givenChannel(harness);
    await harness.ari.bridges.add(bridgeId, id);
    await entered(harness, bridgeId, id);
    const leg = await givenDialled(harness, { bridgeId });
    await leg.party.answer();
    await up(harness, leg.id);
    await up(harness, id);
    await harness.ari.hangup(leg.id, 16);
    await destroyed(harness, leg.id);
    expect(told(harness, leg.id).slice(-4)).toEqual([
      'ChannelHangupRequest',
      'ChannelLeftBridge',
      'StasisEnd',
      'ChannelDestroyed',
    ]);
    expect(await harness.ari.channel(id)).toMatchObject({ state: 'Up' });
    await caller.hangup();
    await ended(harness, id);
    await harness.ari.bridges.destroy(bridgeId);
  });

  test('a leg that is refused in a bridge leaves it', async () => {
    const harness = given();
    const bridgeId = await givenBridge(harness);
    const { id, party } = await givenDialled(harness, { bridgeId });
    party.refuse(486);
    expect(await destroyed(harness, id)).toMatchObject({ cause: 17, tech_cause: 486 });
    expect(told(harness, id).filter(isNotDial)).toEqual([
      'StasisStart',
      'ChannelEnteredBridge',
      'ChannelHangupRequest',
      'ChannelLeftBridge',
      'StasisEnd',
      'ChannelDestroyed',
    ]);
    await harness.ari.bridges.destroy(bridgeId);
  });

  test('digits are told in a bridge too', async () => {
    const harness = given();
    const bridgeId = await givenBridge(harness);
    const { id, caller } = await givenAnswered(harness);
    await harness.ari.bridges.add(bridgeId, id);
    await entered(harness, bridgeId, id);
    await caller.press('7');
    const told = await harnessEvent(harness, 'ChannelDtmfReceived', ({ channel }) => channel.id === id);
    expect(told.digit).toBe('7');
    await caller.hangup();
    await ended(harness, id);
    await harness.ari.bridges.destroy(bridgeId);
  });
}

export function leavingBridges(given: () => AriHarness): void {
  test('a channel that is played something leaves its bridge, gone or not, when that has ended', async () => {
    const harness = given();
    const { ari } = harness;
    const { id, caller } = await givenAnswered(harness);
    for (const leave of [
      (bridgeId: string) => ari.bridges.remove(bridgeId, id),
      (bridgeId: string) => ari.bridges.destroy(bridgeId),
    ]) {
      const bridgeId = await givenBridge(harness);
      await ari.bridges.add(bridgeId, id);
      await entered(harness, bridgeId, id);
      const playbackId = `p-${randomUUID()}`;
      await ari.play(id, playbackId, longSound);
      await started(harness, playbackId);
      const leaving = leave(bridgeId);
      await ari.ping();
      expect(told(harness, id).at(-1)).toBe('PlaybackStarted playing');
      await ari.stopPlayback(playbackId);
      await leaving;
      await left(harness, bridgeId, id);
      expect(told(harness, id).slice(-2)).toEqual(['PlaybackFinished done', 'ChannelLeftBridge']);
      await ari.bridges.destroy(bridgeId).catch(() => undefined);
    }
    await caller.hangup();
    await ended(harness, id);
  });
}

export function playingToBridges(given: () => AriHarness): void {
  test('a sound to all is started and finished, one after the other, about the bridge', async () => {
    const harness = given();
    const { id: channelId, caller } = await givenAnswered(harness);
    const bridgeId = await givenBridge(harness);
    await harness.ari.bridges.add(bridgeId, channelId);
    await entered(harness, bridgeId, channelId);
    const [first, second, missing] = [1, 2, 3].map(() => `p-${randomUUID()}`) as [string, string, string];
    await harness.ari.bridges.play(bridgeId, first, longSound);
    const target = { target_uri: `bridge:${bridgeId}`, state: 'playing' };
    expect((await started(harness, first)).playback).toMatchObject(target);
    await harness.ari.bridges.play(bridgeId, second, shortSound);
    expect(await harness.ari.playback(second)).toMatchObject({ state: 'queued' });
    await harness.ari.stopPlayback(first);
    expect((await finished(harness, first)).playback.state).toBe('done');
    expect((await finished(harness, second)).playback.state).toBe('done');
    await harness.ari.bridges.play(bridgeId, missing, missingSound);
    expect((await finished(harness, missing)).playback.state).toBe('failed');
    await harness.ari.bridges.destroy(bridgeId);
    await caller.hangup();
    await ended(harness, channelId);
    await expect(harness.ari.bridges.play('nothing', first, shortSound)).rejects.toEqual(status(404));
  });

  test('a bridge that goes ends what is played to it', async () => {
    const harness = given();
    const { id: channelId, caller } = await givenAnswered(harness);
    const bridgeId = await givenBridge(harness);
    await harness.ari.bridges.add(bridgeId, channelId);
    await entered(harness, bridgeId, channelId);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.bridges.play(bridgeId, playbackId, longSound);
    await started(harness, playbackId);
    await harness.ari.bridges.destroy(bridgeId);
    await left(harness, bridgeId, channelId);
    await expect
      .poll(() => harness.ari.playback(playbackId).catch((error: AriError) => error.status))
      .toBe(404);
    await caller.hangup();
    await ended(harness, channelId);
  });

  test('music for all starts as often as one likes and stops once', async () => {
    const harness = given();
    const { bridges } = harness.ari;
    const bridgeId = await givenBridge(harness);
    await bridges.startMoh(bridgeId, 'default');
    await bridges.startMoh(bridgeId, 'default');
    await bridges.stopMoh(bridgeId);
    await expect(bridges.stopMoh(bridgeId)).rejects.toEqual(status(409));
    await bridges.destroy(bridgeId);
    await expect(bridges.startMoh('nothing', 'default')).rejects.toEqual(status(404));
    await expect(bridges.stopMoh('nothing')).rejects.toEqual(status(404));
  });
}
