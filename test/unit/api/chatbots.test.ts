import { expect, test } from 'vitest';
import { Chatbots } from '../../../src/chatbots/chatbots.ts';
import { neverTime } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue } from '../../support/call-fixture.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';

const keys = 'id,customer_id,name,detail,url,model,prompt,voice,tm_create,tm_update,tm_delete,has_api_key';
const url = 'https://chat.example/v1';
const apiKey = 'sk-0123456789';

/** The key as a talk would use it. */
async function keyOf(api: ApiFixture, id: string): Promise<string> {
  const secretKey = 'secret key of the tests of the API';
  return (await new Chatbots({ store: api.store.chatbots, secretKey }).get(id)).apiKey;
}

test('a chatbot is created, changed and deleted; its key is used and never shown', async () => {
  await using api = await givenApi();
  const { status, body: chatbot } = await api.ask('POST', '/chatbots', { url, api_key: apiKey });
  expect(status).toBe(200);
  expect(Object.keys(chatbot).join()).toBe(keys);
  expect(chatbot).toMatchObject({
    ...{ name: '', detail: '', url, model: '', prompt: '', voice: '', tm_delete: neverTime },
    has_api_key: true,
  });
  expect(await keyOf(api, chatbot.id)).toBe(apiKey);
  const changed = await api.ask('PUT', `/chatbots/${chatbot.id}`, { name: 'clinic', prompt: 'You book.' });
  expect(changed.body).toMatchObject({ name: 'clinic', prompt: 'You book.', url, has_api_key: true });
  expect(await keyOf(api, chatbot.id)).toBe(apiKey);
  expect((await api.ask('GET', '/chatbots')).body.result).toEqual([changed.body]);
  const deleted = await api.ask('DELETE', `/chatbots/${chatbot.id}`);
  expect(Object.keys(deleted.body).join()).toBe(keys);
  expect((await api.ask('GET', `/chatbots/${chatbot.id}`)).status).toBe(404);
  expect(JSON.stringify([chatbot, changed.body, deleted.body])).not.toContain(apiKey);
  expect(api.lines.join('\n')).not.toContain(apiKey);
});

test('a key stays until another one is given, or none is wanted', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/chatbots', { url, api_key: apiKey });
  const path = `/chatbots/${body.id}`;
  await api.ask('PUT', path, { api_key: '********' });
  expect(await keyOf(api, body.id)).toBe(apiKey);
  await api.ask('PUT', path, { url: `${url}/other` });
  expect(await keyOf(api, body.id)).toBe(apiKey);
  await api.ask('PUT', path, { api_key: 'sk-new' });
  expect(await keyOf(api, body.id)).toBe('sk-new');
  expect((await api.ask('PUT', path, { api_key: '' })).body.has_api_key).toBe(false);
  expect(await keyOf(api, body.id)).toBe('');
});

test('a key goes to no server that it was not given for', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/chatbots', { url, api_key: apiKey });
  const path = `/chatbots/${body.id}`;
  const elsewhere = 'https://other.example/v1';
  for (const change of [{ url: elsewhere }, { url: elsewhere, api_key: '********' }]) {
    const refused = await api.ask('PUT', path, change);
    expect([refused.status, refused.body.error.details]).toMatchObject([400, [{ path: 'api_key' }]]);
  }
  expect((await api.ask('GET', path)).body.url).toBe(url);
  expect((await api.ask('PUT', path, { url: elsewhere, api_key: 'sk-other' })).status).toBe(200);
  expect(await keyOf(api, body.id)).toBe('sk-other');
});

test.each([
  ['no URL', {}, 'url'],
  ['a URL that may not be asked', { url: 'http://10.0.0.1/v1' }, 'url'],
  ['a URL that is none', { url: 'chat' }, 'url'],
  ['a query, which would have to be a secret', { url: `${url}?key=1` }, 'url'],
  ['a prompt like a book', { url, prompt: 'x'.repeat(32_769) }, 'prompt'],
  ['a key that is no header', { url, api_key: 'a\r\nX: y' }, 'api_key'],
  ['a key that hides one', { url, api_key: '********' }, 'api_key'],
  ['a model like a book', { url, model: 'x'.repeat(256) }, 'model'],
  ['anything else', { url, temperature: 1 }, 'temperature'],
])('%s is refused', async (_, body, path) => {
  await using api = await givenApi();
  const refused = await api.ask('POST', '/chatbots', body);
  expect([refused.status, refused.body.error.details]).toMatchObject([400, [{ path }]]);
});

test('a flow with a chatbot that is not there is refused, and one that has one holds it', async () => {
  const validateFlow = (json: string) => checkFlow(JSON.parse(json), catalogue);
  await using api = await givenApi({ validateFlow });
  const actionsWith = (chatbot_id: string) => [{ id: 'a', type: 'chatbot_talk', option: { chatbot_id } }];
  const unknown = '99bf739a-932f-433c-b1bf-103d33d7e9bb';
  const refused = await api.ask('POST', '/flows', { name: 'x', actions: actionsWith(unknown) });
  expect([refused.status, refused.body.error.details]).toEqual([
    400,
    [{ path: 'actions[0].option.chatbot_id', message: `there is no chatbot ${unknown}` }],
  ]);
  const { body: chatbot } = await api.ask('POST', '/chatbots', { url });
  const flow = await api.ask('POST', '/flows', { name: 'x', actions: actionsWith(chatbot.id) });
  expect(flow.status).toBe(200);
  const held = await api.ask('DELETE', `/chatbots/${chatbot.id}`);
  expect([held.status, held.body.error.details]).toMatchObject([409, [{ path: `flows/${flow.body.id}` }]]);
  expect((await api.ask('DELETE', `/chatbots/${chatbot.id}?force=true`)).status).toBe(200);
});

test('without a key that all daemons have, keys are not stored; chatbots without one are', async () => {
  await using api = await givenApi({ chatbots: new Chatbots({ store: nobody, secretKey: undefined }) });
  const refused = await api.ask('POST', '/chatbots', { url, api_key: apiKey });
  expect([refused.status, refused.body.error.details]).toMatchObject([409, [{ path: 'api_key' }]]);
  expect(refused.body.error.message).toContain('ARIFLOW_SECRET_KEY');
  expect((await api.ask('POST', '/chatbots', { url })).status).toBe(200);
});

const nobody = { get: async () => undefined, list: async () => ({ result: [], next: '' }) };
