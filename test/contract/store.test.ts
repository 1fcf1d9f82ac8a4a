import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CallRecord, nothingOrdered } from '../../src/calls/call-record.ts';
import { neverTime, zeroId } from '../../src/core/clock.ts';
import { activeflowState } from '../../src/flows/activeflow-state.ts';
import { givenConference } from '../support/fake-conferences.ts';
import { givenQueue } from '../support/fake-queues.ts';
import { givenTrunk } from '../support/given-trunks.ts';
import { TestPostgres } from '../support/postgres.ts';
import { conferencesContract } from '../support/store-conferences-contract.ts';
import { type GivenStore, givenStore, storesOn } from '../support/store-folder.ts';
import { givenAgent, keptContract } from '../support/store-kept-contract.ts';
import { allPages, listContract } from '../support/store-list-contract.ts';
import { liveContract } from '../support/store-live-contract.ts';
import { messageContract } from '../support/store-messages-contract.ts';
import { pointersContract } from '../support/store-pointers-contract.ts';
import { queueContract } from '../support/store-queue-contract.ts';
import { recordingContract } from '../support/store-recordings-contract.ts';
import {
  givenActiveflow,
  givenCall,
  givenChatbot,
  givenFlow,
  givenMailbox,
  givenNumber,
  givenSchedule,
  givenStored,
  givenWebhook,
  ofCalls,
} from '../support/store-records.ts';
import {
  defaults,
  numberContract,
  resourceContract,
  webhookContract,
} from '../support/store-resource-contract.ts';
import { revisionContract } from '../support/store-revisions-contract.ts';
import { searchContract } from '../support/store-search-contract.ts';
import { soundContract } from '../support/store-sounds-contract.ts';
import { transcribeContract } from '../support/store-transcribes-contract.ts';
import { voicemailContract } from '../support/store-voicemails-contract.ts';

let server: TestPostgres;
beforeAll(async () => {
  server = await TestPostgres.start();
}, 300_000);
afterAll(() => server.stop());

storeContract('SQLite', givenStore);
storeContract(
  'PostgreSQL',
  storesOn(() => server),
);

/** What every engine does. */
function storeContract(name: string, given: GivenStore): void {
  describe(`store on ${name}`, () => {
    resourceContract('flows', given, (store) => store.flows, givenFlow);
    resourceContract('numbers', given, (store) => store.numbers, givenNumber);
    resourceContract('webhooks', given, (store) => store.webhooks, givenWebhook);
    resourceContract('agents', given, (store) => store.agents, givenAgent);
    resourceContract('conferences', given, (store) => store.conferences, givenConference);
    resourceContract('queues', given, (store) => store.queues, givenQueue);
    resourceContract('chatbots', given, (store) => store.chatbots, givenChatbot);
    describe('sounds', () => soundContract(given));
    resourceContract('schedules', given, (store) => store.schedules, givenSchedule);
    resourceContract('trunks', given, (store) => store.trunks, givenTrunk);
    resourceContract('mailboxes', given, (store) => store.mailboxes, givenMailbox);
    describe('voicemails', () => voicemailContract(given));
    describe('conferences', () => conferencesContract(given));
    describe('queues and agents', () => queueContract(given));
    describe('what flows keep', () => keptContract(given));
    describe('flows', () => revisionContract(given));
    describe('numbers', () => numberContract(given));
    describe('webhooks', () => webhookContract(given));
    describe('pointers', () => pointersContract(given));
    describe('lists', () => listContract(given));
    describe('searches', () => searchContract(given));
    describe('calls', () => callContract(given));
    describe('activeflows', () => activeflowContract(given));
    describe('recordings', () => recordingContract(given));
    describe('transcribes', () => transcribeContract(given));
    describe('what lives', () => liveContract(given));
    describe('messages', () => messageContract(given));
    describe('commit', () => commitContract(given));
    describe('closing', () => closingContract(given));
  });
}

