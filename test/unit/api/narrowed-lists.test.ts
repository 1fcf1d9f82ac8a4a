import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { wireTime, zeroId } from '../../../src/core/clock.ts';
import type { Kind } from '../../../src/news/kinds.ts';
import type { Written } from '../../../src/news/live.ts';
import { givenTranscribe } from '../../support/given-transcribes.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { givenConferencecall } from '../../support/store-conferences-contract.ts';
import { givenAgent } from '../../support/store-kept-contract.ts';
import { givenMessage } from '../../support/store-messages-contract.ts';
import { givenQueuecall } from '../../support/store-queue-contract.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';
import {
  givenActiveflow,
  givenFlow,
  givenNumber,
  givenStored,
  givenVoicemail,
  givenWebhook,
} from '../../support/store-records.ts';

const party = (target: string, target_name = '') => ({
  type: 'tel',
  target,
  target_name,
  name: '',
  detail: '',
});

/** By what each list is narrowed, besides its pages. */
const filters: Readonly<Record<string, string>> = {
  '/activeflows': 'flow_id reference_id since status until',
  '/agents': 'search since status until',
  '/calls': 'flow_id number search since status until',
  '/chatbots': 'search since until',
  '/confbridges': 'since until',
  '/conferencecalls': 'conference_id reference_id since status until',
  '/conferences': 'search since until',
  '/conversations': 'number search since until',
  '/deliveries': 'call_id since state until webhook_id',
  '/extensions': 'search since until',
  '/flows': 'search since until',
  '/latercalls': 'flow_id number search since until',
  '/mailboxes': 'search since until',
  '/messages': 'direction number search since until',
  '/numbers': 'flow_id number search since until',
  '/queuecalls': 'queue_id reference_id since status until',
  '/queues': 'search since until',
  '/recordingfiles': 'reference_id since until',
  '/recordings': 'reference_id since status until',
  '/schedules': 'search since until',
  '/sounds': 'search since until',
  '/tokens': 'search since until',
  '/transcribes': 'reference_id since status until',
  '/transcripts': 'reference_id since transcribe_id until',
  '/voicemails': 'call_id mailbox_id number search since status until',
  '/webhooks': 'search since status until',
  '/webhooks/{id}/deliveries': 'call_id since state until',
};

interface Parameter {
  readonly name: string;
  readonly in: string;
}

async function listsOf(api: ApiFixture): Promise<[path: string, names: string[]][]> {
  const { body } = await api.send({ method: 'GET', url: '/openapi.json' });
  type Verbs = { get?: { parameters?: Parameter[] } };
  const queries = Object.entries<Verbs>(body.paths).map(([path, { get }]) => {
    const asked = (get?.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => name);
    return [path.replace('/v1.0', ''), asked] as [string, string[]];
  });
  return queries.filter(([, names]) => names.includes('page_token'));
}

test('every list has the filters of what it lists', async () => {
  await using api = await givenApi();
  const lists = (await listsOf(api)).map(([path, names]) => [
    path,
    names.filter((name) => !name.startsWith('page_')).sort(),
  ]);
  const expected = Object.entries(filters).map(([path, names]) => [path, names.split(' ')]);
  expect(Object.fromEntries(lists)).toMatchObject(Object.fromEntries(expected));
});

const wrong: Readonly<Record<string, string>> = {
  since: 'yesterday',
  until: '2026-02-30',
  status: 'nonsense',
  state: 'nonsense',
  direction: 'nonsense',
  flow_id: 'x',
  queue_id: 'x',
  conference_id: zeroId.slice(1),
  reference_id: 'x',
  call_id: 'x',
  webhook_id: 'x',
  mailbox_id: 'x',
  transcribe_id: 'x',
  number: 'x'.repeat(256),
  search: '',
  page_size: '0',
  page_token: 'x',
};

