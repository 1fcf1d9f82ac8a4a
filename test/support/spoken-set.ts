import { Scope } from '../../src/core/scope.ts';
import type { Stt } from '../../src/hearing/stt.ts';
import { decode, encode } from './g711.ts';
import { sequence, speak } from './greetings.ts';
import { mixed, whiteNoise } from './noise.ts';

/** Something that is said, and what is listened for. */
export interface SpokenItem {
  /** What is to be heard, written as the hints are. */
  readonly text: string;
  /** How it is written for one who speaks it. */
  readonly spoken: string;
  readonly hints: readonly string[];
}

/** Who speaks: men and women of flite, recorded once from people, and espeak-ng's, which are made of rules. */
export const fliteVoices = ['flite:slt', 'flite:rms', 'flite:awb', 'flite:kal'] as const;
export const espeakVoices = ['en-us', 'en-us+f3', 'en-gb'] as const;

const allDigits = [...'0123456789'];

const digits = (text: string): SpokenItem => ({
  text: [...text].join(' '),
  spoken: [...text].join(' '),
  hints: allDigits,
});

const phrases = [
  'sales',
  'customer support',
  'billing',
  'speak to an operator',
  'opening hours',
  'main menu',
  'leave a message',
  'cancel my order',
  'repeat that',
  'goodbye',
];

/** The test set: single digits, numbers, the entries of a menu, yes and no. */
export const spokenSet = {
  digit: allDigits.map(digits),
  number: ['4711', '20359', '86', '1530', '907'].map(digits),
  menu: phrases.map((text) => ({ text, spoken: text, hints: phrases })),
  'yes or no': ['yes', 'no'].map((text) => ({ text, spoken: text, hints: ['yes', 'no'] })),
} as const satisfies Readonly<Record<string, readonly SpokenItem[]>>;

/** As it comes out of a telephone: mu-law, a pause around it, the faint noise of a line where one is wanted. */
export async function onTelephone({ spoken }: SpokenItem, voice: string, noise = 0): Promise<Int16Array> {
  const said = sequence(700, await speak({ text: spoken, voice }), 1_000);
  return decode('ulaw', encode('ulaw', mixed(said, whiteNoise(said.length, noise))));
}

/** What an engine hears of some audio, in a stream of its own. */
export async function heardBy(engine: Stt, hints: readonly string[], audio: Int16Array): Promise<string> {
  const scope = new Scope((error) => {
    throw error;
  });
  const heard: string[] = [];
  let failure: unknown;
  const listener = {
    onHeard: ({ text, isFinal }: { text: string; isFinal: boolean }) => void (isFinal && heard.push(text)),
    onBroken: (error: unknown) => (failure = error),
  };
  try {
    const stream = await engine.open({ language: 'en-US', hints }, listener, scope);
    stream.write(audio);
    await stream.end();
  } finally {
    await scope.close();
  }
  if (failure) throw failure;
  return heard.join(' ');
}
