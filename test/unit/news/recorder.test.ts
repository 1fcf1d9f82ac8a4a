import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { CallRecord } from '../../../src/calls/call-record.ts';
import { millisOf, wireTime } from '../../../src/core/clock.ts';
import type { Log } from '../../../src/core/log.ts';
import { StoreError } from '../../../src/core/store-error.ts';
import type { Batch } from '../../../src/news/batch.ts';
import type { PublishedEvent } from '../../../src/news/events.ts';
import { fanOut } from '../../../src/news/fan-out.ts';
import type { NewDelivery } from '../../../src/news/outbox.ts';
import { Recorder, type RecorderOptions } from '../../../src/news/recorder.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import {
  givenCall,
  givenCompletion,
  givenStored,
  ofCalls,
  recordActiveflow,
  recordCall,
} from '../../support/store-records.ts';

/** A store whose commits wait, and succeed or fail as told. */
class FakeStore {
  readonly commits: Batch[] = [];
  readonly log: string[] = [];
  running = 0;
  /** Called for each commit; throw to fail it. */
  onCommit: (batch: Batch) => unknown = () => undefined;

  async commit(batch: Batch): Promise<void> {
    expect(++this.running, 'one batch at a time').toBe(1);
    try {
      await this.onCommit(batch);
      this.commits.push(batch);
    } finally {
      this.running--;
    }
  }
}

function givenRecorder(options: RecorderOptions = {}) {
  const store = new FakeStore();
  const write = (_fields: object, event: string) => store.log.push(event);
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return { store, recorder: new Recorder(store, log, { interval: 1, backOff: [1, 2], ...options }) };
}

const ids = (batch: Batch | undefined) => (batch?.live ?? []).map(({ record }) => record.id);

/** Of the calls in it. */
const callsIn = (batch: Batch | undefined) =>
  (batch?.live ?? []).flatMap((live) => (live.kind === 'calls' ? [live.record] : []));

const nothing: Batch = {
  live: [],
  deliveries: [],
  requests: [],
  completions: [],
  completed: [],
};

test('what is recorded together is committed together, latest form only', async () => {
  const { store, recorder } = givenRecorder();
  const [call, stored] = [givenCall(), givenStored()];
  const ended: CallRecord = { ...call, status: 'hangup' };
  recordCall(recorder, call);
  recordActiveflow(recorder, stored);
  recordCall(recorder, ended);
  await recorder.flush();
  expect(store.commits).toMatchObject([{ ...nothing, live: [stored, ...ofCalls(ended)] }]);
});

test('a record that its event has told all of is turned into text once, and that of no other event is taken for it', async () => {
  const { store, recorder } = givenRecorder({
    deliveriesOf: (events) => fanOut(events, [{ id: 'all', status: 'active' }], 0),
  });
  const [call, other] = [givenCall({ hangup_reason: 'busy' }), givenCall()];
  const told = (data: CallRecord): PublishedEvent => ({
    event: { type: 'call_updated', data },
    lane: data.id,
  });
  recorder.record({ live: { kind: 'calls', record: call }, event: told(call) });
  recorder.record({ live: { kind: 'calls', record: other }, event: told({ ...other, hold: true }) });
  await recorder.flush();
  const [first, second] = store.commits[0]?.live ?? [];
  expect(first?.text).toBe(JSON.stringify(call));
  expect(second).toMatchObject({ record: other, text: undefined });
});

test('recording never waits, and a commit follows soon by itself', async () => {
  const { store, recorder } = givenRecorder({ interval: 5 });
  const committed = new Promise<Batch>((resolve) => {
    store.onCommit = resolve;
  });
  recordCall(recorder, givenCall());
  expect(store.running).toBe(0);
  expect((await committed).live).toHaveLength(1);
});