test('every filter of every list refuses what is no value of it, and says which', async () => {
  await using api = await givenApi({}, { requests: 10_000, failures: 10_000 });
  await api.store.webhooks.insert(givenWebhook({ id: 'hook' }));
  for (const [path, names] of await listsOf(api))
    for (const name of names.filter((each) => each in wrong)) {
      const { status, body } = await api.ask('GET', `${path.replace('{id}', 'hook')}?${name}=${wrong[name]}`);
      expect({ status, path: body.error?.details[0]?.path }, `${path}?${name}`).toEqual({
        status: 400,
        path: name,
      });
    }
});

/** What of each kind is stored, and which of them a list with some query has. */
async function given(api: ApiFixture, live: readonly Written<Kind>[]) {
  await api.store.commit({ live: live as never }); // each of its own kind
  return async (path: string): Promise<string[]> => {
    const { status, body } = await api.ask('GET', path);
    expect(status, JSON.stringify(body)).toBe(200);
    return body.result.map(({ id }: { id: string }) => id);
  };
}

const call = randomUUID();
const times = ['2026-01-01 00:00:00.000000', '2026-01-02 00:00:00.000000'] as const;

test('activeflows are found by status and flow, conference calls and queue calls by status and call', async () => {
  await using api = await givenApi();
  const flow_id = randomUUID();
  const [first, second] = times.map((tm_create) => givenActiveflow({ tm_create }));
  const running = givenStored({ record: { ...first!, flow_id }, isEnded: false });
  const ended = givenStored({ record: second!, isEnded: true });
  const [inside, left] = [
    givenConferencecall({ reference_id: call, status: 'joined' }),
    givenConferencecall({ status: 'leaved' }),
  ];
  const listed = await given(api, [
    running,
    ended,
    { kind: 'conferencecalls', record: inside },
    { kind: 'conferencecalls', record: left },
    { kind: 'queuecalls', record: givenQueuecall({ status: 'wait', reference_id: call }) },
  ]);
  expect(await listed('/activeflows?status=running')).toEqual([first?.id]);
  expect(await listed('/activeflows?status=ended')).toEqual([second?.id]);
  expect(await listed(`/activeflows?flow_id=${flow_id}`)).toEqual([first?.id]);
  expect(await listed(`/activeflows?flow_id=${flow_id}&status=ended`)).toEqual([]);
  expect(await listed('/activeflows?since=2026-01-02')).toEqual([second?.id]);
  expect(await listed(`/conferencecalls?reference_id=${call}`)).toEqual([inside.id]);
  expect(await listed('/conferencecalls?status=leaved')).toEqual([left.id]);
  expect(await listed('/queuecalls?status=wait')).toHaveLength(1);
  expect(await listed('/queuecalls?status=done')).toEqual([]);
});

test('recordings are found by status and time, voicemails by call and number', async () => {
  await using api = await givenApi();
  const [old, failed] = [
    givenRecording({ status: 'done', tm_create: times[0] }),
    givenRecording({ status: 'failed', tm_create: times[1] }),
  ];
  const [heard, other] = [
    givenVoicemail({ call_id: call, source: party('+491', 'Ada') }),
    givenVoicemail({ source: party('+4912') }),
  ];
  const listed = await given(api, [
    { kind: 'recordings', record: old },
    { kind: 'recordings', record: failed },
    { kind: 'transcribes', record: givenTranscribe({ status: 'done' }) },
    { kind: 'voicemails', record: heard },
    { kind: 'voicemails', record: other },
  ]);
  expect(await listed('/recordings?status=failed')).toEqual([failed.id]);
  expect(await listed('/recordings?until=2026-01-02')).toEqual([old.id]);
  expect(await listed('/recordings?since=2026-01-02')).toEqual([failed.id]);
  expect(await listed('/recordingfiles?since=2026-01-02')).toEqual([]);
  expect(await listed('/recordingfiles?until=2026-01-02')).toEqual([old.id]);
  expect(await listed('/transcribes?status=failed')).toEqual([]);
  expect(await listed(`/voicemails?call_id=${call}`)).toEqual([heard.id]);
  expect(await listed('/voicemails?number=%2B491')).toEqual([heard.id]);
  expect(await listed('/voicemails?number=%2B4912&search=ada')).toEqual([]);
});

