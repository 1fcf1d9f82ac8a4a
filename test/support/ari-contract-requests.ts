import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { AriError } from '../../src/ari/transport.ts';
import {
  type AriHarness,
  ended,
  givenAnswered,
  givenChannel,
  longSound,
  started,
  status,
} from './ari-given.ts';

const oddValues = [
  '',
  'plain',
  'Grüße, 世界 👋',
  'a=b&c=d?e#f%20%zz+g h',
  `quotes " ' and \\ backslash`,
  '<xml>&amp;</xml>',
];

export function variables(given: () => AriHarness): void {
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

  test('a text message to an endpoint that is not there is not found, and others do not wait for it', async () => {
    const { ari } = given();
    const message = { from: '1001', body: 'Hello\n"world"', headers: { 'X-Message-ID': 'm1' } };
    const sending = ari.sendMessage({ to: 'pjsip:nobody-at-all', ...message });
    await expect(sending).rejects.toEqual(status(404));
    expect(await ari.ping()).toMatchObject({ ping: 'pong' });
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

export function requests(given: () => AriHarness): void {
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
