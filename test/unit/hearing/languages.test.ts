import { LanguageCode } from '@aws-sdk/client-transcribe-streaming';
import { expect, test } from 'vitest';
import { standardForm } from '../../../src/core/language-names.ts';
import { languages as aws } from '../../../src/hearing/aws/languages.ts';
import { languages as gcp } from '../../../src/hearing/gcp/languages.ts';

test.each([
  ['en', 'en-US', 'en-US'],
  ['en-GB', 'en-GB', 'en-GB'],
  ['en-UK', 'en-GB', 'en-GB'],
  ['en-us', 'en-US', 'en-US'],
  ['de', 'de-DE', 'de-DE'],
  ['de-AT', 'de-AT', 'de-DE'],
  ['pt', 'pt-BR', 'pt-BR'],
  ['zh', 'cmn-Hans-CN', 'zh-CN'],
  ['zh-TW', 'cmn-Hant-TW', 'zh-TW'],
  ['cmn-Hans-CN', 'cmn-Hans-CN', 'zh-CN'],
  ['zh-Hant', 'cmn-Hant-TW', 'zh-TW'],
  ['he', 'iw-IL', 'he-IL'],
  ['nb-NO', 'no-NO', 'no-NO'],
  ['ar', 'ar-EG', 'ar-AE'],
  ['es-419', 'es-ES', 'es-ES'],
  ['tlh', undefined, undefined],
  ['', undefined, undefined],
])('%s is %s for gcp and %s for aws', (tag, ofGcp, ofAws) => {
  expect(gcp.codeOf(tag)).toBe(ofGcp);
  expect(aws.codeOf(tag)).toBe(ofAws);
});

test('every language of the SDK is known by its own code', () => {
  for (const code of Object.values(LanguageCode)) expect(aws.codeOf(code), code).toBe(code);
});

test('a language has one form in which it is written', () => {
  expect(['EN-uk', 'eng', 'x', ''].map(standardForm)).toEqual(['en-GB', 'en', undefined, undefined]);
});
