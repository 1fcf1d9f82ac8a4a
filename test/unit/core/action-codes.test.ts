import { describe, expect, test } from 'vitest';
import { type ActionCode, actionCodes, type CodeMeaning } from '../../../src/core/action-codes.ts';
import { ActionError } from '../../../src/core/errors.ts';

const all = Object.entries<CodeMeaning>(actionCodes);

describe('a code', () => {
  test('is written as those who compare with it have it', () => {
    for (const [code] of all) expect(code).toMatch(/^([A-Z][A-Z0-9]*(_[A-Z0-9]+)*|loop_detected)$/);
  });

  test('stands where the alphabet has it', () => {
    const codes = all.map(([code]) => code);
    expect(codes).toEqual([...codes].sort());
  });

  test('means something that fits into a table', () => {
    for (const [code, { meaning }] of all) expect(meaning, code).toMatch(/^[^|\n]*[^|\n.]$/);
  });

  test('that is none is no error of an action', () => {
    // @ts-expect-error -- not in the catalogue
    expect(() => new ActionError('NO_SUCH_CODE', 'why').isPassing).toThrow(TypeError);
  });
});

/** Everything else is a wrong request. */
const answered: Readonly<Partial<Record<ActionCode, string>>> = {
  AGENT_AWAY: 'CONFLICT',
  ALREADY_TRANSCRIBING: 'CONFLICT',
  ASTERISK_AWAY: 'UNAVAILABLE',
  CALLS_TOO_FAST: 'RATE_LIMITED',
  DESTINATION_NOT_ALLOWED: 'PERMISSION_DENIED',
  HEARING_FAILED: 'UNAVAILABLE',
  MESSAGES_TOO_FAST: 'RATE_LIMITED',
  MUTE_FAILED: 'UNAVAILABLE',
  OVERLOADED: 'UNAVAILABLE',
  RECORDING_FAILED: 'UNAVAILABLE',
  SHUTTING_DOWN: 'UNAVAILABLE',
  SPEECH_FAILED: 'UNAVAILABLE',
  STORE_FAILED: 'UNAVAILABLE',
  TOO_MANY_CALLS: 'RATE_LIMITED',
  TOO_MANY_MESSAGES: 'RATE_LIMITED',
  TOO_MANY_RECORDINGS: 'CONFLICT',
  TOO_MANY_TRANSCRIPTIONS: 'RATE_LIMITED',
  UNKNOWN_NUMBER: 'NOT_FOUND',
};

test.each(all)('a request that fails with %s is answered as ever', (name) => {
  const code = name as ActionCode; // a key of the catalogue
  expect(new ActionError(code, 'why').reason).toBe(answered[code] ?? 'INVALID_ARGUMENT');
});

test.each([
  ['TOO_MANY_CALLS', true],
  ['SERVER_ERROR', true],
  ['INVALID_RESPONSE', true],
  ['CLIENT_ERROR', false],
  ['DESTINATION_NOT_ALLOWED', false],
  ['loop_detected', false],
] as const)('whether %s passes by itself: %s', (code, isPassing) => {
  expect(new ActionError(code, 'why').isPassing).toBe(isPassing);
});
