import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { activeflowState } from '../../../src/flows/activeflow-state.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  pass,
  type RunningFlow,
} from '../../support/call-fixture.ts';
import { chat } from '../../support/fake-chatbots.ts';
import type { FakeEar } from '../../support/fake-hearing.ts';
import type { FakeReply } from '../../support/fake-http.ts';
import { tone } from '../../support/tones.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const chatbot_id = '0a5ae4f2-5e7c-4d1f-9d55-9a2f3c1f7c11';

interface Talking {
  readonly given: CallFixture;
  readonly flow: RunningFlow;
  readonly ear: () => FakeEar;
}

/** A talk that has begun, with what the chatbot will answer; it asks for the greeting first. */
async function talking(
  replies: readonly FakeReply[],
  option: Readonly<Record<string, unknown>> = {},
  call: GivenCall = {},
): Promise<Talking> {
  const given = givenCall({ soundLength: 1_000, ...call });
  given.chatbots.add();
  given.http.reply(...replies);
  const flow = given.run(
    { id: 'it', type: 'chatbot_talk', option: { chatbot_id, ...option }, on_error_id: 'sorry' },
    { id: 'after', type: 'sleep', option: { duration: 3_600_000 } },
    { id: 'sales', type: 'sleep', option: { duration: 3_600_000 } },
    { id: 'sorry', type: 'sleep', option: { duration: 3_600_000 } },
  );
  await pass();
  const ear = (): FakeEar => {
    const [first] = given.hearing.ears;
    if (!first) throw new Error('nobody listens');
    return first;
  };
  return { given, flow, ear };
}

async function over({ given, flow }: Talking): Promise<void> {
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
}

/** What the chatbot was asked last, without what it is told first. */
function asked(given: CallFixture): { readonly role: string; readonly content: string }[] {
  const body = JSON.parse(String(given.http.requests.at(-1)?.body)) as {
    readonly messages: { readonly role: string; readonly content: string }[];
  };
  return body.messages.slice(1);
}

const spoken = (given: CallFixture): string[] => given.speech.requests.map(({ text }) => text);

const begins = { role: 'user', content: '[the call begins]' };

test('the chatbot greets, hears, answers, and ends the talk when it likes', async () => {
  const talk = await talking([
    chat.says('Hello! How can I help?'),
    chat.says('We open at nine.'),
    { body: chat.text('Goodbye.') + chat.call('end_talk') + chat.end('tool_calls') },
  ]);
  const { given, flow, ear } = talk;
  expect(given.call.isUp).toBe(true);
  expect(spoken(given)).toEqual(['Hello!', 'How can I help?']);
  await pass(2_000);
  ear().hear('when do you open');
  await pass(300);
  expect(asked(given)).toEqual([
    begins,
    { role: 'assistant', content: 'Hello! How can I help?' },
    { role: 'user', content: 'when do you open' },
  ]);
  await pass(1_000);
  ear().hear('thank you');
  await pass(300);
  expect([flow.at, spoken(given).at(-1)]).toEqual(['it', 'Goodbye.']);
  await pass(1_000);
  expect(flow.at).toBe('after');
  expect(facts(flow)).toEqual({ id: chatbot_id, result: 'ended', turns: '2', target: '' });
  expect(given.failures).toEqual([]);
  await over(talk);
});

const facts = (flow: RunningFlow) => ({
  id: flow.variable('voipbin.chatbot.id'),
  result: flow.variable('voipbin.chatbot.result'),
  turns: flow.variable('voipbin.chatbot.turns'),
  target: flow.variable('voipbin.chatbot.target'),
});

