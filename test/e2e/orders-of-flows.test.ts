import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wavTone } from '../support/audio-files.ts';
import { MediaServer } from '../support/media-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { recordedAudio } from '../support/recorded-audio.ts';
import { System } from '../support/system.ts';
import { isSilent } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;
let server: MediaServer;
let lastNumber = 850;

beforeAll(async () => {
  server = await MediaServer.open({
    '/700.wav': { body: wavTone({ length: 600, frequency: 700 }) },
    '/900.wav': { body: wavTone({ length: 600, frequency: 900 }) },
    '/1100.wav': { body: wavTone({ length: 600, frequency: 1_100 }) },
  });
  system = await System.start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

const idle = { type: 'sleep', option: { duration: 60_000 } };
const pause = { type: 'sleep', option: { duration: 600 } };
const song = (name: string) => ({ type: 'play', option: { stream_urls: [`${server.url}/${name}.wav`] } });
const order = (type: string, option?: object) => ({ type, ...(option && { option }) });

interface Given {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** A call whose flow does this and then nothing more. */
async function given(...actions: readonly object[]): Promise<Given> {
  const number = String(++lastNumber);
  await system.flowOn(number, [{ type: 'answer' }, ...actions, { id: 'over', ...idle }]);
  const phone = await system.caller(`caller${lastNumber}`);
  const call = await phone.call(number);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

function actionOf({ current_action }: Readonly<Record<string, unknown>>): { readonly id: string } {
  return current_action as { id: string }; // of an activeflow's event
}

/** Waits until the flow has done everything. */
async function isOver(callId: string): Promise<void> {
  await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' && data.reference_id === callId && actionOf(data).id === 'over',
  );
}

async function end({ call, callId }: Given): Promise<void> {
  await call.bye();
  await system.history(callId);
  expect(system.sink.types(system.sink.eventsOf(callId))).not.toContain('action_failed');
}

/** Which of the songs was heard, in their order. */
function heard({ heard }: OutgoingCall): number[] {
  const tones = heard.sounds().map(({ frequency }) => 100 * Math.round((frequency ?? 0) / 100));
  // A frame that is late makes something else of one moment of a song.
  const songs = tones.filter((tone) => [700, 900, 1_100].includes(tone));
  return songs.filter((tone, index) => tone !== songs[index - 1]);
}

test('hold and unhold: the phone is told, and can be spoken to afterwards', async () => {
  const it = await given(order('hold'), pause, order('unhold'), song('700'));
  await until(() => it.call.changes.length >= 2, { what: 'two re-INVITEs' });
  expect(it.call.changes.map(({ direction }) => direction)).toEqual(['sendonly', 'sendrecv']);
  await isOver(it.callId);
  expect(heard(it.call)).toEqual([700]);
  await end(it);
});

describe('mute', () => {
  test('out: what is played is not heard until that is undone', async () => {
    const it = await given(
      song('700'),
      order('mute', { direction: 'out' }),
      song('900'),
      order('unmute', { direction: 'out' }),
      song('1100'),
    );
    await isOver(it.callId);
    expect(heard(it.call)).toEqual([700, 1_100]);
    await end(it);
  });

  test.each([
    ['in', [true, false]],
    ['both', [false, false]],
  ] as const)('%s: what the caller hears, and whether he is heard', async (direction, [hears, isHeard]) => {
    const it = await given(
      order('mute', { direction }),
      order('recording_start', { channels: 'in' }),
      song('900'),
      pause,
      order('recording_stop'),
      order('unmute'),
      song('1100'),
    );
    it.call.tone(600);
    await isOver(it.callId);
    expect(heard(it.call)).toEqual(hears ? [900, 1_100] : [1_100]);
    const { data } = await system.sink.waitFor(
      ({ type, data: { reference_id, status } }) =>
        type === 'recording_updated' && reference_id === it.callId && status === 'done',
    );
    const [samples] = await recordedAudio(system, String(data.id));
    expect(samples?.length).toBeGreaterThan(4_000);
    expect(!isSilent(samples ?? new Int16Array())).toBe(isHeard);
    await end(it);
  });
});

test('moh is heard until it is stopped, or something is played', async () => {
  const it = await given(
    order('moh'),
    { type: 'sleep', option: { duration: 2_000 } },
    order('moh_stop'),
    { id: 'silent', type: 'sleep', option: { duration: 1_500 } },
    order('moh'),
    pause,
    song('700'),
  );
  const { heard: ear } = it.call;
  await until(() => ear.isReceiving() && !isSilent(ear.latest(400)), { what: 'music' });
  await until(() => !ear.isReceiving() || ear.silentSince(wallTime() - 300), { what: 'its end' });
  await isOver(it.callId);
  const over = wallTime();
  await until(() => wallTime() > over + 500);
  expect(ear.silentSince(over + 100)).toBe(true);
  await end(it);
});
