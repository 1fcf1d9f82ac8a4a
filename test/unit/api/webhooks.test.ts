import { expect, test } from 'vitest';
import { neverTime } from '../../../src/core/clock.ts';
import { givenApi } from '../../support/store-api.ts';

const uri = 'https://example.com/hook';

test('a webhook is created, read, listed, changed and deleted', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/webhooks', { uri, name: 'w', event_types: ['call.status'] });
  const { secret, ...webhook } = body;
  expect(Object.keys(body).join()).toBe(
    'id,customer_id,name,detail,uri,method,event_types,status,tm_create,tm_update,tm_delete,is_default,auth,secret',
  );
  expect(webhook).toMatchObject({
    method: 'POST',
    status: 'active',
    event_types: ['call.status'],
    is_default: false,
  });
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/);
  expect((await api.ask('GET', `/webhooks/${webhook.id}`)).body).toEqual(webhook);
  expect((await api.ask('GET', '/webhooks')).body.result).toEqual([webhook]);

  const change = { method: 'PUT', status: 'inactive', event_types: [] };
  const changed = await api.ask('PUT', `/webhooks/${webhook.id}`, change);
  expect(changed.body).toEqual({ ...webhook, ...change, tm_update: changed.body.tm_update });
  const deleted = await api.ask('DELETE', `/webhooks/${webhook.id}`);
  expect(deleted.body.tm_delete).not.toBe(neverTime);
  expect(deleted.body).not.toHaveProperty('secret');
  expect((await api.ask('GET', `/webhooks/${webhook.id}`)).status).toBe(404);
  expect((await api.ask('PUT', `/webhooks/${webhook.id}`, {})).status).toBe(404);
  expect((await api.ask('PUT', `/webhooks/${webhook.id}`, { secret: 'x' })).status).toBe(404);
});

test('only the uri is needed, and then it wants every event', async () => {
  await using api = await givenApi();
  expect((await api.ask('POST', '/webhooks', { uri })).body).toMatchObject({
    event_types: ['*'],
    auth: { type: 'none' },
  });
  expect((await api.ask('POST', '/webhooks', {})).body.error.details).toMatchObject([{ path: 'uri' }]);
});

test('a webhook belongs to the customer of the seed where he is configured', async () => {
  const customerId = '12345678-1234-1234-1234-123456789012';
  await using api = await givenApi({ customerId });
  const { body } = await api.ask('POST', '/webhooks', { uri });
  expect(body.customer_id).toBe(customerId);
  expect((await api.ask('GET', `/webhooks/${body.id}`)).body.customer_id).toBe(customerId);
});

test('whoever delivers is told of every change, and of no attempt that failed', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/webhooks', { uri });
  expect(api.changes.count).toBe(1);
  await api.ask('PUT', `/webhooks/${body.id}`, { name: 'x' });
  expect(api.changes.count).toBe(2);
  await api.ask('DELETE', `/webhooks/${body.id}`);
  expect(api.changes.count).toBe(3);
  await api.ask('DELETE', `/webhooks/${body.id}`);
  await api.ask('PUT', `/webhooks/${body.id}`, { name: 'x' });
  await api.ask('POST', '/webhooks', { uri: 'ftp://x' });
  expect(api.changes.count).toBe(3);
});

test('event types are taken in every spelling and echoed as written', async () => {
  await using api = await givenApi();
  const words = [
    'call.status',
    'call.completed',
    'message.received',
    'recording.completed',
    'transcribe.completed',
  ];
  const event_types = [
    ...words,
    'call_hungup',
    'call_*',
    'recording_*',
    '*',
    'agent_status_updated',
    'action_failed',
  ];
  expect((await api.ask('POST', '/webhooks', { uri, event_types })).body.event_types).toEqual(event_types);
});

test('an event type that is none is refused', async () => {
  await using api = await givenApi();
  for (const type of [
    'call_',
    'call',
    'call_hangup',
    'call.*',
    '',
    '**',
    '__proto__',
    'constructor',
    1,
    null,
  ]) {
    const { status, body } = await api.ask('POST', '/webhooks', { uri, event_types: ['*', type] });
    expect(status, String(type)).toBe(400);
    expect(body.error.details, String(type)).toMatchObject([{ path: 'event_types[1]' }]);
  }
});

test('a uri that may not be reached is refused, also in a change', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/webhooks', { uri });
  for (const bad of ['http://example.com', 'x', '']) {
    const attempts = [
      await api.ask('POST', '/webhooks', { uri: bad }),
      await api.ask('PUT', `/webhooks/${body.id}`, { uri: bad }),
    ];
    for (const attempt of attempts) {
      expect(attempt.status).toBe(400);
      expect(attempt.body.error.details).toMatchObject([{ path: 'uri' }]);
    }
  }
});

