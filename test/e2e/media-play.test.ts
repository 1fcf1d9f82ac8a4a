import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { id3Tag, mp3Of, openWav, rf64, wavHeader, wavTone } from '../support/audio-files.ts';
import type { Sound } from '../support/heard.ts';
import { MediaServer } from '../support/media-server.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;
let server: MediaServer;

beforeAll(async () => {
  system = await System.start();
  const music = await mp3Of(wavTone({ rate: 44_100, channels: 2, length: 1_000, frequency: 700 }));
  const short = wavTone({ length: 200 });
  const song = wavTone({ length: 1_000, frequency: 1_200 });
  const tune = await mp3Of(wavTone({ rate: 44_100, length: 500, frequency: 800 }));
  server = await MediaServer.open({
    '/streamed.wav': { body: openWav(wavTone({ length: 500, frequency: 500 })) },
    '/large.wav': { body: rf64(wavTone({ length: 500, frequency: 1_000 })) },
    '/tagged-twice.mp3': { body: Buffer.concat([id3Tag(3_000), Buffer.alloc(90_000), id3Tag(50), tune]) },
    '/late.mp3': { body: Buffer.concat([Buffer.alloc(20_000), tune]) },
    '/stereo.mp3': { body: music },
    '/wide.wav': { body: wavTone({ rate: 16_000, length: 800, frequency: 500 }) },
    '/narrow.wav': { body: wavTone({ length: 600, frequency: 1_000 }) },
    // Says that it has ten times as much as there is.
    '/truncated.wav': { body: Buffer.concat([wavHeader(160_000), song.subarray(44)]) },
    '/cut.wav': { body: song, instead: 'cut' },
    '/list.mp3': { body: '#EXTM3U\n#EXTINF:1,x\n/etc/passwd\nhttp://127.0.0.1/secret.mp3\n' },
    '/page.wav': { body: '<!doctype html><title>Not found</title>' },
    '/zeros.wav': { instead: 'zeros' },
    '/long.wav': { body: song, headers: { 'content-length': '2147483648' } },
    '/silent.wav': { instead: 'hang' },
    '/stalls.wav': { body: song, instead: 'stall' },
    '/tagged.wav': { body: short, headers: { etag: '"one"' } },
    '/kept.wav': { body: short, headers: { 'cache-control': 'max-age=3600' } },
    '/minute.wav': { body: wavTone({ length: 60_000, frequency: 900 }) },
    '/late.wav': { body: song, delay: 20_000 },
  });
  const recordings = join(system.asterisk.dataDir, 'media', 'recording', 'greetings');
  mkdirSync(recordings, { recursive: true });
  writeFileSync(join(recordings, 'mine.wav'), wavTone({ length: 500, frequency: 600 }));
});
afterEach(() =>
  system.quiet([
    /media_skipped/,
    /action_failed/,
    /speech_engine_failed/,
    /Playback failed for/,
    /no\/such\/sound/,
  ]),
);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await system[Symbol.asyncDispose]();
});

const url = (path: string): string => `${server.url}${path}`;

/** The tones that were heard, to 50 Hz; a window that cannot be judged does not end one. */
function tones(sounds: readonly Sound[]): { readonly frequency: number; readonly length: number }[] {
  const found: { frequency: number; from: number; to: number }[] = [];
  for (const { from, to, frequency } of sounds) {
    const last = found.at(-1);
    const rounded = frequency && 50 * Math.round(frequency / 50);
    if (last && from - last.to <= 80 && (!rounded || rounded === last.frequency)) last.to = to;
    else if (rounded) found.push({ frequency: rounded, from, to });
  }
  return found.map(({ frequency, from, to }) => ({ frequency, length: to - from }));
}

/** Calls a flow and hears it to its end; what of it failed, and how. */
async function heard(number: string, ...actions: readonly unknown[]) {
  await system.flowOn(number, actions);
  const phone = await system.caller();
  const call = await phone.call(number);
  await call.answered;
  await call.ended;
  const endedAt = wallTime();
  const callId = await system.callTo(number);
  await system.history(callId);
  const failures = system.sink
    .eventsOf(callId)
    .filter(({ type }) => type === 'action_failed')
    .map(({ data }) => `${data.code} ${data.message}`);
  return { call, endedAt, tones: tones(call.heard.sounds()), failures };
}