test('it is asked as chat servers are, with its key, and spoken in its voice', async () => {
  const talk = await talking([chat.says('Hallo.')], {
    language: 'de-DE',
    gender: 'male',
    stt_provider: 'gcp',
    hints: ['Schuhe'],
    targets: { sales: 'sales' },
  });
  const { given, ear } = talk;
  const [request] = given.http.requests;
  expect(request).toMatchObject({
    method: 'POST',
    url: 'https://chat.example/v1/chat/completions',
    headers: { authorization: 'Bearer sk-secret', 'content-type': 'application/json' },
  });
  const body = JSON.parse(String(request?.body));
  expect(body).toMatchObject({ model: 'small', stream: true, messages: [{ role: 'system' }, begins] });
  expect(body.messages[0].content).toMatch(/^You sell shoes\.\n\n.*de-DE/s);
  expect(body.tools.map((tool: { function: { name: string } }) => tool.function.name)).toEqual([
    'end_talk',
    'go_to',
  ]);
  expect(given.speech.requests).toMatchObject([{ text: 'Hallo.', language: 'de-DE', gender: 'male' }]);
  expect(ear().request).toEqual({ language: 'de-DE', provider: 'gcp', hints: ['Schuhe'] });
  await over(talk);
});

test('it may send the caller to a target, by its name', async () => {
  const talk = await talking(
    [{ body: chat.text('One moment.') + chat.call('go_to', { name: 'sales' }) + chat.end('tool_calls') }],
    { targets: { sales: 'sales' } },
  );
  await pass(999);
  expect(talk.flow.at).toBe('it');
  await pass(1);
  expect(talk.flow.at).toBe('sales');
  expect(facts(talk.flow)).toMatchObject({ result: 'target', target: 'sales' });
  await over(talk);
});

test('a place that is none is no way out: it is told of those there are, once', async () => {
  const nowhere = { body: chat.call('go_to', { name: '+15550100' }) + chat.end('tool_calls') };
  const talk = await talking([nowhere, nowhere], { targets: { sales: 'sales' } });
  expect(asked(talk.given).at(-1)?.content).toContain('The names for go_to are: sales.');
  expect([talk.flow.at, talk.given.failures]).toEqual(['sorry', ['CHATBOT_SILENT']]);
  expect(talk.given.http.requests).toHaveLength(2);
  await over(talk);
});

test('the first sentence is heard while the others are still being written', async () => {
  const talk = await talking([
    { pieces: [chat.text('One. '), chat.text('Two'), 1_500, chat.text('. Three.'), chat.end()] },
  ]);
  const { given } = talk;
  expect([spoken(given), given.asterisk.playing.length]).toEqual([['One.'], 1]);
  await pass(1_500);
  expect(spoken(given)).toEqual(['One.', 'Two.', 'Three.']);
  await over(talk);
});

test('what it writes is never obeyed as markup, nor read with its marks', async () => {
  const talk = await talking([chat.says('<speak><break time="10s"/></speak> **Hi** there. # No')]);
  expect(spoken(talk.given)[0]).toBe(
    '<speak>&#60;speak&#62;&#60;break time=&#34;10s&#34;/&#62;&#60;/speak&#62; Hi there.</speak>',
  );
  await over(talk);
});

