import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { wireTime, zeroId } from '../../../src/core/clock.ts';
import type { RecordingRecord } from '../../../src/recordings/recording-record.ts';
import type { Recordings } from '../../../src/recordings/recordings.ts';
import { sweep } from '../../../src/storage/retention.ts';
import { type ApiFixture, givenApi, token } from '../../support/store-api.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';

/** A recording in the store, and its file. */
async function stored(
  api: ApiFixture,
  fields: Partial<RecordingRecord> = {},
  audio = 'audio',
): Promise<RecordingRecord> {
  const record = givenRecording(fields);
  await api.store.commit({ live: [{ kind: 'recordings', record }] });
  if (record.status === 'done') {
    const path = await pathOf(api, record);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, audio);
  }
  return record;
}

async function pathOf({ parts }: ApiFixture, { id }: RecordingRecord): Promise<string> {
  return (await parts.recordings.file(id)).path;
}

test('recordings are listed newest first, those with a file apart', async () => {
  await using api = await givenApi();
  const [first, running, last] = [
    await stored(api),
    await stored(api, { status: 'recording' }),
    await stored(api),
  ];
  expect((await api.ask('GET', '/recordings')).body.result).toEqual([last, running, first]);
  expect((await api.ask('GET', '/recordingfiles')).body.result).toEqual([last, first]);
  const page = await api.ask('GET', '/recordingfiles?page_size=1');
  expect(page.body.result).toEqual([last]);
  const next = await api.ask('GET', `/recordingfiles?page_token=${page.body.next_page_token}`);
  expect(next.body).toEqual({ result: [first], next_page_token: '' });
  expect((await api.ask('GET', `/recordings/${running.id}`)).body).toEqual(running);
});

test('those of one call are listed, and of these the ones with a file', async () => {
  await using api = await givenApi();
  const first = await stored(api);
  const { reference_id } = first;
  const [, running, last] = [
    await stored(api),
    await stored(api, { reference_id, status: 'recording' }),
    await stored(api, { reference_id }),
  ];
  const list = (path: string) => api.ask('GET', `${path}?reference_id=${reference_id}`);
  expect((await list('/recordings')).body.result).toEqual([last, running, first]);
  expect((await list('/recordingfiles')).body.result).toEqual([last, first]);
  for (const path of ['/recordings', '/recordingfiles'])
    expect((await api.ask('GET', `${path}?reference_id=x`)).status).toBe(400);
});

test.each([
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
] as const)('the audio of %s is sent, with a token in the query too', async (format, type) => {
  await using api = await givenApi();
  const { id } = await stored(api, { format });
  const answer = await api.send({ method: 'GET', url: `/v1.0/recordingfiles/${id}?token=${token}` });
  expect(answer).toMatchObject({ status: 200, body: 'audio' });
  expect(answer.headers).toMatchObject({
    'content-type': type,
    'content-length': '5',
    'accept-ranges': 'bytes',
    'content-disposition': `inline; filename="${id}.${format}"`,
  });
});

test('a part of the audio is sent', async () => {
  await using api = await givenApi();
  const { id } = await stored(api, {}, '0123456789');
  const part = async (range: string, more: Record<string, string> = {}) => {
    const headers = { authorization: `Bearer ${token}`, range, ...more };
    const answer = await api.send({ method: 'GET', url: `/v1.0/recordingfiles/${id}`, headers });
    return [answer.status, answer.body, answer.headers['content-range']];
  };
  expect(await part('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10']);
  expect(await part('bytes=-3')).toEqual([206, '789', 'bytes 7-9/10']);
  expect(await part('bytes=10-')).toEqual([416, '', 'bytes */10']);
  expect(await part('bytes=2-4', { 'if-range': `"${id}"` })).toEqual([206, '234', 'bytes 2-4/10']);
  expect(await part('bytes=2-4', { 'if-range': '"another"' })).toEqual([200, '0123456789', undefined]);
});

