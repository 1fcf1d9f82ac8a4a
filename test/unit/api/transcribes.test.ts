import { expect, test } from 'vitest';
import { ActionError } from '../../../src/core/errors.ts';
import { orAbort } from '../../../src/core/wait.ts';
import { endedTranscribe, type TranscribeRecord } from '../../../src/transcribes/transcribe-record.ts';
import { givenTranscribe, givenTranscript } from '../../support/given-transcribes.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';

const call = '1f6f2c7a-6c0e-4d0a-9f53-2f0f7c1d9b55';

async function stored(api: ApiFixture, ...records: readonly TranscribeRecord[]): Promise<void> {
  await api.store.commit({ live: records.map((record) => ({ kind: 'transcribes', record })) });
}

test('transcribes are listed newest first, those of one call or in one state alone', async () => {
  await using api = await givenApi();
  const [over, running] = [
    endedTranscribe(givenTranscribe({ id: 'over', reference_id: call }), ''),
    givenTranscribe({ id: 'running', tm_create: '2022-04-11 00:23:55.724620' }),
  ];
  await stored(api, over, running);
  const list = async (query: string) => (await api.ask('GET', `/transcribes${query}`)).body.result;
  expect(await list('')).toEqual([running, over]);
  expect(await list(`?reference_id=${call}`)).toEqual([over]);
  expect(await list('?status=progressing')).toEqual([running]);
  expect((await api.ask('GET', '/transcribes?status=lost')).status).toBe(400);
  expect((await api.ask('GET', '/transcribes/running')).body).toEqual(running);
  expect((await api.ask('GET', '/transcribes/nobody')).status).toBe(404);
});

test('what was said is listed by its transcribe', async () => {
  await using api = await givenApi();
  const [one, other] = [
    givenTranscript({ id: 'one', transcribe_id: call }),
    givenTranscript({ id: 'other', reference_id: call, tm_create: '2022-04-11 00:23:59.724620' }),
  ];
  await api.store.commit({ live: [one, other].map((record) => ({ kind: 'transcripts', record })) });
  const list = async (query: string) => (await api.ask('GET', `/transcripts${query}`)).body.result;
  expect(await list('')).toEqual([other, one]);
  expect(await list(`?transcribe_id=${call}`)).toEqual([one]);
  expect(await list(`?reference_id=${call}`)).toEqual([other]);
  expect((await api.ask('GET', '/transcripts?transcribe_id=x')).status).toBe(400);
  expect((await api.ask('GET', '/transcripts/one')).body).toEqual(one);
  expect((await api.ask('GET', '/transcripts/nobody')).status).toBe(404);
});

test('one of a recording begins, and a second one is a conflict', async () => {
  await using api = await givenApi();
  const recording = givenRecording({ status: 'recording' });
  await api.store.commit({ live: [{ kind: 'recordings', record: recording }] });
  const { promise } = Promise.withResolvers<never>();
  const whenOver = (_: string, signal: AbortSignal) => orAbort(promise, signal);
  Object.assign(api.parts.recordings, { whenOver });
  const body = {
    reference_type: 'recording',
    reference_id: recording.id,
    language: 'en-US',
    provider: 'gcp',
    direction: 'in',
    hints: ['sales'],
  };
  const created = await api.ask('POST', '/transcribes', body);
  expect(created).toMatchObject({
    status: 200,
    body: { reference_id: recording.id, status: 'progressing', direction: 'in', provider: 'gcp', gaps: [] },
  });
  const { id } = created.body;
  expect((await api.ask('GET', `/transcribes/${id}`)).body).toEqual(created.body);
  expect((await api.ask('POST', '/transcribes', body)).body.error).toMatchObject({
    status: 409,
    reason: 'CONFLICT',
  });
  expect((await api.ask('DELETE', `/transcribes/${id}`)).status).toBe(409);
  expect((await api.ask('POST', `/transcribes/${id}/stop`)).status).toBe(200);
  expect((await api.ask('GET', `/transcribes/${id}`)).body.status).toBe('done');
  expect((await api.ask('DELETE', `/transcribes/${id}`)).body.id).toBe(id);
  expect((await api.ask('GET', `/transcribes/${id}`)).status).toBe(404);
});

test('with one goes what was said', async () => {
  await using api = await givenApi();
  await stored(api, endedTranscribe(givenTranscribe(), ''));
  await api.store.commit({ live: [{ kind: 'transcripts', record: givenTranscript() }] });
  expect((await api.ask('DELETE', '/transcribes/transcribe')).status).toBe(200);
  expect((await api.ask('GET', '/transcripts')).body.result).toEqual([]);
});

test.each([
  [{}, 'reference_id'],
  [{ reference_type: 'conference' }, 'reference_type'],
  [{ reference_type: 'call', reference_id: 'x', language: 'en' }, 'reference_id'],
  [{ reference_type: 'recording', reference_id: call, language: 'en' }, 'reference_id'],
  [{ reference_type: 'call', reference_id: call, language: '' }, 'language'],
  [{ reference_type: 'call', reference_id: call, language: 'English' }, 'language'],
  [{ reference_type: 'call', reference_id: call, language: 'en', provider: 'acme' }, 'provider'],
  [{ reference_type: 'call', reference_id: call, language: 'en', direction: 'up' }, 'direction'],
  [{ reference_type: 'call', reference_id: call, language: 'en', hints: [1] }, 'hints[0]'],
])('%j is refused, with the path', async (body, path) => {
  await using api = await givenApi();
  const { status, body: answer } = await api.ask('POST', '/transcribes', body);
  expect(status).toBe(400);
  expect(answer.error.details.map((detail: { path: string }) => detail.path)).toContain(path);
});

test('what nobody here can hear is refused, with the path', async () => {
  await using api = await givenApi();
  const message = 'language: nobody understands it';
  const problem = new ActionError('UNKNOWN_LANGUAGE', message, { path: 'language' });
  Object.assign(api.parts.transcribes, { create: () => Promise.reject(problem) });
  const { status, body } = await api.ask('POST', '/transcribes', { reference_id: call, language: 'tlh' });
  expect([status, body.error.details]).toEqual([400, [{ path: 'language', message }]]);
});

test.each([{ reference_type: 'call', reference_id: call, language: 'en' }, { reference_id: call }])(
  'a call that has ended, or never was, is a conflict: %j',
  async (body) => {
    await using api = await givenApi();
    expect((await api.ask('POST', '/transcribes', body)).body.error).toMatchObject({
      status: 409,
      details: [{ path: 'reference_id' }],
    });
    expect((await api.ask('POST', '/transcribes/nobody/stop')).status).toBe(404);
  },
);
