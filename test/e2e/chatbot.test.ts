import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChatReply, ChatServer, says } from '../support/chat-server.ts';
import { chat } from '../support/fake-chatbots.ts';
import { GoogleSttServer } from '../support/google-stt-server.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { joined, sayNumbers } from '../support/spoken-numbers.ts';
import { System } from '../support/system.ts';
import { tone } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import type { WebhookRequest } from '../support/webhook-sink.ts';

let stt: GoogleSttServer;
let server: ChatServer;
let system: System;
let chatbotId: string;

beforeAll(async () => {
  stt = await GoogleSttServer.open();
  stt.takesTorn = true;
  server = await ChatServer.open();
  system = await System.start({ env: { ARIFLOW_STT_GOOGLE_ENDPOINT: stt.url } });
  const chatbot = { url: server.url, model: 'small', api_key: 'sk-secret', prompt: 'You count.' };
  const { status, body } = await system.api.post<{ id: string }>('/v1.0/chatbots', chatbot);
  expect(status, JSON.stringify(body)).toBe(200);
  chatbotId = body.id;
  await warm('warm');
});
// What is said is stopped, and some of these servers are away.
afterEach(() =>
  system.quiet([/Playback failed for /, /"action_failed"/, /"speech_not_heard"/, /"hearing_engine_failed"/]),
);
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
  await stt?.[Symbol.asyncDispose]();
});

const rest = { type: 'sleep', option: { duration: 60_000 } };

async function callOn(number: string, option: object = {}): Promise<{ call: OutgoingCall; callId: string }> {
  await system.flowOn(number, [
    {
      id: 'talk',
      type: 'chatbot_talk',
      option: { chatbot_id: chatbotId, duration: 60, targets: { sales: 'sales' }, ...option },
      on_error_id: 'sorry',
    },
    { id: 'next', ...rest },
    { id: 'sales', ...rest },
    { id: 'sorry', ...rest },
  ]);
  const call = await (await system.caller()).call(number);
  await call.answered;
  return { call, callId: await system.callTo(number) };
}

/** The SDK is loaded with the first talk, and the first words are spoken: how long that takes is not asked here. */
async function warm(number: string): Promise<void> {
  server.answers(() => ({ pieces: [chat.text(`${greeting} ${long}`), chat.call('end_talk'), chat.end()] }));
  const { call, callId } = await callOn(number);
  await soundOf(call);
  await call.bye();
  await system.history(callId);
}

const greeting = 'Hello.';
const long =
  'I could go on and on about this, and about all that comes with it, for a very long time, without an end.';

/** When something is heard next. */
async function soundOf(call: OutgoingCall, after = 0): Promise<number> {
  await until(() => call.heard.firstSoundAt(after) !== undefined, { what: 'a sound', timeout: 15_000 });
  return call.heard.firstSoundAt(after) ?? 0;
}

/** Until nothing has been heard for so long. Answers since when. */
async function silenceOf(call: OutgoingCall, ms: number): Promise<number> {
  await until(() => call.heard.silentSince(wallTime() - ms), { what: 'silence', timeout: 15_000 });
  return call.heard.sounds().at(-1)?.to ?? 0;
}

/** The end of the last sound between a time and now; that time, where there was none. */
function lastSound(call: OutgoingCall, after: number): number {
  return call.heard.sounds(after).at(-1)?.to ?? after;
}

interface StoredTalk {
  readonly turns: number;
  readonly history: readonly { readonly role: string; readonly content: string }[];
}

/** What a daemon would find of a talk that starts now. */
function storedTalk(callId: string): StoredTalk | undefined {
  using database = new DatabaseSync(join(system.asterisk.dataDir, 'ariflow.db'), { readOnly: true });
  const row = database.prepare('select state from activeflows where reference_id = ?').get(callId);
  const { running } = JSON.parse(String(row?.state ?? '{}')) as {
    readonly running?: readonly { readonly progress?: StoredTalk }[];
  };
  return running?.[0]?.progress;
}

async function isAt(callId: string, id: string, timeout = 15_000): Promise<void> {
  const isThere = ({ type, data }: WebhookRequest): boolean =>
    type === 'activeflow_updated' &&
    data.reference_id === callId &&
    (data.current_action as { id?: string }).id === id; // an activeflow's event
  await until(() => system.sink.requests.some(isThere), { what: `the action ${id}`, timeout });
}