test('a file of nothing is sent', async () => {
  await using api = await givenApi();
  const { id } = await stored(api, {}, '');
  expect(await api.ask('GET', `/recordingfiles/${id}`)).toMatchObject({ status: 200, body: '' });
});

test.each(['recordings', 'recordingfiles'])(
  'DELETE %s takes the recording and its file',
  async (resource) => {
    await using api = await givenApi();
    const record = await stored(api);
    const path = await pathOf(api, record);
    const { status, body } = await api.ask('DELETE', `/${resource}/${record.id}`);
    expect({ status, body }).toEqual({
      status: 200,
      body: { ...record, tm_update: body.tm_delete, tm_delete: body.tm_delete },
    });
    expect(existsSync(path)).toBe(false);
    for (const gone of ['recordings', 'recordingfiles']) {
      expect((await api.ask('GET', `/${gone}/${record.id}`)).status).toBe(404);
      expect((await api.ask('GET', `/${gone}`)).body.result).toEqual([]);
      expect((await api.ask('DELETE', `/${gone}/${record.id}`)).status).toBe(404);
    }
  },
);

test('what has no file, or not any more, or runs, is refused', async () => {
  await using api = await givenApi();
  for (const status of ['recording', 'paused', 'failed'] as const) {
    const { id } = await stored(api, { status });
    expect((await api.ask('GET', `/recordingfiles/${id}`)).status).toBe(404);
    expect((await api.ask('DELETE', `/recordings/${id}`)).status).toBe(status === 'failed' ? 200 : 409);
  }
  const done = await stored(api);
  for (const order of ['pause', 'resume']) {
    expect((await api.ask('POST', `/recordings/${done.id}/${order}`)).status).toBe(409);
    expect((await api.ask('POST', `/recordings/${zeroId}/${order}`)).status).toBe(404);
  }
  expect((await api.ask('GET', '/recordingfiles/..%2F..%2Fsecrets.json')).status).toBe(404);
});

test('old recordings go with their files; what runs stays', async () => {
  await using api = await givenApi();
  const hour = 3_600_000;
  const old = { tm_create: wireTime((Date.now() - 3 * hour) * 1_000) };
  const [ended, running, young] = [
    await stored(api, old),
    await stored(api, { ...old, status: 'recording' }),
    await stored(api),
  ];
  const path = await pathOf(api, ended);
  const { store, parts } = api;
  const sizes = { recordings_size: 1e9, cache_size: 1e9 };
  const retention = {
    calls: hour,
    recordings: 2 * hour,
    deliveries: hour,
    cache: hour,
    traces: hour,
    ...sizes,
  };
  const bound = { trim: async () => 0 };
  const { log } = parts;
  const recordings = parts.recordings as unknown as Recordings; // the fixture's are whole
  await sweep({ store, retention, recordings, caches: [], bound, log }, new AbortController().signal);
  expect(existsSync(path)).toBe(false);
  expect((await api.ask('GET', '/recordings')).body.result).toEqual([young, running]);
});

test('recordings take so much room and no more: the oldest that are over go first, with their files', async () => {
  await using api = await givenApi();
  const made = [];
  for (const day of ['01', '02', '03', '04'])
    made.push(await stored(api, { tm_create: `2022-04-${day} 00:00:00.000000` }));
  const running = await stored(api, { tm_create: '2022-03-01 00:00:00.000000', status: 'recording' });
  const paths = await Promise.all(made.map((record) => pathOf(api, record)));
  for (const path of paths) writeFileSync(path, Buffer.alloc(1_000));
  const recordings = api.parts.recordings as unknown as Recordings; // the fixture's are whole
  expect(await recordings.shrink(4_000, 200)).toBe(0);
  expect(await recordings.shrink(2_500, 200)).toBe(2);
  expect(paths.map((path) => existsSync(path))).toEqual([false, false, true, true]);
  const left = (await api.ask('GET', '/recordings')).body.result.map(({ id }: { id: string }) => id);
  expect(left.sort()).toEqual([made[2], made[3], running].map((record) => record?.id).sort());
});