describe('the caller', () => {
  const three = chat.says('This is the first sentence. This is the second one. This is the third.');

  test('stops it with his words at once, and what it had not said is not said', async () => {
    const talk = await talking([three, chat.says('Yes?')]);
    const { given, ear } = talk;
    await pass(1_500);
    ear().hear('wait', { isFinal: false });
    await pass();
    expect(given.asterisk.playing).toEqual([]);
    ear().hear('wait a moment');
    await pass(300);
    expect(asked(given)).toEqual([
      begins,
      { role: 'assistant', content: 'This is the first sentence. This is the' },
      { role: 'user', content: 'wait a moment' },
    ]);
    await over(talk);
  });

  test('stops it with his voice before he is understood', async () => {
    const talk = await talking([three, chat.says('Yes?')]);
    const { given, ear } = talk;
    for (let ms = 0; ms < 400; ms += 20) given.audio.say(new Int16Array(160));
    await pass(500);
    expect(given.asterisk.playing).toHaveLength(1);
    given.audio.say(tone(400, 1_920));
    await pass();
    expect(given.asterisk.playing).toEqual([]);
    given.audio.say(new Int16Array(8_000));
    await pass(1_000);
    ear().hear('stop');
    await pass(300);
    expect(asked(given).at(-1)).toEqual({ role: 'user', content: 'stop' });
    await over(talk);
  });

  test('is told to have been inaudible where his voice has no words', async () => {
    const talk = await talking([three, chat.says('Pardon?')]);
    const { given } = talk;
    for (let ms = 0; ms < 400; ms += 20) given.audio.say(new Int16Array(160));
    given.audio.say(tone(400, 1_920));
    given.audio.say(new Int16Array(8_000));
    await pass(2_999);
    expect(given.http.requests).toHaveLength(1);
    await pass(1);
    expect(asked(given).at(-1)).toEqual({ role: 'user', content: '[the call begins] [inaudible]' });
    await over(talk);
  });

  test('is told so too where he has spoken and nothing was understood, but not of a noise', async () => {
    const talk = await talking([chat.says('Hi.'), chat.says('Pardon?')]);
    const { given } = talk;
    await pass(1_000);
    const say = (milliseconds: number): void => {
      for (let ms = 0; ms < 400; ms += 20) given.audio.say(new Int16Array(160));
      given.audio.say(tone(400, 8 * milliseconds));
      given.audio.say(new Int16Array(8_000));
    };
    say(300);
    await pass(60_000);
    expect(given.http.requests).toHaveLength(1);
    say(800);
    await pass(4_999);
    expect(given.http.requests).toHaveLength(1);
    await pass(1);
    expect(asked(given).at(-1)).toEqual({ role: 'user', content: '[inaudible]' });
    await over(talk);
  });

  test('makes sounds behind his words, and gets his answer all the same', async () => {
    const talk = await talking([chat.says('Hi.'), { delay: 1_000, ...chat.says('Yes.') }]);
    const { given, ear } = talk;
    for (let ms = 0; ms < 400; ms += 20) given.audio.say(new Int16Array(160));
    await pass(1_000);
    ear().hear('hello');
    await pass(400);
    given.audio.say(tone(400, 1_920));
    given.audio.say(new Int16Array(8_000));
    await pass(1_000);
    expect(spoken(given)).toEqual(['Hi.', 'Yes.']);
    await over(talk);
  });

  test('stops it with a key, and it is told which', async () => {
    const talk = await talking([three, chat.says('Twelve.')]);
    const { given } = talk;
    await pass(500);
    given.press('1');
    await pass();
    expect(given.asterisk.playing).toEqual([]);
    await pass(1_000);
    given.press('2');
    await pass(1_499);
    expect(given.http.requests).toHaveLength(1);
    await pass(1);
    expect(asked(given).at(-1)).toEqual({ role: 'user', content: '[pressed 12]' });
    await over(talk);
  });

  test('goes on while it thinks: it is asked anew, with all he has said', async () => {
    const talk = await talking([
      chat.says('Hi.'),
      { delay: 5_000, ...chat.says('Red.') },
      chat.says('Blue.'),
    ]);
    const { given, ear } = talk;
    await pass(1_000);
    ear().hear('I want red shoes');
    await pass(1_000);
    expect(given.http.requests).toHaveLength(2);
    ear().hear('no, blue ones');
    await pass(300);
    expect([given.http.aborted, given.http.requests.length]).toEqual([1, 3]);
    expect(asked(given).at(-1)?.content).toBe('I want red shoes no, blue ones');
    await pass();
    expect(spoken(given)).toEqual(['Hi.', 'Blue.']);
    await over(talk);
  });

  test('is waited for while his words are not final, but not for ever', async () => {
    const talk = await talking([chat.says('Hi.'), chat.says('Yes.')]);
    const { given, ear } = talk;
    await pass(1_000);
    ear().hear('my name');
    await pass(200);
    ear().hear('is', { isFinal: false });
    await pass(2_999);
    expect(given.http.requests).toHaveLength(1);
    await pass(1);
    expect(asked(given).at(-1)?.content).toBe('my name is');
    await over(talk);
  });

  test('may have typed ahead, and is asked about that first', async () => {
    const given = givenCall();
    given.chatbots.add();
    given.http.reply(chat.says('Hi.'));
    given.press('5');
    const flow = given.runOne('chatbot_talk', { chatbot_id });
    await pass(1_500);
    expect(asked(given)).toEqual([{ role: 'user', content: '[the call begins] [pressed 5]' }]);
    await over({ given, flow, ear: () => expect.unreachable() });
  });
});

