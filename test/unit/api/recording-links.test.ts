import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { RecordingLinks } from '../../../src/recordings/recording-links.ts';
import type { RecordingRecord } from '../../../src/recordings/recording-record.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';

const clock = { now: Date.now() };
const links = new RecordingLinks({
  publicUrl: 'https://calls.example',
  key: 'a key of ours',
  life: 60_000,
  now: () => clock.now,
});
const given = () => givenApi({ links }, { requests: 10, failures: 1, networks: ['10.0.0.0/8'] });

/** Where a link leads here. */
const pathOf = (link: string): string => link.slice('https://calls.example'.length);

/** A recording with its file, and the path its link opens it by. */
async function recorded(api: ApiFixture, fields: Partial<RecordingRecord> = {}) {
  const record = givenRecording(fields);
  await api.store.commit({ live: [{ kind: 'recordings', record }] });
  const { path } = await api.parts.recordings.file(record.id);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '0123456789');
  return { record, url: pathOf(links.to(record.id)) };
}

/** As anybody asks, from anywhere, and without a token. */
const open = (
  api: ApiFixture,
  url: string,
  headers: Record<string, string> = {},
  method: 'GET' | 'HEAD' = 'GET',
) => api.send({ method, url, headers, remoteAddress: '203.0.113.7' });

test.each([
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
] as const)('a link opens its %s to anybody, whole, in parts, and its head alone', async (format, type) => {
  await using api = await given();
  const { record, url } = await recorded(api, { format });
  const whole = await open(api, url);
  expect(whole).toMatchObject({ status: 200, body: '0123456789' });
  expect(whole.headers).toMatchObject({
    'content-type': type,
    'content-length': '10',
    'accept-ranges': 'bytes',
    'cache-control': 'no-store',
    'content-disposition': `inline; filename="${record.id}.${format}"`,
  });
  const part = await open(api, url, { range: 'bytes=2-4' });
  expect([part.status, part.body, part.headers['content-range']]).toEqual([206, '234', 'bytes 2-4/10']);
  expect((await open(api, url, { range: 'bytes=10-' })).status).toBe(416);
  const head = await open(api, url, {}, 'HEAD');
  expect([head.status, head.body, head.headers['content-length']]).toEqual([200, '', '10']);
  const partOfHead = await open(api, url, { range: 'bytes=2-4' }, 'HEAD');
  expect([partOfHead.status, partOfHead.body, partOfHead.headers['content-length']]).toEqual([206, '', '3']);
});

test('whatever is no link of ours, or opens no more, is a 403, and its text is in no log', async () => {
  await using api = await given();
  const { record, url } = await recorded(api);
  const other = await recorded(api);
  const { searchParams } = new URL(url, 'https://calls.example');
  const [expires, signature] = ['expires', 'signature'].map((name) => searchParams.get(name));
  const changed = [
    url.replace(record.id, other.record.id),
    url.replace(record.id, record.id.toUpperCase()),
    url.replace(`expires=${expires}`, 'expires=9999999999'),
    url.replace(`expires=${expires}`, 'expires=never'),
    url.replace(`&signature=${signature}`, ''),
    url.replace(`&signature=${signature}`, '&signature='),
    `/r/${record.id}`,
    `/r/${record.id}?signature=${signature}`,
    `${url}0`,
    `${url}&x=1`,
    `${url}&`,
    url.replace('?', '/?'),
    url.replace('?', '?&'),
    url.replace('-', '%2D'),
    url.replace('expires', '%65xpires'),
    `/r/${record.id}?signature=${signature}&expires=${expires}`,
    `${url}&expires=${expires}`,
    `${url}&signature=${signature}`,
    `/r/..%2F${record.id}?expires=${expires}&signature=${signature}`,
    `/r/${'x'.repeat(100)}?expires=${expires}&signature=${signature}`,
  ];
  for (const bad of changed) {
    const { status, body } = await open(api, bad);
    expect([bad, status, body.error?.reason]).toEqual([bad, 403, 'PERMISSION_DENIED']);
    expect([bad, (await open(api, bad, {}, 'HEAD')).status]).toEqual([bad, 403]);
  }
  expect((await open(api, url)).status).toBe(200);
  clock.now += 61_000;
  expect((await open(api, url)).status).toBe(403);
  clock.now -= 61_000;
  expect(api.lines.some((line) => line.includes('/r/:id'))).toBe(true);
  for (const line of api.lines) {
    expect(line).not.toContain(signature);
    expect(line).not.toContain('?expires');
  }
});

test('it opens this one file and no others, and only to be read', async () => {
  await using api = await givenApi({ links });
  const { record, url } = await recorded(api);
  const query = url.slice(url.indexOf('?'));
  for (const path of [
    `/v1.0/recordingfiles/${record.id}`,
    `/v1.0/recordings/${record.id}`,
    '/v1.0/recordings',
  ])
    expect([path, (await open(api, `${path}${query}`)).status]).toEqual([path, 401]);
  for (const method of ['DELETE', 'PUT', 'POST'] as const) {
    const { status } = await api.send({ method, url, remoteAddress: '203.0.113.7' });
    expect([403, 404, 405]).toContain(status);
  }
  expect((await open(api, url)).status).toBe(200);
});

test('what is deleted, or has no file, is not there', async () => {
  await using api = await given();
  const { record, url } = await recorded(api);
  await api.parts.recordings.delete(record.id);
  expect((await open(api, url)).status).toBe(404);
  const failed = givenRecording({ status: 'failed' });
  await api.store.commit({ live: [{ kind: 'recordings', record: failed }] });
  expect((await open(api, pathOf(links.to(failed.id)))).status).toBe(404);
  expect((await open(api, pathOf(links.to('..')))).status).not.toBe(200);
});
