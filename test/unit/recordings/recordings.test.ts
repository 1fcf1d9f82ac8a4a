import { expect, test } from 'vitest';
import type { Bridge } from '../../../src/calls/bridge.ts';
import { wireTime } from '../../../src/core/clock.ts';
import { Scope } from '../../../src/core/scope.ts';
import type { Survivors } from '../../../src/recordings/left-recordings.ts';
import { FakeAri } from '../../support/fake-ari.ts';
import { GivenRecordings } from '../../support/given-recordings.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';

const never = new AbortController().signal;

function given(...records: ReturnType<typeof givenRecording>[]): GivenRecordings {
  const recordings = new GivenRecordings(new FakeAri().ari);
  recordings.told.push(...records.map((data) => ({ type: 'recording_updated', data }) as const));
  return recordings;
}

const nobody: Survivors = {
  callOf: () => undefined,
  calls: [],
  whenCompared: Promise.resolve(),
  bridgeOf: async () => undefined,
  scope: new Scope(() => undefined),
};

/** A start finds them, and no call that lives on. */
async function start({ recordings, left }: GivenRecordings): Promise<void> {
  await recordings.tidyUp(true);
  recordings.takeUp(left, nobody);
}

test('a start looks after what is not over, and leaves its files alone', async () => {
  const [running, paused] = [givenRecording({ status: 'recording' }), givenRecording({ status: 'paused' })];
  const left = given(running, givenRecording(), paused, givenRecording({ status: 'failed' }));
  await start(left);
  expect(left.kept).toEqual(new Set([running.id, paused.id]));
  const ended = [running, paused].map((record) => ({ ...record, ended_by: 'hangup' }));
  expect(left.recovered).toEqual(ended);
});

test('a start tries again to make what could not be made, and leaves the files for it alone', async () => {
  const failed = givenRecording({ status: 'failed', duration: 0 });
  const kept = givenRecording({ status: 'failed', duration: 500 });
  const done = givenRecording();
  const left = given(failed, kept, done);
  left.unmade.push(failed.id, kept.id, done.id, 'nobody');
  await start(left);
  expect(left.kept).toEqual(new Set([failed.id]));
  expect(left.retried).toEqual([failed]);
  expect(left.recovered).toEqual([]);
});

test('a start leaves the files alone of what another daemon has taken over', async () => {
  const theirs = givenRecording({ status: 'recording' });
  const left = given(theirs);
  left.elsewhere.add(theirs.id);
  left.unmade.push(theirs.id);
  await start(left);
  expect(left.kept).toEqual(new Set([theirs.id]));
  expect(left.recovered).toEqual([]);
  left.recordings.takeUp([{ record: theirs, state: undefined }], nobody);
  expect(left.recovered).toEqual([{ ...theirs, ended_by: 'hangup' }]);
});

test('what lives by then is not swept away later, nor tried again', async () => {
  const failed = givenRecording({ status: 'failed', duration: 0 });
  const left = given(failed);
  left.unmade.push(failed.id, 'nobody');
  await left.recordings.tidyUp(false);
  expect(left.kept).toEqual(new Set([failed.id]));
  expect(left.retried).toEqual([]);
});

test('the recordings of a call are found, oldest first', async () => {
  const first = givenRecording();
  const [second, failed] = [
    { ...givenRecording(), reference_id: first.reference_id },
    givenRecording({ status: 'failed', reference_id: first.reference_id }),
  ];
  const { recordings } = given(first, givenRecording(), failed, second);
  expect(await recordings.ofCall(first.reference_id, never)).toEqual([first, failed, second]);
});

test('a deleted recording is told of, and its file is gone', async () => {
  const recording = givenRecording();
  const some = given(recording);
  const deleted = await some.recordings.delete(recording.id);
  expect(some.deleted).toEqual([recording.id]);
  expect(some.told.at(-1)).toEqual({ type: 'recording_deleted', data: deleted });
  await expect(some.recordings.get(recording.id)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});

test('one that is deleted twice at once is told of once; later there is none', async () => {
  const recording = givenRecording();
  const some = given(recording);
  const { recordings, told } = some;
  const [one, other] = await Promise.all([recordings.delete(recording.id), recordings.delete(recording.id)]);
  expect(other).toEqual(one);
  expect(told.filter(({ type }) => type === 'recording_deleted')).toHaveLength(1);
  await expect(recordings.delete(recording.id)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});

test('what could not be made goes with what Asterisk has written', async () => {
  const recording = givenRecording({ status: 'failed', duration: 0 });
  const some = given(recording);
  await some.recordings.delete(recording.id);
  expect(some.dropped).toEqual([recording.id]);
});

test('a recording whose file is with another daemon is not deleted', async () => {
  const recording = givenRecording();
  const some = given(recording);
  some.elsewhere.add(recording.id);
  await expect(some.recordings.delete(recording.id)).rejects.toMatchObject({ reason: 'CONFLICT' });
  expect(some.deleted).toEqual([]);
  expect(await some.recordings.get(recording.id)).toEqual(recording);
});

test('old recordings go with their files, so many at a time', async () => {
  const old = Array.from({ length: 3 }, () => givenRecording({ tm_create: '2022-04-11 00:23:54.724620' }));
  const some = given(...old, givenRecording({ tm_create: wireTime() }));
  expect(await some.recordings.expire(Date.parse('2023-01-01T00:00:00Z'), 2)).toBe(2);
  expect(some.deleted).toEqual(old.slice(0, 2).map(({ id }) => id));
});

test('all recordings of a call are found, those that are not over too', async () => {
  const running = givenRecording({ status: 'recording' });
  const done = { ...givenRecording(), reference_id: running.reference_id };
  const { recordings } = given(running, givenRecording(), done);
  expect(await recordings.ofCall(running.reference_id, never)).toEqual([running, done]);
  expect(await recordings.whenOver(done.id, never)).toEqual(done);
  await expect(recordings.whenOver('nobody', never)).rejects.toMatchObject({ reason: 'NOT_FOUND' });
});

test('whoever begins to record looks at no recordings of others', () => {
  const { ari } = new FakeAri();
  const { recordings } = new GivenRecordings(ari);
  let looks = 0;
  const record = (name: string): void => {
    const bridge = { id: name } as Bridge; // of which no more is asked before it answers
    const room = { ari, bridge, scope: new Scope(() => undefined), calls: () => [] };
    const counted = {
      ...room,
      get id() {
        looks += 1;
        return name;
      },
    };
    void recordings.startOfBridge(counted, { format: 'wav', duration: 0 }).catch(() => undefined);
  };
  record('first');
  const alone = looks;
  for (let count = 0; count < 50; count++) record(`other ${count}`);
  looks = 0;
  record('last');
  expect(looks).toBe(alone);
});