test('greets, hears, answers soon, stops when it is spoken to, and goes where it chooses', async () => {
  const replies: ChatReply[] = [
    says(greeting),
    says(`Yes. ${long} ${long}`),
    { pieces: [chat.text(greeting), chat.call('go_to', { name: 'sales' }), chat.end('tool_calls')] },
  ];
  server.answers(() => replies.shift() ?? says('No.'));
  const before = server.requests.length;
  const { call, callId } = await callOn('chat');
  await soundOf(call);
  await silenceOf(call, 700);

  const sentence = sayNumbers(7, 8);
  await call.play(sentence);
  const spoken = wallTime() - 600; // there is a pause at its end
  const answered = (await soundOf(call, spoken)) - spoken;
  expect(answered).toBeLessThan(3_000);
  expect(server.lastWords).toBe('w7 w8');

  await new Promise((resolve) => setTimeout(resolve, 1_200));
  const began = wallTime();
  void call.play(sayNumbers(9, 10, 11));
  await until(() => server.requests.length === before + 3, { what: 'the question', timeout: 10_000 });
  const stopped = lastSound(call, began) - began;
  expect(stopped).toBeGreaterThan(0);
  expect(stopped).toBeLessThan(600);
  expect(server.lastWords).toBe('w9 w10 w11');
  const said = server.requests.at(-1)?.body.messages.at(-2);
  expect(said?.role).toBe('assistant');
  expect(`Yes. ${long} ${long}`.startsWith(said?.content ?? '?')).toBe(true);
  expect(said?.content.length).toBeLessThan(80);
  await isAt(callId, 'sales');
  console.log(
    `chatbot: first audio ${Math.round(answered)} ms after the sentence, silent ${Math.round(stopped)} ms after a word`,
  );
  await call.bye();
  await system.history(callId);
  expect(server.requests.at(-1)?.authorization).toBe('Bearer sk-secret');
});

test('a key stops it too, and the request under way is given up', async () => {
  server.answers(({ body }) =>
    body.messages.length > 2
      ? says('Five.')
      : { pieces: [chat.text(`${long} ${long} `), 20], ending: 'hang' },
  );
  const before = server.requests.length;
  const { call, callId } = await callOn('keys');
  const sound = await soundOf(call);
  await until(() => wallTime() - sound > 1_000);
  await call.digits('5');
  const pressed = wallTime();
  await until(() => server.requests[before]?.isAborted === true, { what: 'the end of the request' });
  await until(() => server.lastWords.endsWith('[pressed 5]'), { what: 'the question', timeout: 5_000 });
  expect(lastSound(call, pressed) - pressed).toBeLessThan(600);
  await until(() => storedTalk(callId)?.turns === 1, { what: 'the history in the database' });
  expect(storedTalk(callId)?.history.slice(-2)).toMatchObject([{ role: 'assistant' }, { role: 'user' }]);
  await soundOf(call, wallTime());
  await call.bye();
  await system.history(callId);
});

describe('a chat server', () => {
  test.each<[string, ChatReply, number]>([
    ['that fails', { status: 500 }, 3_000],
    ['that never answers', { ending: 'hang' }, 10_000],
    ['that is cut in the middle', { pieces: [chat.text(`${greeting} I am`), 50], ending: 'reset' }, 5_000],
  ])('%s lets the flow go on by `on_error_id`', async (what, reply, bound) => {
    server.answers(() => reply);
    const began = wallTime();
    const { call, callId } = await callOn(what.replaceAll(' ', '-'));
    await isAt(callId, 'sorry');
    expect(wallTime() - began).toBeLessThan(bound);
    await call.bye();
    await system.history(callId);
  });
});

describe('digits_receive', () => {
  const hints = { 'w7 w8': '78', w9: '9' };
  const option = { input: ['dtmf', 'speech'], duration: 15_000, length: 4, hints, provider: 'gcp' };

  async function input(number: string, what: (call: OutgoingCall) => Promise<unknown>, more: object = {}) {
    await system.flowOn(number, [
      { type: 'digits_receive', option: { ...option, ...more } },
      { id: 'said', type: 'talk', option: { text: '${voipbin.call.speech}', async: true } },
      rest,
    ]);
    const before = stt.calls.length;
    const call = await (await system.caller()).call(number);
    await call.answered;
    const callId = await system.callTo(number);
    const isHeard = () => stt.calls.slice(before).some(({ heard }) => heard > 200);
    await until(() => isHeard() || stt.faults.length > 0, { what: 'one who listens' });
    await what(call);
    const { data } = await system.sink.waitFor(
      ({ type, data }) => type === 'digits_received' && data.reference_id === callId,
    );
    await call.bye();
    await system.history(callId);
    return { digits: data.digits, result: data.result };
  }

  test('hears a phrase, and takes its digits', async () => {
    const said = await input('speech', (call) =>
      call.play(joined([sayNumbers(7, 8), new Int16Array(8_000)])),
    );
    expect(said).toEqual({ digits: '78', result: 'speech' });
  });

  test('takes keys as ever', async () => {
    expect(await input('typed', (call) => call.digits('1234'))).toEqual({ digits: '1234', result: 'length' });
  });

  test('takes keys where the engine fails', async () => {
    stt.faults = [{ code: 7 }];
    try {
      expect(await input('deaf', (call) => call.digits('1234'))).toEqual({
        digits: '1234',
        result: 'length',
      });
    } finally {
      stt.faults = [];
    }
  });
});

test('noise of the line does not stop it', async () => {
  server.answers(() => says(`${greeting} ${long}`));
  const { call, callId } = await callOn('noise');
  await soundOf(call);
  const began = wallTime();
  void call.play(tone(50, 16_000, { amplitude: 150 }));
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  expect(call.heard.silentSince(began + 1_000)).toBe(false);
  await call.bye();
  await system.history(callId);
});
