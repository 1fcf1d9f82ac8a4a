import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import type { RecordingRecord } from '../../src/recordings/recording-record.ts';
import type { Store } from '../../src/storage/store.ts';
import type { GivenStore } from './store-folder.ts';
import { allPages } from './store-list-contract.ts';

export function givenRecording(fields: Partial<RecordingRecord> = {}): RecordingRecord {
  const now = wireTime();
  return {
    id: randomUUID(),
    customer_id: zeroId,
    reference_type: 'call',
    reference_id: randomUUID(),
    status: 'done',
    format: 'wav',
    tm_start: now,
    tm_end: now,
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
    channels: 'stereo',
    duration: 1_000,
    reason: '',
    ended_by: '',
    ...fields,
  };
}

export function recordingContract(given: GivenStore): void {
  const write = (store: Store, ...records: readonly RecordingRecord[]) =>
    store.commit({ live: records.map((record) => ({ kind: 'recordings', record })) });

  test('a recording is replaced by its later form, keys in their order', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const recording = givenRecording({ status: 'recording', duration: 0 });
    await write(store, recording);
    const done = { ...recording, status: 'done', duration: 5 } as const;
    await write(store, done);
    expect(JSON.stringify(await store.recordings.get(recording.id))).toBe(JSON.stringify(done));
    expect((await store.recordings.list({ size: 10 })).result).toEqual([done]);
  });

  test('lists are newest first, and of those whose file is there on demand', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const statuses = ['done', 'recording', 'failed', 'paused', 'done'] as const;
    const all = statuses.map((status) => givenRecording({ status }));
    await write(store, ...all);
    const ids = (records: readonly RecordingRecord[]) => records.map(({ id }) => id);
    expect(ids(await allPages((page) => store.recordings.list(page), 2))).toEqual(ids(all.toReversed()));
    const done = await allPages((page) => store.recordings.list(page, { isDone: true }), 1);
    expect(ids(done)).toEqual(ids([all[4]!, all[0]!]));
  });

  test('those of a call are found, oldest first', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const [first, other, second] = [givenRecording(), givenRecording(), givenRecording()];
    const ofOne = { ...second, reference_id: first.reference_id };
    await write(store, first, other, ofOne);
    expect(await store.recordings.ofCall(first.reference_id)).toEqual([first, ofOne]);
  });

  test('those of a call are listed alone, newest first, with or without those that have no file', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const reference_id = randomUUID();
    const [first, failed, last, deleted] = [
      givenRecording({ reference_id }),
      givenRecording({ reference_id, status: 'failed' }),
      givenRecording({ reference_id }),
      givenRecording({ reference_id, tm_delete: wireTime() }),
    ];
    await write(store, first, givenRecording(), failed, last, deleted);
    const list = (isDone: boolean) =>
      allPages((page) => store.recordings.list(page, { reference_id, isDone }), 1);
    expect(await list(false)).toEqual([last, failed, first]);
    expect(await list(true)).toEqual([last, first]);
  });

  test('a deleted one is neither found nor listed', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const recording = givenRecording({ tm_delete: wireTime() });
    await write(store, recording);
    expect(await store.recordings.get(recording.id)).toBeUndefined();
    expect((await store.recordings.list({ size: 10 })).result).toEqual([]);
    expect(await store.recordings.ofCall(recording.reference_id)).toEqual([]);
  });

  test('those that are not over are found again after a restart, oldest first', async () => {
    await using fixture = await given();
    const [recording, paused] = [
      givenRecording({ status: 'recording' }),
      givenRecording({ status: 'paused' }),
    ];
    await write(fixture.store, paused, givenRecording(), recording, givenRecording({ status: 'failed' }));
    const store = await fixture.reopen();
    expect((await store.recordings.unfinished()).map(({ record }) => record)).toEqual([recording, paused]);
  });

  test('the oldest that are over are found, deleted ones too, and can be forgotten', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const old = (day: number, fields: Partial<RecordingRecord> = {}) =>
      givenRecording({ tm_create: `2022-04-0${day} 00:00:00.000000`, ...fields });
    const [third, first, running, second, young] = [
      old(3),
      old(1, { tm_delete: wireTime() }),
      old(1, { status: 'recording' }),
      old(2, { status: 'failed' }),
      givenRecording(),
    ];
    await write(store, third, first, running, second, young);
    expect(await store.recordings.old('2022-04-09 00:00:00.000000', 2)).toEqual([first, second]);
    await store.recordings.forget([first.id, second.id]);
    expect(await store.recordings.old('2022-04-09 00:00:00.000000', 9)).toEqual([third]);
    expect(await store.recordings.old('2022-04-03 00:00:00.000000', 9)).toEqual([]);
    expect(await store.recordings.isOurs(third.id)).toBe(true);
    expect(await store.recordings.isOurs(first.id)).toBe(true);
    const left = (await store.recordings.list({ size: 10 })).result.map(({ id }) => id);
    expect(left).toEqual([young.id, third.id, running.id]);
  });
}