test('messages are found by any of their numbers, and none that only has it as a part', async () => {
  await using api = await givenApi();
  const target = (destination: ReturnType<typeof party>) => ({
    ...givenMessage().targets[0]!,
    destination,
  });
  const many = givenMessage('sent', {
    source: party('+491'),
    targets: [target(party('+4911', 'Ada')), target(party('+492'))],
  });
  const one = givenMessage('sent', { source: party('+4911'), targets: [target(party('sip:Bob@x'))] });
  const conversation = {
    ...{ id: randomUUID(), customer_id: '', type: 'message' as const },
    ...{ source: party('+491', 'Clinic'), destination: party('+492') },
    ...{ tm_create: times[0], tm_update: times[0], tm_delete: times[1] },
  };
  const listed = await given(api, [
    { kind: 'messages', record: many },
    { kind: 'messages', record: one },
    { kind: 'conversations', record: conversation },
  ]);
  const both = [one.id, many.id].sort();
  expect(await listed('/messages?number=%2B491')).toEqual([many.id]);
  expect((await listed('/messages?number=%2B4911')).sort()).toEqual(both);
  expect(await listed('/messages?number=%2B492')).toEqual([many.id]);
  expect(await listed('/messages?number=sip:bob@x')).toEqual([one.id]);
  expect(await listed('/messages?search=ada')).toEqual([many.id]);
  expect(await listed('/messages?number=%2B4911&search=bob')).toEqual([one.id]);
  expect(await listed('/conversations?number=%2B492')).toEqual([conversation.id]);
  expect(await listed('/conversations?search=CLINIC&number=%2B491')).toEqual([conversation.id]);
  expect(await listed('/conversations?number=%2B49')).toEqual([]);
});

test('what users make is found by when, and by number, flow and status where it has these', async () => {
  await using api = await givenApi();
  const { flows, numbers, agents, webhooks } = api.store;
  const flow = givenFlow({ tm_create: times[0] });
  await flows.insert(flow);
  await flows.insert(givenFlow({ tm_create: times[1] }));
  const [led, bare] = [
    givenNumber({ number: '+491', call_flow_id: flow.id }),
    givenNumber({ number: '+4911', tm_create: times[1] }),
  ];
  for (const number of [led, bare]) await numbers.insert(number);
  const [away, there] = [givenAgent({ status: 'away' }), givenAgent()];
  for (const agent of [away, there]) await agents.insert(agent);
  const [on, off] = [givenWebhook(), givenWebhook({ status: 'inactive' })];
  for (const webhook of [on, off]) await webhooks.insert(webhook);
  await api.ask('POST', '/extensions', { extension: '2001', name: 'Front desk' });
  await api.ask('POST', '/tokens', { name: 'Dashboard' });
  const listed = await given(api, []);
  expect(await listed('/flows?until=2026-01-02')).toEqual([flow.id]);
  expect(await listed('/numbers?number=%2B491')).toEqual([led.id]);
  expect(await listed(`/numbers?flow_id=${flow.id}`)).toEqual([led.id]);
  expect(await listed('/numbers?until=2026-01-03&search=49')).toEqual([bare.id]);
  expect(await listed('/agents?status=away')).toEqual([away.id]);
  await agents.update(there.id, { status: 'away', tm_update: wireTime() });
  expect(await listed('/agents?status=available')).toEqual([]);
  expect(await listed('/webhooks?status=inactive')).toEqual([off.id]);
  expect(await listed('/extensions?search=FRONT')).toHaveLength(1);
  expect(await listed('/extensions?search=2002')).toEqual([]);
  expect(await listed('/tokens?search=dash')).toHaveLength(1);
  expect(await listed('/tokens?since=2100-01-01')).toEqual([]);
});