test('whoever waits for a commit is not kept waiting by what else may come', async () => {
  const { store, recorder } = givenRecorder({ interval: 3_600_000 });
  const calls = [givenCall(), givenCall()] as const;
  recordCall(recorder, calls[0]);
  await recorder.flush();
  const gate = Promise.withResolvers<void>();
  store.onCommit = () => gate.promise;
  recordCall(recorder, calls[1]);
  const flushed = recorder.flushOne('calls', calls[1].id);
  gate.resolve();
  expect(await flushed).toBe(true);
  expect(store.commits.map(ids)).toEqual([[calls[0].id], [calls[1].id]]);
});

test('while a batch is under way the next one collects', async () => {
  const { store, recorder } = givenRecorder();
  const gate = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  store.onCommit = () => {
    started.resolve();
    return gate.promise;
  };
  const calls = [givenCall(), givenCall(), givenCall()] as const;
  recordCall(recorder, calls[0]);
  await started.promise;
  recordCall(recorder, calls[1]);
  recordCall(recorder, calls[2]);
  gate.resolve();
  await recorder.flush();
  expect(store.commits.map(ids)).toEqual([[calls[0].id], [calls[1].id, calls[2].id]]);
});

test('what waits can be seen until it is committed', async () => {
  const { store, recorder } = givenRecorder();
  const [call, stored] = [givenCall(), givenStored()];
  store.onCommit = () => {
    expect(recorder.latest('calls', call.id)?.record).toBe(call);
    expect(recorder.latest('activeflows', stored.record.id)?.record).toBe(stored.record);
  };
  recordCall(recorder, call);
  recordActiveflow(recorder, stored);
  expect(recorder.latest('calls', call.id)?.record).toBe(call);
  await recorder.flush();
  expect(store.commits).toHaveLength(1);
  expect(recorder.latest('calls', call.id)).toBeUndefined();
  expect(recorder.latest('activeflows', stored.record.id)).toBeUndefined();
});

test('a failed batch is kept, a newer form takes the place of the older, and the log says it once', async () => {
  const { store, recorder } = givenRecorder();
  const [first, second] = [givenCall(), givenCall()];
  const ended: CallRecord = { ...first, status: 'hangup' };
  let attempts = 0;
  store.onCommit = () => {
    if (++attempts > 3) return;
    if (attempts === 1) recordCall(recorder, second);
    if (attempts === 2) recordCall(recorder, ended);
    throw new StoreError(attempts === 1 ? 'full' : 'busy');
  };
  recordCall(recorder, first);
  await recorder.flush();
  expect(store.commits).toMatchObject([{ ...nothing, live: ofCalls(second, ended) }]);
  expect(store.log).toEqual(['store_failed', 'store_restored']);
});

