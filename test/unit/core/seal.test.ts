import { describe, expect, test } from 'vitest';
import { Seal, UnsealError } from '../../../src/core/seal.ts';

const key = 'a secret key of thirty-two letters';
const seal = new Seal(key);

test('what is sealed is opened by whoever has the key, and shows nothing of the secret', () => {
  for (const secret of ['sk-0123456789', 'é✓', '']) {
    const sealed = seal.seal(secret, 'chatbot 1');
    expect(new Seal(key).open(sealed, 'chatbot 1')).toBe(secret);
    expect(sealed).toMatch(/^v1\.[0-9a-f]{12}\.[A-Za-z0-9_-]+$/);
    if (secret !== '')
      expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').includes(secret)).toBe(false);
  }
});

test('the same secret is sealed differently each time', () => {
  expect(seal.seal('secret', 'a')).not.toBe(seal.seal('secret', 'a'));
});

describe('what cannot be opened says why:', () => {
  const sealed = seal.seal('secret', 'chatbot 1');
  const changed = (at: number): string => {
    const [form, keyId, content = ''] = sealed.split('.');
    const bytes = Buffer.from(content, 'base64url');
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return `${form}.${keyId}.${bytes.toString('base64url')}`;
  };

  test.each([
    ['with another key', () => new Seal(`${key}!`).open(sealed, 'chatbot 1'), /another ARIFLOW_SECRET_KEY/],
    ['for another owner', () => seal.open(sealed, 'chatbot 2'), /stored for something else/],
    ['a nonce that was changed', () => seal.open(changed(0), 'chatbot 1'), /damaged/],
    ['a tag that was changed', () => seal.open(changed(12), 'chatbot 1'), /damaged/],
    ['a text that was changed', () => seal.open(changed(28), 'chatbot 1'), /damaged/],
    ['one that was cut', () => seal.open(sealed.slice(0, -10), 'chatbot 1'), /damaged/],
    ['nothing behind the key', () => seal.open(sealed.replace(/[^.]*$/, ''), 'chatbot 1'), /damaged/],
    ['a later form', () => seal.open(sealed.replace('v1', 'v2'), 'chatbot 1'), /form that is not known/],
    ['no form', () => seal.open('sk-plain', 'chatbot 1'), /form that is not known/],
  ])('%s', (_, open, why) => {
    expect(open).toThrow(UnsealError);
    expect(open).toThrow(why);
    expect(open).not.toThrow(/secret'/);
  });
});
