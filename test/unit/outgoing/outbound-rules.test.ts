import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outboundEntry } from '../../../src/config/types.ts';
import { parseDestination } from '../../../src/outgoing/dial-string.ts';
import { OutboundRules } from '../../../src/outgoing/outbound-rules.ts';

function allows(allow: readonly string[], type: string, target: string): boolean {
  for (const entry of allow) expect(outboundEntry.safeParse(entry).success).toBe(true);
  const rules = new OutboundRules(allow);
  const destination = parseDestination({ type, target, target_name: '', name: '', detail: '' });
  try {
    rules.check(destination);
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: 'DESTINATION_NOT_ALLOWED' });
    return false;
  }
}

test('nobody but the phones may be called unless somebody says so', () => {
  expect(allows([], 'extension', '1002')).toBe(true);
  for (const [type, target] of [
    ['tel', '+4930'],
    ['tel', '110'],
    ['sip', 'a@10.0.0.1'],
    ['sip', 'a@localhost'],
  ] as const)
    expect(allows([], type, target)).toBe(false);
});

test.each([
  ['+49', '+4930', true],
  ['+49', '+48', false],
  ['+49', '4930', false],
  ['+49', '004930', false],
  ['+', '+1', true],
  ['+', '1', false],
  ['*31*', '*31*0123', true],
  ['49', '+4930', false],
])('a prefix %s: %s is allowed: %s', (entry, number, expected) => {
  expect(allows([entry], 'tel', number)).toBe(expected);
});

test.each([
  ['pbx.example.com', 'pbx.example.com', true],
  ['PBX.example.com', 'pbx.EXAMPLE.com', true],
  ['example.com', 'pbx.example.com', false],
  ['pbx.example.com', 'pbx.example.com.evil.org', false],
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['10.0.0.0/8', '012.0.0.1', false],
  ['10.0.0.0/8', '0xa.0.0.1', false],
  ['10.0.0.0/8', '10.1', false],
  ['10.0.0.0/8', '167772161', false],
  ['10.0.0.0/8', '[::ffff:10.0.0.1]', false],
  ['10.0.0.0/8', '10.0.0.1.example.org', false],
  ['2001:db8::/32', '[2001:db8::1]', true],
  ['2001:db8::/32', '[2001:db9::1]', false],
  ['2001:db8::1', '[2001:db8::1]', true],
])('a host or network %s: %s is allowed: %s', (entry, host, expected) => {
  expect(allows([entry], 'sip', `bob@${host}`)).toBe(expected);
});

test('a prefix allows no host, and a host no number', () => {
  expect(allows(['10'], 'sip', 'a@10.0.0.1')).toBe(false);
  expect(allows(['10.0.0.0/8', 'example.org'], 'tel', '10000')).toBe(false);
});

test('a number is allowed by the prefixes it begins with, and by no others', () => {
  const number = fc.stringMatching(/^\+?[0-9]{1,12}$/);
  const prefixes = fc.array(fc.stringMatching(/^\+?[0-9]{1,4}$/), { maxLength: 4 });
  fc.assert(
    fc.property(prefixes, number, (allow, target) => {
      expect(allows(allow, 'tel', target)).toBe(allow.some((prefix) => target.startsWith(prefix)));
    }),
  );
});
