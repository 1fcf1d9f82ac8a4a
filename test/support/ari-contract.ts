import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Ari } from '../../src/ari/ari.ts';
import type { AriEvent, Channel } from '../../src/ari/events.gen.ts';
import type { AriError } from '../../src/ari/transport.ts';
import type { CallerEnd } from './fake-channel.ts';
import { until } from './until.ts';

/** An Asterisk, fake or real, and a way to it. */
export interface AriHarness {
  readonly ari: Ari;
  /** Every event of the application, oldest first. */
  readonly events: readonly AriEvent[];
  /** Somebody calls a number. */
  dial(number: string, dial?: { readonly headers?: Record<string, string> }): Promise<ContractCaller>;
}

export interface ContractCaller {
  press(digits: string): Promise<void>;
  hangup(): Promise<void>;
  readonly ended: Promise<CallerEnd>;
}

/** A sound that is over soon, and one that is not; the fake must have the same. */
export const shortSound = 'sound:beep';
export const longSound = 'sound:demo-congrats';
export const missingSound = 'sound:no-such-sound';

let lastNumber = 7000;

/** What everybody who calls himself Asterisk does, however one talks to it. `given` gives the same harness every time. */
export function ariContract(name: string, given: () => AriHarness): void {
  describe(`ARI: ${name}`, () => {
    admission(given);
    answering(given);
    playing(given);
    hangingUp(given);
    variables(given);
    requests(given);
  });
}

async function givenChannel(harness: AriHarness, dial: { headers?: Record<string, string> } = {}) {
  const number = String(++lastNumber);
  const caller = await harness.dial(number, dial);
  const { channel, args } = await until(() =>
    harness.events.find((event) => event.type === 'StasisStart' && event.channel.dialplan.exten === number),
  ).then((event) => event as Extract<AriEvent, { type: 'StasisStart' }>);
  return { number, caller, channel, args, id: channel.id };
}

async function givenAnswered(harness: AriHarness) {
  const given = await givenChannel(harness);
  await harness.ari.answer(given.id);
  await harnessEvent(harness, 'ChannelStateChange', ({ channel }) => channel.id === given.id);
  return given;
}

function harnessEvent<T extends AriEvent['type']>(
  harness: AriHarness,
  type: T,
  matches: (event: Extract<AriEvent, { type: T }>) => boolean,
): Promise<Extract<AriEvent, { type: T }>> {
  const look = () =>
    harness.events.find(
      (event): event is Extract<AriEvent, { type: T }> =>
        event.type === type && matches(event as Extract<AriEvent, { type: T }>),
    );
  return until(look, { what: `the event ${type}` });
}

const finished = (harness: AriHarness, playbackId: string) =>
  harnessEvent(harness, 'PlaybackFinished', ({ playback }) => playback.id === playbackId);

const started = (harness: AriHarness, playbackId: string) =>
  harnessEvent(harness, 'PlaybackStarted', ({ playback }) => playback.id === playbackId);

const ended = (harness: AriHarness, channelId: string) =>
  harnessEvent(harness, 'StasisEnd', ({ channel }) => channel.id === channelId);

const status = (code: number) => expect.objectContaining({ name: 'AriError', status: code });

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

  test('digits come one by one, in order', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    await caller.press('19#');
    const digits = () =>
      harness.events.flatMap((event) =>
        event.type === 'ChannelDtmfReceived' && event.channel.id === id ? [event.digit] : [],
      );
    await until(() => digits().length === 3);
    expect(digits()).toEqual(['1', '9', '#']);
    await caller.hangup();
  });
}