function callContract(given: GivenStore): void {
  const tel = (target: string) => ({ type: 'tel', target, target_name: '', name: '', detail: '' });

  test('a call is replaced by its later form', async () => {
    await using fixture = await given();
    const call = givenCall();
    const ended = { ...call, status: 'hangup', hangup_by: 'remote', hangup_reason: 'normal' } as const;
    await fixture.store.commit({ live: ofCalls(call) });
    await fixture.store.commit({ live: ofCalls(ended) });
    expect(JSON.stringify(await fixture.store.calls.get(call.id))).toBe(JSON.stringify(ended));
    expect((await fixture.store.calls.list({ size: 10 })).result).toEqual([ended]);
  });

  test('a call of an earlier version has the fields it lacks, behind its own', async () => {
    await using fixture = await given();
    const { activeflow_id: _, hold: __, held: ___, mute: ____, moh: _____, ...earlier } = givenCall();
    await fixture.store.commit({ live: ofCalls(earlier as CallRecord) });
    const read = { ...earlier, activeflow_id: zeroId, hold: false, ...nothingOrdered };
    expect(JSON.stringify(await fixture.store.calls.get(earlier.id))).toBe(JSON.stringify(read));
    expect((await fixture.store.calls.list({ size: 10 })).result).toEqual([read]);
    expect(await fixture.store.calls.unfinished()).toEqual([{ record: read, state: undefined }]);
  });

  test('lists are narrowed by status, time and either number', async () => {
    await using fixture = await given();
    const { calls } = fixture.store;
    const old = givenCall({ tm_create: '2022-04-11 00:23:54.724620', status: 'hangup', source: tel('1') });
    const here = givenCall({ source: tel('2'), destination: tel('1') });
    const there = givenCall({ status: 'ringing', source: tel('3'), destination: tel('2') });
    await fixture.store.commit({ live: ofCalls(old, here, there) });
    const ids = async (filter: Parameters<typeof calls.list>[1]) =>
      (await calls.list({ size: 10 }, filter)).result.map(({ id }) => id);
    expect(await ids({})).toEqual([there.id, here.id, old.id]);
    expect(await ids({ status: 'hangup' })).toEqual([old.id]);
    expect(await ids({ since: old.tm_create })).toEqual([there.id, here.id, old.id]);
    expect(await ids({ since: '2022-04-11 00:23:54.724621' })).toEqual([there.id, here.id]);
    expect(await ids({ number: '1' })).toEqual([here.id, old.id]);
    expect(await ids({ number: '2', status: 'ringing' })).toEqual([there.id]);
    expect(await ids({ number: '%' })).toEqual([]);
    const pages = await allPages((page) => calls.list(page, { number: '2' }), 1);
    expect(pages.map(({ id }) => id)).toEqual([there.id, here.id]);
  });

  test('what had not ended is found again after a restart, oldest first', async () => {
    await using fixture = await given();
    const [first, ended, last] = [
      givenCall(),
      givenCall({ status: 'hangup' }),
      givenCall({ status: 'dialing' }),
    ];
    await fixture.store.commit({ live: ofCalls(last, ended, first) });
    const store = await fixture.reopen();
    expect((await store.calls.unfinished()).map(({ record }) => record)).toEqual([first, last]);
  });
}

function activeflowContract(given: GivenStore): void {
  test('an activeflow is kept with its state; one of an earlier version has what that did not write', async () => {
    await using fixture = await given();
    const { activeflows } = fixture.store;
    const cursor = [{ list: 'main', index: 2 }];
    const variables = { a: 'é\u0000' };
    const stored = givenStored({ state: JSON.stringify({ cursor, variables, later: 1 }) });
    await fixture.store.commit({ live: [stored] });
    const state = activeflowState.parse({ cursor, variables });
    expect(state).toMatchObject({ lists: [], counters: {}, step: 0, running: [], kept: {}, isTold: false });
    expect(await activeflows.find(stored.record.id)).toEqual({ record: stored.record, state });
    const shown = { ...stored.record, status: 'running' };
    expect(await activeflows.get(stored.record.id)).toEqual(shown);
    expect((await activeflows.list({ size: 1 })).result).toEqual([shown]);
    expect(await activeflows.find('nobody')).toBeUndefined();
  });

  test.each(['not even JSON', '[]', '{"variables":{"a":1}}'])(
    'one is there without a state of %s',
    async (state) => {
      await using fixture = await given();
      const { activeflows } = fixture.store;
      const stored = givenStored({ state });
      await fixture.store.commit({ live: [stored] });
      const found = { record: stored.record, state: undefined };
      expect(await activeflows.find(stored.record.id)).toEqual(found);
      expect(await activeflows.unfinished()).toEqual([found]);
      expect(await activeflows.get(stored.record.id)).toEqual(stored.record);
    },
  );

  test('those of one call are listed alone, page by page, ended ones too', async () => {
    await using fixture = await given();
    const { activeflows } = fixture.store;
    const reference_id = randomUUID();
    const ofCall = Array.from({ length: 5 }, (_, index) =>
      givenStored({ record: givenActiveflow({ reference_id }), isEnded: index % 2 === 0 }),
    );
    const api = givenStored({ record: givenActiveflow({ reference_type: 'api', reference_id: zeroId }) });
    await fixture.store.commit({ live: [...ofCall, api, givenStored()] });
    const found = await allPages((page) => activeflows.list(page, { reference_id }), 2);
    const shown = ({ record }: (typeof ofCall)[number]) => record;
    expect(ofCall.map(({ record }) => record.status)).toContain('ended');
    expect(found).toEqual(ofCall.map(shown).reverse());
    const ofNone = await activeflows.list({ size: 9 }, { reference_id: zeroId });
    expect(ofNone.result).toEqual([shown(api)]);
    expect((await activeflows.list({ size: 9 }, { reference_id: randomUUID() })).result).toEqual([]);
    expect((await activeflows.list({ size: 9 })).result).toHaveLength(7);
  });

  test('only what has not ended is unfinished', async () => {
    await using fixture = await given();
    const [first, second] = [givenStored(), givenStored()];
    await fixture.store.commit({ live: [first, second] });
    const ended = givenStored({ record: first.record, isEnded: true, state: '{"variables":{}}' });
    await fixture.store.commit({ live: [ended] });
    const store = await fixture.reopen();
    expect((await store.activeflows.unfinished()).map(({ record }) => record)).toEqual([second.record]);
    expect(await store.activeflows.find(first.record.id)).toMatchObject({ record: ended.record });
    expect((await store.activeflows.list({ size: 10 })).result).toHaveLength(2);
  });
}

