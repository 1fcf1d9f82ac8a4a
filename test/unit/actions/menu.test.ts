import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkActions, checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  longSleep,
  pass,
} from '../../support/call-fixture.ts';
import { tone } from '../../support/tones.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const question = { text: 'For sales, press 1. For support, press 2.' };
const targets = { '1': 'sales', '2': 'support', '12': 'boss', '345': 'far' };
const places = ['sales', 'support', 'boss', 'far', 'nothing', 'wrong'];

/** A call at a menu, whose prompts take a second each. */
function asked(option: Readonly<Record<string, unknown>> = {}, call: GivenCall = { soundLength: 1_000 }) {
  const given = givenCall(call);
  const flow = given.run(
    {
      id: 'it',
      type: 'menu',
      option: {
        ...{ prompts: [question], targets },
        ...{ no_input_target_id: 'nothing', no_match_target_id: 'wrong' },
        ...option,
      },
    },
    { id: 'after', ...longSleep },
    ...places.map((id) => ({ id, ...longSleep })),
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
  key: flow.variable('voipbin.menu.key'),
  result: flow.variable('voipbin.menu.result'),
  tries: flow.variable('voipbin.menu.tries'),
});

const texts = (given: CallFixture) => given.speech.requests.map(({ text }) => text);

const played = ({ asterisk }: CallFixture) =>
  asterisk.requests.flatMap(({ operation, body }) => (operation.name === 'play' ? (body?.media ?? []) : []));

describe('a key', () => {
  test.each([
    ['leads where it says', '2', 0, { at: 'support', key: '2' }],
    ['of several digits does, as soon as it is plain', '345', 0, { at: 'far', key: '345' }],
    ['that others begin with does after a pause', '1', 3_000, { at: 'sales', key: '1' }],
    ['that others begin with does not before', '1', 2_900, { at: 'it', key: '' }],
    ['that begins with another is one', '12', 0, { at: 'boss', key: '12' }],
    ['that others begin with does at once with the key of the end', '1#', 0, { at: 'sales', key: '1' }],
  ])('%s', async (_, keys, ms, wanted) => {
    const { given, flow, end } = asked();
    await pass(1_500);
    given.press(keys);
    await pass(ms);
    expect(result(flow)).toMatchObject(wanted);
    await end();
  });

  test('ends all prompts, in the middle of the first one too', async () => {
    const { given, flow, end } = asked({ prompts: [question, { stream_url: 'sound:more' }] });
    await pass(500);
    given.press('2');
    await pass();
    expect(result(flow)).toEqual({ at: 'support', key: '2', result: 'key', tries: '1' });
    expect(played(given)).toHaveLength(1);
    await end();
  });

  test('waits for the end of the prompts without barge-in', async () => {
    const { given, flow, end } = asked({ barge_in: false });
    await pass(500);
    given.press('2');
    await pass(499);
    expect(flow.at).toBe('it');
    await pass(1);
    expect(flow.at).toBe('support');
    await end();
  });

  test('pressed ahead spares him all of the prompts', async () => {
    const given = givenCall();
    given.press('2');
    const flow = given.run(
      { id: 'it', type: 'menu', option: { prompts: [question], targets: { '2': 'two' } } },
      { id: 'two', ...longSleep },
    );
    await pass();
    expect(flow.at).toBe('two');
    expect(played(given)).toEqual([]);
    given.hangup();
    await flow.done;
  });

  test('is told of', async () => {
    const { given, end } = asked();
    await pass(1_500);
    given.press('9');
    await pass(2_000);
    given.press('2');
    await pass();
    expect(given.of('digits_received')).toMatchObject([
      { digits: '9', result: 'length' },
      { digits: '2', result: 'length' },
    ]);
    await end();
  });

  test('lets him hear it again, which is no try', async () => {
    const { given, flow, end } = asked({ repeat_key: '*', retries: 0 });
    for (let round = 0; round < 3; round++) {
      await pass(1_500);
      given.press('*');
    }
    await pass(1_500);
    given.press('2');
    await pass();
    expect(result(flow)).toMatchObject({ at: 'support', tries: '1' });
    expect(played(given)).toHaveLength(4);
    await end();
  });
});

