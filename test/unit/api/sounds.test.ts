import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { neverTime } from '../../../src/core/clock.ts';
import { largestUpload } from '../../../src/sounds/upload.ts';
import { mp3Of, oggOf, wavHeader, wavTone } from '../../support/audio-files.ts';
import { type Answer, type ApiFixture, givenApi, token } from '../../support/store-api.ts';
import { givenFlow } from '../../support/store-records.ts';

const keys = 'id,customer_id,name,detail,language,duration,size,sha256,tm_create,tm_update,tm_delete';
const headers = { authorization: `Bearer ${token}`, 'content-type': 'audio/wav' };

type Payload = Buffer | Readable | string;

function upload(api: ApiFixture, query: string, payload: Payload, more: object = {}): Promise<Answer> {
  return api.send({
    method: 'POST',
    url: `/v1.0/sounds?${query}`,
    headers: { ...headers, ...more },
    payload,
  });
}

function audioOf(api: ApiFixture, id: string, range?: string) {
  const url = `/v1.0/sounds/${id}/audio`;
  return api.api.inject({ method: 'GET', url, headers: { ...headers, ...(range && { range }) } });
}

/** The loudest sample of a WAV of ours. */
function peakOf(wav: Buffer): number {
  const samples = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + wav.length));
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

test('a sound is uploaded, listed, heard as a whole and in parts, noted of, and deleted', async () => {
  await using api = await givenApi();
  const wav = wavTone({ rate: 44_100, channels: 2, length: 500 });
  const { status, body: sound } = await upload(api, 'name=my/greeting&language=de-DE&detail=hi', wav);
  expect(status).toBe(200);
  expect(Object.keys(sound).join()).toBe(keys);
  const sha256 = createHash('sha256').update(wav).digest('hex');
  const fields = { name: 'my/greeting', detail: 'hi', language: 'de-DE', sha256, tm_delete: neverTime };
  expect(sound).toMatchObject({ ...fields, duration: 500, size: 8_044 });
  expect((await api.ask('GET', '/sounds')).body.result).toEqual([sound]);

  const whole = await audioOf(api, sound.id);
  expect([whole.statusCode, whole.headers['content-type'], whole.rawPayload.length]).toEqual([
    ...[200, 'audio/wav', 8_044],
  ]);
  expect(whole.headers['content-disposition']).toBe('inline; filename="my-greeting.wav"');
  // 1 dB below the most there is, from a quarter of it.
  expect(peakOf(whole.rawPayload) / 32_768).toBeCloseTo(10 ** (-1 / 20), 2);
  const part = await audioOf(api, sound.id, 'bytes=44-143');
  expect([part.statusCode, part.rawPayload]).toEqual([206, whole.rawPayload.subarray(44, 144)]);

  const noted = await api.ask('PUT', `/sounds/${sound.id}`, { ...sound, detail: 'for the door' });
  expect(noted.body).toEqual({ ...sound, detail: 'for the door', tm_update: noted.body.tm_update });
  const renamed = await api.ask('PUT', `/sounds/${sound.id}`, { name: 'other' });
  expect([renamed.status, renamed.body.error.reason]).toEqual([409, 'CONFLICT']);
  expect((await api.ask('DELETE', `/sounds/${sound.id}`)).status).toBe(200);
  expect((await audioOf(api, sound.id)).statusCode).toBe(404);
});

test('WAV, MP3 and Ogg Vorbis are known by what they are, whatever they are said to be', async () => {
  await using api = await givenApi();
  const wav = wavTone({ length: 1_000 });
  const files = { wav, mp3: await mp3Of(wav), ogg: await oggOf(wav) };
  for (const [name, payload] of Object.entries(files)) {
    const types = { 'content-type': 'application/x-www-form-urlencoded' };
    const { status, body } = await upload(api, `name=${name}`, payload, types);
    expect([status, body.name]).toEqual([200, name]);
    expect(Math.abs(body.duration - 1_000)).toBeLessThan(120);
  }
});

test('other audio in its place has the same id and name', async () => {
  await using api = await givenApi();
  const { body: sound } = await upload(api, 'name=door', wavTone({ length: 200 }));
  const before = await audioOf(api, sound.id);
  const url = `/v1.0/sounds/${sound.id}/audio`;
  const replaced = await api.send({ method: 'PUT', url, headers, payload: wavTone({ length: 700 }) });
  expect(replaced.body).toMatchObject({ id: sound.id, name: 'door', duration: 700 });
  const after = await audioOf(api, sound.id);
  expect(after.rawPayload.length).toBe(44 + 700 * 16);
  expect(after.headers.etag).not.toBe(before.headers.etag);
  const bad = await api.send({ method: 'PUT', url, headers, payload: 'no audio' });
  expect(bad.status).toBe(415);
  expect((await audioOf(api, sound.id)).rawPayload).toEqual(after.rawPayload);
});

