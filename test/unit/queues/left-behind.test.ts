import { expect, test } from 'vitest';
import { neverTime, nowMicros, wireTime } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import { News } from '../../../src/news/news.ts';
import { Recorder } from '../../../src/news/recorder.ts';
import { emptyQueues } from '../../../src/queues/left-behind.ts';
import { givenStore } from '../../support/store-folder.ts';
import { givenQueuecall } from '../../support/store-queue-contract.ts';

const ago = (seconds: number): string => wireTime(nowMicros() - seconds * 1_000_000);

test('who was in a queue when the daemon died has left it, after as long as he has waited and talked', async () => {
  await using fixture = await givenStore();
  const { store } = fixture;
  const recorder = new Recorder(store, silentLog);
  const waiting = givenQueuecall({ tm_create: ago(10) });
  const rung = givenQueuecall({ status: 'entering', tm_create: ago(10), tm_service: ago(1) });
  const served = givenQueuecall({
    status: 'service',
    tm_create: ago(10),
    tm_service: ago(4),
    duration_waiting: 6_000,
  });
  await store.commit({
    live: [waiting, rung, served].map((record) => ({ kind: 'queuecalls', record }) as const),
  });
  const news = new News(recorder, { requestOf: () => undefined, onTold: () => undefined });
  emptyQueues(await store.queuecalls.unfinished(), (type, record) =>
    news.changed({ kind: 'queuecalls', record }, type),
  );
  await recorder.flush(AbortSignal.timeout(5_000));

  const left = { status: 'abandoned', reason: 'failed', tm_service: neverTime, duration_service: 0 };
  for (const { id } of [waiting, rung]) {
    const record = await store.queuecalls.get(id);
    expect(record).toMatchObject(left);
    expect(record?.duration_waiting).toBeGreaterThan(9_900);
    expect(record?.duration_waiting).toBeLessThan(60_000);
  }
  const record = await store.queuecalls.get(served.id);
  expect(record).toMatchObject({ status: 'done', reason: 'failed', tm_service: served.tm_service });
  expect(record?.duration_waiting).toBeCloseTo(6_000, -2);
  expect(record?.duration_service).toBeGreaterThan(3_900);
  expect(record?.duration_service).toBeLessThan(60_000);
  await recorder.close(AbortSignal.timeout(5_000));
});
