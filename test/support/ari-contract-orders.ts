import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  type AriHarness,
  destroyed,
  ended,
  givenAnswered,
  givenChannel,
  givenDialled,
  givenLeg,
  givenSnoop,
  gone,
  harnessEvent,
  status,
  told,
  up,
} from './ari-given.ts';

export function orders(given: () => AriHarness): void {
  test('a caller is made to hear things before the answer, and is still not answered', async () => {
    const harness = given();
    const { ari } = harness;
    const { id, caller } = await givenChannel(harness);
    await ari.ring(id);
    for (const _ of [1, 2]) await ari.stopRing(id);
    await ari.progress(id);
    await ari.startSilence(id);
    await ari.stopSilence(id);
    expect(await ari.channel(id)).toMatchObject({ state: 'Ring' });
    await caller.hangup();
    await ended(harness, id);
  });

  test('orders with nothing to be told of are taken, also twice', async () => {
    const harness = given();
    const { ari } = harness;
    const { id, caller } = await givenAnswered(harness);
    for (const _ of [1, 2]) {
      await ari.hold(id);
      await ari.mute(id, 'in');
      await ari.startSilence(id);
      await ari.ring(id);
    }
    for (const _ of [1, 2]) {
      await ari.unhold(id);
      await ari.unmute(id, 'both');
      await ari.stopSilence(id);
      await ari.stopRing(id);
    }
    await ari.sendDtmf(id, { digits: '1#', duration: 60, between: 40 });
    await caller.hangup();
    await ended(harness, id);
  });

  test('the hold of a phone is told once, and so is its end; it can be asked for once the call is answered', async () => {
    const harness = given();
    const { ari } = harness;
    const { id, caller } = await givenChannel(harness);
    const asked = () => ari.getVariable(id, 'CHANNEL(rtp,hold)');
    await expect(asked()).rejects.toEqual(status(500));
    await ari.answer(id);
    await ari.hold(id); // ours is another
    expect(await asked()).toBe('0');
    await ari.unhold(id);
    for (const _ of [1, 2]) await caller.hold(true);
    await harnessEvent(harness, 'ChannelHold', ({ channel }) => channel.id === id);
    expect(await asked()).toBe('1');
    for (const _ of [1, 2]) await caller.hold(false);
    await harnessEvent(harness, 'ChannelUnhold', ({ channel }) => channel.id === id);
    expect(await asked()).toBe('0');
    await caller.hangup();
    await ended(harness, id);
    expect(told(harness, id).filter((type) => /old$/.test(type))).toEqual(['ChannelHold', 'ChannelUnhold']);
  });

  test('what is read of a channel, and what its phone sends, can be asked for', async () => {
    const harness = given();
    const { ari } = harness;
    const { id, caller } = await givenChannel(harness);
    const ask = (what: string) => ari.getVariable(id, `CHANNEL(audio${what}format)`);
    await ari.answer(id);
    expect([await ask('read'), await ask('native')]).toEqual(['ulaw', '(ulaw)']);
    await caller.hangup();
    await ended(harness, id);
  });

  test('what a SIP channel receives is counted, of other channels nothing', async () => {
    const harness = given();
    const { ari } = harness;
    const { id, caller } = await givenAnswered(harness);
    const snoop = await givenSnoop(harness, id);
    await expect(ari.rtpStatistics(id)).resolves.toMatchObject({
      remote_ssrc: expect.any(Number),
      rxcount: expect.any(Number),
      rxploss: 0,
    });
    await expect(ari.rtpStatistics(snoop)).rejects.toEqual(status(403));
    await expect(ari.rtpStatistics('nobody')).rejects.toEqual(status(404));
    await caller.hangup();
    await ended(harness, id);
  });

  test('of a leg whose answer describes no media that can be used it is said that there is no stream', async () => {
    const harness = given();
    const { id, party } = await givenDialled(harness);
    await party.answerMute();
    await up(harness, id);
    const refusal = expect.objectContaining({ status: 404, message: 'RTP info not found' });
    await expect(harness.ari.rtpStatistics(id)).rejects.toEqual(refusal);
    const heard = await givenLeg(harness);
    await expect(harness.ari.rtpStatistics(heard.id)).resolves.toMatchObject({ rxploss: 0 });
    for (const leg of [id, heard.id]) {
      await harness.ari.hangup(leg, 16);
      await destroyed(harness, leg);
    }
  });

  test('an order without digits, with a wrong way or for nobody is refused', async () => {
    const harness = given();
    const { ari } = harness;
    const { id, caller } = await givenAnswered(harness);
    const timing = { duration: 60, between: 40 };
    await expect(ari.sendDtmf(id, { digits: '', ...timing })).rejects.toEqual(status(400));
    await expect(ari.mute(id, 'sideways' as 'in')).rejects.toEqual(status(400));
    await expect(ari.transferProgress(id, 'nonsense' as 'channel_answered')).rejects.toEqual(status(400));
    for (const order of [
      () => ari.ring('nobody'),
      () => ari.stopRing('nobody'),
      () => ari.progress('nobody'),
      () => ari.hold('nobody'),
      () => ari.unhold('nobody'),
      () => ari.mute('nobody', 'in'),
      () => ari.unmute('nobody', 'in'),
      () => ari.startSilence('nobody'),
      () => ari.stopSilence('nobody'),
      () => ari.sendDtmf('nobody', { digits: '1', ...timing }),
      () => ari.transferProgress('nobody', 'channel_answered'),
    ])
      await expect(order()).rejects.toEqual(status(404));
    await ari.transferProgress(id, 'channel_progress'); // though nobody has asked for a transfer
    await caller.hangup();
    await ended(harness, id);
  });

  test('a channel that is given back to the dialplan is not with us any more', async () => {
    const harness = given();
    const { id, caller } = await givenAnswered(harness);
    const place = { context: 'ariflow', extension: 'nowhere', priority: 1 };
    await expect(harness.ari.continueInDialplan('nobody', place)).rejects.toEqual(status(404));
    await harness.ari.continueInDialplan(id, place);
    await ended(harness, id);
    expect(await caller.ended).toMatchObject({ by: 'them' });
    await gone(harness, id);
    expect(told(harness, id)).not.toContain('ChannelDestroyed');
  });

  test('one that we listen to is followed into the dialplan, to its end', async () => {
    const harness = given();
    const { id, caller } = await givenAnswered(harness);
    const place = { context: 'ariflow', extension: 'nowhere', priority: 1 };
    await expect(harness.ari.subscribe('nobody')).rejects.toEqual(status(422));
    await harness.ari.subscribe(id);
    await harness.ari.continueInDialplan(id, place);
    await destroyed(harness, id);
    expect(await caller.ended).toMatchObject({ by: 'them' });
    const ends = told(harness, id).filter((type) => /End|Destroyed/.test(type));
    expect(ends).toEqual(['StasisEnd', 'ChannelDestroyed']);
  });
}

