import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { stateOf } from '../../../src/calls/call-state.ts';
import { ActionError } from '../../../src/core/errors.ts';
import {
  type CallFixture,
  givenCall,
  longSleep,
  pass,
  type RunningFlow,
} from '../../support/call-fixture.ts';
import type { FakeEar } from '../../support/fake-hearing.ts';
import { tone } from '../../support/tones.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Types at the given times after the action has begun; a number is a pause. */
async function received(
  option: Readonly<Record<string, unknown>>,
  ...typed: readonly (string | number)[]
): Promise<{ digits: string; result: string; after: number; left: string }> {
  const given = givenCall();
  const flow = given.runOne('digits_receive', option);
  await pass();
  const start = performance.now();
  for (const step of typed) {
    if (flow.at === 'after') break;
    if (typeof step === 'number') await until(flow, step);
    else if (step === 'hold' || step === 'unhold') given.hold(step === 'hold');
    else given.press(step);
    await pass();
  }
  while (flow.at !== 'after') await pass(100);
  const answer = {
    digits: flow.variable('voipbin.call.digits'),
    result: flow.variable('voipbin.digits_receive.result'),
    after: performance.now() - start,
    left: await rest(given),
  };
  expect(given.of('digits_received')).toMatchObject([{ digits: answer.digits, result: answer.result }]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
  return answer;
}

/** Lets so much time pass, or as much as the action takes. */
async function until(flow: RunningFlow, ms: number): Promise<void> {
  for (let left = ms; left > 0 && flow.at !== 'after'; left -= 100) await pass(Math.min(100, left));
}

async function rest(given: CallFixture): Promise<string> {
  let left = '';
  for (;;) {
    const digit = await given.call.digits.take(0, given.call.hangupSignal);
    if (digit === undefined) return left;
    left += digit;
  }
}

describe('ends', () => {
  test.each([
    ['at one digit where no length is given', {}, ['1'], { digits: '1', result: 'length' }],
    [
      'at `length` digits',
      { length: 3 },
      ['1', 100, '2', 100, '3'],
      { digits: '123', result: 'length', after: 200 },
    ],
    [
      'at a key, which stays in the value',
      { length: 5, key: '#' },
      ['12#'],
      { digits: '12#', result: 'key' },
    ],
    ['at any of several keys', { length: 5, key: '*#' }, ['1*'], { digits: '1*', result: 'key' }],
    [
      'at a key that is also the last digit, by the key',
      { length: 1, key: '#' },
      ['#'],
      { digits: '#', result: 'key' },
    ],
    ['at the key alone', { length: 0, key: '#' }, ['1234567890#'], { digits: '1234567890#', result: 'key' }],
    [
      'after `duration`, with what has come',
      { length: 3, duration: 1_000 },
      ['1', 600, '2'],
      { digits: '12', result: 'timeout', after: 1_000 },
    ],
    [
      'after five seconds where no duration is given',
      { length: 3 },
      [],
      { digits: '', result: 'timeout', after: 5_000 },
    ],
    ['at once with duration 0', { duration: 0 }, [], { digits: '', result: 'timeout', after: 0 }],
    [
      'when no first digit comes',
      { length: 3, first_digit_timeout: 2_000 },
      [],
      { digits: '', result: 'timeout', after: 2_000 },
    ],
    [
      'when no further digit comes',
      { length: 3, inter_digit_timeout: 500 },
      [1_000, '1', 400, '2'],
      { digits: '12', result: 'timeout', after: 1_900 },
    ],
    [
      'after `duration` all the same',
      { length: 9, duration: 1_000, inter_digit_timeout: 900 },
      ['1', 500, '2'],
      { digits: '12', result: 'timeout', after: 1_000 },
    ],
  ] as const)('%s', async (_, option, typed, wanted) => {
    expect(await received(option, ...typed)).toMatchObject(wanted);
  });
});

describe('while the phone holds', () => {
  const option = { length: 3, duration: 10_000, first_digit_timeout: 2_000, inter_digit_timeout: 1_000 };

  test.each([
    ['the first digit is waited for', option, ['hold', 60_000, 'unhold', 1_900, '123'], '123', 61_900],
    ['not longer than before', option, [1_000, 'hold', 60_000, 'unhold'], '', 62_000],
    ['so are those behind it', option, ['1', 500, 'hold', 60_000, 'unhold', 400, '23'], '123', 60_900],
    [
      'and so is all the input',
      { length: 3, duration: 3_000 },
      [1_000, 'hold', 60_000, 'unhold'],
      '',
      63_000,
    ],
    ['a digit counts', option, ['hold', 60_000, '123'], '123', 60_000],
    ['times begin after it', option, ['hold', 60_000, '1', 5_000, 'unhold', 900, '23'], '123', 65_900],
    ['again and again', option, [900, 'hold', 9_000, 'unhold', 900, 'hold', 9_000, 'unhold'], '', 20_000],
    ['for half an hour', option, [1_000, 'hold', 3_600_000], '', 1_802_000],
  ] as const)('%s', async (_, wanted, steps, digits, after) => {
    const answer = await received(wanted, ...steps);
    expect(answer).toMatchObject({ digits, result: digits === '' ? 'timeout' : 'length' });
    expect(Math.abs(answer.after - after)).toBeLessThanOrEqual(100);
  });
});

describe('digits', () => {
  test('typed ahead come first, and what it does not use stays', async () => {
    const given = givenCall();
    given.press('12345');
    const flow = given.run(
      { type: 'digits_receive', option: { length: 2 } },
      { type: 'variable_set', option: { key: 'first', value: '${voipbin.call.digits}' } },
      { type: 'digits_receive', option: { length: 3 } },
      { id: 'after', type: 'sleep', option: { duration: 1_000 } },
    );
    await pass();
    expect(flow.at).toBe('after');
    expect([flow.variable('first'), flow.variable('voipbin.call.digits')]).toEqual(['12', '345']);
    await pass(1_000);
    await flow.done;
  });

  test('typed ahead are used even with duration 0', async () => {
    const given = givenCall();
    given.press('12');
    const flow = given.runOne('digits_receive', { duration: 0, length: 5 });
    await pass();
    expect(flow.variable('voipbin.call.digits')).toBe('12');
    given.hangup();
    await flow.done;
  });

  test('typed ahead are forgotten with `clear`', async () => {
    const given = givenCall();
    given.press('12');
    const flow = given.runOne('digits_receive', { clear: true });
    await pass();
    given.press('3');
    await pass();
    expect(flow.variable('voipbin.call.digits')).toBe('3');
    given.hangup();
    await flow.done;
  });

  test('that are not allowed are dropped, and give no more time', async () => {
    expect(
      await received({ length: 3, allowed: '123', first_digit_timeout: 1_000 }, '9', 500, '8', 500),
    ).toEqual({ digits: '', result: 'timeout', after: 1_000, left: '' });
    expect(await received({ length: 2, allowed: '123' }, '9142')).toMatchObject({ digits: '12', left: '' });
  });

  test('that end the input need not be allowed', async () => {
    expect(await received({ length: 5, key: '#', allowed: '0123456789' }, '1*#')).toMatchObject({
      digits: '1#',
      result: 'key',
    });
  });

  test('beyond the wanted ones stay', async () => {
    expect(await received({ length: 2 }, '12345')).toMatchObject({ digits: '12', left: '345' });
    expect(await received({ length: 0, key: '#' }, '1#2#')).toMatchObject({ digits: '1#', left: '2#' });
  });

  test('replace those of the time before, also by nothing', async () => {
    const given = givenCall();
    given.press('1');
    const flow = given.run(
      { type: 'digits_receive' },
      { type: 'digits_receive', option: { duration: 100 } },
      { id: 'after', type: 'sleep', option: { duration: 1_000 } },
    );
    await pass(100);
    expect(flow.at).toBe('after');
    expect(flow.variable('voipbin.call.digits')).toBe('');
    given.hangup();
    await flow.done;
  });
});

test('ends at once when the caller hangs up, without an event', async () => {
  const given = givenCall();
  const flow = given.runOne('digits_receive', { length: 3 });
  await pass();
  given.press('1');
  given.hangup();
  await flow.done;
  expect(given.of('digits_received')).toEqual([]);
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});

describe('what is said', () => {
  const both = { input: ['dtmf', 'speech'], duration: 10_000 };

  /** An input that has begun, with one who listens. */
  async function listening(option: Readonly<Record<string, unknown>> = {}) {
    const given = givenCall();
    const flow = given.runOne('digits_receive', { ...both, ...option });
    await pass();
    const [ear] = given.hearing.ears;
    return { given, flow, ear: ear as FakeEar };
  }

  const facts = (flow: RunningFlow) => ({
    at: flow.at,
    digits: flow.variable('voipbin.call.digits'),
    result: flow.variable('voipbin.digits_receive.result'),
    speech: flow.variable('voipbin.call.speech'),
    confidence: flow.variable('voipbin.call.speech_confidence'),
  });

  async function over(given: CallFixture, flow: RunningFlow): Promise<void> {
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  }

  test('ends the input where it is asked for, and stands for the digits of its phrase', async () => {
    const { given, flow, ear } = await listening({
      language: 'de-DE',
      provider: 'local',
      hints: { sales: '1', 'technical support': '22' },
    });
    expect(given.call.isUp).toBe(true);
    expect(ear.request).toEqual({
      language: 'de-DE',
      provider: 'local',
      hints: ['sales', 'technical support'],
    });
    ear.hear('technical', { isFinal: false });
    await pass(100);
    expect(flow.at).toBe('it');
    ear.hear('Technical support, please.', { confidence: 0.87654 });
    await pass();
    expect(facts(flow)).toEqual({
      at: 'after',
      digits: '22',
      result: 'speech',
      speech: 'Technical support, please.',
      confidence: '0.877',
    });
    expect(given.of('digits_received')).toMatchObject([{ digits: '22', result: 'speech' }]);
    await over(given, flow);
  });

  test('is there as it was said where it stands for no digits', async () => {
    for (const hints of [[], ['billing'], { sales: '1' }]) {
      const { given, flow, ear } = await listening({ hints });
      ear.hear(' ');
      ear.hear('billing');
      await pass();
      expect(facts(flow)).toMatchObject({ digits: '', result: 'speech', speech: 'billing', confidence: '' });
      await over(given, flow);
    }
  });

  test('counts no more once a key was pressed', async () => {
    const { given, flow, ear } = await listening({ length: 2, inter_digit_timeout: 1_000 });
    given.press('1');
    await pass(500);
    expect(ear.scope.signal.aborted).toBe(true);
    ear.hear('sales');
    await pass(100);
    expect(flow.at).toBe('it');
    given.press('2');
    await pass();
    expect(facts(flow)).toMatchObject({ digits: '12', result: 'length', speech: '' });
    await over(given, flow);
  });

  test('takes nothing of the times: they are as they are for digits', async () => {
    const { given, flow } = await listening({ first_digit_timeout: 2_000 });
    await pass(1_999);
    expect(flow.at).toBe('it');
    await pass(1);
    expect(facts(flow)).toMatchObject({ at: 'after', digits: '', result: 'timeout', speech: '' });
    await over(given, flow);
  });

  test('is waited for where he is speaking when a first digit should have come', async () => {
    const { given, flow, ear } = await listening({ first_digit_timeout: 2_000 });
    given.audio.say(new Int16Array(8_000));
    given.audio.say(tone(400, 8_000));
    await pass(3_000);
    expect(flow.at).toBe('it');
    ear.end = async () => ear.hear('sales');
    given.audio.say(new Int16Array(8_000));
    await pass();
    expect(facts(flow)).toMatchObject({ at: 'after', result: 'speech', speech: 'sales' });
    await over(given, flow);
  });

  test('is no more waited for than a moment behind the whole time', async () => {
    const { given, flow, ear } = await listening({ duration: 3_000 });
    ear.end = () => new Promise(() => undefined);
    ear.hear('sa', { isFinal: false });
    await pass(4_499);
    expect(flow.at).toBe('it');
    await pass(1);
    expect(facts(flow)).toMatchObject({ at: 'after', digits: '', result: 'timeout', speech: '' });
    await over(given, flow);
  });

  test('alone leaves the keys for later', async () => {
    const { given, flow, ear } = await listening({ input: ['speech'], first_digit_timeout: 4_000 });
    given.press('7');
    await pass(1_000);
    expect(flow.at).toBe('it');
    ear.hear('yes');
    await pass();
    expect(facts(flow)).toMatchObject({ at: 'after', digits: '', speech: 'yes' });
    expect(await rest(given)).toBe('7');
    await over(given, flow);
    const silent = await listening({ input: ['speech'], first_digit_timeout: 4_000 });
    await pass(4_000);
    expect(facts(silent.flow)).toMatchObject({ at: 'after', result: 'timeout' });
    await over(silent.given, silent.flow);
  });

  test.each(['at once', 'later'])('is not heard by a provider that fails %s, and keys are', async (when) => {
    const given = givenCall();
    if (when === 'at once') given.hearing.refusal = new ActionError('HEARING_FAILED', 'nobody listens');
    const flow = given.runOne('digits_receive', both);
    await pass(1_000);
    if (when === 'later') given.hearing.ears[0]?.listener.onFailed(new Error('gone'));
    await pass();
    given.press('5');
    await pass();
    expect(facts(flow)).toMatchObject({ at: 'after', digits: '5', result: 'length' });
    expect(given.failures).toEqual([]);
    await over(given, flow);
  });

  test('alone fails with its provider', async () => {
    const given = givenCall();
    given.hearing.refusal = new ActionError('HEARING_FAILED', 'nobody listens');
    const flow = given.runOne('digits_receive', { input: ['speech'] });
    await pass();
    expect([flow.at, given.failures]).toEqual(['after', ['HEARING_FAILED']]);
    await over(given, flow);
  });

  test('is not listened to where nobody asked for it', async () => {
    const given = givenCall();
    const flow = given.runOne('digits_receive');
    await pass(1_000);
    expect([given.hearing.ears, given.audio.listening, given.call.isUp]).toEqual([[], 0, false]);
    await pass(4_000);
    expect(flow.activeflow.variables.entries()).not.toHaveProperty('voipbin.call.speech');
    await over(given, flow);
  });

  test.each([0, 100, 2_000])('is of no interest after a hang-up, %d ms in', async (ms) => {
    const { given, flow, ear } = await listening();
    await pass(ms);
    ear.hear('sa', { isFinal: false });
    await over(given, flow);
    expect(given.failures).toEqual([]);
  });

  test.each([
    { input: [] },
    { input: ['dtmf', 'dtmf'] },
    { input: ['smoke'] },
    { hints: { sales: 'one' } },
    { hints: { sales: '' } },
    { hints: Array(101).fill('x') },
    { provider: 'nobody' },
    { language: 'english please' },
  ])('%j is refused', (option) => {
    const given = givenCall();
    expect(() => given.runOne('digits_receive', option)).toThrow();
  });
});

test('what is for the flow alone is its variable, and `***` in the event; what is pressed afterwards is shown again', async () => {
  const given = givenCall();
  const hiding = given.call.digits.hide();
  const option = { length: 2, duration: 5_000 };
  const flow = given.run(
    { type: 'digits_receive', option },
    { type: 'variable_set', option: { key: 'pin', value: '${voipbin.call.digits}' } },
    { type: 'variable_set', option: { key: 'greeting', value: 'pin ${pin}' } },
    { type: 'digits_receive', option },
  );
  await pass();
  given.press('1');
  hiding[Symbol.dispose]();
  given.press('2');
  await pass();
  given.press('34');
  await pass();
  expect(['pin', 'greeting'].map((name) => flow.variable(name))).toEqual(['12', 'pin 12']);
  expect(given.of('digits_received')).toMatchObject([{ digits: '***', result: 'length' }, { digits: '34' }]);
  expect(given.of('activeflow_updated').map(({ current_action }) => current_action.option)).toEqual([
    option,
    { key: 'pin', value: '***' },
    { key: 'greeting', value: 'pin ***' },
    option,
  ]);
  given.hangup();
  await flow.done;
});

test('what is for the flow alone stays so over a kill, and goes with its call', async () => {
  const before = givenCall();
  before.call.digits.hide();
  before.run({ type: 'digits_receive', option: { length: 2, duration: 5_000 } }, longSleep);
  await pass();
  before.press('471');
  await pass();
  const after = await before.restart();
  await pass();
  const id = before.of('activeflow_created')[0]?.id ?? '';
  const variables = after.activeflows.get(id)?.variables;
  expect(variables?.get('voipbin.call.digits')).toBe('47');
  expect(variables?.shownEntries()).toMatchObject({ 'voipbin.call.digits': '***' });
  expect([after.call.digits.kept, after.call.digits.hidden]).toEqual(['1', '1']);
  after.hangup();
  await after.call.whenEnded;
  expect(stateOf(after.call)).toMatchObject({ digits: '' });
  await after.scope.close();
});
