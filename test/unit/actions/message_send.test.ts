import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { checkActions } from '../../../src/flows/flow.ts';
import { catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const option = {
  source: { type: 'tel', target: '+4930' },
  destinations: [
    { type: 'tel', target: '+4917012345' },
    { type: 'extension', target: '1001' },
  ],
  text: 'See you on Monday.',
};

const problemsOf = (change: object) =>
  checkActions([{ type: 'message_send', option: { ...option, ...change } }], { catalogue }).problems;

describe('message_send', () => {
  test('hands the message over and goes on, with the values of variables in the text', async () => {
    const given = givenCall({ from: '15551234567' });
    const flow = given.runOne('message_send', { ...option, text: 'Hi ${voipbin.call.source.target}\n\tBye' });
    await pass();
    expect(flow.at).toBe('after');
    const [{ id, ...sent } = { id: '' }] = given.messages.sent;
    expect(sent).toMatchObject({ ...option, text: 'Hi 15551234567\n\tBye' });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    given.hangup();
    await flow.done;
  });

  test('each step is a message of its own', async () => {
    const given = givenCall();
    const send = { type: 'message_send', option };
    const flow = given.run(send, send);
    await pass();
    await flow.done;
    expect(new Set(given.messages.sent.map(({ id }) => id)).size).toBe(2);
  });

  test('a hang-up while the message is written down leaves it alone', async () => {
    const given = givenCall();
    given.messages.isSilent = true;
    const flow = given.runOne('message_send', option);
    await pass();
    expect(flow.at).toBe('it');
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('one that is refused is a failure with its code', async () => {
    const given = givenCall();
    given.messages.refusal = new ActionError('SOURCE_NOT_OURS', 'the source is none of the numbers here');
    const flow = given.runOne('message_send', option);
    await pass();
    expect(flow.at).toBe('after');
    expect(given.failures).toEqual(['SOURCE_NOT_OURS']);
    given.hangup();
    await flow.done;
  });

  test.each([
    ['no text', { text: '' }, 'text'],
    ['nothing but control characters', { text: '\u0000\u0001' }, 'text'],
    ['too long a text', { text: 'x'.repeat(8_193) }, 'text'],
    ['too many bytes', { text: '€'.repeat(2_731) }, 'text'],
    ['nobody', { destinations: [] }, 'destinations'],
    ['too many', { destinations: Array.from({ length: 21 }, () => option.source) }, 'destinations'],
    ['an unknown type', { source: { type: 'line', target: 'x' } }, 'source.type'],
    ['an unknown key', { media: 'x' }, 'media'],
  ])('%s is refused at the border, with its place', (_, change, path) => {
    expect(problemsOf(change)).toMatchObject([{ path: `actions[0].option.${path}` }]);
  });

  test('as much as may be is taken', () => {
    const destinations = Array.from({ length: 20 }, () => option.source);
    expect(problemsOf({ text: 'x'.repeat(8_192), destinations })).toEqual([]);
    expect(problemsOf({ text: '€'.repeat(2_730) })).toEqual([]);
  });

  test('a variable that makes the text empty fails the action', async () => {
    const given = givenCall();
    const flow = given.runOne('message_send', { ...option, text: '${nothing}' });
    await pass();
    expect(given.failures).toEqual(['INVALID_OPTION']);
    expect(given.messages.sent).toEqual([]);
    given.hangup();
    await flow.done;
  });
});
