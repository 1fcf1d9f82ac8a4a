import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Address } from '../../../src/calls/address.ts';
import { dialStringOf, parseDestination } from '../../../src/outgoing/dial-string.ts';
import { Trunking } from '../../../src/trunks/trunking.ts';
import { dialString } from '../../support/dial-strings.ts';
import { givenTrunking } from '../../support/given-trunks.ts';
import { isSoak } from '../../support/scale.ts';

const address = (type: string, target: string): Address => ({
  type,
  target,
  target_name: '',
  name: '',
  detail: '',
});

const dialled = (type: string, target: string, trunking = givenTrunking()): string => {
  const destination = parseDestination(address(type, target));
  return destination.kind === 'number'
    ? trunking.take(destination.number).endpoint
    : dialStringOf(destination);
};

test.each([
  ['tel', '+4930123', 'PJSIP/+4930123@trunk'],
  ['tel', '*31*0123', 'PJSIP/*31*0123@trunk'],
  ['extension', '1002', 'PJSIP/1002'],
  ['sip', 'bob@Example.ORG', 'PJSIP/direct/sip:bob@example.org:5060'],
  ['sip', 'sip:bob@10.0.0.1:5070', 'PJSIP/direct/sip:bob@10.0.0.1:5070'],
  ['sip', '+49*30@[2001:db8::1]', 'PJSIP/direct/sip:+49*30@[2001:db8::1]:5060'],
])('%s %s is dialled %s', (type, target, expected) => {
  expect(dialled(type, target)).toBe(expected);
});

test.each([
  ['tel', ''],
  ['tel', '+'],
  ['tel', '123,,9'],
  ['tel', '123&PJSIP/1001'],
  ['tel', '123\n'],
  ['tel', '1'.repeat(34)],
  ['tel', '１２３'],
  ['extension', '1'],
  ['extension', 'trunk'],
  ['extension', '123456789'],
  ['sip', 'bob'],
  ['sip', '@example.org'],
  ['sip', 'bob@'],
  ['sip', 'bob@example.org:0'],
  ['sip', 'bob@example.org:65536'],
  ['sip', 'bob@-example.org'],
  ['sip', 'bob@example.org;transport=tcp'],
  ['sip', 'bob@example.org?X-Header=1'],
  ['sip', 'bob:secret@example.org'],
  ['sip', 'bob@a@example.org'],
  ['sip', 'bob@example.org)b(x^1'],
  ['sip', 'sips:bob@example.org'],
  ['sip', 'bob@[2001:db8::1'],
  ['agent', '1002'],
  ['', '1002'],
  ['constructor', '1002'],
])('%s %s is nobody to be called', (type, target) => {
  expect(() => dialled(type, target)).toThrow(expect.objectContaining({ code: 'INVALID_DESTINATION' }));
});

test('a number needs a trunk, and nothing else does', () => {
  const none = new Trunking(() => []);
  expect(() => dialled('tel', '+4930', none)).toThrow(expect.objectContaining({ code: 'NO_TRUNK' }));
  expect(dialled('sip', 'a@b', none)).toBe('PJSIP/direct/sip:a@b:5060');
  expect(dialled('extension', '1002', none)).toBe('PJSIP/1002');
});

/** Any text, and text that is nearly right with something in it that is not. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom('+4930123', '1002', 'bob@example.org', 'sip:bob@10.0.0.1:5060', 'a@[::1]:5061'),
      fc.constantFrom(
        '&',
        ',',
        '^',
        '(',
        ')',
        '|',
        '/',
        '\\',
        '"',
        '<',
        '>',
        ';',
        '?',
        ' ',
        '\n',
        '\r',
        '\0',
        '$',
        '{',
        '}',
        '%00',
        '！',
        '@',
        ':',
        '#',
        '=',
        '~',
        "'",
      ),
      fc.nat({ max: 30 }),
    )
    .map(([good, bad, at]) => good.slice(0, at) + bad + good.slice(at)),
);

/** What is a telephone number and, where short enough, a phone. */
const number = fc.stringMatching(/^[0-9]{1,10}$/);

test('nothing beyond the allowed characters ever gets into a dial string', () => {
  let good = 0;
  fc.assert(
    fc.property(fc.constantFrom('tel', 'sip', 'extension'), fc.oneof(text, number), (type, target) => {
      let string: string;
      try {
        string = dialled(type, target);
      } catch (error) {
        expect(error).toMatchObject({ code: 'INVALID_DESTINATION' });
        return;
      }
      good++;
      expect(string).toMatch(dialString);
      expect(string.endsWith('\n')).toBe(false);
    }),
    { numRuns: isSoak ? 200_000 : 5_000 },
  );
  expect(good).toBeGreaterThan(0);
});
