import { describe, expect, test } from 'vitest';
import { farResponse } from '../../../src/calls/far-response.ts';
import { causeOfSip } from '../../../src/calls/hangup-cause.ts';
import { sipReason } from '../../../src/calls/sip-reason.ts';
import { sipStatusOf } from '../../../src/simulator/asterisk/causes.ts';

const refused = { hasRung: false, age: 1_000, isUnresolved: false };

describe('what Asterisk calls the response of a leg', () => {
  test.each([
    [486, refused, 486],
    [408, refused, 408],
    [503, refused, 503],
    [undefined, refused, 0],
    // Its own words.
    [503, { ...refused, isUnresolved: true }, 0],
    [408, { ...refused, age: 32_000 }, 0],
    // A phone that has rung for long was there.
    [408, { ...refused, hasRung: true, age: 32_000 }, 408],
    [404, { ...refused, isUnresolved: true, age: 40_000 }, 404],
  ])('%j of %j is %d of the far end', (told, leg, code) => {
    expect(farResponse(told, leg)).toBe(code);
  });
});

test('each has the words of its standard, and one of none has no words', () => {
  expect([302, 480, 486, 603].map(sipReason)).toEqual([
    'Moved Temporarily',
    'Temporarily Unavailable',
    'Busy Here',
    'Decline',
  ]);
  expect([0, 299, 499, 599, 700].map(sipReason)).toEqual(['', '', '', '', '']);
});

describe('a refusal that is passed on to the caller', () => {
  test('is one of the same class, and never a redirection', () => {
    const codes = Array.from({ length: 400 }, (_, index) => 300 + index);
    for (const code of codes) {
      const cause = causeOfSip(code);
      const told = sipStatusOf(cause);
      expect(cause, `${code}`).not.toBe(23);
      // Only 487 and the sixes are turned into "decline".
      const isSame = Math.floor(told / 100) === Math.max(4, Math.floor(code / 100));
      expect(isSame || told === 603 || code >= 600, `${code} became ${told}`).toBe(true);
    }
  });

  test.each([
    [400, 480],
    [402, 403],
    [405, 480],
    [415, 488],
    [420, 404],
    [481, 480],
    [482, 480],
    [486, 486],
    [491, 480],
    [302, 480],
    [503, 503],
    [504, 503],
  ])('%d becomes %d', (code, told) => {
    expect(sipStatusOf(causeOfSip(code))).toBe(told);
  });
});
