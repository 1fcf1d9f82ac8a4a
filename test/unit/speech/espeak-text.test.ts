import { describe, expect, test } from 'vitest';
import { checkScripts } from '../../../src/speech/tts/espeak-scripts.ts';
import { cleanText, speakNumbers, withoutPhonemes } from '../../../src/speech/tts/espeak-text.ts';

describe('numbers in a text', () => {
  test.each([
    ['call +15551234567 now', 'call +1 5 5 5 1 2 3 4 5 6 7 now'],
    ['+49 30 123456', '+4 9, 3 0, 1 2 3 4 5 6'],
    ['18005551234.', '1 8 0 0 5 5 5 1 2 3 4.'],
    ['1-800-555-1234', '1, 8 0 0, 5 5 5, 1 2 3 4'],
    ['555-123-4567, please', '5 5 5, 1 2 3, 4 5 6 7, please'],
  ])('%s is said digit by digit', (text, said) => {
    expect(speakNumbers(text)).toBe(said);
  });

  test.each([
    '1,000,000 people',
    '2003-02-01 10:05',
    '3.14159265',
    '1234',
    '+49',
    '123456',
    '192.168.100.1',
    'x1234567',
  ])('%s is as it was', (text) => {
    expect(speakNumbers(text)).toBe(text);
  });
});

test('brackets in a row never begin phonemes, nor end them', () => {
  expect(['[[x]]', '[[[x', '[ [x'].map(withoutPhonemes)).toEqual(['[ [x] ]', '[ [ [x', '[ [x']);
});

test('text is written in the usual way, without characters that steer the engine', () => {
  expect(cleanText('e\u0301 １２ ＡＢ ｶﾅ\u0001V\u0000\u009b\uE03C\r\n\tx')).toBe('é 12 AB カナ V    \n\tx');
});

describe('letters', () => {
  test.each([
    ['Grüße, 100 % & π Ω 😀 ㈱ №', 'en-us'],
    ['Привет', 'ru'], ['Привет', 'ru-lv'], ['שלום', 'he'], ['مرحبا', 'fa-latn'], ['สวัสดี', 'th'], ['こんにちは、コーヒー hello', 'ja'],
    ['你好世界 WiFi', 'cmn-latn-pinyin'], ['你好', 'yue'], ['नमस्ते 안녕하세요', 'en-us'],
  ])('%s is read in %s', (text, language) => {
    expect(() => checkScripts(text, language)).not.toThrow();
  }); // biome-ignore format: a table

  test.each([
    ['日本語のテスト', 'ja', 'Chinese'], ['世界', 'en-us', 'Chinese'], ['你好', 'hak', 'Chinese'], ['カタカナ', 'cmn-latn-pinyin', 'Japanese'],
    ['Привет', 'en-us', 'Cyrillic'], ['שלום', 'de', 'Hebrew'], ['مرحبا', 'de', 'Arabic'], ['ສະບາຍດີ', 'th', 'these'], ['សួស្តី', 'en-us', 'these'],
  ])('%s is not read in %s', (text, language, script) => {
    expect(() => checkScripts(text, language)).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_LANGUAGE', message: expect.stringContaining(`${script} letters`) }),
    );
  }); // biome-ignore format: a table
});