export function dialplan(given: () => AriHarness): void {
  const judging = { context: 'ariflow-amd', extension: 's', priority: 1 };

  test('a snoop that is sent into the dialplan comes back with what it found', async () => {
    const harness = given();
    const { ari } = harness;
    const { id, caller } = await givenAnswered(harness);
    const snoopId = await givenSnoop(harness, id);
    await ari.setVariable(snoopId, 'ARIFLOW_AMD', '300,300,300,1000,100,50,2,256,300');
    await ari.continueInDialplan(snoopId, judging);
    const back = await harnessEvent(
      harness,
      'StasisStart',
      ({ channel, args }) => channel.id === snoopId && args[0] === 'amd',
    );
    expect(back.args).toEqual(['amd', expect.stringMatching(/^[A-Z]+$/), expect.any(String)]);
    await caller.hangup();
    await ended(harness, id);
    await expect
      .poll(() => told(harness, snoopId))
      .toEqual(['StasisStart', 'StasisEnd', 'StasisStart', 'StasisEnd']);
  });

  test('a snoop whose channel ends meanwhile is gone without a word', async () => {
    const harness = given();
    const { id, caller } = await givenAnswered(harness);
    const snoopId = await givenSnoop(harness, id);
    await harness.ari.setVariable(snoopId, 'ARIFLOW_AMD', '2000,300,300,5000,100,50,2,256,300');
    await harness.ari.continueInDialplan(snoopId, judging);
    await ended(harness, snoopId);
    await caller.hangup();
    await ended(harness, id);
    await gone(harness, snoopId);
    expect(told(harness, snoopId)).toEqual(['StasisStart', 'StasisEnd']);
  });
}

export function externalMedia(given: () => AriHarness): void {
  const rtp = {
    externalHost: '127.0.0.1:9',
    encapsulation: 'rtp',
    transport: 'udp',
    connectionType: 'client',
    format: 'ulaw',
  } as const;
  const audioSocket = {
    ...rtp,
    encapsulation: 'audiosocket',
    transport: 'tcp',
    externalHost: '127.0.0.1:1',
    format: 'slin',
    data: '5f3c5b9e-7a7e-4b3b-9a53-0a1d3b1f6d11',
  } as const;
  const newId = () => `media-${randomUUID()}`;

  test('external media is with us at once, and its answer says where Asterisk listens', async () => {
    const harness = given();
    const channelId = newId();
    const made = await harness.ari.externalMedia({ ...rtp, channelId, data: 'a,b' });
    expect(made.channelvars).toMatchObject({
      UNICASTRTP_LOCAL_ADDRESS: '127.0.0.1',
      UNICASTRTP_LOCAL_PORT: expect.stringMatching(/^\d+$/),
    });
    const start = await harnessEvent(harness, 'StasisStart', ({ channel }) => channel.id === channelId);
    expect(start).toMatchObject({ args: ['a', 'b'], channel: { state: 'Up' } });
    await expect(harness.ari.externalMedia({ ...rtp, channelId })).rejects.toEqual(status(500));
    await harness.ari.hangup(channelId, 16);
    expect(await destroyed(harness, channelId)).toMatchObject({ cause: 16 });
    await ended(harness, channelId);
  });

  test('external media with a host, format or server that is none is not made', async () => {
    const { ari } = given();
    const make = (wrong: object) => ari.externalMedia({ ...rtp, channelId: newId(), ...wrong });
    await expect(make({ externalHost: 'nowhere.invalid:9' })).rejects.toEqual(status(500));
    await expect(make({ externalHost: '127.0.0.1' })).rejects.toEqual(status(400));
    await expect(make({ format: 'nonsense' })).rejects.toEqual(status(500));
    await expect(make(audioSocket)).rejects.toEqual(status(500));
  });

  test('external media that is to be connected to waits, and was never with us if we end it first', async () => {
    const harness = given();
    const channelId = newId();
    const server = { transport: 'websocket', encapsulation: 'none', connectionType: 'server' } as const;
    const { externalHost: _, ...ours } = rtp;
    const made = await harness.ari.externalMedia({ ...ours, ...server, channelId, transportData: 'f(json)' });
    expect(made.channelvars).toMatchObject({ MEDIA_WEBSOCKET_CONNECTION_ID: expect.any(String) });
    await harness.ari.hangup(channelId, 16);
    await destroyed(harness, channelId);
    const starts = harness.events.filter(
      (event) => event.type === 'StasisStart' && event.channel.id === channelId,
    );
    expect(starts).toEqual([]);
  });
}