test('a secret is shown once, and the one before stays valid beside a new one', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/webhooks', { uri, secret: 'first' });
  expect(body.secret).toBe('first');
  const path = `/webhooks/${body.id}`;
  expect((await api.ask('PUT', path, { secret: 'second' })).body.secret).toBe('second');
  expect((await api.ask('PUT', path, { secret: 'second' })).body.secret).toBe('second');
  expect((await api.store.webhooks.get(body.id))?.secrets).toEqual(['second', 'first']);
  await api.ask('PUT', path, { secret: 'third' });
  expect((await api.store.webhooks.get(body.id))?.secrets).toEqual(['third', 'second']);
  for (const attempt of [
    await api.ask('GET', path),
    await api.ask('GET', '/webhooks'),
    await api.ask('PUT', path, {}),
  ]) {
    expect(JSON.stringify(attempt.body)).not.toMatch(/secret|first|second|third/);
  }
});

test('a secret is text, or base64 after whsec_', async () => {
  await using api = await givenApi();
  for (const secret of ['', 'whsec_', 'whsec_not base64', 'x'.repeat(257), 5]) {
    const { body } = await api.ask('POST', '/webhooks', { uri, secret });
    expect(body.error.details, String(secret)).toMatchObject([{ path: 'secret' }]);
  }
});

test('the password of basic authentication is stored and never shown', async () => {
  await using api = await givenApi();
  const auth = { type: 'basic', username: 'user', password: 'hunter2' };
  const { body } = await api.ask('POST', '/webhooks', { uri, auth });
  expect(body.auth).toEqual({ type: 'basic', username: 'user' });
  expect((await api.store.webhooks.get(body.id))?.auth).toEqual(auth);
  expect((await api.ask('PUT', `/webhooks/${body.id}`, { auth: { type: 'none' } })).body.auth).toEqual({
    type: 'none',
  });
  for (const bad of [
    { type: 'digest' },
    { type: 'basic' },
    { ...auth, username: 'a:b' },
    { type: 'none', password: '' },
    {},
    null,
  ]) {
    expect((await api.ask('POST', '/webhooks', { uri, auth: bad })).status).toBe(400);
  }
});

test('only one is the default', async () => {
  await using api = await givenApi();
  const { body: first } = await api.ask('POST', '/webhooks', { uri, is_default: true });
  const { body: second } = await api.ask('POST', '/webhooks', { uri });
  expect(first.is_default).toBe(true);
  expect((await api.ask('PUT', `/webhooks/${second.id}`, { is_default: true })).body.is_default).toBe(true);
  expect((await api.ask('GET', `/webhooks/${first.id}`)).body.is_default).toBe(false);
  await api.ask('PUT', `/webhooks/${second.id}`, { is_default: false });
  expect((await api.store.webhooks.all()).some((webhook) => webhook.is_default)).toBe(false);
});

test('nobody but us disables', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/webhooks', { uri, status: 'disabled' });
  expect(body.status).toBe('inactive');
  const change = await api.ask('PUT', `/webhooks/${body.id}`, { status: 'disabled' });
  expect(change.body.error.details).toMatchObject([{ path: 'status' }]);
  expect((await api.ask('GET', `/webhooks/${body.id}`)).body.status).toBe('inactive');
});

test('a password that is sent back hidden stays, as the secrets of flows do', async () => {
  await using api = await givenApi();
  const auth = { type: 'basic', username: 'u', password: 'sesame' };
  const { body } = await api.ask('POST', '/webhooks', { uri: 'https://example.com/', auth });
  const hidden = { ...auth, username: 'v', password: '********' };
  expect((await api.ask('PUT', `/webhooks/${body.id}`, { auth: hidden })).status).toBe(200);
  expect((await api.store.webhooks.get(body.id))?.auth).toEqual({ ...auth, username: 'v' });
});

test('a secret in the query of its URL is shown to nobody, and stays where it is sent back hidden', async () => {
  await using api = await givenApi();
  const whole = 'https://example.com/in?token=sesame&lang=en';
  const shown = 'https://example.com/in?token=********&lang=en';
  const { body } = await api.ask('POST', '/webhooks', { uri: whole });
  expect(body.uri).toBe(shown);
  const path = `/webhooks/${body.id}`;
  expect((await api.ask('GET', path)).body.uri).toBe(shown);
  expect((await api.ask('PUT', path, { uri: shown, name: 'new' })).body).toMatchObject({
    uri: shown,
    name: 'new',
  });
  expect((await api.store.webhooks.get(body.id))?.uri).toBe(whole);
  for (const [method, at] of [
    ['PUT', path],
    ['POST', '/webhooks'],
  ] as const) {
    const refused = await api.ask(method, at, { uri: 'https://example.com/other?token=********' });
    expect(refused.body.error.details).toMatchObject([{ path: 'uri' }]);
  }
});
