import { expect, test } from 'vitest';
import { wireTime, zeroId } from '../../../src/core/clock.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { givenFlow } from '../../support/store-records.ts';

async function made(api: ApiFixture, kind: string, fields: object): Promise<string> {
  const { status, body } = await api.ask('POST', `/${kind}`, fields);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.id;
}

/** The API's stand-in of a validation knows few types; the store takes any. */
async function flowWith(api: ApiFixture, type: string, option: Record<string, unknown>): Promise<string> {
  const flow = givenFlow({ actions: [{ id: zeroId, next_id: zeroId, type, option }] });
  await api.store.flows.insert(flow);
  return flow.id;
}

test('what something points to is not deleted: 409 names who, and force deletes it all the same', async () => {
  await using api = await givenApi();
  const flow = await made(api, 'flows', { name: 'x' });
  const number = await made(api, 'numbers', { number: '100', call_flow_id: flow });
  const before = await made(api, 'flows', { name: 'y', on_complete_flow_id: flow });
  const refused = await api.ask('DELETE', `/flows/${flow}`);
  expect(refused.status).toBe(409);
  expect(refused.body.error).toEqual({
    status: 409,
    reason: 'CONFLICT',
    message: `the flow is in use: numbers/${number} and 1 more (with ?force=true it is deleted, and what points to it is left as it is)`,
    details: [
      { path: `numbers/${number}`, message: 'call_flow_id points to it' },
      { path: `flows/${before}`, message: 'on_complete_flow_id points to it' },
    ],
  });
  expect((await api.ask('GET', `/flows/${flow}`)).status).toBe(200);
  expect((await api.ask('DELETE', `/flows/${flow}?force=false`)).status).toBe(409);
  expect((await api.ask('DELETE', `/flows/${flow}?force=yes`)).status).toBe(400);
  expect((await api.ask('DELETE', `/flows/${flow}?forse=true`)).body.error.details).toEqual([
    { path: 'forse', message: 'unknown key, did you mean force?' },
  ]);
  expect((await api.ask('DELETE', `/flows/${flow}?force=true`)).body.id).toBe(flow);
  expect((await api.ask('GET', `/numbers/${number}`)).body.call_flow_id).toBe(flow);
  expect((await api.ask('GET', `/flows/${before}`)).body.on_complete_flow_id).toBe(flow);
});

test('each kind of resource is held by what points to it, and told of nothing while it stays', async () => {
  await using api = await givenApi();
  const queue = await made(api, 'queues', { name: 'q' });
  const conference = await made(api, 'conferences', { name: 'c' });
  const agent = await made(api, 'agents', { username: 'a' });
  const webhook = await made(api, 'webhooks', { uri: 'https://x' });
  const held = {
    [`queues/${queue}`]: await flowWith(api, 'queue_join', { queue_id: queue }),
    [`conferences/${conference}`]: await flowWith(api, 'conference_join', { conference_id: conference }),
    [`agents/${agent}`]: await flowWith(api, 'call', {
      actions: [{ type: 'connect', option: { destinations: [{ type: 'agent', target: agent }] } }],
    }),
    [`webhooks/${webhook}`]: await flowWith(api, 'webhook_send', { webhook_id: webhook }),
  };
  for (const [path, flow] of Object.entries(held)) {
    const { status, body } = await api.ask('DELETE', `/${path}`);
    expect(status, path).toBe(409);
    expect(body.error.details, path).toMatchObject([{ path: `flows/${flow}` }]);
    expect((await api.ask('GET', `/${path}`)).status, path).toBe(200);
  }
  const told = () => [...api.queueEvents, ...api.agentEvents].map(({ type }) => type);
  expect(told()).toEqual(['queue_created', 'agent_created']);
  expect(api.meetings.told).not.toContain('conference_deleted');
  for (const path of Object.keys(held)) {
    expect((await api.ask('DELETE', `/${path}?force=true`)).status, path).toBe(200);
    expect((await api.ask('GET', `/${path}`)).status, path).toBe(404);
  }
  expect(told()).toEqual(['queue_created', 'queue_deleted', 'agent_created', 'agent_deleted']);
  expect(api.meetings.told).toContain('conference_deleted');
});

test('what nothing can point to goes at once: numbers, tokens, and confbridges, which are made on first use', async () => {
  await using api = await givenApi();
  const confbridge = await made(api, 'confbridges', {});
  await flowWith(api, 'confbridge_join', { confbridge_id: confbridge });
  const paths = [
    `numbers/${await made(api, 'numbers', { number: '1' })}`,
    `tokens/${await made(api, 'tokens', { name: 't' })}`,
    `confbridges/${confbridge}`,
  ];
  for (const path of paths) expect((await api.ask('DELETE', `/${path}`)).status, path).toBe(200);
});

test('the default webhook does not vanish under flows that tell it of their ends', async () => {
  await using api = await givenApi();
  const webhook = await made(api, 'webhooks', { uri: 'https://x', is_default: true });
  const flow = await made(api, 'flows', { name: 'x', end_webhook: true });
  const details = [{ path: `flows/${flow}`, message: 'end_webhook points to it' }];
  const deletion = await api.ask('DELETE', `/webhooks/${webhook}`);
  expect(deletion).toMatchObject({ status: 409, body: { error: { details } } });
  const loss = await api.ask('PUT', `/webhooks/${webhook}`, { is_default: false });
  expect(loss).toMatchObject({ status: 409, body: { error: { details } } });
  expect(loss.body.error.message).toContain('make another one the default first');
  await made(api, 'webhooks', { uri: 'https://y', is_default: true });
  expect((await api.ask('DELETE', `/webhooks/${webhook}`)).status).toBe(200);
});

test('a conference whose time is over ends, whatever points to it', async () => {
  await using api = await givenApi();
  const id = await made(api, 'conferences', { name: 'c', timeout: 1 });
  await flowWith(api, 'conference_join', { conference_id: id });
  await expect
    .poll(async () => (await api.ask('GET', `/conferences/${id}`)).status, { timeout: 60_000 })
    .toBe(404);
});

test('a pointer that was left behind is kept by a change, and no new one may be made', async () => {
  await using api = await givenApi();
  const flow = await made(api, 'flows', { name: 'x' });
  const before = await made(api, 'flows', { name: 'y', on_complete_flow_id: flow });
  await api.store.flows.delete(flow, wireTime(), { isForced: true });
  const whole = (await api.ask('GET', `/flows/${before}`)).body;
  const changed = await api.ask('PUT', `/flows/${before}`, { ...whole, name: 'z' });
  expect(changed).toMatchObject({ status: 200, body: { name: 'z', on_complete_flow_id: flow } });
  for (const [kind, field] of [
    ['flows', 'on_complete_flow_id'],
    ['numbers', 'message_flow_id'],
    ['queues', 'wait_flow_id'],
    ['conferences', 'pre_flow_id'],
  ] as const) {
    const own = kind === 'numbers' ? { number: '1' } : { name: 'n' };
    const refused = await api.ask('POST', `/${kind}`, { ...own, [field]: flow });
    expect(refused.status, kind).toBe(400);
    expect(refused.body.error.details, kind).toEqual([{ path: field, message: 'no such flow' }]);
  }
});
