import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Log } from '../../../src/core/log.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  longSleep,
  pass,
} from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const question = { text: 'Your number, please.' };

/** A call that is asked for a number, by prompts of a second each. */
function asked(option: Readonly<Record<string, unknown>> = {}, call: GivenCall = { soundLength: 1_000 }) {
  const given = givenCall(call);
  const flow = given.run(
    {
      id: 'it',
      type: 'gather',
      option: {
        ...{ prompts: [question], no_input_target_id: 'nothing', no_match_target_id: 'wrong' },
        ...{ no_match_prompts: [{ text: 'That is none.' }], no_input_prompts: [{ text: 'Hello?' }] },
        ...option,
      },
    },
    { id: 'after', ...longSleep },
    ...['nothing', 'wrong'].map((id) => ({ id, ...longSleep })),
  );
  const end = async () => {
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  };
  return { given, flow, end };
}

const result = (flow: ReturnType<typeof asked>['flow']) => ({
  at: flow.at,
  value: flow.variable('voipbin.gather.value'),
  result: flow.variable('voipbin.gather.result'),
  tries: flow.variable('voipbin.gather.tries'),
});

const texts = (given: CallFixture) => given.speech.requests.map(({ text }) => text);

describe('a number', () => {
  test.each([
    ['is complete with its last digit', { max_length: 4 }, '1234', 0, '1234'],
    ['is complete with the key, which is no part of it', {}, '123#', 0, '123'],
    ['is complete when no more comes', { inter_digit_timeout: 2_000 }, '12', 2_000, '12'],
    ['has digits alone', { max_length: 3 }, '1*2A3', 0, '123'],
    ['has what its pattern wants', { pattern: '1\\*2', max_length: 3 }, '1*2', 0, '1*2'],
    ['is a date', { date_format: 'DDMMYYYY' }, '01032026', 0, '01032026'],
    ['is a card', { luhn: true }, '79927398713#', 0, '79927398713'],
  ])('%s', async (_, option, keys, ms, value) => {
    const { given, flow, end } = asked({ ...option, variable: 'number' });
    await pass(1_200);
    given.press(keys);
    await pass(ms);
    expect(result(flow)).toEqual({ at: 'after', value, result: 'valid', tries: '1' });
    expect(flow.variable('number')).toBe(value);
    await end();
  });

  test('that was complete, and is completed by the key, leaves that to nobody: the next question is asked in peace', async () => {
    const given = givenCall({ soundLength: 1_000 });
    const ask = { type: 'gather', option: { prompts: [question], max_length: 4 } };
    const flow = given.run(ask, ask, { id: 'after', ...longSleep });
    await pass(1_200);
    given.press('1234');
    await pass(500);
    given.press('#');
    await pass(1_000);
    given.press('5678#');
    await pass();
    expect(result(flow)).toEqual({ at: 'after', value: '5678', result: 'valid', tries: '1' });
    expect([given.call.digits.kept, texts(given)]).toEqual(['', [question.text, question.text]]);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('that is for the flow alone stays so where the daemon dies while it is being read back', async () => {
    const before = givenCall({ soundLength: 1_000 });
    before.call.digits.hide();
    const confirm_prompts = [{ text: 'Right?' }];
    before.run(
      { type: 'gather', option: { prompts: [question], max_length: 4, confirm_prompts, variable: 'pin' } },
      longSleep,
    );
    before.press('4711');
    await pass(2_000);
    const after = await before.restart();
    await pass(6_000);
    after.press('1');
    await pass();
    const id = before.of('activeflow_created')[0]?.id ?? '';
    const variables = after.activeflows.get(id)?.variables;
    expect([variables?.get('pin'), variables?.get('voipbin.gather.result')]).toEqual(['4711', 'valid']);
    expect(variables?.shownEntries()).toMatchObject({ pin: '***', 'voipbin.gather.value': '***' });
    after.hangup();
    await after.call.whenEnded;
    await after.scope.close();
  });

  test('that is a date is told as one', async () => {
    const { given, flow, end } = asked({ date_format: 'MMYY' });
    given.press('1229');
    await pass();
    expect(flow.variable('voipbin.gather.date')).toBe('2029-12');
    await end();
  });

  test('that stays with the contact does', async () => {
    const { given, flow, end } = asked({ max_length: 2, variable: 'user.key.size' });
    given.press('42');
    await pass();
    expect(flow.variable('user.key.size')).toBe('42');
    await end();
  });
});

describe('is asked for again', () => {
  test('where it is none, and goes where that leads in the end', async () => {
    const { given, flow, end } = asked({ min_length: 3, max_length: 3, pattern: '1..' });
    for (let tries = 0; tries < 3; tries++) {
      await pass(2_500);
      given.press('999');
    }
    await pass();
    expect(result(flow)).toEqual({ at: 'wrong', value: '', result: 'no_match', tries: '3' });
    expect(texts(given)).toEqual([
      question.text,
      ...['That is none.', question.text],
      ...['That is none.', question.text],
    ]);
    await end();
  });

  test('where nothing comes', async () => {
    const { given, flow, end } = asked({ retries: 1 });
    await pass(6_000 + 7_000);
    expect(result(flow)).toEqual({ at: 'nothing', value: '', result: 'no_input', tries: '2' });
    expect(texts(given)).toEqual([question.text, 'Hello?', question.text]);
    await end();
  });

  test('where it has not enough digits', async () => {
    const { given, flow, end } = asked({ min_length: 4, retries: 0 });
    await pass(1_200);
    given.press('12#');
    await pass();
    expect(result(flow)).toMatchObject({ at: 'wrong', result: 'no_match' });
    await end();
  });
});

describe('is read back', () => {
  const option = {
    max_length: 3,
    read_back_prompts: [{ text: 'You have entered' }],
    confirm_prompts: [{ text: 'Right? Press 1. Else 2.' }],
  };
  const reading = ['You have entered', '1', '0', '7', 'Right? Press 1. Else 2.'];

  test('digit by digit, and confirmed by a key', async () => {
    const { given, flow, end } = asked(option);
    await pass(1_200);
    given.press('107');
    await pass(5_100);
    expect(texts(given)).toEqual([question.text, ...reading]);
    expect(result(flow)).toMatchObject({ at: 'it', value: '' });
    given.press('1');
    await pass();
    expect(result(flow)).toEqual({ at: 'after', value: '107', result: 'valid', tries: '1' });
    await end();
  });

  test('and taken back by another, which is another try', async () => {
    const { given, flow, end } = asked({ ...option, retries: 1 });
    await pass(1_200);
    given.press('107');
    await pass(500);
    given.press('2'); // in the middle of it
    await pass(1_500);
    given.press('108');
    await pass(5_500);
    given.press('2');
    await pass();
    expect(result(flow)).toEqual({ at: 'wrong', value: '', result: 'unconfirmed', tries: '2' });
    await end();
  });

  test('again where no key comes, or another one, as often as he would be asked again', async () => {
    const { given, flow, end } = asked({ ...option, retries: 1, first_digit_timeout: 2_000 });
    await pass(1_200);
    given.press('107');
    await pass(5_000);
    given.press('7');
    await pass(5_000 + 2_000);
    expect(texts(given).slice(1, 11)).toEqual([...reading, ...reading]);
    // Not confirmed: the second try.
    await pass(1_200);
    given.press('108');
    await pass(100);
    given.press('1');
    await pass();
    expect(result(flow)).toEqual({ at: 'after', value: '108', result: 'valid', tries: '2' });
    await end();
  });
});

describe('what is said', () => {
  test('is a number by its words', async () => {
    const { given, flow, end } = asked({ input: ['dtmf', 'speech'], min_length: 4, max_length: 4 });
    await pass(1_200);
    const [ear] = given.hearing.ears;
    expect(ear?.request.hints).toEqual([...'0123456789']);
    ear?.hear('four seven, double one');
    await pass(100);
    expect(result(flow)).toMatchObject({ at: 'after', value: '4711', result: 'valid' });
    await end();
  });
});

test('what is typed is in no log, and in no event of its own', async () => {
  const lines: string[] = [];
  const line = (fields: object, event: string): void => void lines.push(JSON.stringify({ event, ...fields }));
  const log: Log = { debug: line, info: line, warn: line, error: line, child: () => log };
  const { given, flow, end } = asked(
    { max_length: 5, confirm_prompts: [{ text: 'Right?' }] },
    { soundLength: 1_000, log },
  );
  await pass(1_200);
  given.press('48151');
  await pass(7_000);
  given.press('1');
  await pass();
  expect(flow.at).toBe('after');
  expect(given.of('digits_received')).toEqual([]);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => line.includes('48151'))).toEqual([]);
  await end();
});

describe('is refused', () => {
  const refused = (option: Readonly<Record<string, unknown>>) =>
    checkFlow([{ id: 'a', type: 'gather', option: { prompts: [question], ...option } }], catalogue).problems;

  test.each([
    ['with a length of nothing', { min_length: 0 }, 'min_length'],
    ['with more digits at least than at most', { min_length: 5, max_length: 4 }, 'max_length'],
    ['with a pattern that is none', { pattern: '(' }, 'pattern'],
    ['with a date that is none', { date_format: 'DD' }, 'date_format'],
    ['with one key for right and wrong', { confirm_key: '2' }, 'again_key'],
    ['with a variable that is not its own', { variable: 'voipbin.call.id' }, 'variable'],
    ['with a target that is not there', { no_match_target_id: 'b' }, 'no_match_target_id'],
    ['with a bad prompt behind the digits', { confirm_prompts: [{}] }, 'confirm_prompts[0]'],
  ])('%s', (_, option, path) => {
    expect(refused(option).map((problem) => problem.path)).toEqual([`actions[0].option.${path}`]);
  });
});