describe('the time', () => {
  test('is up after `duration`, in the middle of a word, and the flow goes on', async () => {
    const talk = await talking([chat.says('A sentence.')], { duration: 5 }, { soundLength: 60_000 });
    await pass(4_999);
    expect(talk.given.asterisk.playing).toHaveLength(1);
    await pass(1);
    expect([talk.flow.at, talk.given.asterisk.playing]).toEqual(['after', []]);
    expect(facts(talk.flow)).toMatchObject({ result: 'duration', turns: '0' });
    expect(talk.given.failures).toEqual([]);
    await over(talk);
  });

  test('is ten minutes where nothing is said, and without end with 0', async () => {
    const talk = await talking([chat.says('Hi.')]);
    await pass(599_999);
    expect(talk.flow.at).toBe('it');
    await pass(1);
    expect(talk.flow.at).toBe('after');
    await over(talk);
    const endless = await talking([chat.says('Hi.')], { duration: 0 });
    await pass(3_600_000);
    expect(endless.flow.at).toBe('it');
    await over(endless);
  });
});

describe('a chat server', () => {
  test.each<[string, FakeReply, string, number]>([
    ['that fails', { status: 500 }, 'SERVER_ERROR', 0],
    ['that refuses the key', { status: 401 }, 'AUTHENTICATION_FAILURE', 0],
    ['that knows no such model', { status: 404 }, 'CLIENT_ERROR', 0],
    ['that is elsewhere', { status: 302 }, 'REDIRECTION', 0],
    ['that is not there', { failure: 'unreachable', pieces: [] }, 'UNREACHABLE', 0],
    ['at an address that is not allowed', { failure: 'blocked', pieces: [] }, 'INVALID_REQUEST', 0],
    ['that never answers', { delay: 1_000_000 }, 'TIMEOUT', 6_000],
    ['that begins and says nothing', { pieces: [1_000_000] }, 'TIMEOUT', 6_000],
    ['that stops in the middle', { pieces: [chat.text('One. Two'), 1_000_000] }, 'TIMEOUT', 5_000],
    ['that writes garbage', { body: '<html>sorry</html>' }, 'INVALID_RESPONSE', 0],
    ['that writes garbage as data', { body: 'data: <html>\n\n' }, 'INVALID_RESPONSE', 0],
    [
      'that writes without end',
      { pieces: Array(2_000).fill(chat.text('word ')) },
      'INVALID_RESPONSE',
      30_000,
    ],
    [
      'that is cut off',
      { pieces: [chat.text('One. Two. Thr')], failure: 'invalid_reply' },
      'INVALID_RESPONSE',
      3_000,
    ],
    ['that ends before the end', { pieces: [chat.text('One. Two. Thr')] }, 'INVALID_RESPONSE', 3_000],
  ])('%s is a failure with its code, in bounded time', async (_, reply, code, after) => {
    const talk = await talking([reply]);
    await pass(after);
    expect([talk.flow.at, talk.given.failures]).toEqual(['sorry', [code]]);
    expect(facts(talk.flow)).toMatchObject({ result: 'failed' });
    await over(talk);
  });

  test('that is cut off has said what had come', async () => {
    const talk = await talking([{ pieces: [chat.text('One. Two. Thr')], failure: 'invalid_reply' }]);
    await pass(1_500);
    expect(talk.flow.at).toBe('it');
    await pass(500);
    expect([talk.flow.at, spoken(talk.given)]).toEqual(['sorry', ['One.', 'Two.']]);
    await over(talk);
  });
});

