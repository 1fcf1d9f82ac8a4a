import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('answers, speaks and waits for the end', async () => {
  const given = givenCall({ soundLength: 2_000 });
  const flow = given.runOne('talk', {
    text: 'hello',
    language: 'de-DE',
    provider: 'gcp',
    voice_id: 'v1',
    gender: 'male',
  });
  await pass(1_999);
  expect(flow.at).toBe('it');
  await pass(1);
  expect(flow.at).toBe('after');
  expect(given.call.isUp).toBe(true);
  expect(given.speech.requests).toEqual([
    { text: 'hello', language: 'de-DE', provider: 'gcp', voice: 'v1', gender: 'male' },
  ]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('speaks American English in the provider’s own voice where nothing else is said', async () => {
  const given = givenCall();
  const flow = given.runOne('talk', { text: 'hello', provider: '', voice_id: '', gender: '' });
  await pass();
  expect(given.speech.requests).toEqual([
    { text: 'hello', language: 'en-US', provider: undefined, voice: undefined, gender: undefined },
  ]);
  given.hangup();
  await flow.done;
});

test('speaks values, in SSML as text', async () => {
  const given = givenCall({ name: '<break time="9s"/> & Co' });
  const name = '${voipbin.call.source.target_name}';
  const flow = given.run(
    { type: 'talk', option: { text: `Hello ${name}` } },
    { type: 'talk', option: { text: `<speak>Hello ${name}</speak>` } },
    { type: 'sleep', option: { duration: 60_000 } },
  );
  await pass();
  expect(given.speech.requests.map(({ text }) => text)).toEqual([
    'Hello <break time="9s"/> & Co',
    '<speak>Hello &#60;break time=&#34;9s&#34;/&#62; &#38; Co</speak>',
  ]);
  given.hangup();
  await flow.done;
});

describe('fails', () => {
  test('with the engine’s own code', async () => {
    const given = givenCall();
    given.speech.failure = new ActionError('UNKNOWN_LANGUAGE', 'nobody speaks that');
    const flow = given.runOne('talk', { text: 'hello', language: 'tlh' });
    await pass();
    expect([flow.at, given.failures]).toEqual(['after', ['UNKNOWN_LANGUAGE']]);
    given.hangup();
    await flow.done;
  });

  test('when Asterisk cannot play it', async () => {
    const given = givenCall();
    given.asterisk.missingSounds.add('sound:/prompts/1');
    const flow = given.runOne('talk', { text: 'hello' });
    await pass();
    expect([flow.at, given.failures]).toEqual(['after', ['PLAYBACK_FAILED']]);
    given.hangup();
    await flow.done;
  });

  test.each([{ text: '' }, { text: 'x'.repeat(20_001) }])(
    'before it begins with a text that is empty or a book',
    (option) => {
      const given = givenCall();
      expect(() => given.runOne('talk', option)).toThrow();
    },
  );
});

describe('a digit', () => {
  test('with `digits_handle: next` ends it at once, and stays', async () => {
    const given = givenCall({ soundLength: 10_000 });
    const flow = given.run(
      { type: 'talk', option: { text: 'menu', digits_handle: 'next' } },
      { type: 'digits_receive' },
      { id: 'after', type: 'sleep', option: { duration: 60_000 } },
    );
    await pass(1_000);
    given.press('5');
    await pass();
    expect([flow.at, flow.variable('voipbin.call.digits')]).toEqual(['after', '5']);
    expect(given.asterisk.playing).toEqual([]);
    given.hangup();
    await flow.done;
  });

  test('while the speech is being made skips it too', async () => {
    const given = givenCall({ soundLength: 10_000 });
    given.speech.duration = 500;
    const flow = given.runOne('talk', { text: 'menu', digits_handle: 'next' });
    await pass(100);
    given.press('5');
    await pass(400);
    expect(flow.at).toBe('after');
    expect(given.asterisk.asked).toEqual(['answer']);
    given.hangup();
    await flow.done;
  });

  test.each([false, true])('that waits skips every one that follows (async: %s)', async (isAsync) => {
    const given = givenCall({ soundLength: 10_000 });
    const option = { digits_handle: 'next', async: isAsync };
    const flow = given.run(
      { type: 'talk', option: { text: 'one', digits_handle: 'next' } },
      { type: 'talk', option: { text: 'two', ...option } },
      { type: 'talk', option: { text: 'three', ...option } },
      { type: 'digits_receive' },
      { id: 'four', type: 'talk', option: { text: 'four', digits_handle: 'next' } },
    );
    await pass(1_000);
    given.press('5');
    await pass();
    expect([flow.at, flow.variable('voipbin.call.digits')]).toEqual(['four', '5']);
    expect(given.speech.requests.map(({ text }) => text)).toEqual(['one', 'four']);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('otherwise is kept, and the speech goes on', async () => {
    const given = givenCall({ soundLength: 10_000 });
    const flow = given.runOne('talk', { text: 'terms and conditions' });
    await pass(1_000);
    given.press('5');
    await pass(8_999);
    expect(flow.at).toBe('it');
    given.hangup();
    await flow.done;
  });
});

describe('with `async`', () => {
  test('the flow goes on while it speaks', async () => {
    const given = givenCall({ soundLength: 10_000 });
    const flow = given.runOne('talk', { text: 'hello', async: true });
    await pass();
    expect(flow.at).toBe('after');
    expect(given.asterisk.playing).toHaveLength(1);
    await pass(10_000);
    expect(given.asterisk.playing).toEqual([]);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('a failure is told, and the flow goes on', async () => {
    const given = givenCall();
    given.speech.failure = new ActionError('SPEECH_FAILED', 'broken');
    const flow = given.runOne('talk', { text: 'hello', async: true });
    await pass();
    expect([flow.at, given.failures]).toEqual(['after', ['SPEECH_FAILED']]);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });

  test('it ends with the call', async () => {
    const given = givenCall({ soundLength: 10_000 });
    const flow = given.runOne('talk', { text: 'hello', async: true });
    await pass(1_000);
    given.hangup();
    await flow.done;
    given.expectNothingLeft();
  });
});

test.each([0, 1_000])('ends at once when the caller hangs up (%d ms after)', async (ms) => {
  const given = givenCall({ soundLength: 10_000 });
  given.speech.duration = 500;
  const flow = given.runOne('talk', { text: 'hello' });
  await pass(ms);
  given.hangup();
  await flow.done;
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
});

test('a digit while the text is being spoken into its file skips it, and nobody waits for that any more', async () => {
  const given = givenCall({ soundLength: 10_000 });
  given.speech.duration = 5_000;
  const flow = given.runOne('talk', { text: 'hello', digits_handle: 'next' });
  await pass(1_000);
  given.press('1');
  await pass();
  expect([flow.at, given.failures, given.asterisk.asked]).toEqual(['after', [], ['answer']]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});

test('more than ten asynchronous ones that wait are refused, each with an event', async () => {
  const given = givenCall({ soundLength: 1_000 });
  const talk = { type: 'talk', option: { text: 'hello', async: true } };
  const flow = given.run(...Array.from({ length: 12 }, () => talk), {
    id: 'after',
    type: 'sleep',
    option: { duration: 60_000 },
  });
  await pass();
  expect(flow.at).toBe('after');
  expect(given.failures).toEqual(['TOO_MANY_PLAYBACKS', 'TOO_MANY_PLAYBACKS']);
  await pass(10_000);
  expect(given.asterisk.playing).toEqual([]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});
