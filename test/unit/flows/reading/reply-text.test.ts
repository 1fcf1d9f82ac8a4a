import { describe, expect, test } from 'vitest';
import { replyText, UnreadableText } from '../../../../src/flows/reading/reply-text.ts';

const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const swapped = (text: string) => utf16(text).swap16();
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const bom = '\uFEFF';

function read(body: Buffer, type?: string): string {
  return replyText({ headers: type === undefined ? {} : { 'content-type': type }, body });
}

const declared = (encoding: string) => `<?xml version="1.0" encoding="${encoding}"?><n>Müller</n>`;

describe('the text of a reply', () => {
  test.each<readonly [string, Buffer, string | undefined, string]>([
    ['UTF-8 where nothing is said', Buffer.from('Müller'), undefined, 'Müller'],
    ['UTF-8 without a charset', Buffer.from('Müller'), 'application/json', 'Müller'],
    ['UTF-8 with a mark', Buffer.from(`${bom}{}`), 'application/json', '{}'],
    ['a mark against the charset', Buffer.from(`${bom}ü`), 'text/plain; charset=iso-8859-1', 'ü'],
    ['Latin-1', latin1('Müller'), 'text/plain; charset=ISO-8859-1', 'Müller'],
    ['Latin-1, quoted, among others', latin1('ü'), 'text/xml;version=1; Charset="latin1"', 'ü'],
    ['Windows-1252', Buffer.from([0x80]), 'text/plain;charset=windows-1252', '€'],
    ['Shift_JIS', Buffer.from([0x93, 0xfa]), 'text/plain; charset=Shift_JIS', '日'],
    ['UTF-16 with a mark', utf16(`${bom}{"a":"ü"}`), 'application/json', '{"a":"ü"}'],
    ['UTF-16, big end first, with a mark', swapped(`${bom}ü`), 'text/plain; charset=utf-16', 'ü'],
    ['UTF-16 without a mark', utf16('aü'), 'text/plain; charset=utf-16', 'aü'],
    ['UTF-16, big end first, without', swapped('aü'), 'text/plain; charset=UTF-16', 'aü'],
    ['UTF-16BE', swapped('aü'), 'text/plain; charset=utf-16be', 'aü'],
    ['XML in UTF-16 that nobody names', utf16(declared('UTF-16')), 'application/xml', declared('UTF-16')],
    ['an XML declaration', latin1(declared('ISO-8859-1')), 'text/xml', declared('ISO-8859-1')],
    ['one behind a newline', latin1(`\n${declared('latin1')}`), 'text/xml', `\n${declared('latin1')}`],
    [
      'the charset against a declaration',
      Buffer.from(declared('latin1')),
      'text/xml; charset=utf-8',
      declared('latin1'),
    ],
    ['UTF-8 that declares UTF-16', Buffer.from(declared('utf-16')), 'text/xml', declared('utf-16')],
    ['nothing', Buffer.alloc(0), undefined, ''],
    ['a picture, which has none', Buffer.from([0x89, 0xff]), 'image/png', ''],
  ])('is read: %s', (_, body, type, text) => {
    expect(read(body, type)).toBe(text);
  });

  test.each<readonly [string, Buffer, string | undefined]>([
    ['Latin-1 that says nothing', latin1('Müller'), undefined],
    ['Latin-1 that says UTF-8', latin1('Müller'), 'application/json; charset=utf-8'],
    ['a character cut in two', Buffer.from('ü').subarray(0, 1), 'text/plain'],
    ['half a pair of UTF-16', Buffer.from([0x00, 0xd8]), 'text/plain; charset=utf-16le'],
    ['an encoding nobody knows', Buffer.from('a'), 'text/plain; charset=klingon'],
    ['UTF-32, which nobody may send', Buffer.from('a'), 'text/plain; charset=utf-32'],
    ['XML that declares one nobody knows', Buffer.from(declared('klingon')), 'text/xml'],
  ])('is refused, never guessed: %s', (_, body, type) => {
    expect(() => read(body, type)).toThrow(UnreadableText);
  });
});