function expectTones(
  found: readonly { frequency: number; length: number }[],
  ...wanted: readonly (readonly [number, number])[]
): void {
  expect(found.map(({ frequency }) => frequency)).toEqual(wanted.map(([frequency]) => frequency));
  for (const [index, [, length]] of wanted.entries())
    expect(Math.abs((found[index]?.length ?? 0) - length)).toBeLessThan(400);
}

test('an MP3 at 44.1 kHz in stereo, a WAV at 16 kHz and one at 8 kHz are heard, in this order', async () => {
  const { tones: found, failures } = await heard('formats', {
    type: 'play',
    option: { stream_urls: [url('/stereo.mp3'), url('/wide.wav'), url('/narrow.wav')] },
  });
  expect(failures).toEqual([]);
  expectTones(found, [700, 1_000], [500, 800], [1_000, 600]);
});

test('files as encoders and streams leave them are heard as every player plays them', async () => {
  const paths = ['/streamed.wav', '/tagged-twice.mp3', '/large.wav', '/late.mp3'];
  const { tones: found, failures } = await heard('odd', {
    type: 'play',
    option: { stream_urls: paths.map(url) },
  });
  expect(failures).toEqual([]);
  expectTones(found, [500, 500], [800, 500], [1_000, 500], [800, 500]);
});

test('what is no audio, too large, or does not come is refused with a reason; the rest is heard', async () => {
  const paths = [
    '/list.mp3', '/truncated.wav', '/page.wav', '/zeros.wav', '/long.wav', '/cut.wav', '/missing.wav', '/narrow.wav',
  ]; // biome-ignore format: a list of names
  const stream_urls = [...paths.map(url), 'http://169.254.169.254/latest/x.wav', 'sound:no/such/sound'];
  const { tones: found, failures } = await heard('refused', { type: 'play', option: { stream_urls } });
  expect(failures).toEqual([
    'INVALID_MEDIA stream_urls[0]: it is neither WAV nor MP3',
    'INVALID_MEDIA stream_urls[2]: it is neither WAV nor MP3',
    'INVALID_MEDIA stream_urls[3]: it is neither WAV nor MP3',
    'MEDIA_TOO_LARGE stream_urls[4]: it is larger than 52428800 bytes',
    'INVALID_RESPONSE stream_urls[5]: the answer broke off',
    'CLIENT_ERROR stream_urls[6]: the server answered 404',
    'INVALID_REQUEST stream_urls[8]: the URL leads to an address that is not allowed',
    'PLAYBACK_FAILED stream_urls[9]: there is no such sound, uploaded or of Asterisk: sound:no/such/sound',
  ]);
  expectTones(found, [1_200, 1_000], [1_000, 600]);
  await until(() => server.open === 0, { what: 'every connection to be given up' });
});

test('a server that says nothing, or stops in the middle, is waited for some seconds', async () => {
  const began = performance.now();
  const { failures, tones: found } = await heard(
    'slow',
    { type: 'play', option: { stream_urls: [url('/silent.wav'), url('/stalls.wav')] } },
    { type: 'play', option: { stream_urls: [url('/narrow.wav')] } },
  );
  // Both were asked at the same time.
  expect(performance.now() - began).toBeLessThan(12_000);
  expect(failures).toEqual([
    'TIMEOUT stream_urls[0]: no complete answer in time',
    'TIMEOUT stream_urls[1]: no complete answer in time',
    'PLAYBACK_FAILED nothing of the list could be played',
  ]);
  expectTones(found, [1_000, 600]);
});

test('one bad URL alone is the failure of the action, which goes where on_error_id says', async () => {
  const { failures, tones: found } = await heard(
    'alone',
    { type: 'play', option: { stream_urls: [url('/list.mp3')] }, on_error_id: 'sorry' },
    { type: 'play', option: { stream_urls: [url('/wide.wav')] } },
    { id: 'sorry', type: 'play', option: { stream_urls: [url('/narrow.wav')] } },
  );
  expect(failures).toEqual(['INVALID_MEDIA it is neither WAV nor MP3']);
  expectTones(found, [1_000, 600]);
});

