import { expect, test } from 'vitest';
import { News } from '../../../src/news/news.ts';
import type { Change } from '../../../src/news/pending-changes.ts';
import type { Recorder } from '../../../src/news/recorder.ts';
import type { RecordingEventType, RecordingRecord } from '../../../src/recordings/recording-record.ts';
import { givenTranscript } from '../../support/given-transcribes.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';

/** What is stored and what is told of a recording. */
function told(type: RecordingEventType, record: RecordingRecord, linkTo?: (id: string) => string) {
  const changes: Change[] = [];
  const recorder = { record: (change: Change) => void changes.push(change) } as unknown as Recorder;
  const news = new News(recorder, { requestOf: () => undefined, onTold: () => undefined, linkTo });
  news.recording(type, record);
  const [{ live, event } = {}] = changes;
  return { stored: live?.record, data: event?.event.data ?? {} };
}

const linkTo = (id: string): string => `https://calls.example/r/${id}?expires=1&signature=s`;

test('that a recording is over is told with a link to its file, which is not stored', () => {
  for (const record of [givenRecording(), givenRecording({ status: 'failed', duration: 500 })]) {
    const { stored, data } = told('recording_updated', record, linkTo);
    expect(data).toEqual({ ...record, url: linkTo(record.id) });
    expect(Object.keys(data).at(-1)).toBe('url');
    expect(stored).toEqual(record);
  }
});

test('without a file there is no link, nor where nobody has said what users reach us by', () => {
  const over = givenRecording();
  expect(told('recording_updated', over).data).toEqual(over);
  for (const status of ['recording', 'paused', 'failed'] as const) {
    const record = givenRecording({ status, duration: 0 });
    expect(told('recording_updated', record, linkTo).data).toEqual(record);
  }
  for (const type of ['recording_created', 'recording_deleted'] as const)
    expect(told(type, over, linkTo).data).toEqual(over);
});

test('what is being said is told, and stored nowhere', () => {
  const changes: Change[] = [];
  const events: string[] = [];
  const recorder = { record: (change: Change) => void changes.push(change) } as unknown as Recorder;
  const news = new News(recorder, {
    requestOf: () => undefined,
    onTold: ({ type }) => events.push(type),
  });
  const data = givenTranscript();
  news.saying(data);
  const event = { type: 'transcript_interim', data };
  expect(changes).toEqual([{ event: { event, lane: data.reference_id } }]);
  expect(events).toEqual(['transcript_interim']);
});
