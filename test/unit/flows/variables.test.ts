import { expect, test } from 'vitest';
import { isReserved, Variables } from '../../../src/flows/variables.ts';

test('what was set wins over what the sources know, the first source over the second', () => {
  const variables = new Variables([
    (name) => (name === 'a' ? 'first' : undefined),
    (name) => (name === 'a' || name === 'b' ? 'second' : undefined),
  ]);
  expect(['a', 'b', 'c'].map((name) => variables.get(name))).toEqual(['first', 'second', '']);
  variables.set('a', 'set');
  variables.set('b', '');
  expect(['a', 'b'].map((name) => variables.get(name))).toEqual(['set', '']);
});

test.each(['__proto__', 'constructor', 'toString'])('the name %s is a name like any other', (name) => {
  const variables = new Variables();
  expect(variables.get(name)).toBe('');
  variables.set(name, 'x');
  expect(variables.get(name)).toBe('x');
  expect(Object.entries(variables.entries())).toEqual([[name, 'x']]);
});

test('all together hold a mebibyte, names included', () => {
  const variables = new Variables();
  for (let index = 0; index < 16; index++) variables.set(String.fromCharCode(97 + index), 'x'.repeat(65_535));
  expect(() => variables.set('q', '')).toThrow('1 MiB');
  expect(() => variables.set('a', 'x'.repeat(65_536))).toThrow(
    expect.objectContaining({ code: 'VARIABLES_TOO_LARGE' }),
  );
  variables.set('a', '');
  variables.set('q', 'x'.repeat(65_000));
  expect(variables.get('q')).toHaveLength(65_000);
});

test('setting a variable over and over costs no space', () => {
  const variables = new Variables();
  for (let round = 0; round < 1_000; round++) variables.set('a', 'x'.repeat(60_000 + (round % 2)));
  expect(variables.get('a')).toHaveLength(60_001);
});

test('our own notes fit, however full it is', () => {
  const variables = new Variables();
  for (let index = 0; index < 16; index++) variables.set(String.fromCharCode(97 + index), 'x'.repeat(65_535));
  variables.note({ 'voipbin.action.error.code': 'X' });
  expect(variables.get('voipbin.action.error.code')).toBe('X');
});

test('some names are read-only', () => {
  expect(['voipbin.call.id', 'voipbin.x', 'VOIPBIN.x', 'call.cli', 'call.state'].every(isReserved)).toBe(
    true,
  );
  expect(
    ['voipbin', 'x.voipbin.y', 'call.other', 'flow.key.x', 'user.key.x', 'Provider name'].some(isReserved),
  ).toBe(false);
});

test('what is for the flow alone is shown to nobody, until something else is set', () => {
  const variables = new Variables();
  variables.note({ 'voipbin.call.digits': '4711' }, { isHidden: true });
  variables.keep(['voipbin.call.digits']);
  expect(variables.get('voipbin.call.digits')).toBe('4711');
  expect(variables.entries()).toEqual({ 'voipbin.call.digits': '4711' });
  for (const shown of [variables.shownEntries(), variables.kept()])
    expect(shown).toEqual({ 'voipbin.call.digits': '***' });
  variables.note({ 'voipbin.call.digits': '1' });
  expect([variables.shown('voipbin.call.digits'), variables.hidden]).toEqual(['1', []]);
});
