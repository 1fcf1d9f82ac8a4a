import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { wireTime } from '../../../src/core/clock.ts';
import type { Kind } from '../../../src/news/kinds.ts';
import type { Written } from '../../../src/news/live.ts';
import { givenTranscribe } from '../../support/given-transcribes.ts';
import { isSoak } from '../../support/scale.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { givenConferencecall } from '../../support/store-conferences-contract.ts';
import { givenAgent } from '../../support/store-kept-contract.ts';
import { givenMessage } from '../../support/store-messages-contract.ts';
import { givenQueuecall } from '../../support/store-queue-contract.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';
import {
  givenActiveflow,
  givenCall,
  givenChatbot,
  givenFlow,
  givenMailbox,
  givenNumber,
  givenSchedule,
  givenStored,
  givenVoicemail,
  givenWebhook,
} from '../../support/store-records.ts';

const count = isSoak ? 10_000 : 300;
/** What a list may take with all of them, in milliseconds. */
const bound = 50;

const start = Date.UTC(2026, 0, 1) * 1_000;
const at = (index: number): string => wireTime(start + index * 1_000_000);
const party = (index: number) => ({
  ...{ type: 'tel', target: `+4930${index % 5_000}`, target_name: `Caller ${index}` },
  ...{ name: '', detail: '' },
});

/** One of each kind of what lives or has lived, as they usually are: over. */
function lived(index: number): readonly Written<Kind>[] {
  const tm_create = at(index);
  const call = givenCall({ tm_create, status: 'hangup', source: party(index), destination: party(7) });
  const about = { tm_create, reference_id: call.id };
  const conversation = {
    ...{ id: randomUUID(), customer_id: '', type: 'message' as const, source: party(7) },
    ...{ destination: party(index), tm_create, tm_update: tm_create, tm_delete: tm_create },
  };
  const transcript = {
    ...{ id: randomUUID(), customer_id: '', transcribe_id: randomUUID(), direction: 'in' as const },
    ...{ message: 'yes', tm_transcript: tm_create, reference_type: 'call' as const, ...about },
    ...{ start: 0, end: 1, confidence: 1 },
  };
  return [
    { kind: 'calls', record: call },
    givenStored({ record: givenActiveflow(about), isEnded: true }),
    { kind: 'queuecalls', record: givenQueuecall({ ...about, status: 'done', tm_delete: tm_create }) },
    { kind: 'conferencecalls', record: givenConferencecall({ ...about, status: 'leaved' }) },
    { kind: 'recordings', record: givenRecording({ ...about, status: 'done' }) },
    { kind: 'voicemails', record: givenVoicemail({ tm_create, source: party(index), status: 'saved' }) },
    { kind: 'transcribes', record: givenTranscribe({ ...about, status: 'done' }) },
    { kind: 'transcripts', record: transcript },
    { kind: 'messages', record: givenMessage('sent', { tm_create, source: party(index) }) },
    { kind: 'conversations', record: conversation },
  ] as readonly Written<Kind>[]; // each of its own kind
}

async function given(): Promise<ApiFixture> {
  const api = await givenApi({}, { requests: 1_000_000, failures: 1_000_000 });
  const { store } = api;
  const webhook = givenWebhook({ id: 'hook' });
  for (let first = 0; first < count; first += 100) {
    const indexes = Array.from({ length: 100 }, (_, index) => first + index);
    const deliveries = indexes.map((index) => ({
      ...{ id: `msg_${index}`, endpointId: 'hook', lane: `${index}`, type: 'call_created', body: '{}' },
      createdAt: start / 1_000 + index * 1_000,
    }));
    await store.commit({ live: indexes.flatMap(lived), deliveries });
    await store.laterCalls.insertAll(indexes.map(later));
    for (const index of indexes) {
      const made = { tm_create: at(index), name: `Line ${index}` };
      await store.flows.insert(givenFlow(made));
      await store.numbers.insert(givenNumber({ ...made, number: `+49${index}` }));
      await store.agents.insert(givenAgent(made));
      await store.chatbots.insert(givenChatbot(made));
      await store.schedules.insert(givenSchedule(made));
      await store.mailboxes.insert(givenMailbox(made));
      await store.webhooks.insert(givenWebhook(made));
    }
  }
  await store.webhooks.insert(webhook);
  return api;
}

function later(index: number) {
  const call = { delayMinutes: 60, source: party(index), destination: party(7), flowId: randomUUID() };
  const id = randomUUID();
  return { request: { id, work: JSON.stringify({ id, ...call }), tm_create: at(index) }, until: 1e15 };
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: { readonly enum?: readonly string[] };
}

const wanted: Readonly<Record<string, readonly string[]>> = {
  since: [at(count / 2), at(count * 2)],
  until: [at(10), at(count / 2)],
  number: ['+49307', '+4930none'],
  search: ['caller 17', 'line 17', 'nobody'],
};

/** Every list, with each of its filters: by what some have, by what nobody has. */
async function queriesOf(api: ApiFixture): Promise<string[]> {
  const { body } = await api.send({ method: 'GET', url: '/openapi.json' });
  type Verbs = { get?: { parameters?: Parameter[] } };
  return Object.entries<Verbs>(body.paths).flatMap(([path, { get }]) => {
    const asked = (get?.parameters ?? []).filter((each) => each.in === 'query');
    if (!asked.some(({ name }) => name === 'page_token')) return [];
    const narrowed = asked
      .filter(({ name }) => !name.startsWith('page_'))
      .flatMap(({ name, schema }) =>
        (wanted[name] ?? schema.enum ?? [randomUUID()]).map(
          (value) => `?${name}=${encodeURIComponent(value)}`,
        ),
      );
    return ['', ...narrowed].map((query) => `${path.replace('/v1.0', '').replace('{id}', 'hook')}${query}`);
  });
}

/** The quickest of several: what else the machine does meanwhile is not what a list takes. */
async function timeOf(api: ApiFixture, query: string): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < (isSoak ? 5 : 1); run++) {
    const began = performance.now();
    const { status, body } = await api.ask('GET', query);
    times.push(performance.now() - began);
    expect(status, `${query} ${JSON.stringify(body).slice(0, 300)}`).toBe(200);
  }
  return Math.min(...times);
}

test('every list answers, narrowed by each of its filters, with many of everything', async () => {
  await using api = await given();
  const queries = await queriesOf(api);
  expect(queries.length).toBeGreaterThan(100);
  const taken: (readonly [query: string, milliseconds: number])[] = [];
  for (const query of queries) taken.push([query, await timeOf(api, query)]);
  const slowest = taken.sort(([, one], [, other]) => other - one).slice(0, 12);
  if (!isSoak) return;
  console.info(
    `${queries.length} lists of ${count}, the slowest in ms:`,
    slowest.map(([query, ms]) => `${query} ${ms.toFixed(1)}`),
  );
  expect(taken.filter(([, milliseconds]) => milliseconds >= bound)).toEqual([]);
}, 1_200_000);