const wav = wavTone({ length: 100 });
const opus = Buffer.concat([
  Buffer.from('OggS'),
  Buffer.alloc(24),
  Buffer.from('OpusHead'),
  Buffer.alloc(100),
]);

describe('an upload', () => {
  test.each([
    ['that is a page', '<html>wav</html>', 415],
    ['that is empty', '', 415],
    ['of Ogg Opus', opus, 415],
    [
      'with the head of a WAV and nothing that fits it',
      Buffer.concat([wav.subarray(0, 16), Buffer.alloc(900, 7)]),
      415,
    ],
    ['without sound in it', wav.subarray(0, 44), 415],
    ['of a form', `--x\r\ncontent-disposition: form-data; name="file"\r\n\r\n${wav}\r\n--x--`, 415],
    ['longer than ten minutes', Buffer.concat([wavHeader(601 * 16_000), Buffer.alloc(601 * 16_000)]), 413],
    ['larger than all may be', Readable.from(endless(wav)), 413],
    ['for which there is no room', wavTone({ length: 70_000 }), 413],
  ])('%s is refused, and nothing stays of it', async (_, payload, status) => {
    await using api = await givenApi();
    const refused = await upload(api, 'name=x', payload, {
      'content-type': 'multipart/form-data; boundary=x',
    });
    expect([refused.status, refused.body.error.status]).toEqual([status, status]);
    expect((await api.ask('GET', '/sounds')).body.result).toEqual([]);
    expect(await readdir(api.uploads)).toEqual([]);
  });

  test('that says that it is too large is not read', async () => {
    await using api = await givenApi();
    const length = { 'content-length': String(largestUpload + 1) };
    expect((await upload(api, 'name=x', 'RIFF', length)).status).toBe(413);
  });

  test('of JSON, or of nothing, says what was expected', async () => {
    await using api = await givenApi();
    const json = await upload(api, 'name=x', '{}', { 'content-type': 'application/json' });
    const none = await api.ask('POST', '/sounds?name=x');
    expect([json.status, none.status]).toEqual([415, 400]);
    expect(none.body.error.message).toContain('curl --data-binary');
  });

  test.each(['', '/a', 'a/', 'a//b', '../a', 'a.wav', 'a b', 'ä', 'x'.repeat(201)])(
    'named %o is refused',
    async (name) => {
      await using api = await givenApi();
      const refused = await upload(api, `name=${encodeURIComponent(name)}`, wav);
      expect([refused.status, refused.body.error.details]).toMatchObject([400, [{ path: 'name' }]]);
    },
  );

  test('of a name and language that are taken is refused', async () => {
    await using api = await givenApi();
    expect((await upload(api, 'name=x&language=de', wav)).status).toBe(200);
    expect((await upload(api, 'name=x&language=DE', wav)).body.error.reason).toBe('CONFLICT');
    expect((await upload(api, 'name=x&language=fr', wav)).status).toBe(200);
    expect((await upload(api, 'name=x&language=german', wav)).status).toBe(400);
  });

  test('elsewhere is no JSON', async () => {
    await using api = await givenApi();
    const { status, body } = await api.send({ method: 'POST', url: '/v1.0/flows', headers, payload: wav });
    expect([status, body.error.message]).toEqual([400, 'the body must be application/json']);
  });
});

test('a sound that a flow plays is not deleted, unless that is forced', async () => {
  await using api = await givenApi();
  const { body: sound } = await upload(api, 'name=my/greeting', wav);
  const option = { stream_urls: ['sound:my/greeting'] };
  const flow = givenFlow({ actions: [{ id: 'a', next_id: 'b', type: 'play', option }] });
  await api.store.flows.insert(flow);
  const refused = await api.ask('DELETE', `/sounds/${sound.id}`);
  expect([refused.status, refused.body.error.details]).toMatchObject([409, [{ path: `flows/${flow.id}` }]]);
  expect((await api.ask('DELETE', `/sounds/${sound.id}?force=true`)).status).toBe(200);
});

async function* endless(beginning: Buffer): AsyncGenerator<Buffer> {
  yield beginning;
  for (let sent = 0; sent <= largestUpload; sent += 1_048_576) yield Buffer.alloc(1_048_576);
}
