import { expect, test } from 'vitest';
import type { CallRecord } from '../../src/calls/call-record.ts';
import type { Log } from '../../src/core/log.ts';
import { Recorder, type RecorderOptions } from '../../src/storage/recorder.ts';
import type { Batch } from '../../src/storage/store.ts';
import { StoreError } from '../../src/storage/store-error.ts';
import { givenCall, givenStored } from '../support/store-records.ts';

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

const ids = (batch: Batch | undefined) => [
  ...(batch?.calls ?? []).map(({ id }) => id),
  ...(batch?.activeflows ?? []).map(({ record }) => record.id),
];

test('what is recorded together is committed together, latest form only', async () => {
  const { store, recorder } = givenRecorder();
  const [call, stored] = [givenCall(), givenStored()];
  const ended: CallRecord = { ...call, status: 'hangup' };
  recorder.recordCall(call);
  recorder.recordActiveflow(stored);
  recorder.recordCall(ended);
  await recorder.flush();
  expect(store.commits).toEqual([{ calls: [ended], activeflows: [stored] }]);
});

test('recording never waits, and a commit follows within 10 ms by itself', async () => {
  const { store, recorder } = givenRecorder({ interval: 5 });
  const started = performance.now();
  const committed = new Promise<number>((resolve) => {
    store.onCommit = () => resolve(performance.now() - started);
  });
  recorder.recordCall(givenCall());
  expect(store.running).toBe(0);
  expect(await committed).toBeLessThan(100); // 10 ms and what a busy machine adds
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
  recorder.recordCall(calls[0]);
  await started.promise;
  recorder.recordCall(calls[1]);
  recorder.recordCall(calls[2]);
  gate.resolve();
  await recorder.flush();
  expect(store.commits.map(ids)).toEqual([[calls[0].id], [calls[1].id, calls[2].id]]);
});

test('what waits can be seen until it is committed', async () => {
  const { store, recorder } = givenRecorder();
  const [call, stored] = [givenCall(), givenStored()];
  store.onCommit = () => {
    expect(recorder.waitingCall(call.id)).toBe(call);
    expect(recorder.waitingActiveflow(stored.record.id)).toBe(stored);
  };
  recorder.recordCall(call);
  recorder.recordActiveflow(stored);
  expect(recorder.waitingCall(call.id)).toBe(call);
  await recorder.flush();
  expect(store.commits).toHaveLength(1);
  expect(recorder.waitingCall(call.id)).toBeUndefined();
  expect(recorder.waitingActiveflow(stored.record.id)).toBeUndefined();
});

test('a failed batch is kept, a newer form takes the place of the older, and the log says it once', async () => {
  const { store, recorder } = givenRecorder();
  const [first, second] = [givenCall(), givenCall()];
  const ended: CallRecord = { ...first, status: 'hangup' };
  let attempts = 0;
  store.onCommit = () => {
    if (++attempts > 3) return;
    if (attempts === 1) recorder.recordCall(second);
    if (attempts === 2) recorder.recordCall(ended);
    throw new StoreError(attempts === 1 ? 'full' : 'busy');
  };
  recorder.recordCall(first);
  await recorder.flush();
  expect(store.commits).toEqual([{ calls: [ended, second], activeflows: [] }]);
  expect(store.log).toEqual(['store_failed', 'store_restored']);
});

test('a flush waits for what was recorded before it and not for what comes later', async () => {
  const { store, recorder } = givenRecorder();
  await recorder.flush();
  let isFirst = true;
  store.onCommit = () => {
    if (isFirst) recorder.recordCall(givenCall());
    else throw new StoreError('full');
    isFirst = false;
  };
  recorder.recordCall(givenCall());
  await recorder.flush();
  expect(store.commits).toHaveLength(1);
  await expect(recorder.flush(AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' });
  await recorder.close(AbortSignal.abort());
});

test('a change that the store never takes holds back no other', async () => {
  const { store, recorder } = givenRecorder();
  const [bad, good] = [givenCall(), givenStored()];
  store.onCommit = ({ calls }) => {
    if (calls.includes(bad)) throw new TypeError('cannot be turned into a row');
  };
  recorder.recordCall(bad);
  recorder.recordActiveflow(good);
  await recorder.flush();
  expect(store.commits).toEqual([{ calls: [], activeflows: [good] }]);
  expect(store.log).toEqual(['change_refused']);
});

test('when the store fails while changes are tried one by one, they are kept', async () => {
  const { store, recorder } = givenRecorder();
  const calls = [givenCall(), givenCall()];
  let isFull = true;
  store.onCommit = (batch) => {
    if (!isFull) return;
    if (batch.calls.length === 2) throw new StoreError('failed');
    isFull = false;
    throw new StoreError('full');
  };
  for (const call of calls) recorder.recordCall(call);
  await recorder.flush();
  expect(store.commits).toEqual([{ calls, activeflows: [] }]);
});

test('it is saturated by as many records as it may hold, in flight or not, and no longer than that', async () => {
  const { store, recorder } = givenRecorder({ maxPending: 3 });
  let isFull = true;
  store.onCommit = () => {
    if (isFull) throw new StoreError('full');
  };
  const call = givenCall();
  recorder.recordCall(call);
  recorder.recordCall(call);
  recorder.recordCall(givenCall());
  expect(recorder.isSaturated).toBe(false);
  recorder.recordActiveflow(givenStored());
  expect(recorder.isSaturated).toBe(true);
  isFull = false;
  await recorder.flush();
  expect(recorder.isSaturated).toBe(false);
});

test('closing commits what is left; what comes later is dropped', async () => {
  const { store, recorder } = givenRecorder();
  const call = givenCall();
  recorder.recordCall(call);
  await recorder.close();
  recorder.recordCall(givenCall());
  await recorder.close();
  expect(store.commits.map(ids)).toEqual([[call.id]]);
});

test('closing gives up when told, and says what is lost', async () => {
  const { store, recorder } = givenRecorder({ backOff: [60_000] });
  store.onCommit = () => {
    throw new StoreError('full');
  };
  recorder.recordCall(givenCall());
  await recorder.close(AbortSignal.timeout(20));
  expect(store.log).toEqual(['store_failed', 'changes_lost']);
});
