import { expect, test } from 'vitest';
import * as z from 'zod';
import { misfitsOf, wording } from '../../../src/core/misfits.ts';
import { count, milliseconds } from '../../../src/core/units.ts';

const schema = z
  .strictObject({
    queue_id: z.string(),
    timeout: milliseconds(100, 30_000).default(1_000).describe('for one try'),
    digits: count('digits', 1, 100),
    type: z.enum(['tel', 'sip', 'extension']),
    auth: z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('none') }),
      z.strictObject({ type: z.literal('basic'), username: z.string() }),
    ]),
    headers: z.array(z.strictObject({ name: z.string() })),
  })
  .partial();

function complaintsOf(value: unknown): string[] {
  const result = schema.safeParse(value, wording);
  return result.success
    ? []
    : misfitsOf(result.error).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('an unknown key names the near one, wherever it stands', () => {
  expect(complaintsOf({ queueId: 'x', odd: 1, qeue_id: 'x' })).toEqual([
    'queueId: unknown key, did you mean queue_id?',
    'odd: unknown key',
    'qeue_id: unknown key, did you mean queue_id?',
  ]);
  expect(complaintsOf({ headers: [{ nmae: 'x', name: 'x' }] })).toEqual([
    'headers.0.nmae: unknown key, did you mean name?',
  ]);
  expect(complaintsOf({ auth: { type: 'basic', username: 'x', usernmae: 'x' } })).toEqual([
    'auth.usernmae: unknown key, did you mean username?',
  ]);
});

test('a key in two lines is one problem', () => {
  expect(complaintsOf({ 'a\nb': 1, tiemout: 1 })).toEqual([
    'a\nb: unknown key',
    'tiemout: unknown key, did you mean timeout?',
  ]);
});

test('a word that is none of those known names the near one', () => {
  expect(complaintsOf({ type: 'tell' })).toEqual([
    'type: expected one of tel, sip, extension, did you mean tel?',
  ]);
  expect(complaintsOf({ type: 5 })).toEqual(['type: expected one of tel, sip, extension']);
  expect(complaintsOf({ auth: { type: 'bsaic' } })).toEqual([
    'auth.type: expected one of none, basic, did you mean basic?',
  ]);
  expect(complaintsOf({ auth: {} })).toEqual(['auth.type: expected one of none, basic']);
});

test('a limit says its unit', () => {
  expect(complaintsOf({ timeout: 60_000 })).toEqual(['timeout: expected at most 30000 milliseconds']);
  expect(complaintsOf({ timeout: 5 })).toEqual(['timeout: expected at least 100 milliseconds']);
  expect(complaintsOf({ timeout: '5s' })).toEqual(['timeout: expected a whole number of milliseconds']);
  expect(complaintsOf({ timeout: 100.5 })).toEqual(['timeout: expected a whole number of milliseconds']);
  expect(complaintsOf({ digits: 101 })).toEqual(['digits: expected at most 100 digits']);
});

test('what is missing, of another kind, too short or too long is said in words', () => {
  const parsed = z.strictObject({
    name: z.string().min(1),
    password: z.string().min(12),
    isOn: z.boolean(),
    ratio: z.number().max(1),
    times: z.int(),
    days: z.array(z.string()).min(1).max(2),
    id: z.uuid(),
    own: z.strictObject({}),
    either: z.union([z.string(), z.strictObject({ type: z.string() })]),
    address: z.strictObject({ type: z.string() }).nullable(),
    mailbox: z.union([z.literal(''), z.guid('expected the id of a mailbox')]),
  });
  const complaints = (value: unknown): string[] => {
    const { error } = parsed.safeParse(value, wording);
    return misfitsOf(error ?? { issues: [] }).map(({ path, message }) => `${path.join('.')}: ${message}`);
  };
  expect(complaints({})).toEqual([
    'name: missing, expected text',
    'password: missing, expected text',
    'isOn: missing, expected true or false',
    'ratio: missing, expected a number',
    'times: missing, expected a number',
    'days: missing, expected a list',
    'id: missing, expected text',
    'own: missing, expected an object',
    'either: expected text, or an object',
    'address: missing, expected an object',
    'mailbox: expected the id of a mailbox',
  ]);
  const wrong = {
    name: '',
    password: 'short',
    isOn: 'yes',
    ratio: 2,
    times: 1.5,
    days: [],
    id: 'x',
    own: null,
  };
  expect(complaints({ ...wrong, either: { type: 1 }, address: '2103', mailbox: 'front' })).toEqual([
    'name: expected at least 1 character',
    'password: expected at least 12 characters',
    'isOn: expected true or false, not text',
    'ratio: expected at most 1',
    'times: expected a whole number',
    'days: expected at least 1 item',
    'id: expected an id (UUID)',
    'own: expected an object, not null',
    'either: type: expected text, not a number',
    'address: expected an object, not text',
    'mailbox: expected the id of a mailbox',
  ]);
  expect(complaints({ ...wrong, days: ['a', 'b', 'c'] })).toContain('days: expected at most 2 items');
});
