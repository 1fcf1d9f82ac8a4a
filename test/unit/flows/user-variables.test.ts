import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const set = (key: string, value: string) => ({ type: 'variable_set', option: { key, value } });
const preferences = { type: 'webhook_send', option: { sync: true, uri: 'internal:updateUserPreferences' } };

test('what is kept with the caller’s number is there from the first action on, and is not the flow’s own', async () => {
  const given = givenCall({ from: '555' });
  given.requestPorts.users.set('555', { 'user.key.name': 'Ann' });
  given.requestPorts.users.set('556', { 'user.key.name': 'Bob' });
  const flow = given.run(set('hi', 'Hello ${user.key.name}'), longSleep);
  await pass();
  expect(flow.variable('hi')).toBe('Hello Ann');
  expect(flow.activeflow.variables.entries()).toEqual({ hi: 'Hello Ann' });
  given.hangup();
  await flow.done;
});

test('a variable of the user is kept at once, any other is not', async () => {
  const given = givenCall({ from: '555' });
  given.requestPorts.users.set('555', { 'user.key.a': '1' });
  const flow = given.run(set('user.key.b', '2'), set('user.key.a', '3'), set('x', 'y'), longSleep);
  await pass();
  expect(given.requestPorts.users.get('555')).toEqual({ 'user.key.a': '3', 'user.key.b': '2' });
  expect(flow.variable('user.key.a')).toBe('3');
  given.hangup();
  await flow.done;
});

test.each(['', 'anonymous'])('nothing is kept of a caller without a number (%j)', async (from) => {
  const given = givenCall({ from });
  const flow = given.run(set('user.key.b', '2'));
  await pass();
  await flow.done;
  expect([given.requestPorts.users.size, given.failures]).toEqual([0, []]);
});

test('a store that does not answer fails what sets one, and no flow', async () => {
  const given = givenCall({ from: '555' });
  given.requestPorts.isBroken = true;
  const flow = given.run(set('user.key.b', '2'), set('x', 'y'));
  await pass();
  await flow.done;
  expect(given.failures).toEqual(['STORE_FAILED']);
  expect([flow.variable('user.key.b'), flow.variable('x')]).toEqual(['2', 'y']);
});

test('a store that is silent delays a flow by a second', async () => {
  const given = givenCall({ from: '555' });
  given.requestPorts.isSilent = true;
  const flow = given.run(set('x', 'y'), longSleep);
  await pass(999);
  expect(flow.variable('x')).toBe('');
  await pass(1);
  expect(flow.variable('x')).toBe('y');
  given.hangup();
  await flow.done;
});

test('updateUserPreferences keeps those of the flow with a number and loads what is there, also without a call', async () => {
  const given = givenCall();
  given.requestPorts.users.set('8000374', { 'user.key.old': 'o', 'user.key.both': 'there' });
  const actions = [
    set('user.key.new', 'n'),
    set('user.key.both', 'here'),
    set('user.syskey.contactNumber', '8000 374'),
    preferences,
    set('user.key.later', 'l'),
    set('seen', '${user.key.old}${user.key.new}${user.key.both}'),
  ].map((action, index) => ({ id: String(index), next_id: zeroId, ...action }));
  const activeflow = given.activeflows.start({ id: 'f', actions });
  await pass();
  expect(activeflow.variables.get('seen')).toBe('onhere');
  expect(activeflow.variables.get('flow.key.response_status')).toBe('SUCCESS');
  expect(given.requestPorts.users.get('8000374')).toEqual({
    'user.key.old': 'o',
    'user.key.new': 'n',
    'user.key.both': 'here',
    'user.key.later': 'l',
  });
  given.hangup();
  await pass();
});

test('updateUserPreferences without a number and without a call has nobody to keep them with', async () => {
  const given = givenCall();
  const activeflow = given.activeflows.start({
    id: 'f',
    actions: [{ id: 'a', next_id: zeroId, ...preferences }],
  });
  await pass();
  expect(activeflow.variables.get('flow.key.error_reason')).toBe('INVALID_FLOW_VAR');
  given.hangup();
  await pass();
});
