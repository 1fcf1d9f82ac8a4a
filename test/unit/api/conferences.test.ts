import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { neverTime, wireTime, zeroId } from '../../../src/core/clock.ts';
import { givenApi } from '../../support/store-api.ts';

const conferenceKeys =
  'id,customer_id,type,status,name,detail,data,timeout,pre_flow_id,post_flow_id,tm_end,tm_create,tm_update,tm_delete,confbridge_id,max_members,music';
const confbridgeKeys =
  'id,customer_id,reference_type,reference_id,type,status,channel_call_ids,tm_create,tm_update,tm_delete,max_members';

test('a conference is created with its confbridge, changed and deleted, and each is told', async () => {
  await using api = await givenApi();
  const { body: conference, status } = await api.ask('POST', '/conferences', { name: 'weekly' });
  expect(status).toBe(200);
  expect(Object.keys(conference).join()).toBe(conferenceKeys);
  expect(conference).toMatchObject({
    type: 'conference',
    status: 'progressing',
    detail: '',
    data: {},
    timeout: 0,
    pre_flow_id: zeroId,
    tm_end: neverTime,
  });
  expect(conference.tm_update).toBe(conference.tm_create);
  const { body: confbridge } = await api.ask('GET', `/confbridges/${conference.confbridge_id}`);
  expect(Object.keys(confbridge).join()).toBe(confbridgeKeys);
  expect(confbridge).toMatchObject({ reference_type: 'conference', reference_id: conference.id });
  const changed = await api.ask('PUT', `/conferences/${conference.id}`, { max_members: 5 });
  expect(changed.body).toMatchObject({ name: 'weekly', max_members: 5 });
  expect((await api.ask('GET', `/confbridges/${conference.confbridge_id}`)).body.max_members).toBe(5);
  expect((await api.ask('GET', '/conferences')).body.result).toEqual([changed.body]);
  const { body: deleted } = await api.ask('DELETE', `/conferences/${conference.id}`);
  expect(deleted).toMatchObject({ id: conference.id, status: 'terminated' });
  expect(deleted.tm_end).toBe(deleted.tm_delete);
  expect((await api.ask('DELETE', `/conferences/${conference.id}`)).status).toBe(404);
  expect((await api.ask('GET', `/confbridges/${conference.confbridge_id}`)).status).toBe(404);
  expect((await api.ask('GET', '/confbridges')).body.result).toEqual([]);
  expect(api.meetings.told).toEqual([
    'conference_created',
    'confbridge_created',
    'conference_updated',
    'confbridge_updated',
    'confbridge_deleted',
    'conference_deleted',
  ]);
});

test.each([
  [{}, 'name'],
  [{ name: 'x', timeout: -1 }, 'timeout'],
  [{ name: 'x', type: 'queue' }, 'type'],
  [{ name: 'x', max_members: 1.5 }, 'max_members'],
  [{ name: 'x', music: 'https://example.com/x.mp3' }, 'music'],
  [{ name: 'x', pre_flow_id: '212a32a8-9529-11ec-8bf0-8b89df407b6e' }, 'pre_flow_id'],
  [{ name: 'x', size: 1 }, 'size'],
])('%j is refused for its %s', async (body, path) => {
  await using api = await givenApi();
  const refused = await api.ask('POST', '/conferences', body);
  expect(refused).toMatchObject({ status: 400, body: { error: { details: [{ path }] } } });
});

test('a conference whose time is over when the daemon starts ends then', async () => {
  await using api = await givenApi();
  const { body: conference } = await api.ask('POST', '/conferences', { name: 'short', timeout: 3_600 });
  const past = '2022-04-11 00:23:54.724620';
  await api.store.conferences.update(conference.id, { tm_create: past });
  await api.parts.conferences.start();
  await expect.poll(async () => (await api.ask('GET', `/conferences/${conference.id}`)).status).toBe(404);
  await expect.poll(() => api.meetings.told.at(-1)).toBe('conference_deleted');
});

