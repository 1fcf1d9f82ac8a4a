import { beforeAll, describe, expect, test } from 'vitest';
import { BeepDetector } from '../../src/amd/beep-detector.ts';
import { installAsterisk } from '../../src/asterisk/install.ts';
import { decode, encode } from '../support/g711.ts';
import { sequence, speak } from '../support/greetings.ts';
import { isSoak } from '../support/scale.ts';
import { frameSize, sampleRate, tone } from '../support/tones.ts';

beforeAll(async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
});

/** When beeps were heard to their end, in milliseconds. */
function beepsIn(audio: Int16Array): number[] {
  const detector = new BeepDetector();
  const heard = decode('ulaw', encode('ulaw', audio));
  const beeps: number[] = [];
  for (let end = frameSize; end <= heard.length; end += frameSize)
    if (detector.hear(heard.subarray(end - frameSize, end))) beeps.push((end * 1_000) / sampleRate);
  return beeps;
}

const text =
  'Hello, you have reached the voice mail box of Anna Miller. I am not in right now, so please leave your name and ' +
  'number after the tone. Oooh, noooo, zoooom, mmmh, the moon, and you, too. Goodbye.';

const some = ['en-us', 'en-us+f3', 'de+f1', 'flite:slt'];
const more = [
  ...[
    'f1',
    'f2',
    'f4',
    'f5',
    'm1',
    'm2',
    'm3',
    'm4',
    'm5',
    'm6',
    'm7',
    'croak',
    'whisper',
    'klatt',
    'klatt2',
    'klatt4',
  ].map((variant) => `en-us+${variant}`),
  ...[
    'en-gb',
    'en-gb-scotland',
    'de',
    'fr',
    'es',
    'it',
    'sv',
    'ru+f2',
    'flite:kal',
    'flite:rms',
    'flite:awb',
  ],
];

describe.each(isSoak ? [...some, ...more] : some)('the voice %s', (voice) => {
  test.each([80, 160])('speaking %i words a minute is no beep, and one after it is heard', async (speed) => {
    const speech = await speak({ text, voice, speed });
    expect(speech.length).toBeGreaterThan(5 * sampleRate);
    const beep = tone(1_000, 0.3 * sampleRate);
    const beeps = beepsIn(sequence(speech, 300, beep, 500));
    expect(beeps).toHaveLength(1);
    const end = (speech.length * 1_000) / sampleRate + 600;
    expect(beeps[0]).toBeGreaterThan(end);
    expect(beeps[0]).toBeLessThan(end + 80);
  });
});