describe('it fails', () => {
  test.each<[string, (given: CallFixture) => void, string]>([
    [
      'where nobody can hear the caller',
      ({ hearing }) => {
        hearing.refusal = new ActionError('HEARING_FAILED', 'nobody listens');
      },
      'HEARING_FAILED',
    ],
    [
      'where Asterisk sends no audio',
      ({ audio }) => {
        audio.failure = new ActionError('LISTEN_FAILED', 'no audio');
      },
      'LISTEN_FAILED',
    ],
    [
      'where nobody can speak',
      ({ speech }) => {
        speech.failure = new ActionError('SPEECH_FAILED', 'no voice');
      },
      'SPEECH_FAILED',
    ],
    [
      'where Asterisk cannot play',
      ({ asterisk }) => {
        asterisk.missingSounds.add('sound:/prompts/1');
      },
      'PLAYBACK_FAILED',
    ],
  ])('%s', async (_, spoil, code) => {
    const given = givenCall();
    given.chatbots.add();
    given.http.reply(chat.says('Hi.'));
    spoil(given);
    const flow = given.runOne('chatbot_talk', { chatbot_id });
    await pass(1_000);
    expect([flow.at, given.failures]).toEqual(['after', [code]]);
    await over({ given, flow, ear: () => expect.unreachable() });
  });

  test('when nobody can hear him any more', async () => {
    const talk = await talking([chat.says('Hi.')]);
    await pass(1_500);
    talk.ear().listener.onFailed(new Error('the provider is gone'));
    await pass();
    expect([talk.flow.at, talk.given.failures]).toEqual(['sorry', ['HEARING_FAILED']]);
    await over(talk);
  });

  test('where there is no such chatbot', async () => {
    const given = givenCall();
    const flow = given.runOne('chatbot_talk', { chatbot_id });
    await pass();
    expect([flow.at, given.failures]).toEqual(['after', ['NOT_FOUND']]);
    expect(flow.variable('voipbin.chatbot.result')).toBe('failed');
    await over({ given, flow, ear: () => expect.unreachable() });
  });
});

test('what was said is written down at each step, and forgotten with the talk', async () => {
  const talk = await talking([
    chat.says('Hi.'),
    { body: chat.text('Bye.') + chat.call('end_talk') + chat.end('tool_calls') },
  ]);
  const { given, ear, flow } = talk;
  await pass(1_000);
  ear().hear('hello');
  await pass(300);
  const stored = JSON.parse(JSON.stringify(given.written.at(-1)?.state()));
  const history = [begins, { role: 'assistant', content: 'Hi.' }, { role: 'user', content: 'hello' }];
  expect(activeflowState.parse(stored)).toMatchObject({ running: [{ progress: { turns: 1, history } }] });
  await pass(1_000);
  expect(flow.at).toBe('after');
  expect(JSON.stringify(given.written.at(-1)?.state().running)).not.toContain('history');
  expect(given.types.filter((type) => type === 'activeflow_updated')).toHaveLength(2);
  await over(talk);
});

test.each([0, 10, 500, 1_200, 3_000])('a hang-up after %d ms ends it, whatever is under way', async (ms) => {
  const talk = await talking([
    { pieces: [chat.text('One. '), 400, chat.text('Two. '), 400, chat.text('Three.'), chat.end()] },
  ]);
  talk.given.speech.duration = 200;
  await pass(ms);
  await over(talk);
  expect(talk.given.failures).toEqual([]);
});

describe('at the border', () => {
  const problemsOf = (option: object) =>
    checkFlow(
      [
        { type: 'chatbot_talk', option: { chatbot_id, ...option } },
        { id: 'sales', type: 'stop' },
      ],
      catalogue,
    ).problems.map(({ path }) => path.replace('actions[0].option.', ''));

  test.each([
    [{ chatbot_id: 'bot' }, ['chatbot_id']],
    [{ gender: 'robot' }, ['gender']],
    [{ language: 'english please' }, ['language']],
    [{ duration: -1 }, ['duration']],
    [{ stt_provider: 'nobody' }, ['stt_provider']],
    [{ hints: Array(101).fill('x') }, ['hints']],
    [{ targets: { sales: 'nowhere' } }, ['targets.sales']],
    [{ targets: { '+15550100 x': 'sales' } }, ['targets.+15550100 x']],
    [
      { targets: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`t${at}`, 'sales'])) },
      ['targets'],
    ],
    [{ targets: { sales: 'sales' }, hints: ['shoes'], duration: 0 }, []],
  ])('%j is refused at %j', (option, paths) => {
    expect(problemsOf(option)).toEqual(paths);
  });
});
