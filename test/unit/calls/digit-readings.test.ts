import { expect, test } from 'vitest';
import type { ChannelDtmfReceived } from '../../../src/ari/events.gen.ts';
import { DigitReadings } from '../../../src/calls/digit-readings.ts';
import { DigitReader } from '../../support/digit-reader.ts';

/** `1/40@120`: the digit 1, 40 ms long, its end read at 120 ms. */
function keysOf(readings: string, digits = new DigitReadings()): string {
  const keys = readings
    .split(' ')
    .map((reading) => /^(?<digit>.)\/(?<duration>\d+)@(?<at>\d+)$/.exec(reading)?.groups ?? {});
  return keys
    .filter(({ digit = '', duration, at }) => digits.isNews(read(digit, Number(duration), Number(at))))
    .map(({ digit }) => digit)
    .join('');
}

/** As Asterisk writes its times. */
function read(digit: string, duration: number, at: number): ChannelDtmfReceived {
  const timestamp = new Date(1_700_000_000_000 + at).toISOString().replace('Z', '+0000');
  return { type: 'ChannelDtmfReceived', digit, duration_ms: duration, timestamp } as ChannelDtmfReceived; // of a channel
}

// Read by Asterisk 22.10.1 when `11223345` was pressed on a real call, with these tones and gaps.
test.each([
  ['40/40', '1/40@0 1/40@80 2/40@160 2/40@165 2/40@240 2/40@250 3/40@320 3/40@340 3/40@400 3/40@442 4/40@482 4/40@527 5/40@560 5/40@624'],
  ['20/20', '1/20@0 1/20@40 1/20@46 2/20@80 2/20@111 2/20@120 2/20@183 3/20@184 3/20@250 3/20@250 3/20@323 4/20@323 4/20@388 5/20@388 5/20@461'],
  ['20/40', '1/20@0 1/20@59 2/20@119 2/20@124 2/20@179 2/20@201 3/20@240 3/20@267 3/20@299 3/20@345 4/20@359 4/20@428 5/20@446 5/20@493'],
  ['60/20', '1/60@0 1/60@80 2/60@163 2/60@188 2/60@240 2/60@293 3/60@324 3/60@400 3/60@404 3/60@513 4/60@513 4/60@621 5/60@621 5/60@728'],
  ['100/20', '1/100@0 1/100@122 2/100@242 2/100@273 2/100@360 2/100@426 3/100@480 3/100@580 3/100@600 3/100@734 4/100@734 4/100@882 5/100@884 5/100@1045'],
  ['100/40', '1/100@0 1/100@140 2/100@280 2/100@286 2/100@420 2/100@431 3/100@560 3/100@576 3/100@701 3/100@728 4/100@844 4/100@885 5/100@980 5/100@1031'],
  ['40/20, Asterisk held up for 400 ms', '1/40@0 1/40@60 2/40@120 2/40@160 2/40@182 2/40@249 3/40@250 3/40@670 3/40@670 3/40@771 4/40@771 4/40@856 5/40@857 5/40@947'],
  ['100/60, held up now and then', '1/100@0 1/100@190 2/100@346 2/100@480 2/100@491 3/100@641 3/100@643 3/100@811 4/100@960 5/100@1148 5/100@1150'],
  ['100/100', '1/100@0 1/100@201 2/100@400 2/100@601 3/100@800 3/100@1008 4/100@1200 5/100@1402'],
])('what Asterisk reads twice counts once, and a repeated key twice: %s', (_, readings) => {
  expect(keysOf(readings)).toBe('11223345');
}); // biome-ignore format: one line each

test.each([
  [
    'a key pressed twice, both read at once after a standstill, the second held back',
    '1/40@0 1/40@0 1/40@45',
    '11',
  ],
  ['a key held back behind another', '1/40@0 2/40@10 2/40@45', '12'],
  ['held back for ever so long', '1/40@0 2/40@10 2/40@2000', '12'],
  ['the same key, as far apart as a hand can press it', '1/100@0 1/100@150 1/100@300', '111'],
  ['the same key with another duration', '1/100@0 1/80@20', '11'],
  ['another key', '1/100@0 2/100@20 2/100@45 1/100@300', '121'],
  ['what was not held back at all, against all that is known', '1/40@0 2/40@10 3/40@20', '123'],
])('%s', (_, readings, keys) => {
  expect(keysOf(readings)).toBe(keys);
});

test('during a playback Asterisk holds nothing back, and nothing is left out', () => {
  const digits = new DigitReadings();
  const playback = (type: 'PlaybackStarted' | 'PlaybackFinished', id: string) =>
    digits.isNews({ type, playback: { id } } as Parameters<DigitReadings['isNews']>[0]); // no more is read of it
  expect(playback('PlaybackStarted', 'a')).toBe(true);
  expect(keysOf('1/40@0 1/40@10 1/40@20', digits)).toBe('111');
  // One that never began.
  playback('PlaybackFinished', 'b');
  expect(keysOf('2/40@1000 2/40@1010', digits)).toBe('22');
  playback('PlaybackFinished', 'a');
  expect(keysOf('3/40@2000 4/40@2010 4/40@2045', digits)).toBe('34');
});

test('an event without a time that can be read counts', () => {
  const digits = new DigitReadings();
  const event = { ...read('1', 40, 0), timestamp: '' };
  expect([event, event, event].map((each) => digits.isNews(each))).toEqual([true, true, true]);
});

test('no key is ever lost, however unevenly Asterisk comes to read', () => {
  for (let seed = 1; seed <= 3_000; seed += 1) {
    const reader = new DigitReader(seed);
    const pressed = reader.press();
    const readings = reader.readings.map(({ digit, duration, at }) => `${digit}/${duration}@${at}`).join(' ');
    const keys = keysOf(readings);
    expect(isWithin(pressed, keys), `${seed}: ${pressed} was read as ${keys}: ${readings}`).toBe(true);
    expect(keys.length).toBeLessThanOrEqual(reader.readings.length);
  }
});

test('on time, every gap from 40 ms on is told exactly', () => {
  for (const tone of [40, 60, 80, 100, 140])
    for (const pause of [40, 50, 60, 80, 100]) {
      const reader = new DigitReader(tone * pause, { tone, pause, isOnTime: true });
      const pressed = reader.press();
      const readings = reader.readings
        .map(({ digit, duration, at }) => `${digit}/${duration}@${at}`)
        .join(' ');
      expect(keysOf(readings), `${tone}/${pause}: ${readings}`).toBe(pressed);
    }
});

/** Whether the keys are all there, in their order, with nothing but repetitions between them. */
function isWithin(pressed: string, keys: string): boolean {
  const runs = (text: string) => text.match(/(.)\1*/g) ?? [];
  const [wanted, found] = [runs(pressed), runs(keys)];
  return (
    wanted.length === found.length &&
    wanted.every((run, index) => found[index]?.[0] === run[0] && (found[index]?.length ?? 0) >= run.length)
  );
}