describe('is asked again', () => {
  const option = {
    no_input_prompts: [{ text: 'I have heard nothing.' }],
    no_match_prompts: [{ text: 'There is no such choice.' }],
  };

  test('where he says nothing, as often as `retries`, and then goes where that leads', async () => {
    const { given, flow, end } = asked(option);
    await pass(6_000 + 7_000 + 6_999);
    expect(flow.at).toBe('it');
    await pass(1);
    expect(result(flow)).toEqual({ at: 'nothing', key: '', result: 'no_input', tries: '3' });
    expect(texts(given)).toEqual([
      question.text,
      ...['I have heard nothing.', question.text],
      ...['I have heard nothing.', question.text],
    ]);
    await end();
  });

  test('where he presses another key, which counts no further than that', async () => {
    const { given, flow, end } = asked(option);
    await pass(1_500);
    given.press('7777'); // the rest of it is not heard as four tries
    await pass(500);
    expect(flow.at).toBe('it');
    expect(texts(given)).toContain('There is no such choice.');
    await pass(2_000);
    given.press('34'); // not all of a key
    await pass(3_000 + 2_500);
    given.press('8');
    await pass();
    expect(result(flow)).toEqual({ at: 'wrong', key: '8', result: 'no_match', tries: '3' });
    await end();
  });

  test('and goes on with the next action where nothing else is said', async () => {
    const { flow, end } = asked({ retries: 0, no_input_target_id: '' });
    await pass(6_000);
    expect(flow.at).toBe('after');
    await end();
  });

  test('not while his phone holds the call', async () => {
    const { given, flow, end } = asked({ retries: 0 });
    await pass(2_000);
    given.hold(true);
    await pass(60_000);
    given.hold(false);
    await pass(3_900);
    expect(flow.at).toBe('it');
    given.press('2');
    await pass();
    expect(flow.at).toBe('support');
    await end();
  });
});

describe('prompts', () => {
  test('are texts in their own languages, URLs and sounds, in their order', async () => {
    const { given, end } = asked({
      prompts: [
        question,
        { text: 'Für Deutsch die 2.', language: 'de-DE' },
        { stream_url: 'https://media.example.com/a.mp3' },
        { stream_url: 'sound:b' },
      ],
      ...{ language: 'en-GB', provider: 'local', voice_id: 'en-us+f3' },
    });
    await pass(5_000);
    expect(given.speech.requests).toMatchObject([
      { text: question.text, language: 'en-GB', provider: 'local', voice: 'en-us+f3' },
      { language: 'de-DE', provider: 'local', voice: undefined },
    ]);
    expect(played(given).slice(0, 4)).toEqual([
      'sound:/prompts/1',
      'sound:/prompts/2',
      'sound:/downloads/a',
      'sound:b',
    ]);
    await end();
  });

  test('that cannot be played are skipped, and told of by their places', async () => {
    const { given, flow, end } = asked({ prompts: [question, { stream_url: 'sound:bad' }] });
    given.asterisk.missingSounds.add('sound:bad');
    await pass(1_500);
    given.press('2');
    await pass();
    expect(flow.at).toBe('support');
    expect(given.of('action_failed')).toMatchObject([
      {
        code: 'PLAYBACK_FAILED',
        message: 'prompts[1]: there is no such sound, uploaded or of Asterisk: sound:bad',
      },
    ]);
    await end();
  });

  test('of which none can be heard let the action fail', async () => {
    const { given, flow, end } = asked({ prompts: [{ stream_url: 'sound:bad' }] });
    given.asterisk.missingSounds.add('sound:bad');
    await pass(0);
    expect(given.failures).toEqual(['PLAYBACK_FAILED']);
    expect(flow.at).toBe('after');
    await end();
  });

  test('have values of variables in them, escaped in SSML', async () => {
    const given = givenCall();
    const flow = given.run(
      { type: 'variable_set', option: { key: 'name', value: '<b>' } },
      {
        id: 'it',
        type: 'menu',
        option: {
          prompts: [{ text: '<speak>${name}</speak>' }, { text: 'Hi ${name}' }],
          targets: { '1': 'one' },
        },
      },
      { id: 'one', ...longSleep },
    );
    await pass(100);
    expect(texts(given)).toEqual(['<speak>&#60;b&#62;</speak>', 'Hi <b>']);
    given.hangup();
    await flow.done;
  });
});