test('a flush waits for what was recorded before it and not for what comes later', async () => {
  const { store, recorder } = givenRecorder();
  await recorder.flush();
  let isFirst = true;
  store.onCommit = () => {
    if (isFirst) recordCall(recorder, givenCall());
    else throw new StoreError('full');
    isFirst = false;
  };
  recordCall(recorder, givenCall());
  await recorder.flush();
  expect(store.commits).toHaveLength(1);
  await expect(recorder.flush(AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' });
  await recorder.close(AbortSignal.abort());
});

test('a change that the store never takes holds back no other', async () => {
  const { store, recorder } = givenRecorder();
  const [bad, good] = [givenCall(), givenStored()];
  store.onCommit = (batch) => {
    if (callsIn(batch).includes(bad)) throw new TypeError('cannot be turned into a row');
  };
  recordCall(recorder, bad);
  recordActiveflow(recorder, good);
  await recorder.flush();
  expect(store.commits).toMatchObject([{ ...nothing, live: [good] }]);
  expect(store.log).toEqual(['change_refused']);
});

test('whoever waits for a call that the store never takes is told', async () => {
  const { store, recorder } = givenRecorder();
  const [bad, good] = [givenCall(), givenCall()];
  store.onCommit = (batch) => {
    if (callsIn(batch).includes(bad)) throw new TypeError('cannot be turned into a row');
  };
  recordCall(recorder, bad);
  recordCall(recorder, good);
  const flushed = [bad, good].map(({ id }) => recorder.flushOne('calls', id));
  expect(await Promise.all(flushed)).toEqual([false, true]);
});

test('when the store fails while changes are tried one by one, they are kept', async () => {
  const { store, recorder } = givenRecorder();
  const calls = [givenCall(), givenCall()];
  let isFull = true;
  store.onCommit = (batch) => {
    if (!isFull) return;
    if (batch.live?.length === 2) throw new StoreError('failed');
    isFull = false;
    throw new StoreError('full');
  };
  for (const call of calls) recordCall(recorder, call);
  await recorder.flush();
  expect(store.commits).toMatchObject([{ ...nothing, live: ofCalls(...calls) }]);
});

test('it is saturated by as many records as it may hold, in flight or not, and no longer than that', async () => {
  const { store, recorder } = givenRecorder({ maxPending: 3 });
  let isFull = true;
  store.onCommit = () => {
    if (isFull) throw new StoreError('full');
  };
  const call = givenCall();
  recordCall(recorder, call);
  recordCall(recorder, call);
  recordCall(recorder, givenCall());
  expect(recorder.isSaturated).toBe(false);
  recordActiveflow(recorder, givenStored());
  expect(recorder.isSaturated).toBe(true);
  isFull = false;
  await recorder.flush();
  expect(recorder.isSaturated).toBe(false);
});

test('closing commits what is left; what comes later is dropped', async () => {
  const { store, recorder } = givenRecorder();
  const call = givenCall();
  recordCall(recorder, call);
  await recorder.close();
  recordCall(recorder, givenCall());
  await recorder.close();
  expect(store.commits.map(ids)).toEqual([[call.id]]);
});

test('closing gives up when told, and says what is lost', async () => {
  const { store, recorder } = givenRecorder({ backOff: [60_000] });
  store.onCommit = () => {
    throw new StoreError('full');
  };
  recordCall(recorder, givenCall());
  await recorder.close(AbortSignal.timeout(20));
  expect(store.log).toEqual(['store_failed', 'changes_lost']);
});

const given = { createdAt: 1, endpointId: 'a', body: '{}' };

/** Events as they come from a call: the type says which. */
function news(call: CallRecord, type: 'call_created' | 'call_updated' | 'call_hungup') {
  return { event: { type, data: call }, lane: call.id } as const;
}

/** Each event goes to one endpoint; ids are never the same twice. */
function deliveriesOf(events: readonly PublishedEvent[]): NewDelivery[] {
  return events.map(({ event, lane }) => ({ ...given, id: randomUUID(), lane, type: event.type }));
}

const typesIn = (batch: Batch | undefined) => batch?.deliveries?.map(({ type }) => type);

test('a change and the deliveries of its event are committed together, in order, and then it is told', async () => {
  const told: number[] = [];
  const { store, recorder } = givenRecorder({
    deliveriesOf,
    onDeliveries: () => told.push(store.commits.length),
  });
  const call = givenCall();
  const ended: CallRecord = { ...call, status: 'hangup' };
  recordCall(recorder, call, news(call, 'call_created'));
  recordCall(recorder, ended, news(ended, 'call_hungup'));
  await recorder.flush();
  recordCall(recorder, givenCall());
  await recorder.flush();
  expect(store.commits.map(({ live }) => live?.length)).toEqual([1, 1]);
  expect(callsIn(store.commits[0])).toEqual([ended]);
  expect(store.commits.map(typesIn)).toEqual([['call_created', 'call_hungup'], []]);
  expect(told).toEqual([1]);
});

test('no record is written before the events that led to it, however much waits', async () => {
  const { store, recorder } = givenRecorder({ deliveriesOf, portion: 3 });
  const calls = [givenCall(), givenCall()] as const;
  for (const type of ['call_created', 'call_updated', 'call_updated', 'call_hungup'] as const) {
    for (const call of calls) {
      const record: CallRecord = { ...call, status: type === 'call_hungup' ? 'hangup' : 'progressing' };
      recordCall(recorder, record, news(record, type));
    }
  }
  await recorder.flush();
  expect(store.commits.map((batch) => typesIn(batch)?.length)).toEqual([3, 3, 2]);
  const [one, two, three] = store.commits.map((batch) => callsIn(batch).map(({ status }) => status));
  expect([one, two, three]).toEqual([
    ['progressing', 'progressing'],
    ['progressing', 'progressing'],
    ['hangup', 'hangup'],
  ]);
});

test('a batch in doubt is repeated with the same deliveries, and nothing overtakes it', async () => {
  const { store, recorder } = givenRecorder({ deliveriesOf, portion: 2 });
  const call = givenCall();
  const attempts: Batch[] = [];
  store.onCommit = (batch) => {
    attempts.push(batch);
    if (attempts.length === 1) recordCall(recorder, call, news(call, 'call_hungup'));
    if (attempts.length < 3) throw new StoreError('unreachable');
  };
  recordCall(recorder, call, news(call, 'call_created'));
  recordCall(recorder, call, news(call, 'call_updated'));
  await recorder.flush();
  await recorder.flush();
  expect(attempts[2]?.deliveries).toEqual(attempts[0]?.deliveries);
  expect(store.commits.map(typesIn)).toEqual([['call_created', 'call_updated'], ['call_hungup']]);
});

test('a flush waits for the newer form that took the place of what it waited for', async () => {
  const { store, recorder } = givenRecorder({ portion: 1 });
  const call = givenCall();
  const ended: CallRecord = { ...call, status: 'hangup' };
  let attempts = 0;
  store.onCommit = () => {
    if (++attempts > 1) return;
    recordCall(recorder, givenCall());
    recordCall(recorder, ended);
    throw new StoreError('full');
  };
  recordCall(recorder, call);
  await recorder.flush();
  expect(store.commits.flatMap(callsIn)).toContain(ended);
});

test('the state of an activeflow is asked for when it is written, and a broken one costs nothing else', async () => {
  const { store, recorder } = givenRecorder({ deliveriesOf });
  let said = 'early';
  const [{ kind, record }, broken] = [givenStored(), givenStored()];
  recorder.record({ live: { kind, record, state: () => ({ variables: { said } }) } });
  const state = () => {
    throw new TypeError('cannot be serialised');
  };
  recorder.record({ live: { kind, record: broken.record, state } });
  said = 'late';
  await recorder.flush();
  expect(store.commits[0]?.live).toEqual([
    { kind, record, state: '{"variables":{"said":"late"}}' },
    { kind, record: broken.record },
  ]);
  expect(store.log).toEqual(['state_not_written']);
});

test('what an end brings about is committed with it, and then it is told', async () => {
  const told: number[] = [];
  const { store, recorder } = givenRecorder({ onRequests: () => told.push(store.commits.length) });
  const [first, next] = [givenStored({ isEnded: true }), givenStored()];
  const request = { id: 'msg_1', work: '{}', tm_create: wireTime() };
  const completion = givenCompletion({ id: first.record.id });
  recordActiveflow(recorder, first, { request, completion });
  await recorder.flush();
  recordActiveflow(recorder, next, { completes: first.record.id });
  recorder.record({ completes: 'other' });
  await recorder.flush();
  expect(store.commits).toMatchObject([
    {
      ...nothing,
      live: [first],
      requests: [{ ...request, activeflowId: first.record.id }],
      completions: [completion],
    },
    { ...nothing, live: [next], completed: [first.record.id, 'other'] },
  ]);
  expect(told).toEqual([1]);
});

test('records without events are bounded by their number, events by the limit', async () => {
  const { store, recorder } = givenRecorder({ deliveriesOf, maxPending: 5, backOff: [1] });
  let isFull = true;
  store.onCommit = () => {
    if (isFull) throw new StoreError('full');
  };
  const call = givenCall();
  for (let n = 0; n < 100; n += 1) recordCall(recorder, call);
  expect(recorder.isSaturated).toBe(false);
  for (let n = 0; n < 5; n += 1) recorder.record({ event: news(call, 'call_updated') });
  expect(recorder.isSaturated).toBe(true);
  isFull = false;
  await recorder.flush();
  expect(store.commits.flatMap((batch) => typesIn(batch) ?? [])).toHaveLength(5);
});

test('a change whose event nobody takes is as one without: its latest form alone is kept, with what comes of it', async () => {
  const { store, recorder } = givenRecorder({ deliveriesOf: () => [], portion: 1 });
  const [first, next] = [givenStored(), givenStored()];
  const call = givenCall();
  const ended: CallRecord = { ...call, status: 'hangup' };
  recordActiveflow(recorder, next, { completes: first.record.id });
  recordActiveflow(recorder, next);
  recordCall(recorder, call, news(call, 'call_created'));
  for (let n = 0; n < 100; n += 1) recordCall(recorder, call, news(call, 'call_updated'));
  recordCall(recorder, ended, news(ended, 'call_hungup'));
  expect(recorder.waiting).toBe(3);
  await recorder.flush();
  expect(store.commits).toMatchObject([
    { ...nothing, live: [next], completed: [first.record.id] },
    { ...nothing, live: [next] },
    { ...nothing, live: ofCalls(ended) },
  ]);
});

test('an event that nobody takes and that tells of no record costs no commit', async () => {
  const { store, recorder } = givenRecorder({ deliveriesOf: () => [] });
  recorder.record({ event: news(givenCall(), 'call_updated') });
  expect(recorder.waiting).toBe(0);
  await recorder.flush();
  expect(store.commits).toEqual([]);
});

test('who takes an event is decided when it happens', async () => {
  let isTaken = true;
  const { store, recorder } = givenRecorder({
    deliveriesOf: (events) => (isTaken ? deliveriesOf(events) : []),
  });
  const call = givenCall();
  recordCall(recorder, call, news(call, 'call_created'));
  isTaken = false;
  recordCall(recorder, call, news(call, 'call_updated'));
  isTaken = true;
  recordCall(recorder, call, news(call, 'call_hungup'));
  isTaken = false;
  await recorder.flush();
  expect(store.commits.map(typesIn)).toEqual([['call_created', 'call_hungup']]);
});

test('a change waits for ten milliseconds; where they come one upon another for up to twenty, and none for longer', async () => {
  using clock = new VirtualClock();
  const { store, recorder } = givenRecorder({ interval: 10 });
  const waited: number[] = [];
  store.onCommit = ({ live = [] }) => {
    for (const { record } of live) waited.push(clock.now() - millisOf(record.tm_create));
  };
  const record = () => recordCall(recorder, { ...givenCall(), tm_create: wireTime(clock.now() * 1_000) });
  for (const pause of [500, 500]) {
    record();
    await clock.pass(pause);
  }
  expect(waited.map(Math.round)).toEqual([10, 10]);
  for (let n = 0; n < 500; n += 1) {
    record();
    await clock.pass(1);
  }
  await clock.pass(500);
  expect(waited).toHaveLength(502);
  expect(Math.max(...waited)).toBeLessThanOrEqual(20);
  expect(store.commits.length).toBeLessThanOrEqual(2 + 500 / 20 + 2);
});

test('sealed, it commits what it was given before and nothing that comes later, and says so to whoever waits for that', async () => {
  const { store, recorder } = givenRecorder();
  const [before, later] = [givenCall(), givenCall()];
  recordCall(recorder, before);
  recorder.seal();
  recordCall(recorder, later);
  recordCall(recorder, { ...before, status: 'hangup' });
  expect(await recorder.flushOne('calls', later.id)).toBe(false);
  await recorder.close();
  expect(store.commits.flatMap(callsIn)).toEqual([before]);
  expect(store.log).toEqual([]);
});

test('sealed, it writes states as they were then', async () => {
  const { store, recorder } = givenRecorder();
  const { kind, record } = givenStored({ isEnded: true });
  let kept = { said: 'before' };
  recorder.record({ live: { kind, record, state: () => ({ kept }) } });
  recorder.seal();
  kept = { said: 'later' };
  await recorder.close();
  const states = store.commits.flatMap(({ live = [] }) => live.map(({ state = '' }) => JSON.parse(state)));
  expect(states).toEqual([{ kept: { said: 'before' } }]);
});