function commitContract(given: GivenStore): void {
  test('all of a batch is written, or nothing', async () => {
    await using fixture = await given();
    const call = givenCall();
    const broken = givenStored({ record: givenActiveflow({ tm_create: null as unknown as string }) });
    await expect(fixture.store.commit({ live: [...ofCalls(call), broken] })).rejects.toMatchObject({
      problem: 'failed',
    });
    expect(await fixture.store.calls.get(call.id)).toBeUndefined();
    await fixture.store.commit({ live: ofCalls(call) });
    expect(await fixture.store.calls.get(call.id)).toEqual(call);
  });

  test('the last form within a batch counts', async () => {
    await using fixture = await given();
    const call = givenCall();
    const ended = givenCall({ ...call, status: 'hangup' });
    await fixture.store.commit({ live: ofCalls(call, ended) });
    expect(await fixture.store.calls.get(call.id)).toEqual(ended);
  });

  test('batches, transactions and reads at the same time do not disturb each other', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const calls = Array.from({ length: 200 }, () => givenCall());
    await Promise.all([
      ...calls.map((call) => store.commit({ live: ofCalls(call) })),
      ...Array.from({ length: 20 }, () => store.webhooks.insert(givenWebhook({ is_default: true }))),
      ...Array.from({ length: 20 }, () => store.calls.list({ size: 100 })),
    ]);
    expect(await allPages((page) => store.calls.list(page), 100)).toHaveLength(200);
    expect(await defaults(store)).toHaveLength(1);
  });

  test('what the database takes is known, and grows', async () => {
    await using fixture = await given();
    const before = await fixture.store.size();
    expect(before).toBeGreaterThan(10_000);
    const flows = Array.from({ length: 20 }, () => givenFlow({ detail: randomUUID().repeat(2_000) }));
    for (const flow of flows) await fixture.store.flows.insert(flow);
    expect(await fixture.store.size()).toBeGreaterThan(before);
  });

  test('an empty batch is fine', async () => {
    await using fixture = await given();
    await fixture.store.commit({ live: [] });
    expect(await fixture.store.trouble()).toBeUndefined();
  });
}

function closingContract(given: GivenStore): void {
  test('what comes after closing is refused, what came before stays', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const call = givenCall();
    await store.commit({ live: ofCalls(call) });
    await Promise.all([store.close(), store.close()]);
    for (const attempt of [
      () => store.flows.get('x'),
      () => store.flows.insert(givenFlow()),
      () => store.webhooks.insert(givenWebhook({ is_default: true })),
      () => store.commit({ live: ofCalls(call) }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ problem: 'closed', isRetryable: false });
    }
    expect(await store.trouble()).toBe('closed');
    const again = await fixture.reopen();
    expect(await again.calls.get(call.id)).toEqual({ ...call, tm_update: neverTime });
  });
}
