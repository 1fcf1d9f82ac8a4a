import { expect, test } from 'vitest';
import { neverTime } from '../../../src/core/clock.ts';
import { givenApi } from '../../support/store-api.ts';

const keys =
  'id,username,name,detail,ring_method,status,permission,tag_ids,addresses,tm_create,tm_update,tm_delete,call_waiting,missed_calls';

test('an agent is created, changed, set away and deleted, and each is told', async () => {
  await using api = await givenApi();
  const addresses = [{ type: 'tel', target: '+15559876543' }];
  const created = await api.ask('POST', '/agents', { username: 'test1', addresses });
  expect(created.status).toBe(200);
  const agent = created.body;
  expect(Object.keys(agent).join()).toBe(keys);
  expect(agent).toMatchObject({
    ring_method: 'ringall',
    status: 'available',
    permission: 0,
    tag_ids: [],
    tm_delete: neverTime,
  });
  expect(agent.addresses).toEqual([{ ...addresses[0], target_name: '', name: '', detail: '' }]);
  const changed = await api.ask('PUT', `/agents/${agent.id}`, { name: 'test agent 1' });
  expect(changed.body).toMatchObject({ name: 'test agent 1', username: 'test1' });
  const away = await api.ask('PUT', `/agents/${agent.id}/status`, { status: 'away' });
  expect(away.body.status).toBe('away');
  expect((await api.ask('GET', '/agents')).body.result).toEqual([away.body]);
  expect((await api.ask('DELETE', `/agents/${agent.id}`)).status).toBe(200);
  expect((await api.ask('GET', `/agents/${agent.id}`)).status).toBe(404);
  expect(api.agentEvents.map(({ type }) => type)).toEqual([
    'agent_created',
    'agent_updated',
    'agent_status_updated',
    'agent_deleted',
  ]);
  expect(api.agentEvents[2]?.data).toEqual(away.body);
});

test('a username is needed, and taken once', async () => {
  await using api = await givenApi();
  expect((await api.ask('POST', '/agents', {})).body.error.details).toMatchObject([{ path: 'username' }]);
  await api.ask('POST', '/agents', { username: 'a' });
  expect((await api.ask('POST', '/agents', { username: 'a' })).status).toBe(409);
});

test.each([{ status: 'asleep' }, {}, { status: 'away', x: 1 }])('%j is no status', async (body) => {
  await using api = await givenApi();
  const { body: agent } = await api.ask('POST', '/agents', { username: 'a' });
  expect((await api.ask('PUT', `/agents/${agent.id}/status`, body)).status).toBe(400);
  expect((await api.ask('PUT', '/agents/nobody/status', { status: 'away' })).status).toBe(404);
});

test('an agent is paused by the digits his number ends in', async () => {
  await using api = await givenApi();
  const agent = (username: string, target: string) =>
    api.ask('POST', '/agents', { username, addresses: [{ type: 'tel', target }] });
  const { body: anna } = await agent('anna', '+91 98799-64805');
  await agent('bert', '9111111111');
  await agent('carl', '+919111111111');
  const { agents } = api.parts;
  expect(await agents.setPaused('9879964805', true)).toBe(true);
  expect((await api.ask('GET', `/agents/${anna.id}`)).body.status).toBe('away');
  expect(await agents.setPaused('00919879964805', false)).toBe(true);
  expect((await api.ask('GET', `/agents/${anna.id}`)).body.status).toBe('available');
  expect(await agents.setPaused('9111111111', true)).toBe(false);
  expect(await agents.setPaused('7777777777', true)).toBe(false);
});

test('a short link is followed without a token, from anywhere', async () => {
  await using api = await givenApi({}, { requests: 10, failures: 1, networks: ['10.0.0.0/8'] });
  await api.store.links.insert({ id: 'BEK4YYnx', url: 'https://google.co.in/', tm_create: neverTime });
  const followed = await api.send({ url: '/s/BEK4YYnx', remoteAddress: '203.0.113.7' });
  expect([followed.status, followed.headers.location]).toEqual([302, 'https://google.co.in/']);
  expect((await api.send({ url: '/s/nothing1', remoteAddress: '203.0.113.7' })).status).toBe(404);
});

test('a flow whose end is to be told needs somebody to tell it to', async () => {
  await using api = await givenApi();
  const refused = await api.ask('POST', '/flows', { name: 'x', end_webhook: true });
  expect(refused.body.error.details).toMatchObject([{ path: 'end_webhook' }]);
  await api.ask('POST', '/webhooks', { uri: 'https://a.example', is_default: true });
  const flow = await api.ask('POST', '/flows', { name: 'x', end_webhook: true });
  expect(flow.body).toMatchObject({ end_webhook: true });
  expect((await api.ask('PUT', `/flows/${flow.body.id}`, { end_webhook: false })).body).toMatchObject({
    end_webhook: false,
  });
});
