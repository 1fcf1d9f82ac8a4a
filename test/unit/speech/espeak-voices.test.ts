import { describe, expect, test } from 'vitest';
import { chooseVoice, parseInstalled } from '../../../src/speech/tts/espeak-voices.ts';
import type { SynthesisRequest } from '../../../src/speech/tts.ts';

const voices = `Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  cmn             --/M      Chinese_(Mandarin,_latin_as_English) sit/cmn              (zh-cmn 5)(zh 5)
 5  cmn-latn-pinyin --/M      Chinese_(Mandarin,_latin_as_Pinyin) sit/cmn-Latn-pinyin  (zh-cmn 5)(zh 5)
 5  de              --/M      German             gmw/de               
 5  en-029          --/M      English_(Caribbean) gmw/en-029           (en 10)
 2  en-gb           --/M      English_(Great_Britain) gmw/en               (en 2)
 2  en-us           --/M      English_(America)  gmw/en-US            (en 3)
`;
const variants = `Pty Language       Age/Gender VoiceName          File                 Other Languages
 5  variant         --/M      Alex               !v/Alex              
 5  variant         --/F      female3            !v/f3                
 5  variant         --/M      Mr_serious         !v/Mr serious        
`;
const installed = parseInstalled(voices, variants, 'eSpeak NG text-to-speech: 1.52.0  Data at: /usr');
const chosen = (request: Partial<SynthesisRequest>) =>
  chooseVoice(installed, { language: 'en-US', ...request }).name;

describe('the voice', () => {
  test.each([
    [{}, 'en-us'],
    [{ language: 'en' }, 'en-us'],
    [{ language: 'en-AU' }, 'en-us'],
    [{ language: 'zh-CN' }, 'cmn-latn-pinyin'],
    [{ language: 'cmn-CN' }, 'cmn-latn-pinyin'],
    [{ language: 'de-DE', gender: 'female' }, 'de+f3'],
    [{ voice: 'EN-GB' }, 'en-gb'],
    [{ voice: 'de+alex' }, 'de+Alex'],
    [{ voice: 'en-us+F3', gender: 'male' }, 'en-us+f3'],
    [{ voice: '' }, 'en-us'],
  ] as const)('of %j is %s', (request, name) => {
    expect(chosen(request)).toBe(name);
  });

  test.each([
    'nosuch',
    'en-us+nosuch',
    'en-us+',
    '+f3',
    'de+f3+f3',
    '../../x',
    '-v',
    'en; id',
    'Joanna',
    'de+Mr serious',
  ])('%j is refused, and not repeated in the error', (voice) => {
    expect(() => chosen({ voice })).toThrow(expect.objectContaining({ code: 'UNKNOWN_VOICE' }));
    expect(() => chosen({ voice })).toThrow(
      /^voice_id: the local engine has no such voice; expected one such as/,
    );
  });

  test('of a language nobody speaks is refused', () => {
    expect(() => chosen({ language: 'tlh-KL' })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_LANGUAGE' }),
    );
  });
});

test.each([
  ['1.51', false],
  ['1.52.0', true],
  ['1.53-dev', true],
  ['2.0', true],
])('version %s draws its noise anew: %s', (version, drawsLots) => {
  expect(parseInstalled('', '', `eSpeak NG text-to-speech: ${version}  Data at: /1.99`).drawsLots).toBe(
    drawsLots,
  );
});
