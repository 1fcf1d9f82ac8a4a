import { expect, test } from 'vitest';
import { nowMicros, wireTime } from '../../src/core/clock.ts';
import { endedTranscribe, type TranscribeRecord } from '../../src/transcribes/transcribe-record.ts';
import type { TranscriptRecord } from '../../src/transcribes/transcript-record.ts';
import { givenTranscribe, givenTranscript } from './given-transcribes.ts';
import type { GivenStore } from './store-folder.ts';

const transcribe = (record: TranscribeRecord, state?: object) => {
  const live = { kind: 'transcribes', record } as const;
  return state ? { ...live, state: JSON.stringify(state) } : live;
};
const transcript = (record: TranscriptRecord) => ({ kind: 'transcripts', record }) as const;

/** Transcriptions, and what was said in them. */
export function transcribeContract(given: GivenStore): void {
  test('one that goes on is found by a start, with its place and its hints', async () => {
    await using fixture = await given();
    const place = { in: 4_000, out: 0, both: 0 };
    const [heard, bare] = [givenTranscribe({ id: 'heard' }), givenTranscribe({ id: 'not-yet' })];
    const over = endedTranscribe(givenTranscribe({ id: 'over' }), '');
    await fixture.store.commit({
      live: [transcribe(heard, { hints: ['sales'], place }), transcribe(bare), transcribe(over)],
    });
    const store = await fixture.reopen();
    expect(await store.transcribes.unfinished()).toEqual([
      { record: heard, state: { hints: ['sales'], place } },
      { record: bare, state: { hints: [], place: { in: 0, out: 0, both: 0 } } },
    ]);
    expect(JSON.stringify(await store.transcribes.get('over'))).toBe(JSON.stringify(over));
  });

  test('they are listed by what is transcribed and how they are, newest first', async () => {
    await using fixture = await given();
    const { transcribes } = fixture.store;
    const at = (second: number) => `2022-04-11 00:23:${second}.000000`;
    const [first, second, other, deleted] = [
      givenTranscribe({ id: 'first', tm_create: at(10), status: 'done' }),
      givenTranscribe({ id: 'second', tm_create: at(11) }),
      givenTranscribe({ id: 'other', tm_create: at(12), reference_id: 'another' }),
      givenTranscribe({ id: 'deleted', tm_create: at(13), tm_delete: at(14), status: 'done' }),
    ];
    await fixture.store.commit({ live: [first, second, other, deleted].map((record) => transcribe(record)) });
    const ids = async (filter: Parameters<typeof transcribes.list>[1]) =>
      (await transcribes.list({ size: 9 }, filter)).result.map(({ id }) => id);
    expect(await ids({})).toEqual(['other', 'second', 'first']);
    expect(await ids({ reference_id: 'call' })).toEqual(['second', 'first']);
    expect(await ids({ reference_id: 'call', status: 'done' })).toEqual(['first']);
    expect(await transcribes.get('deleted')).toBeUndefined();
  });

  test('what was said is listed by its transcribe or what that is of, and deleted with it', async () => {
    await using fixture = await given();
    const { transcripts } = fixture.store;
    const said = (id: string, transcribe_id: string) =>
      givenTranscript({ id, transcribe_id, tm_create: `2022-04-11 00:23:5${id}.000000` });
    const [one, two, other] = [said('1', 'a'), said('2', 'a'), said('3', 'b')];
    await fixture.store.commit({ live: [one, two, other].map(transcript) });
    expect((await transcripts.list({ size: 9 }, { transcribe_id: 'a' })).result).toEqual([two, one]);
    expect((await transcripts.list({ size: 9 }, { reference_id: 'call' })).result).toEqual([other, two, one]);
    expect(await transcripts.unfinished()).toEqual([]);
    await transcripts.forget('a');
    expect((await transcripts.list({ size: 9 })).result).toEqual([other]);
    expect(await transcripts.get('1')).toBeUndefined();
  });

  test('both go with their time, but not while a transcribe goes on', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const old = { tm_create: wireTime(nowMicros() - 7_200_000_000) };
    const over = givenTranscribe({ id: 'over', status: 'failed', ...old });
    const live = [
      transcribe(givenTranscribe({ id: 'going-on', ...old })),
      transcribe(over),
      transcript(givenTranscript({ id: 'old', ...old })),
      transcript(givenTranscript({ id: 'new', tm_create: wireTime(nowMicros()) })),
    ];
    await store.commit({ live });
    const before = Date.now() - 3_600_000;
    expect(await store.expire({ kind: 'transcribes', before, limit: 10 })).toBe(1);
    expect(await store.expire({ kind: 'transcripts', before, limit: 10 })).toBe(1);
    expect((await store.transcribes.list({ size: 9 })).result.map(({ id }) => id)).toEqual(['going-on']);
    expect((await store.transcripts.list({ size: 9 })).result.map(({ id }) => id)).toEqual(['new']);
  });
}
