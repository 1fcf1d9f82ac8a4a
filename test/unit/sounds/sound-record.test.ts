import { expect, test } from 'vitest';
import { inLanguage } from '../../../src/sounds/sound-record.ts';

test.each([
  ['its own language', 'de-AT', ['en', 'de', 'de-AT'], 'de-AT'],
  ['however it is written', 'DE-at', ['en', 'de-AT'], 'de-AT'],
  ['the language without the region', 'de-CH', ['en', 'de-AT', 'de'], 'de'],
  ['another region', 'de-CH', ['en', '', 'de-AT'], 'de-AT'],
  ['the one of no language', 'fr', ['en', ''], ''],
  ['the oldest, rather than none', 'fr', ['en', 'de'], 'en'],
  ['none', '', ['en', ''], ''],
  ['any where none is wanted', '', ['en', 'de'], 'en'],
])('of several languages it is %s', (_, wanted, there, heard) => {
  expect(
    inLanguage(
      there.map((language) => ({ language })),
      wanted,
    ),
  ).toEqual({ language: heard });
});

test('of none there is none', () => {
  expect(inLanguage([], 'de')).toBeUndefined();
});
