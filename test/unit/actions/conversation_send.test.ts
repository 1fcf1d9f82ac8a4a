import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { checkActions } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const conversation_id = 'b5ef5e64-f7ca-11ec-bbe9-9f74186a2a72';
const option = { conversation_id, text: 'We call you back.' };

test('conversation_send hands the answer over and goes on', async () => {
  const given = givenCall();
  const flow = given.runOne('conversation_send', option);
  await pass();
  expect(flow.at).toBe('after');
  expect(given.messages.answers).toMatchObject([{ conversationId: conversation_id, text: option.text }]);
  given.hangup();
  await flow.done;
});

test('with sync it waits until the answer has arrived', async () => {
  const given = givenCall();
  const { promise, resolve } = Promise.withResolvers<void>();
  given.messages.arrival = promise;
  const flow = given.runOne('conversation_send', { ...option, sync: true });
  await pass(10_000);
  expect(flow.at).toBe('it');
  resolve();
  await pass();
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual([]);
  given.hangup();
  await flow.done;
});

test.each(['MESSAGE_FAILED', 'TIMEOUT'] as const)('with sync %s is its failure', async (code) => {
  const given = givenCall();
  given.messages.arrival = Promise.reject(new ActionError(code, 'no'));
  given.messages.arrival.catch(() => undefined);
  const flow = given.runOne('conversation_send', { ...option, sync: true });
  await pass();
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual([code]);
  given.hangup();
  await flow.done;
});

test('a hang-up while it waits ends it, and nothing is left', async () => {
  const given = givenCall();
  given.messages.arrival = new Promise(() => undefined);
  const flow = given.runOne('conversation_send', { ...option, sync: true });
  await pass();
  expect(flow.at).toBe('it');
  given.hangup();
  await flow.done;
  expect(given.messages.answers).toHaveLength(1);
  given.expectNothingLeft();
});

test('no such conversation is its failure', async () => {
  const given = givenCall();
  given.messages.refusal = new ActionError('NOT_FOUND', 'there is no such conversation');
  const flow = given.runOne('conversation_send', option);
  await pass();
  expect(given.failures).toEqual(['NOT_FOUND']);
  given.hangup();
  await flow.done;
});

test.each([
  ['no id', { conversation_id: 'x' }, 'conversation_id'],
  ['no text', { text: '' }, 'text'],
  ['too long a text', { text: 'x'.repeat(8_193) }, 'text'],
])('%s is refused at the border', (_, change, path) => {
  const written = [{ type: 'conversation_send', option: { ...option, ...change } }];
  expect(checkActions(written, { catalogue }).problems).toMatchObject([
    { path: `actions[0].option.${path}` },
  ]);
});
