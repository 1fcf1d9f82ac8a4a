import { expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { checkActions } from '../../../src/flows/flow.ts';
import { catalogue } from '../../support/call-fixture.ts';
import { type ApiFixture, givenApi, token } from '../../support/store-api.ts';

const authorization = `Bearer ${token}`;

/** Changes a flow that must be the one of the tag. */
function change({ send }: ApiFixture, id: string, tag: string, body: object) {
  const headers = { authorization, 'if-match': tag };
  return send({ method: 'PUT', url: `/v1.0/flows/${id}`, headers, payload: body });
}

async function givenFlow(api: ApiFixture): Promise<string> {
  const { body, headers } = await api.ask('POST', '/flows', { name: 'desk', actions: [{ type: 'answer' }] });
  expect(body.revision).toBe(1);
  expect(headers.etag).toBe('"1"');
  return body.id;
}

test('a flow counts its changes, and shows and takes back what it was', async () => {
  await using api = await givenApi();
  const id = await givenFlow(api);
  const first = (await api.ask('GET', `/flows/${id}`)).body;
  const changed = await api.ask('PUT', `/flows/${id}`, { name: 'front desk', actions: [] });
  expect([changed.body.revision, changed.headers.etag]).toEqual([2, '"2"']);
  const { body } = await api.ask('GET', `/flows/${id}/revisions`);
  expect(body.next_page_token).toBe('');
  expect(body.result).toEqual([
    { revision: 2, name: 'front desk', detail: '', tm_create: changed.body.tm_update },
    { revision: 1, name: 'desk', detail: '', tm_create: first.tm_create },
  ]);
  const was = await api.ask('GET', `/flows/${id}/revisions/1`);
  expect(was.body).toEqual(first);
  const restored = await api.ask('POST', `/flows/${id}/revisions/1/restore`);
  expect(restored.body).toEqual({ ...first, revision: 3, tm_update: restored.body.tm_update });
  expect((await api.ask('GET', `/flows/${id}`)).body).toEqual(restored.body);
  expect((await api.ask('GET', `/flows/${id}/revisions`)).body.result).toHaveLength(3);
});

test('a change of another flow than was meant is a conflict, and changes nothing', async () => {
  await using api = await givenApi();
  const id = await givenFlow(api);
  expect((await change(api, id, '"1"', { name: 'one' })).status).toBe(200);
  const late = await change(api, id, '"1"', { name: 'two' });
  expect(late.status).toBe(409);
  expect(late.body.error).toMatchObject({ reason: 'CONFLICT' });
  expect((await api.ask('GET', `/flows/${id}`)).body).toMatchObject({ name: 'one', revision: 2 });
  for (const good of ['W/"2"', '"7", "3"', '*'])
    expect((await change(api, id, good, { name: good })).status).toBe(200);
  for (const bad of ['5', '"5', 'five']) {
    const { status, body } = await change(api, id, bad, { name: 'x' });
    expect([status, body.error.details[0].path]).toEqual([400, 'if-match']);
  }
  const headers = { authorization, 'if-match': '"1"' };
  const url = `/v1.0/flows/${id}/revisions/1/restore`;
  expect((await api.send({ method: 'POST', url, headers })).status).toBe(409);
  expect((await change(api, zeroId, '"1"', { name: 'x' })).status).toBe(404);
});

test('of two who read the same and write at once one is told so', async () => {
  await using api = await givenApi();
  const id = await givenFlow(api);
  const answers = await Promise.all(['a', 'b', 'c'].map((name) => change(api, id, '"1"', { name })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  expect((await api.ask('GET', `/flows/${id}`)).body.revision).toBe(2);
});

test('what is not there is not found', async () => {
  await using api = await givenApi();
  const id = await givenFlow(api);
  for (const revision of ['0', '2', '01', '1.0', '-1', 'x', '1e0', '99999999999'])
    expect((await api.ask('GET', `/flows/${id}/revisions/${revision}`)).status).toBe(404);
  expect((await api.ask('GET', `/flows/${zeroId}/revisions`)).status).toBe(404);
  expect((await api.ask('POST', `/flows/${id}/revisions/2/restore`)).status).toBe(404);
  expect((await api.ask('GET', `/flows/${id}`)).body.revision).toBe(1);
});

test('a revision hides its secrets, and has them again when it is restored', async () => {
  await using api = await givenApi({
    validateFlow: async (json) => checkActions(JSON.parse(json), { catalogue }),
  });
  const auth = { type: 'basic', username: 'ariflow', password: 'correct horse' };
  const hook = (password: string) => [
    {
      id: 'tell',
      type: 'webhook_send',
      option: { uri: 'https://clinic.example', auth: { ...auth, password } },
    },
  ];
  const { body } = await api.ask('POST', '/flows', { name: 'x', actions: hook('correct horse') });
  await api.ask('PUT', `/flows/${body.id}`, { actions: hook('battery staple') });
  const was = await api.ask('GET', `/flows/${body.id}/revisions/1`);
  expect(JSON.stringify(was.body)).not.toContain('horse');
  await api.ask('POST', `/flows/${body.id}/revisions/1/restore`);
  expect((await api.store.flows.get(body.id))?.actions[0]?.option).toMatchObject({ auth });
});

test('what would lead to a flow that is gone is not restored', async () => {
  await using api = await givenApi();
  const after = await givenFlow(api);
  const { body } = await api.ask('POST', '/flows', { name: 'x', on_complete_flow_id: after });
  await api.ask('PUT', `/flows/${body.id}`, { on_complete_flow_id: zeroId });
  await api.ask('DELETE', `/flows/${after}`);
  const refused = await api.ask('POST', `/flows/${body.id}/revisions/1/restore`);
  expect(refused.status).toBe(400);
  expect(refused.body.error.details).toMatchObject([{ path: 'on_complete_flow_id' }]);
  expect((await api.ask('GET', `/flows/${body.id}`)).body.revision).toBe(2);
});
