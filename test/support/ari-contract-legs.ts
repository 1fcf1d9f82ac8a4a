import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  type AriHarness,
  absentPhone,
  destroyed,
  ended,
  givenChannel,
  givenCreated,
  givenDialled,
  givenLeg,
  harnessEvent,
  isNotDial,
  registeredPhone,
  shortSound,
  status,
  told,
  up,
} from './ari-given.ts';

export function creating(given: () => AriHarness): void {
  test('a created channel is with us at once, and calls nobody', async () => {
    const harness = given();
    const { id } = await givenCreated(harness);
    const start = await harnessEvent(harness, 'StasisStart', ({ channel }) => channel.id === id);
    expect(start).toMatchObject({ args: ['leg', 'x'], channel: { state: 'Down' } });
    expect((await harness.ari.channel(id)).dialplan).toMatchObject({
      app_name: 'Stasis',
      app_data: `${harness.ari.app},leg,x`,
    });
    await harness.ari.hangup(id, 16);
    expect(await destroyed(harness, id)).toMatchObject({ cause: 16 });
    expect(told(harness, id)).toEqual([
      'StasisStart',
      'ChannelHangupRequest',
      'StasisEnd',
      'ChannelHangupRequest', // the driver's, which was never asked to call
      'ChannelDestroyed',
    ]);
  });

  test('a channel to nobody, or to a phone that is not there, is not made', async () => {
    const { ari } = given();
    for (const endpoint of ['PJSIP/nobody', `PJSIP/${absentPhone}`])
      await expect(ari.create({ channelId: `leg-${randomUUID()}`, endpoint })).rejects.toEqual(status(500));
  });

  test('an id of 120 characters, as long as ours may be, stays as it is', async () => {
    const harness = given();
    const id = `leg-${randomUUID()}-`.padEnd(120, '-0123456789');
    const endpoint = harness.endpoint(`bob-${randomUUID()}`);
    await harness.ari.create({ channelId: id, endpoint, appArgs: 'leg,x' });
    await harnessEvent(harness, 'StasisStart', ({ channel }) => channel.id === id);
    expect((await harness.ari.channels()).map((channel) => channel.id)).toContain(id);
    await harness.ari.hangup(id, 16);
    await destroyed(harness, id);
  });

  test('an id is there once', async () => {
    const harness = given();
    const { id, name } = await givenCreated(harness);
    const again = { channelId: id, endpoint: harness.endpoint(name) };
    await expect(harness.ari.create(again)).rejects.toEqual(status(409));
    await expect(harness.ari.originate(again)).rejects.toEqual(status(409));
    await harness.ari.hangup(id, 16);
    await destroyed(harness, id);
  });

  test('an unanswered leg takes no order that needs a party, but a variable', async () => {
    const harness = given();
    const { id } = await givenCreated(harness);
    const { ari } = harness;
    for (const order of [
      () => ari.answer(id),
      () => ari.play(id, 'p-x', shortSound),
      () => ari.startMoh(id),
      () => ari.ring(id),
      () => ari.hold(id),
      () => ari.mute(id, 'in'),
      () => ari.startSilence(id),
      () => ari.sendDtmf(id, { digits: '1', duration: 100, between: 100 }),
    ])
      await expect(order()).rejects.toEqual(status(412));
    await ari.setVariable(id, 'ARIFLOW_TEST', 'x');
    expect(await ari.getVariable(id, 'ARIFLOW_TEST')).toBe('x');
    await ari.hangup(id, 16);
    await destroyed(harness, id);
  });

  test('a phone says whether it is there', async () => {
    const { ari } = given();
    expect(await ari.endpoint('PJSIP', registeredPhone)).toMatchObject({
      technology: 'PJSIP',
      resource: registeredPhone,
      state: 'online',
    });
    expect(await ari.endpoint('PJSIP', absentPhone)).toMatchObject({ state: 'offline' });
    await expect(ari.endpoint('PJSIP', 'nobody')).rejects.toEqual(status(404));
  });
}

