import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rebuildSsml } from '../../../src/speech/ssml.ts';
import { googleSsml } from '../../../src/speech/tts/google-ssml.ts';
import { plainSpeech } from '../../../src/speech/tts/plain-speech.ts';
import { needsStandardEngine, pollySsml } from '../../../src/speech/tts/polly-ssml.ts';

const inner = (document: string) => document.replace(/^<speak>|<\/speak>$/g, '');
const rebuilt = (text: string) => rebuildSsml(`<speak>${text}</speak>`);
const google = (text: string) => inner(googleSsml(rebuilt(text), 'en-US'));
const neural = (text: string) => inner(pollySsml(rebuilt(text), 'neural'));
const standard = (text: string) => inner(pollySsml(rebuilt(text), 'standard'));
const words = (text: string) => plainSpeech(rebuilt(text), 'en-US');

describe('what an engine can do it is sent, and of the rest the text', () => {
  test('<voice>: Google has it', () => {
    const voice = '<voice name="en-US-Wavenet-A" age="30">a</voice>';
    expect(google(voice)).toBe('<voice name="en-US-Wavenet-A">a</voice>');
    expect(google('<voice xml:lang="de-DE" gender="Female">a</voice>')).toBe(
      '<voice language="de-DE" gender="female">a</voice>',
    );
    expect(google('<voice required="name">a</voice>')).toBe('a');
    expect([neural(voice), standard(voice)]).toEqual(['a', 'a']);
    expect(words(voice)).toEqual([{ text: 'a' }]);
  });

  test('<lang> and <phoneme>: the clouds have them', () => {
    const both = '<lang xml:lang="fr-FR">oui</lang> <phoneme alphabet="ipa" ph="pɪˈkɑːn">pecan</phoneme>';
    expect([google(both), neural(both), standard(both)]).toEqual([both, both, both]);
    expect(words(both)).toEqual([{ text: 'oui pecan' }]);
    expect(google('<phoneme ph="x">y</phoneme>')).toBe('<phoneme alphabet="ipa" ph="x">y</phoneme>');
    expect(google('<lang>a</lang><phoneme>b</phoneme>')).toBe('ab');
    expect(neural('<phoneme alphabet="martian" ph="x">y</phoneme>')).toBe('y');
  });

  test('a word that is marked as one, a range and a duration: nobody makes anything of them', () => {
    const text = '<w role="noun">a</w><token>b</token><prosody range="high" duration="2s">c</prosody>';
    expect(neural(text)).toBe('abc');
    expect(google(text)).toBe('abc');
    expect(words(text)).toEqual([{ text: 'abc' }]);
  });

  test('<mark> says nothing anywhere', () => {
    expect([google, neural, standard].map((write) => write('a<mark name="here"/>b'))).toEqual([
      'ab',
      'ab',
      'ab',
    ]);
  });

  test('<emphasis> and a pitch: of Polly only its standard engine has them', () => {
    const text = '<emphasis>a</emphasis><prosody pitch="+2st" rate="slow">b</prosody>';
    expect(google(text)).toBe(
      '<emphasis level="moderate">a</emphasis><prosody rate="slow" pitch="+2st">b</prosody>',
    );
    expect(standard(text)).toBe(
      '<emphasis level="moderate">a</emphasis><prosody rate="slow" pitch="+12%">b</prosody>',
    );
    expect(neural(text)).toBe('a<prosody rate="slow">b</prosody>');
    expect(neural('<prosody pitch="high">b</prosody>')).toBe('b');
    expect(
      [
        '<emphasis/>',
        '<emphasis level="strong">x</emphasis>',
        '<prosody rate="1" pitch="low">x</prosody>',
      ].map((tag) => needsStandardEngine(rebuilt(tag))),
    ).toEqual([true, true, true]);
    expect(needsStandardEngine(rebuilt('<prosody rate="1">emphasis pitch="x"</prosody>'))).toBe(false);
  });

  test('a whole document is taken for what is in it', () => {
    const document =
      '<?xml version="1.0"?>\n<speak version="1.0" xml:lang="en-US">a <voice gender="male">b</voice></speak>';
    expect(inner(googleSsml(rebuildSsml(document), 'en-US'))).toBe('a <voice gender="male">b</voice>');
  });
});

