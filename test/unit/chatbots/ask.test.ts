import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../../src/chatbots/ask.ts';
import { toolsOf } from '../../../src/chatbots/tools.ts';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import { GuardedClient } from '../../../src/http/guarded-client.ts';
import { userRequests } from '../../../src/http/user-requests.ts';
import { type ChatReply, ChatServer, says } from '../../support/chat-server.ts';
import { chat } from '../../support/fake-chatbots.ts';
import { until } from '../../support/until.ts';

const policy = new AddressPolicy({ allow: ['127.0.0.1'] });
const client = new GuardedClient({ policy, userAgent: 'ariflow/test' });
const http = userRequests(client, policy);

let server: ChatServer;
beforeAll(async () => {
  server = await ChatServer.open();
});
afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

const question = {
  instructions: 'You sell shoes.',
  history: [{ role: 'user', content: 'Hello' }] as const,
  tools: toolsOf(['sales']),
};

async function asking(reply: ChatReply, { url = server.url, signal = new AbortController().signal } = {}) {
  server.answers(() => reply);
  const texts: string[] = [];
  const chatbot = { id: 'c', url, model: 'small', prompt: '', voice: '', apiKey: 'sk-secret' };
  const calls = await ask(chatbot, question, { http, onText: (text) => texts.push(text), signal });
  return { calls, text: texts.join(''), pieces: texts.length };
}

test('a real server is asked as it expects, and its words come as they come', async () => {
  expect(await asking(says('We have red shoes.'))).toEqual({
    calls: [],
    text: 'We have red shoes.',
    pieces: 4,
  });
  const request = server.requests.at(-1);
  expect(request?.authorization).toBe('Bearer sk-secret');
  expect(request?.body).toMatchObject({
    model: 'small',
    stream: true,
    messages: [
      { role: 'system', content: 'You sell shoes.' },
      { role: 'user', content: 'Hello' },
    ],
  });
});

test('the base URL may end with a slash', async () => {
  expect((await asking(says('Yes.'), { url: `${server.url}//` })).text).toBe('Yes.');
});

test('a call that is split over pieces is whole', async () => {
  const split = [
    chat.callPiece({ name: 'go_to', arguments: '{"na' }),
    20,
    chat.callPiece({ arguments: 'me":"sa' }),
    chat.callPiece({ arguments: 'les"}' }),
    chat.end('tool_calls'),
  ];
  expect((await asking({ pieces: split })).calls).toEqual([{ name: 'go_to', arguments: '{"name":"sales"}' }]);
});

describe('fails', () => {
  test.each<[string, ChatReply, string]>([
    ['with a server error', { status: 500 }, 'SERVER_ERROR'],
    ['with a key that is refused', { status: 403 }, 'AUTHENTICATION_FAILURE'],
    ['when it is busy', { status: 429 }, 'CLIENT_ERROR'],
    ['when it closes before the end', { pieces: [chat.text('We ha')] }, 'INVALID_RESPONSE'],
    ['when the connection breaks', { pieces: [chat.text('We ha'), 50], ending: 'reset' }, 'INVALID_RESPONSE'],
    ['with garbage', { pieces: ['data: {"choices":7}\n\n'] }, 'INVALID_RESPONSE'],
    ['with more than there is to be', { pieces: [`data: ${'x'.repeat(1_100_000)}\n\n`] }, 'INVALID_RESPONSE'],
  ])('%s', async (_, reply, code) => {
    await expect(asking(reply)).rejects.toMatchObject({ code });
  });

  test('at an address that is not allowed', async () => {
    await expect(asking(says('Yes.'), { url: 'http://10.0.0.1/v1' })).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
    });
  });
});

test('given up, it is told to the server by the end of the connection', async () => {
  const abort = new AbortController();
  const reason = new Error('the caller speaks');
  const before = server.requests.length;
  const asked = asking({ pieces: [chat.text('We ha'), 30], ending: 'hang' }, { signal: abort.signal });
  await until(() => server.requests.length > before);
  abort.abort(reason);
  await expect(asked).rejects.toBe(reason);
  await until(() => server.requests.at(-1)?.isAborted === true);
});