test('audio is fetched again only when its server has said so', async () => {
  const flow = {
    type: 'play',
    option: { stream_urls: [url('/tagged.wav'), url('/kept.wav')], loop: 2 },
  };
  const pause = { type: 'sleep', option: { duration: 5_000 } };
  const { failures } = await heard('cache', flow, pause, flow);
  expect(failures).toEqual([]);
  expect(server.count('/kept.wav')).toBe(1);
  const tagged = server.requests.filter(({ path }) => path === '/tagged.wav').map(({ status }) => status);
  expect(tagged).toEqual([200, 304]);
});

test('sounds and recordings of Asterisk are heard, in the order of the list', async () => {
  const { tones: found, failures } = await heard('stored', {
    type: 'play',
    option: { stream_urls: ['recording:greetings/mine', 'recording:greetings/nobody', url('/narrow.wav')] },
  });
  expect(failures).toEqual([
    'RECORDING_NOT_FOUND stream_urls[1]: there is no such recording: recording:greetings/nobody',
  ]);
  expectTones(found, [600, 500], [1_000, 600]);
});

test('a digit skips all that takes barge-in until it is taken: what plays, is fetched, or follows', async () => {
  const skippable = (path: string) => ({
    type: 'play',
    option: { stream_urls: [url(path)], digits_handle: 'next' },
  });
  await system.flowOn('skip', [
    skippable('/minute.wav'),
    skippable('/narrow.wav'),
    { type: 'talk', option: { text: 'not to be heard', digits_handle: 'next' } },
    { type: 'talk', option: { text: 'nor this', digits_handle: 'next', async: true } },
    { type: 'play', option: { stream_urls: [url('/wide.wav')] } },
    { type: 'digits_receive', option: { duration: 1_000 } },
    skippable('/late.wav'),
    { type: 'digits_receive', option: { duration: 1_000 } },
    skippable('/narrow.wav'),
  ]);
  const phone = await system.caller();
  const call = await phone.call('skip');
  await call.answered;
  await until(() => call.heard.hears(900), { what: 'the tone' });
  await call.digits('1', { duration: 80 });
  await until(() => server.count('/late.wav') === 1, { what: 'the next file to be asked for' });
  const began = performance.now();
  await call.digits('2', { duration: 80 });
  await call.ended;
  expect(performance.now() - began).toBeLessThan(15_000); // the file takes twenty seconds to come
  const [skipped, ...rest] = tones(call.heard.sounds());
  expect(skipped?.frequency).toBe(900);
  expectTones(rest, [500, 800], [1_000, 600]);
  const callId = await system.callTo('skip');
  await system.history(callId);
  const received = system.sink.eventsOf(callId).filter(({ type }) => type === 'digits_received');
  expect(received.map(({ data }) => data.digits)).toEqual(['1', '2']);
  await until(() => server.open === 0, { what: 'the download to be given up' });
});

describe('digits_send', () => {
  test('sends exactly these digits, and is done when the last one is out', async () => {
    const digits = '0123456789ABCD*#'.repeat(4);
    // The end of the flow is a hang-up: it would cut the last digit.
    const { call, endedAt } = await heard('digits', {
      type: 'digits_send',
      option: { digits, duration: 100, interval: 0 },
    });
    expect(call.heard.digitString).toBe(digits);
    for (const { duration } of call.heard.digits) {
      expect(duration).toBeGreaterThan(80);
      expect(duration).toBeLessThan(300);
    }
    const last = call.heard.digits.at(-1)?.endedAt ?? 0;
    expect(endedAt - last).toBeGreaterThan(-20);
    expect(endedAt - last).toBeLessThan(5_000);
  });

  test.each([
    [500, 500],
    [1_000, 100],
    [100, 700],
  ])('with %i ms each and %i ms between', async (duration, interval) => {
    const number = `digits-${duration}-${interval}`;
    const { call } = await heard(
      number,
      { type: 'answer' },
      { type: 'digits_send', option: { digits: '11', duration, interval } },
      { type: 'beep' },
    );
    expect(call.heard.digitString).toBe('11');
    const [first, second] = call.heard.digits.map(({ at }) => at);
    expect(Math.abs((second ?? 0) - (first ?? 0) - duration - interval)).toBeLessThan(400);
    for (const { at, endedAt = 0 } of call.heard.digits)
      expect(Math.abs(endedAt - at - duration)).toBeLessThan(400);
  });

  test('waits for what is still to be heard', async () => {
    const { call } = await heard(
      'digits-behind',
      { type: 'talk', option: { text: 'one two three', async: true } },
      { type: 'sleep', option: { duration: 500 } },
      { type: 'digits_send', option: { digits: '42' } },
    );
    expect(call.heard.digitString).toBe('42');
    const speech = call.heard.sounds().at(-1)?.to ?? 0;
    expect(call.heard.digits[0]?.at ?? 0).toBeGreaterThan(speech - 100);
  });
});