test('a number is of each flow that it runs, whatever for; once, and page by page', async () => {
  await using api = await givenApi();
  const { flows, numbers } = api.store;
  const flow = givenFlow();
  await flows.insert(flow);
  const fields = ['call_flow_id', 'message_flow_id', 'closed_flow_id'] as const;
  const made = fields.map((field, index) =>
    givenNumber({ [field]: flow.id, number: `+49${index}`, name: 'line' }),
  );
  const all = givenNumber({ ...Object.fromEntries(fields.map((field) => [field, flow.id])), number: '+498' });
  const none = givenNumber({ number: '+499' });
  for (const number of [...made, all, none]) await numbers.insert(number);
  const listed = await given(api, []);
  const ids = [...made, all].map(({ id }) => id).sort();
  expect((await listed(`/numbers?flow_id=${flow.id}`)).sort()).toEqual(ids);
  expect(await listed(`/numbers?flow_id=${flow.id}&search=line&number=%2B491`)).toEqual([made[1]!.id]);
  const paged = [];
  for (let query = '', pages = 0; pages < 9; pages++) {
    const { body } = await api.ask('GET', `/numbers?flow_id=${flow.id}&page_size=1${query}`);
    paged.push(...body.result.map(({ id }: { id: string }) => id));
    if (body.next_page_token === '') break;
    query = `&page_token=${body.next_page_token}`;
  }
  expect(paged.sort()).toEqual(ids);
  await numbers.update(made[2]!.id, { closed_flow_id: zeroId, tm_update: wireTime() });
  expect(await listed(`/numbers?flow_id=${flow.id}`)).not.toContain(made[2]!.id);
  const withoutCalls = [made[1]!, made[2]!, none].map(({ id }) => id).sort();
  expect((await listed(`/numbers?flow_id=${zeroId}`)).sort()).toEqual(withoutCalls);
});

test('deliveries are listed by the time of their events, of one webhook or of all, page by page', async () => {
  await using api = await givenApi();
  const hooks = [givenWebhook(), givenWebhook()];
  for (const webhook of hooks) await api.store.webhooks.insert(webhook);
  const start = Date.UTC(2026, 0, 1);
  // Appended in another order than they were made in, as by a daemon whose store was away.
  const made = [3, 1, 0, 2].map((hour) => ({
    id: `msg_${hour}`,
    endpointId: hooks[hour % 2]!.id,
    ...{
      lane: `call${hour}`,
      type: 'call_created',
      body: '{}',
      createdAt: start + hour * 3_600_000 + 0.001,
    },
  }));
  await api.store.commit({ deliveries: made });
  const listed = await given(api, []);
  expect(await listed('/deliveries')).toEqual(['msg_3', 'msg_2', 'msg_1', 'msg_0']);
  expect(await listed('/deliveries?since=2026-01-01T01:00:00.000001Z')).toEqual(['msg_3', 'msg_2', 'msg_1']);
  expect(await listed('/deliveries?since=2026-01-01T01:00:00.000002Z')).toEqual(['msg_3', 'msg_2']);
  expect(await listed('/deliveries?until=2026-01-01T01:00:00.000001Z')).toEqual(['msg_0']);
  const query = '?since=2026-01-01T01:00:00Z&until=2026-01-01T04:00:00Z&page_size=1';
  const first = await api.ask('GET', `/webhooks/${hooks[1]!.id}/deliveries${query}`);
  expect(first.body.result).toMatchObject([{ id: 'msg_3' }]);
  const next = await api.ask(
    'GET',
    `/webhooks/${hooks[1]!.id}/deliveries${query}&page_token=${first.body.next_page_token}`,
  );
  expect(next.body).toMatchObject({ result: [{ id: 'msg_1' }], next_page_token: '' });
});
