import { expect, test } from 'vitest';
import type { ChatbotRecord } from '../../../src/chatbots/chatbot-record.ts';
import { Chatbots } from '../../../src/chatbots/chatbots.ts';
import { createLog, type Log } from '../../../src/core/log.ts';
import { givenChatbot } from '../../support/store-records.ts';

const secretKey = 'a secret key of thirty-two letters';

function storeOf(...records: readonly ChatbotRecord[]) {
  return {
    get: async (id: string) => records.find((record) => record.id === id),
    list: async () => ({ result: records, next: '' }),
  };
}

function sealedWith(key: string, record = givenChatbot()): ChatbotRecord {
  const chatbots = new Chatbots({ store: storeOf(), secretKey: key });
  return { ...record, sealed_key: chatbots.sealed('sk-secret', record) };
}

test('a chatbot comes with its key, one without a key without', async () => {
  const [one, other] = [sealedWith(secretKey), givenChatbot()];
  const chatbots = new Chatbots({ store: storeOf(one, other), secretKey });
  expect(await chatbots.get(one.id)).toEqual({
    ...{ id: one.id, url: one.url, model: 'small', prompt: 'You sell shoes.', voice: '' },
    apiKey: 'sk-secret',
  });
  expect((await chatbots.get(other.id)).apiKey).toBe('');
  await expect(chatbots.get('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test.each([
  ['with another key', sealedWith(`${secretKey}!`), secretKey, /another ARIFLOW_SECRET_KEY/],
  [
    'for another server',
    { ...sealedWith(secretKey), url: 'https://thief.example' },
    secretKey,
    /something else/,
  ],
  ['where there is no key any more', sealedWith(secretKey), undefined, /ARIFLOW_SECRET_KEY is not set/],
])('a key that was stored %s is said to be unreadable, also at a start', async (_, record, key, why) => {
  const chatbots = new Chatbots({ store: storeOf(record), secretKey: key });
  await expect(chatbots.get(record.id)).rejects.toMatchObject({ code: 'CHATBOT_KEY_UNREADABLE' });
  await expect(chatbots.get(record.id)).rejects.toThrow(why);
  const told: object[] = [];
  const log = { ...createLog('silent'), warn: (line: object) => told.push(line) } as unknown as Log;
  await chatbots.tellUnreadable(log, new AbortController().signal);
  expect(told).toEqual([{ chatbot: record.id, reason: expect.stringMatching(why) }]);
});

test('of keys that can be read nothing is said', async () => {
  const chatbots = new Chatbots({ store: storeOf(sealedWith(secretKey), givenChatbot()), secretKey });
  const log = { warn: () => expect.unreachable() } as unknown as Log;
  await chatbots.tellUnreadable(log, new AbortController().signal);
});
