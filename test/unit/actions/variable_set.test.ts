import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue, givenCall } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const set = (key: string, value?: string) => ({
  type: 'variable_set',
  option: { key, ...(value !== undefined && { value }) },
});

test('sets a variable, whatever its name, and sets it again', async () => {
  const given = givenCall();
  const flow = given.run(
    set('Provider name', 'voipbin'),
    set('ü.x[0]', '1'),
    set('empty'),
    set('Provider name', '${Provider name}2'),
  );
  await flow.done;
  expect(['Provider name', 'ü.x[0]', 'empty'].map((name) => flow.variable(name))).toEqual([
    'voipbin2',
    '1',
    '',
  ]);
});

test.each([
  'voipbin.call.id',
  'voipbin.own',
  'VoipBin.x',
  'call.cli',
  'call.cli.number',
  'call.agent.dnis.number',
  'call.state',
  'call.start',
])('does not set %s', (key) => {
  expect(checkFlow([set(key, 'x')], catalogue).problems).toMatchObject([{ path: 'actions[0].option.key' }]);
});

test.each(['', 'x'.repeat(129), 'a}b'])('does not take the name %j', (key) => {
  expect(checkFlow([set(key, 'x')], catalogue).problems).toMatchObject([{ path: 'actions[0].option.key' }]);
});

test('does not set a reserved name that a placeholder made', async () => {
  const given = givenCall();
  const flow = given.run(set('prefix', 'voipbin'), set('${prefix}.call.status', 'x'));
  await flow.done;
  expect(given.failures).toHaveLength(1);
  expect(flow.variable('voipbin.call.status')).not.toBe('x');
});

test('fails when the variables grow too large, and the flow goes on', async () => {
  const given = givenCall();
  const big = Array.from({ length: 17 }, (_, index) => set(`big${index}`, 'x'.repeat(65_000)));
  const flow = given.run(...big, set('small', 'y'));
  await flow.done;
  expect(given.failures).toEqual(['VARIABLES_TOO_LARGE']);
  expect(flow.variable('small')).toBe('y');
});