describe('what is said', () => {
  const spoken = { input: ['dtmf', 'speech'], hints: { sales: '1', support: '2' } };

  test('is a choice too, by its phrase', async () => {
    const { given, flow, end } = asked({ ...spoken, stt_provider: 'local' });
    await pass(1_500);
    const [ear] = given.hearing.ears;
    expect(ear?.request).toEqual({ language: 'en-US', provider: 'local', hints: ['sales', 'support'] });
    ear?.hear('Support, please', { confidence: 0.9 });
    await pass(100);
    expect(result(flow)).toEqual({ at: 'support', key: '2', result: 'speech', tries: '1' });
    expect(flow.variable('voipbin.call.speech')).toBe('Support, please');
    expect(ear?.scope.signal.aborted).toBe(true);
    await end();
  });

  test('ends the prompts as soon as it is a voice, and is no match where nobody knows its words', async () => {
    const { given, flow, end } = asked({ ...spoken, no_match_prompts: [{ text: 'What?' }] });
    await pass(300);
    given.audio.say(new Int16Array(8_000));
    given.audio.say(tone(400, 4_000));
    await pass(100);
    expect(given.asterisk.playing).toEqual([]);
    given.hearing.ears[0]?.hear('gibberish');
    await pass(300);
    expect(texts(given)).toContain('What?');
    expect(given.hearing.ears).toHaveLength(2);
    given.press('2');
    await pass(200);
    expect(result(flow)).toMatchObject({ at: 'support', result: 'key', tries: '2' });
    await end();
  });
});

describe('is refused', () => {
  const refused = (option: Readonly<Record<string, unknown>>) =>
    checkFlow(
      [
        { id: 'a', type: 'menu', option: { prompts: [question], targets: { '1': 'b' }, ...option } },
        { id: 'b', type: 'hangup' },
      ],
      catalogue,
    ).problems;

  test.each([
    ['without prompts', { prompts: [] }, 'prompts'],
    ['with a prompt of nothing', { prompts: [{}] }, 'prompts[0]'],
    ['with a prompt of both', { prompts: [{ text: 'a', stream_url: 'sound:b' }] }, 'prompts[0]'],
    ['with another key', { targets: { x: 'b' } }, 'targets.x'],
    ['without a key', { targets: {} }, 'targets'],
    ['with a target that is not there', { targets: { '1': 'c' } }, 'targets.1'],
    ['with one for no input that is not there', { no_input_target_id: 'c' }, 'no_input_target_id'],
    ['with itself as a target', { targets: { '1': 'a' } }, 'targets.1'],
    ['to hear without phrases', { input: ['speech'] }, 'hints'],
    ['with a phrase of no key', { input: ['speech'], hints: { a: '7' } }, 'hints.a'],
    ['to repeat by a key that leads somewhere', { repeat_key: '1' }, 'repeat_key'],
  ] as const)('%s', (_, option, path) => {
    const paths = refused(option).map((problem) => problem.path);
    expect(paths).toEqual([`actions[0].option.${path}`]);
  });

  test('with SSML that is not allowed, at its place', () => {
    const option = { prompts: [question, { text: '<speak>x</speak>' }], targets: { '1': 'b' } };
    const actions = [
      { type: 'menu', option },
      { id: 'b', type: 'hangup' },
    ];
    const { problems } = checkActions(actions, { catalogue, checkSsml: () => 'not that' });
    expect(problems).toEqual([{ path: 'actions[0].option.prompts[1].text', message: 'not that' }]);
  });
});
