import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { neverTime } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import type { Bounds } from '../../../src/recordings/captured.ts';
import { Finishing } from '../../../src/recordings/finishing.ts';
import { RecordingFiles } from '../../../src/recordings/recording-files.ts';
import type { RecordingRecord } from '../../../src/recordings/recording-record.ts';
import type { Segment } from '../../../src/recordings/tracks.ts';
import { FakeAri } from '../../support/fake-ari.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';
import { until } from '../../support/until.ts';
import { readWav } from '../../support/wav.ts';

let folder: string;
let files: RecordingFiles;
let over: RecordingRecord[];
/** Whether what is told gets stored. */
let isStored: boolean;
let finishing: Finishing;
let reported: unknown[];

const raw = (...names: string[]) => join(folder, 'raw', ...names);
const made = (...names: string[]) => join(folder, 'made', ...names);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-finishing-'));
  mkdirSync(raw());
  files = new RecordingFiles({ raw: raw(), finished: made(), prefix: 'app-recording-here-' });
  over = [];
  isStored = true;
  reported = [];
  finishing = new Finishing({
    files,
    log: silentLog,
    scope: new Scope((error) => reported.push(error)),
    onOver: (record) => over.push(record),
    stored: async (signal) => {
      if (!isStored)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
});
afterEach(async () => {
  await finishing.close(0);
  expect(reported).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

const running = (fields: Partial<RecordingRecord> = {}) =>
  givenRecording({ status: 'recording', duration: 0, tm_end: neverTime, ...fields });

/** What Asterisk wrote of one side. */
function written({ id }: RecordingRecord, name: string, ms: number): Segment[number] {
  const track = `app-recording-here-${id}-${name}`;
  writeFileSync(raw(`${track}.sln`), Buffer.alloc(ms * 16));
  return { name: track, startedAt: 1_000, endedAt: 1_000 + ms };
}

async function finished(record: RecordingRecord, segments: readonly Segment[]): Promise<RecordingRecord> {
  finishing.finish({ record, segments });
  await finishing.settled([record.id]);
  expect(over).toHaveLength(1);
  return over[0] as RecordingRecord;
}

test('makes the file, tells of it, and removes those of Asterisk when that is stored', async () => {
  const record = running({ tm_end: '2022-04-11 00:23:54.724620' });
  const segment = [written(record, '1-in', 500), written(record, '1-out', 480)];
  isStored = false;
  finishing.finish({ record, segments: [segment] });
  await until(() => over.length === 1);
  expect(over[0]).toMatchObject({
    id: record.id,
    status: 'done',
    duration: 500,
    reason: '',
    tm_end: record.tm_end,
  });
  expect(readWav(readFileSync(files.path(record))).channels.map(({ length }) => length)).toEqual([
    4_000, 4_000,
  ]);
  expect(readdirSync(raw())).toHaveLength(2);
  await finishing.close(0);
  expect(readdirSync(raw())).toHaveLength(2);
  expect(readdirSync(made())).toEqual([`${record.id}.wav`]);
});

describe('fails', () => {
  test('where a file is much shorter than its time, as on a full disk', async () => {
    const record = running();
    const short = { ...written(record, '1-out', 1_000), endedAt: 4_000 };
    const failed = await finished(record, [[written(record, '1-in', 3_000), short]]);
    // What there is can be had all the same.
    expect(failed).toMatchObject({ status: 'failed', reason: 'WRITE_FAILED', duration: 3_000 });
    expect(readdirSync(raw())).toEqual([]);
    expect(readWav(readFileSync(files.path(record))).channels.map(({ length }) => length)).toEqual([
      24_000, 24_000,
    ]);
  });

  test('where a side is gone: it is silent, and the others are there', async () => {
    const record = running();
    const missing = { name: 'app-recording-here-x-1-out', startedAt: 1_000, endedAt: 1_500 };
    const failed = await finished(record, [[written(record, '1-in', 500), missing]]);
    expect(failed).toMatchObject({ status: 'failed', reason: 'WRITE_FAILED', duration: 500 });
  });

  test('where a file is not there', async () => {
    const record = running({ channels: 'in' });
    const missing = { name: 'app-recording-here-x-1-in', startedAt: 0, endedAt: 500 };
    expect(await finished(record, [[missing]])).toMatchObject({
      status: 'failed',
      reason: 'WRITE_FAILED',
      duration: 0,
    });
    expect(existsSync(files.path(record))).toBe(false);
  });

  test('where it has failed before', async () => {
    const record = running({ reason: 'WRITE_FAILED', channels: 'in' });
    expect(await finished(record, [[written(record, '1-in', 500)]])).toMatchObject({
      status: 'failed',
      reason: 'WRITE_FAILED',
      duration: 500,
    });
    expect(existsSync(files.path(record))).toBe(true);
  });

  test('where the file cannot be put: the audio stays until it can', async () => {
    writeFileSync(made(), '');
    const record = running({ channels: 'in' });
    const track = written(record, '1-in', 500);
    const failed = await finished(record, [[track]]);
    expect(failed).toMatchObject({ status: 'failed', reason: 'WRITE_FAILED', duration: 0 });
    expect(readdirSync(raw())).toEqual([`${track.name}.sln`]);

    finishing.retry(failed);
    await finishing.settled([record.id]);
    expect(over).toEqual([failed]);
    expect(readdirSync(raw())).toEqual([`${track.name}.sln`]);

    rmSync(made());
    finishing.retry(failed);
    await finishing.settled([record.id]);
    expect(over.slice(1)).toMatchObject([
      { status: 'done', reason: '', duration: 500, tm_end: failed.tm_end },
    ]);
    expect(readdirSync(raw())).toEqual([]);
  });
});

test.each([
  [500, false],
  [501, true],
])('is not kept where it has fewer milliseconds than %d: %s', async (least, isShort) => {
  const record = running();
  const segment = [written(record, '1-in', 500), written(record, '1-out', 500)];
  finishing.finish({ record, segments: [segment], least });
  await finishing.settled([record.id]);
  expect(over).toMatchObject([{ id: record.id, status: 'done', duration: 500 }]);
  expect(over[0]?.tm_delete !== neverTime).toBe(isShort);
  expect(existsSync(files.path(record))).toBe(!isShort);
  expect(readdirSync(raw())).toEqual([]);
});

describe('of what a daemon that died has left', () => {
  const { ari } = new FakeAri();

  async function recovered(
    record: RecordingRecord,
    bounds: Bounds = {},
  ): Promise<RecordingRecord | undefined> {
    finishing.recover(record, ari, bounds);
    await finishing.settled([record.id]);
    return over[0];
  }

  test('makes the file, its pauses in order', async () => {
    const record = running({ status: 'paused' });
    for (const name of ['1-in', '1-out', '2-in', '2-out', '10-in', '10-out']) written(record, name, 100);
    expect(await recovered(record)).toMatchObject({ status: 'done', tm_end: over[0]?.tm_update });
    expect(Math.abs((over[0]?.duration ?? 0) - 300)).toBeLessThan(60);
    expect(readdirSync(raw())).toEqual([]);
  });

  test('makes it no longer than was wanted, where nobody was there to end it', async () => {
    const record = running();
    for (const name of ['1-in', '1-out']) written(record, name, 500);
    expect(await recovered(record, { most: 300 })).toMatchObject({ status: 'done', duration: 300 });
    expect(readWav(readFileSync(files.path(record))).channels[0]).toHaveLength(300 * 8);
  });

  test('leaves out a stretch of which not all sides had begun', async () => {
    const record = running();
    for (const name of ['1-in', '1-out', '2-in']) written(record, name, 500);
    expect(await recovered(record)).toMatchObject({ status: 'done', reason: '' });
    expect(Math.abs((over[0]?.duration ?? 0) - 500)).toBeLessThan(60);
    expect(readdirSync(raw())).toEqual([]);
  });

  test('keeps one side where that is all there is', async () => {
    const record = running();
    written(record, '1-out', 500);
    expect(await recovered(record)).toMatchObject({
      status: 'failed',
      reason: 'WRITE_FAILED',
      duration: 500,
    });
    expect(readWav(readFileSync(files.path(record))).channels).toHaveLength(2);
  });

  test('takes what another daemon began to record, and what was recorded since, into one file', async () => {
    const record = running();
    for (const name of ['1-in', '1-out']) written(record, name, 100);
    for (const name of readdirSync(raw())) renameSync(raw(name), raw(name.replace('-here-', '-there-')));
    for (const name of ['2-in', '2-out']) written(record, name, 100);
    expect(await recovered(record)).toMatchObject({ status: 'done', reason: '' });
    expect(Math.abs((over[0]?.duration ?? 0) - 200)).toBeLessThan(60);
    expect(readdirSync(raw())).toEqual([]);
  });

  test('says that nothing is left', async () => {
    expect(await recovered(running())).toMatchObject({ status: 'failed', reason: 'LOST' });
  });

  test('keeps what belongs to a recording that is not over, or is being written just now, and removes all else', async () => {
    const [kept, stray, begun] = [running(), running(), running()];
    written(kept, '1-in', 10);
    written(stray, '1-in', 10);
    const [before, now] = [new Date(Date.now() - 15_000), new Date()];
    utimesSync(raw(`app-recording-here-${stray.id}-1-in.sln`), before, before);
    // The daemon died before it had written down that it records this one.
    for (const name of ['1-in', '1-out']) written(begun, name, 10);
    utimesSync(raw(`app-recording-here-${begun.id}-1-in.sln`), before, before);
    utimesSync(raw(`app-recording-here-${begun.id}-1-out.sln`), now, now);
    writeFileSync(raw('somebody-elses.sln'), '');
    mkdirSync(made());
    writeFileSync(made(`${stray.id}.mp3.part.wav`), '');
    writeFileSync(made(`${stray.id}.mp3`), '');
    await files.sweep(new Set([kept.id]));
    await files.removeDrafts();
    const left = [kept.id, begun.id].flatMap((id) => readdirSync(raw()).filter((name) => name.includes(id)));
    expect(left.map((name) => name.slice(-8))).toEqual(['1-in.sln', '1-in.sln', '-out.sln']);
    expect(readdirSync(raw())).toHaveLength(left.length + 1); // somebody else's
    expect(readdirSync(made())).toEqual([`${stray.id}.mp3`]);
  });
});

test('what is not finished when it is closed is left to the next start', async () => {
  const record = running({ channels: 'in' });
  const track = written(record, '1-in', 500);
  finishing.finish({ record, segments: [[track]] });
  await finishing.close(0);
  expect(over).toEqual([]);
  expect(readdirSync(raw())).toEqual([`${track.name}.sln`]);
  expect(readdirSync(folder).includes('made') ? readdirSync(made()) : []).toEqual([]);
});
