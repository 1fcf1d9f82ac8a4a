import { describe, expect, test } from 'vitest';
import { sayAs } from '../../../src/speech/tts/say-as/say-as.ts';

const said = (as: string, text: string, language = 'en-us', format = '') =>
  sayAs(text, { as, format }, language);

describe('say-as', () => {
  test.each(['characters', 'spell-out', 'verbatim', 'letters', 'tts:char'])(
    '%s spells each letter and digit',
    (as) => {
      expect(said(as, ' A1-b é 18005')).toEqual({ text: 'A 1 - b é 1 8 0 0 5', isSpelled: true });
    },
  );

  test.each([
    ['digits', '18005551234', '1 8 0 0 5 5 5 1 2 3 4'],
    ['digits', 'room 007', 'room 0 0 7'],
    ['tts:digits', '12 34', '1 2, 3 4'],
    ['telephone', '+1 (800) 555-1234', '+1, 8 0 0, 5 5 5, 1 2 3 4'],
    ['telephone', '1-800-FLOWERS', '1, 8 0 0, FLOWERS'],
    ['cardinal', '18005551234', '18005551234'],
    ['number', '1234567', '1234567'],
    ['ordinal', '21', '21st'],
    ['ordinal', '12', '12th'],
    ['ordinal', 'last', 'last'],
    ['fraction', '1/2', '1 half'],
    ['fraction', '3 3/4', '3 and 3 quarters'],
    ['fraction', '2+5/20', '2 and 5 over 20'],
    ['fraction', '1/x', '1/x'],
    ['currency', '$12.50', '12.50 US dollars'],
    ['currency', 'EUR 1,234', '1234 euros'],
    ['currency', '£1', '1 British pound'],
    ['currency', '-$5', '-5 US dollars'],
    ['currency', '-$-5', '-$-5'],
    ['currency', 'much', 'much'],
    ['unit', '10kg', '10 kilograms'],
    ['unit', '60 mph', '60 miles per hour'],
    ['unit', '20°C', '20 degrees Celsius'],
    ['unit', '5 apples', '5 apples'],
    ['unit', '5 constructor', '5 constructor'],
    ['time', '14:30', '2:30 PM'],
    ['time', '2:30pm', '2:30 PM'],
    ['time', '12am', '12 AM'],
    ['time', '25:00', '25:00'],
    ['time', '13pm', '13pm'],
    ['time', '0:30 am', '0:30 am'],
    ['time', `1'21"`, '1 minute, 21 seconds'],
    ['expletive', 'damn', ', '],
    ['bleep', 'damn', ', '],
    ['interjection', 'aloha', 'aloha'],
    ['address', '150 Main St', '150 Main St'],
  ])('%s: %s is %s', (as, text, result) => {
    expect(said(as, text).text.replace(/\u202f|\u00a0/g, ' ')).toBe(result);
  });

  test.each([
    ['2003-02-01', '', 'February 1st, 2003'],
    ['2/1/2003', '', 'February 1st, 2003'],
    ['1.2.2003', '', 'February 1st, 2003'],
    ['1/2/2003', 'dmy', 'February 1st, 2003'],
    ['20030201', 'yyyymmdd', 'February 1st, 2003'],
    ['2-1', 'md', 'February 1st'],
    ['12/98', 'my', 'December 1998'],
    ['1998', 'y', '1998'],
    ['2/29/2004', 'mdy', 'February 29th, 2004'],
    ['2/29/2003', 'mdy', '2/29/2003'],
    ['13/13/2003', 'mdy', '13/13/2003'],
    ['tomorrow', '', 'tomorrow'],
    ['1/2', '', '1/2'],
  ])('date: %s (%s) is %s', (text, format, result) => {
    expect(said('date', text, 'en-us', format).text).toBe(result);
  });

  test('speaks the language of the voice', () => {
    expect(said('date', '1/2/2003', 'fr-fr').text).toBe('1er février 2003');
    expect(said('currency', '1.234,50 €', 'de').text.replace(/\s/g, ' ')).toBe('1234,50 Euro');
    expect(said('unit', '80 km/h', 'de').text).toBe('80 Kilometer pro Stunde');
    expect(said('ordinal', '21', 'es').text).toBe('21º');
    expect(said('time', '14:30', 'de').text).toBe('14:30');
  });

  test('writes no Chinese characters for a Japanese voice', () => {
    for (const as of ['date', 'currency', 'unit', 'time'])
      expect(said(as, '2003-02-01', 'ja').text).toBe('2003-02-01');
  });
});