test('a conference whose end was cut short is ended by the next start, once', async () => {
  await using api = await givenApi();
  const { body: conference } = await api.ask('POST', '/conferences', { name: 'half' });
  await api.recorder.flush();
  const now = wireTime();
  await api.store.conferences.update(conference.id, { status: 'terminated', tm_end: now, tm_delete: now });
  for (let start = 0; start < 2; start++) {
    await api.parts.conferences.start();
    await api.recorder.flush();
  }
  expect((await api.ask('GET', `/confbridges/${conference.confbridge_id}`)).status).toBe(404);
  expect(api.meetings.told.slice(2)).toEqual(['confbridge_deleted', 'conference_deleted']);
});

test('a confbridge stands alone, may be changed, and is deleted', async () => {
  await using api = await givenApi();
  const { body: confbridge } = await api.ask('POST', '/confbridges');
  expect(confbridge).toMatchObject({ reference_type: '', type: 'conference', channel_call_ids: {} });
  const path = `/confbridges/${confbridge.id}`;
  expect((await api.ask('PUT', path, { type: 'connect', max_members: 3 })).body).toMatchObject({
    type: 'connect',
    max_members: 3,
  });
  expect((await api.ask('GET', '/confbridges')).body.result).toMatchObject([{ id: confbridge.id }]);
  expect((await api.ask('DELETE', path)).body).toMatchObject({ status: 'terminated' });
  expect((await api.ask('PUT', path, { max_members: 3 })).status).toBe(404);
});

test('nobody in it can be listed, kicked, muted or told anything', async () => {
  await using api = await givenApi();
  const { body: conference } = await api.ask('POST', '/conferences', { name: 'empty' });
  for (const path of [`/conferences/${conference.id}`, `/confbridges/${conference.confbridge_id}`]) {
    const answer = await api.ask('GET', `${path}/participants`);
    expect(answer).toMatchObject({ status: 200, body: { result: [], next_page_token: '' } });
    const one = `${path}/participants/${randomUUID()}`;
    expect((await api.ask('POST', `${one}/kick`)).status).toBe(404);
    expect((await api.ask('POST', `${one}/mute`)).status).toBe(404);
    expect((await api.ask('DELETE', `${one}/mute`)).status).toBe(404);
    expect((await api.ask('POST', `${path}/talk`, { text: 'hello' })).status).toBe(409);
    expect((await api.ask('POST', `${path}/play`, { stream_urls: ['sound:beep'] })).status).toBe(409);
    expect((await api.ask('POST', `${path}/recording_start`, { format: 'ogg' })).status).toBe(409);
    expect((await api.ask('POST', `${path}/recording_start`, { format: 'flac' })).status).toBe(400);
    for (const url of ['file:/etc/passwd', 'sound:../x', 'beep', 'http://[', `sound:${'x'.repeat(250)}`])
      expect((await api.ask('POST', `${path}/play`, { stream_urls: [url] })).status).toBe(400);
  }
  expect((await api.ask('GET', '/conferences/nobody/participants')).status).toBe(404);
});

test('a call in a conference is found, and when it has left it is answered as it is', async () => {
  await using api = await givenApi();
  const now = '2022-04-11 00:23:54.724620';
  const record = {
    id: randomUUID(),
    customer_id: zeroId,
    activeflow_id: randomUUID(),
    conference_id: randomUUID(),
    reference_type: 'call',
    reference_id: randomUUID(),
    status: 'leaved',
    tm_create: now,
    tm_update: now,
    tm_delete: now,
  } as const;
  api.recorder.record({ live: { kind: 'conferencecalls', record } });
  const path = `/conferencecalls/${record.id}`;
  expect((await api.ask('GET', path)).body).toEqual(record);
  expect((await api.ask('DELETE', path)).body).toEqual(record);
  expect((await api.ask('POST', `${path}/mute`)).status).toBe(409);
  const ofIt = `/conferencecalls?conference_id=${record.conference_id}`;
  expect((await api.ask('GET', ofIt)).body.result).toEqual([record]);
  expect((await api.ask('GET', `/conferencecalls?conference_id=${zeroId}`)).body.result).toEqual([]);
  expect((await api.ask('GET', '/conferencecalls/nobody')).status).toBe(404);
});
