import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RecordingRecord } from '../../../src/recordings/recording-record.ts';
import { type CallFixture, givenCall, longSleep, pass } from '../../support/call-fixture.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';

// What is heard of a file: test/unit/transcribes and test/integration/transcribe-files.test.ts.

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const transcribe = (option: object = {}) => ({
  type: 'transcribe_recording',
  option: { language: 'en-US', ...option },
});
const after = { id: 'after', ...longSleep };

/** Recordings that the call has had. */
function recorded(given: CallFixture, ...records: readonly Partial<RecordingRecord>[]): RecordingRecord[] {
  return records.map((fields) => {
    const data = givenRecording({ reference_id: given.call.id, ...fields });
    given.recordings.told.push({ type: 'recording_updated', data });
    return data;
  });
}

test('all that the call has recorded is put in line, and the flow goes on at once', async () => {
  const given = givenCall();
  const [first, , running] = recorded(given, {}, { status: 'failed', duration: 0 }, { status: 'recording' });
  const flow = given.run(transcribe({ provider: 'gcp', hints: ['sales'] }), after);
  await pass();
  expect([flow.at, ...given.failures]).toEqual(['after']);
  const created = given.transcribes.told.filter(({ type }) => type === 'transcribe_created');
  expect(created.map(({ data }) => data)).toMatchObject(
    [first, running].map((recording) => ({
      ...{ reference_type: 'recording', reference_id: recording?.id, status: 'progressing' },
      ...{ language: 'en-US', direction: 'both', provider: 'gcp' },
    })),
  );
  expect([...given.transcribes.states.values()][0]?.hints).toEqual(['sales']);
  expect(flow.variable('voipbin.transcribe.id')).toBe(created[1]?.data.id);
  given.hangup();
  await flow.done;
});

test('a recording without the direction is left out', async () => {
  const given = givenCall();
  const [, right, mixed] = recorded(given, { channels: 'in' }, { channels: 'out' }, { channels: 'mixed' });
  const flow = given.run(transcribe({ direction: 'out' }), after);
  await pass();
  expect(given.transcribes.records.slice(0, 2).map(({ reference_id }) => reference_id)).toEqual([
    right?.id,
    mixed?.id,
  ]);
  given.hangup();
  await flow.done;
});

test('without a recording there is nothing to do, and that is no failure', async () => {
  const given = givenCall();
  const flow = given.run(transcribe(), after);
  await pass();
  expect([flow.at, given.failures, given.transcribes.told]).toEqual(['after', [], []]);
  given.hangup();
  await flow.done;
});

test('a second one is refused while the first goes on', async () => {
  const given = givenCall();
  const { promise } = Promise.withResolvers<never>();
  vi.spyOn(given.recordings.recordings, 'whenOver').mockReturnValue(promise);
  recorded(given, { status: 'recording' });
  const flow = given.run(
    transcribe({ direction: 'in' }),
    transcribe({ direction: 'out' }),
    transcribe(),
    after,
  );
  await pass();
  expect(given.failures).toEqual(['ALREADY_TRANSCRIBING']);
  expect(given.transcribes.types).toEqual(['transcribe_created', 'transcribe_created']);
  given.hangup();
  await flow.done;
});

test('one of a recording that came to nothing fails', async () => {
  const given = givenCall();
  recorded(given, { status: 'recording' });
  const flow = given.run(transcribe(), after);
  vi.spyOn(given.recordings.recordings, 'whenOver').mockResolvedValue(
    givenRecording({ status: 'failed', duration: 0 }),
  );
  await pass();
  expect(given.transcribes.records.at(-1)).toMatchObject({ status: 'failed', reason: 'RECORDING_NOT_FOUND' });
  expect(given.failures).toEqual([]);
  given.hangup();
  await flow.done;
  given.expectNothingLeft();
});