/** Files that are being made. */
const drafts = () =>
  readdirSync(join(system.asterisk.dataDir, 'media'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    basename(name).startsWith('.'),
  );

const words = 'one two three four five six seven eight nine ten eleven twelve thirteen fourteen';

describe.each([
  ['play-playing', () => [{ type: 'play', option: { stream_urls: [url('/minute.wav')], loop: 9 } }]],
  ['play-fetching', () => [{ type: 'play', option: { stream_urls: [url('/late.wav')] } }]],
  [
    'play-ahead',
    () => [{ type: 'play', option: { stream_urls: ['sound:demo-congrats', url('/silent.wav')] } }],
  ],
  ['talk', (after: number) => [{ type: 'talk', option: { text: `${words} ${after}` } }]],
  [
    'talk-async',
    (after: number) => [
      { type: 'talk', option: { text: `async ${words} ${after}`, async: true } },
      { type: 'talk', option: { text: words, async: true } },
      { type: 'sleep', option: { duration: 60_000 } },
    ],
  ],
  [
    'beep',
    () => [
      { type: 'answer' },
      { id: 'again', type: 'beep' },
      { type: 'goto', option: { target_id: 'again', loop_count: 100 } },
    ],
  ],
  [
    'digits_send',
    () => [{ type: 'digits_send', option: { digits: '1234567890'.repeat(10), duration: 1_000 } }],
  ],
] as const)('whoever hangs up in %s', (name, actions) => {
  test.each([0, 10, 100, 1_000])('after %i ms leaves nothing behind', async (after) => {
    const number = `${name}-${after}`;
    await system.flowOn(number, actions(after));
    const phone = await system.caller();
    const call = await phone.call(number);
    await call.answered;
    if (after > 0) await new Promise((resolve) => setTimeout(resolve, after));
    const began = performance.now();
    await call.bye();
    const callId = await system.callTo(number);
    const types = await system.history(callId);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(types.filter((type) => type === 'call_hungup')).toHaveLength(1);
    const failed = system.sink.eventsOf(callId).filter(({ type }) => type === 'action_failed');
    expect(failed.map(({ data }) => data)).toEqual([]);
    await until(() => server.open === 0, { what: 'the download to be given up' });
    await until(() => drafts().length === 0, { what: 'no half-made file to be left' });
    expect(phone.complaints).toEqual([]);
  });
});

test('speech has its pauses, is read from a document with a declaration, and never in another voice than asked for', async () => {
  const beep = { type: 'beep' };
  const document =
    '<?xml version="1.0"?>\n<!-- menu -->\n<speak><prosody rate="50%">[[one]]!<break time="1.5s"/>two</prosody></speak>';
  const { call, failures } = await heard(
    '720',
    { type: 'answer' },
    beep,
    { type: 'talk', option: { text: document } },
    { type: 'talk', option: { text: 'three', voice_id: 'en-us+nosuch' } },
    { type: 'talk', option: { text: '日本語', language: 'ja-JP' } },
    beep,
  );
  expect(failures.map((failure) => failure.split(' ')[0])).toEqual(['UNKNOWN_VOICE', 'UNKNOWN_LANGUAGE']);
  const sounds = call.heard.sounds();
  const pauses = sounds.slice(1).map(({ from }, index) => from - (sounds[index]?.to ?? from));
  expect(pauses.filter((pause) => pause > 1_200 && pause < 2_000)).toHaveLength(1);
  // With its tags it would take ten seconds.
  expect((sounds.at(-1)?.from ?? 0) - (sounds[0]?.from ?? 0)).toBeLessThan(6_500);
});