export function dialling(given: () => AriHarness): void {
  test('ringing, early media and the answer are told, and the end with its cause', async () => {
    const harness = given();
    const { id, party } = await givenDialled(harness);
    party.ring();
    await harnessEvent(
      harness,
      'ChannelStateChange',
      ({ channel }) => channel.id === id && channel.state === 'Ringing',
    );
    await expect(harness.ari.dial(id)).rejects.toEqual(status(409));
    party.progress();
    await dialStatus(harness, id, 'PROGRESS');
    await party.answer();
    await up(harness, id);
    await dialStatus(harness, id, 'ANSWER');
    await party.hangup();
    expect(await destroyed(harness, id)).toMatchObject({ cause: 16 });
    expect(told(harness, id).filter(isNotDial)).toEqual([
      'StasisStart',
      'ChannelStateChange Ringing',
      'ChannelStateChange Up',
      'ChannelHangupRequest',
      'StasisEnd',
      'ChannelDestroyed',
    ]);
    await expect(harness.ari.dial(id)).rejects.toEqual(status(404));
  });

  test('a party is called once: who is dialled again before he rings is called no more', async () => {
    const harness = given();
    const { id, party } = await givenDialled(harness);
    await harness.ari.dial(id);
    expect(await party.ended).toMatchObject({ by: 'them', status: 487 });
    expect(await destroyed(harness, id)).toMatchObject({ cause: 16 });
    expect(told(harness, id).filter(isNotDial)).toEqual([
      'StasisStart',
      'ChannelHangupRequest',
      'StasisEnd',
      'ChannelDestroyed',
    ]);
  });

  test.each([
    { sip: 486, cause: 17 },
    { sip: 603, cause: 21 },
    { sip: 480, cause: 19 },
    { sip: 404, cause: 1 },
    { sip: 503, cause: 34 },
  ])('a party that refuses with $sip ends the leg with cause $cause', async ({ sip, cause }) => {
    const harness = given();
    const { id, party } = await givenDialled(harness);
    party.refuse(sip);
    expect(await destroyed(harness, id)).toMatchObject({ cause, tech_cause: sip });
    const request = await harnessEvent(harness, 'ChannelHangupRequest', ({ channel }) => channel.id === id);
    expect(request).toMatchObject({ cause, tech_cause: sip });
    expect(told(harness, id).filter(isNotDial)).toEqual([
      'StasisStart',
      'ChannelHangupRequest',
      'StasisEnd',
      'ChannelDestroyed',
    ]);
  });

  test('a leg that rings is cancelled', async () => {
    const harness = given();
    const { id, party } = await givenDialled(harness);
    party.ring();
    await dialStatus(harness, id, 'RINGING');
    await harness.ari.hangup(id, 16);
    expect(await party.ended).toMatchObject({ by: 'them', status: 487 });
    expect(await destroyed(harness, id)).toMatchObject({ cause: 16 });
    expect(told(harness, id).slice(-3)).toEqual(['ChannelHangupRequest', 'StasisEnd', 'ChannelDestroyed']);
  });

  test('a leg that does not even ring is cancelled too', async () => {
    const harness = given();
    const { id, party } = await givenDialled(harness);
    await harness.ari.hangup(id, 16);
    expect(await party.ended).toMatchObject({ by: 'them', status: 487 });
    expect(await destroyed(harness, id)).toMatchObject({ cause: 16 });
    expect(told(harness, id).slice(-3)).toEqual(['ChannelHangupRequest', 'StasisEnd', 'ChannelDestroyed']);
  });

  test('a leg that is up is hung up with our cause', async () => {
    const harness = given();
    const { id, party } = await givenLeg(harness);
    await harness.ari.hangup(id, 17);
    expect(await party.ended).toMatchObject({ by: 'them', cause: 17 });
    expect(await destroyed(harness, id)).toMatchObject({ cause: 17 });
  });

  test('the end of a caller is told like that of a leg once a leg is made for him', async () => {
    const harness = given();
    const { id, caller } = await givenChannel(harness);
    const name = `bob-${randomUUID()}`;
    const leg = `leg-${randomUUID()}`;
    await harness.ari.create({ channelId: leg, endpoint: harness.endpoint(name), originator: id });
    await caller.hangup();
    await ended(harness, id);
    await destroyed(harness, id);
    await harness.ari.hangup(leg, 16);
    await destroyed(harness, leg);
  });
}

export function originating(given: () => AriHarness): void {
  test('an originated channel is with us when it is answered', async () => {
    const harness = given();
    const name = `bob-${randomUUID()}`;
    const id = `leg-${randomUUID()}`;
    await harness.ari.originate({ channelId: id, endpoint: harness.endpoint(name), appArgs: 'x,y' });
    const party = await harness.called(name);
    party.ring();
    await dialStatus(harness, id, 'RINGING');
    await expect(harness.ari.play(id, 'p-x', shortSound)).rejects.toEqual(status(409));
    await expect(harness.ari.setVariable(id, 'ARIFLOW_TEST', 'x')).rejects.toEqual(status(409));
    expect(told(harness, id)).not.toContain('StasisStart');
    await party.answer();
    const start = await harnessEvent(harness, 'StasisStart', ({ channel }) => channel.id === id);
    expect(start).toMatchObject({ args: ['x', 'y'], channel: { state: 'Up' } });
    await harness.ari.hangup(id, 16);
    await destroyed(harness, id);
  });

  test('one that is refused, or that we end before, was never with us', async () => {
    const harness = given();
    const ids: string[] = [];
    for (const outcome of ['refused', 'ended'] as const) {
      const name = `bob-${randomUUID()}`;
      const id = `leg-${randomUUID()}`;
      ids.push(id);
      await harness.ari.originate({ channelId: id, endpoint: harness.endpoint(name) });
      const party = await harness.called(name);
      party.ring();
      await dialStatus(harness, id, 'RINGING');
      if (outcome === 'refused') party.refuse(486);
      else await harness.ari.hangup(id, 16);
      await destroyed(harness, id);
    }
    expect(told(harness, ids[0] ?? '').slice(-3)).toEqual([
      'ChannelHangupRequest',
      'Dial BUSY',
      'ChannelDestroyed',
    ]);
    expect(told(harness, ids[1] ?? '').slice(-3)).toEqual([
      'ChannelHangupRequest',
      'Dial NOANSWER',
      'ChannelDestroyed',
    ]);
  });

  test('one half of a Local is with us when the dialplan has answered the other, and both end together', async () => {
    const harness = given();
    const [id, otherId] = [`half-${randomUUID()}`, `half-${randomUUID()}`];
    await harness.ari.originate({
      channelId: id,
      otherChannelId: otherId,
      endpoint: 'Local/s@ariflow-echo/n',
      appArgs: 'half',
    });
    await harnessEvent(harness, 'StasisStart', ({ channel }) => channel.id === id);
    expect((await harness.ari.channel(otherId)).state).toBe('Up');
    await harness.ari.hangup(id, 16);
    await destroyed(harness, id);
    await destroyed(harness, otherId);
    await expect(harness.ari.channel(otherId)).rejects.toEqual(status(404));
  });
}

const dialStatus = (harness: AriHarness, id: string, wanted: string) =>
  harnessEvent(harness, 'Dial', ({ peer, dialstatus }) => peer.id === id && dialstatus === wanted);