/** A channel that hangs up is listed until its thread has ended. */
async function gone(harness: AriHarness, id: string): Promise<void> {
  const look = async () => {
    const channels: readonly Channel[] = await harness.ari.channels();
    return channels.every((channel) => channel.id !== id);
  };
  await expect.poll(look, { timeout: 5_000 }).toBe(true);
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

const oddValues = [
  '',
  'plain',
  'Grüße, 世界 👋',
  'a=b&c=d?e#f%20%zz+g h',
  `quotes " ' and \\ backslash`,
  '<xml>&amp;</xml>',
];

function variables(given: () => AriHarness): void {
  test.each(oddValues)('a variable keeps its value: %j', async (value) => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    await harness.ari.setVariable(id, 'ARIFLOW_TEST', value);
    expect(await harness.ari.getVariable(id, 'ARIFLOW_TEST')).toBe(value);
    await caller.hangup();
  });

  test('a variable that nobody set is not found', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    await expect(harness.ari.getVariable(id, 'ARIFLOW_NOBODY')).rejects.toEqual(status(404));
    await caller.hangup();
  });

  test('a header of the INVITE can be read, whatever is in it', async () => {
    const harness = given();
    const { caller, id } = await givenChannel(harness, { headers: { 'X-Customer': 'Ann & Co; q="1", 50%' } });
    const read = (name: string) => harness.ari.getVariable(id, `PJSIP_HEADER(read,${name})`);
    expect(await read('X-Customer')).toBe('Ann & Co; q="1", 50%');
    expect(await read('x-customer')).toBe('Ann & Co; q="1", 50%');
    expect(await read('X-Missing').catch((error: AriError) => error.status)).toBe(500);
    await caller.hangup();
  });

  test('events that the filter refuses do not come', async () => {
    const harness = given();
    await harness.ari.filterEvents(['ChannelVarset']);
    const { caller, id } = await givenAnswered(harness);
    await harness.ari.setVariable(id, 'ARIFLOW_TEST', 'x');
    await caller.hangup();
    await ended(harness, id);
    expect(harness.events.some((event) => event.type === 'ChannelVarset' && event.channel?.id === id)).toBe(
      false,
    );
  });
}

function requests(given: () => AriHarness): void {
  test('200 requests at once each get their own answer', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const names = Array.from({ length: 20 }, (_, index) => `ARIFLOW_${index}`);
    await Promise.all(names.map((name) => harness.ari.setVariable(id, name, `value of ${name}`)));
    const asked = Array.from({ length: 200 }, (_, index) => names[index % names.length] ?? '');
    const values = await Promise.all(asked.map((name) => harness.ari.getVariable(id, name)));
    expect(values).toEqual(asked.map((name) => `value of ${name}`));
    await caller.hangup();
  });

  test('an aborted request rejects with the reason, at once', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.play(id, playbackId, longSound);
    await started(harness, playbackId);
    const abort = new AbortController();
    const blocked = harness.ari.setVariable(id, 'ARIFLOW_TEST', 'x', abort.signal);
    const reason = new Error('not wanted any more');
    abort.abort(reason);
    await expect(blocked).rejects.toBe(reason);
    await expect(harness.ari.ping(abort.signal)).rejects.toBe(reason);
    expect(await harness.ari.ping()).toMatchObject({ ping: 'pong' });
    await harness.ari.stopPlayback(playbackId);
    await caller.hangup();
  });

  test('what was aborted and blocks delays nobody else', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.play(id, playbackId, longSound);
    await started(harness, playbackId);
    const abort = new AbortController();
    const blocked = harness.ari.setVariable(id, 'ARIFLOW_TEST', 'x', abort.signal);
    abort.abort();
    await expect(blocked).rejects.toThrow();
    const other = await givenAnswered(harness); // a blocking request, of another channel
    expect((await harness.ari.playback(playbackId)).state).toBe('playing');
    await harness.ari.stopPlayback(playbackId);
    await Promise.all([caller.hangup(), other.caller.hangup()]);
  });

  test('a request that must be quick does not wait behind one that blocks', async () => {
    const harness = given();
    const { caller, id } = await givenAnswered(harness);
    const playbackId = `p-${randomUUID()}`;
    await harness.ari.play(id, playbackId, longSound);
    await started(harness, playbackId);
    let isSet = false;
    const blocked = harness.ari.setVariable(id, 'ARIFLOW_TEST', 'x').then(() => {
      isSet = true;
    });
    await harness.ari.ping();
    expect(isSet).toBe(false);
    await harness.ari.stopPlayback(playbackId); // behind the other it would wait for the end of the sound
    await blocked;
    await caller.hangup();
  });
}