describe('figures of <prosody> are written in one unit, whatever the author’s', () => {
  test.each([
    ['rate="+20%"', '120%'],
    ['rate="80%"', '80%'],
    ['rate="1.2"', '120%'],
    ['rate="-.25"', '75%'],
    ['rate="9"', '200%'],
    ['rate="x-slow"', 'x-slow'],
  ])('%s', (attribute, rate) => {
    for (const write of [google, neural, standard])
      expect(write(`<prosody ${attribute}>x</prosody>`)).toBe(`<prosody rate="${rate}">x</prosody>`);
  });

  test.each([
    ['pitch="-2st"', '-2st', '-11%'],
    ['pitch="+10%"', '+1.7st', '+10%'],
    ['pitch="150Hz"', '+0st', '+0%'],
    ['pitch="+30Hz"', '+3.2st', '+20%'],
    ['pitch="low"', 'low', 'low'],
  ])('%s', (attribute, semitones, percent) => {
    expect(google(`<prosody ${attribute}>x</prosody>`)).toContain(`pitch="${semitones}"`);
    expect(standard(`<prosody ${attribute}>x</prosody>`)).toContain(`pitch="${percent}"`);
  });

  test.each([
    ['volume="-6dB"', '-6dB'],
    ['volume="50"', '-6dB'],
    ['volume="50%"', '-6dB'],
    ['volume="0"', 'silent'],
    ['volume="+100%"', '+4dB'],
    ['volume="loud"', 'loud'],
  ])('%s', (attribute, volume) => {
    expect(neural(`<prosody ${attribute}>x</prosody>`)).toBe(`<prosody volume="${volume}">x</prosody>`);
  });
});

test('<say-as> has each engine’s own words, and what it has none for is read as it stands', () => {
  const as = (kind: string, more = '') => `<say-as interpret-as="${kind}"${more}>x</say-as>`;
  expect(google(as('digits'))).toBe(as('characters'));
  expect(google(as('currency'))).toBe(as('currency', ' language="en-US"'));
  expect(google(as('currency', ' language="de-DE"'))).toBe(as('currency', ' language="de-DE"'));
  expect(google(as('date', ' format="yyyymmdd" detail="1"'))).toBe(
    as('date', ' format="yyyymmdd" detail="1"'),
  );
  expect(neural(as('verbatim'))).toBe(as('spell-out'));
  expect(neural(as('date', ' format="dmy"'))).toBe(as('date', ' format="dmy"'));
  expect(neural(as('date', ' format="xyz"'))).toBe(as('date'));
  expect([neural(as('currency')), neural(as('nonsense')), google(as('nonsense'))]).toEqual(['x', 'x', 'x']);
});

test('an engine that knows no SSML gets words and pauses', () => {
  expect(
    words(
      '<p>Hello &amp; <sub alias="World Wide Web">WWW</sub>.</p><break time="1.5s"/><s>Code <say-as interpret-as="digits">12</say-as></s>',
    ),
  ).toEqual([{ text: 'Hello & World Wide Web.' }, { pause: 1_500 }, { text: 'Code 1 2' }]);
  expect(words('<say-as interpret-as="characters">AB</say-as>')).toEqual([{ text: 'A, B' }]);
  expect(words('<break/> . <break time="1s"/>')).toEqual([{ pause: 210 }, { pause: 1_000 }]);
  expect(words('')).toEqual([]);
});

test('whatever an author writes, what is sent is well-formed and of allowed elements only', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 });
  const attribute = text.map((value) => value.replace(/[<&"\p{Cc}]/gu, 'x'));
  const tag = fc.tuple(attribute, text).map(([value, content]) => {
    const safe = content.replace(/[<&]|\p{Cc}/gu, 'y');
    return `<phoneme ph="${value}x">${safe}</phoneme><sub alias="${value}x">${safe}</sub>`;
  });
  fc.assert(
    fc.property(fc.array(tag, { maxLength: 4 }), (tags) => {
      let document: string;
      try {
        document = rebuilt(tags.join(''));
      } catch {
        return; // refused at the border
      }
      for (const written of [googleSsml(document, 'en-US'), pollySsml(document, 'neural')]) {
        expect(written.isWellFormed()).toBe(true);
        expect(written.replace(/<\/?(speak|phoneme|sub)(?: [a-z]+="[^"<>]*")*\/?>/g, '')).not.toMatch(/[<>]/);
      }
    }),
    { numRuns: 200 },
  );
});
