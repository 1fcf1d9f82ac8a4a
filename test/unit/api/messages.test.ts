import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { later } from '../../../src/messages/carrier.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { until } from '../../support/until.ts';

let api: ApiFixture;
beforeEach(async () => {
  api = await givenApi();
  for (const number of ['+4930', '5000']) await api.ask('POST', '/numbers', { number });
});
afterEach(() => api[Symbol.asyncDispose]());

const source = { type: 'tel', target: '+4930' };
const destinations = [{ type: 'tel', target: '+4917012345' }];
const message = { source, destinations, text: 'Hello' };
const arrival = { source: destinations[0], destination: { type: 'tel', target: '5000' }, text: 'Hello back' };

const sent = async (id: string) => {
  const status = async () => (await api.ask('GET', `/messages/${id}`)).body.targets[0].status;
  await until(() => api.carrier.parcels.length > 0);
  return status();
};

describe('a message', () => {
  test('is written by POST, and has the fields of the contract, in their order, ours behind', async () => {
    const { status, body } = await api.ask('POST', '/messages', message);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(
      'id customer_id type source targets text medias direction tm_create tm_update tm_delete'.split(' '),
    );
    expect(Object.keys(body.targets[0])).toEqual(
      'destination status conversation_id reason tm_update'.split(' '),
    );
    expect(body).toMatchObject({ type: 'sms', direction: 'outbound', text: 'Hello', medias: [] });
    expect(body.tm_create).toBe(body.tm_update);
    expect(await sent(body.id)).toBe('sent');
    expect(api.carrier.parcels).toMatchObject([{ messageId: body.id, text: 'Hello' }]);
  });

  test('is listed, got and deleted', async () => {
    const ids = [];
    for (const text of ['a', 'b', 'c'])
      ids.push((await api.ask('POST', '/messages', { ...message, text })).body.id);
    const { body } = await api.ask('GET', '/messages?page_size=2');
    expect(body.result.map(({ text }: { text: string }) => text)).toEqual(['c', 'b']);
    const next = await api.ask('GET', `/messages?page_size=2&page_token=${body.next_page_token}`);
    expect(next.body.result.map(({ text }: { text: string }) => text)).toEqual(['a']);
    expect((await api.ask('DELETE', `/messages/${ids[0]}`)).body.tm_delete).not.toMatch(/^9999/);
    expect((await api.ask('GET', `/messages/${ids[0]}`)).status).toBe(404);
    expect((await api.ask('DELETE', `/messages/${ids[0]}`)).status).toBe(404);
    expect((await api.ask('GET', '/messages?direction=inbound')).body.result).toEqual([]);
    expect((await api.ask('GET', '/messages?direction=outbound')).body.result).toHaveLength(2);
  });

  test.each([
    ['a number that is not ours', { source: { type: 'tel', target: '+4940' } }, 400, 'source.target'],
    [
      'a place where nobody may be called',
      { destinations: [...destinations, { type: 'tel', target: '+1' }] },
      403,
      'destinations[1].target',
    ],
    ['what is no number', { destinations: [{ type: 'tel', target: 'x' }] }, 400, 'destinations[0].target'],
    [
      'an unknown agent',
      { destinations: [{ type: 'agent', target: 'nobody' }] },
      400,
      'destinations[0].target',
    ],
    ['nobody', { destinations: [] }, 400, 'destinations'],
    ['too many', { destinations: Array.from({ length: 21 }, () => destinations[0]) }, 400, 'destinations'],
    ['no text', { text: '' }, 400, 'text'],
    ['too long a text', { text: 'x'.repeat(8_193) }, 400, 'text'],
    ['an unknown key', { media: 'x' }, 400, 'media'],
  ])('with %s is refused, with the place', async (_, change, status, path) => {
    const answer = await api.ask('POST', '/messages', { ...message, ...change });
    expect(answer).toMatchObject({ status, body: { error: { details: [{ path }] } } });
    expect(api.carrier.parcels).toEqual([]);
    expect((await api.ask('GET', '/messages')).body.result).toEqual([]);
  });

  test('that waits for its gateway says so', async () => {
    api.carrier.results.push(later('http_503'));
    const { body } = await api.ask('POST', '/messages', message);
    await until(() => api.carrier.parcels.length > 0);
    const { targets } = (await api.ask('GET', `/messages/${body.id}`)).body;
    expect(targets).toMatchObject([{ status: 'queued', reason: 'http_503' }]);
  });
});

describe('the gateway', () => {
  const asGateway = async () => {
    const { body } = await api.ask('POST', '/tokens', { name: 'sms', scopes: ['messages'] });
    return (method: 'GET' | 'POST', path: string, payload?: object) =>
      api.send({
        ...{ method, url: `/v1.0${path}`, headers: { authorization: `Bearer ${body.token}` } },
        ...(payload && { payload }),
      });
  };

  test('brings a message, once however often it does', async () => {
    const ask = await asGateway();
    const first = await ask('POST', '/messages/inbound', { ...arrival, reference: 'SM1' });
    expect(first).toMatchObject({
      status: 200,
      body: { direction: 'inbound', text: 'Hello back', targets: [{ status: 'received' }] },
    });
    expect((await ask('POST', '/messages/inbound', { ...arrival, reference: 'SM1' })).body).toEqual(
      first.body,
    );
    expect((await api.ask('GET', '/messages?direction=inbound')).body.result).toEqual([first.body]);
  });

  test('brings none for a number that nobody has, and not too many', async () => {
    const ask = await asGateway();
    const lost = { ...arrival, destination: { type: 'tel', target: '5001' } };
    expect((await ask('POST', '/messages/inbound', lost)).status).toBe(404);
    const answers = await Promise.all(
      Array.from({ length: 15 }, () => ask('POST', '/messages/inbound', arrival)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array.from({ length: 9 }, () => 200),
      ...Array.from({ length: 6 }, () => 429),
    ]);
  });

  test('tells what became of one', async () => {
    const ask = await asGateway();
    const { body } = await api.ask('POST', '/messages', message);
    await sent(body.id);
    const report = await ask('POST', `/messages/${body.id}/status`, {
      status: 'failed',
      reason: 'unknown subscriber',
    });
    expect(report.body.targets).toMatchObject([{ status: 'failed', reason: 'unknown subscriber' }]);
    expect((await ask('POST', `/messages/${zeroId}/status`, { status: 'sent' })).status).toBe(404);
    for (const wrong of [
      { status: 'read' },
      {},
      { status: 'sent', destination: '+1' },
      { status: 'sent', reason: 'a\nb' },
    ])
      expect((await ask('POST', `/messages/${body.id}/status`, wrong)).status).toBe(400);
    const { body: came } = await ask('POST', '/messages/inbound', arrival);
    expect((await ask('POST', `/messages/${came.id}/status`, { status: 'sent' })).status).toBe(409);
  });

  test('may do nothing else, and nobody else may do that', async () => {
    const ask = await asGateway();
    for (const [method, path] of [
      ['GET', '/messages'],
      ['POST', '/messages'],
      ['GET', '/conversations'],
      ['GET', '/tokens'],
      ['POST', '/flows'],
    ] as const)
      expect([path, (await ask(method, path, method === 'POST' ? message : undefined)).status]).toEqual([
        path,
        403,
      ]);
    const { body } = await api.ask('POST', '/tokens', { name: 'w', scopes: ['write'] });
    const headers = { authorization: `Bearer ${body.token}` };
    const answer = await api.send({
      method: 'POST',
      url: '/v1.0/messages/inbound',
      headers,
      payload: arrival,
    });
    expect(answer.status).toBe(403);
  });
});

describe('a conversation', () => {
  test('is there with the first message, and is answered', async () => {
    await api.ask('POST', '/messages/inbound', arrival);
    const { body } = await api.ask('GET', '/conversations');
    expect(body.result).toHaveLength(1);
    const [conversation] = body.result;
    expect(Object.keys(conversation)).toEqual(
      'id customer_id type source destination tm_create tm_update tm_delete'.split(' '),
    );
    expect(conversation).toMatchObject({
      ...{ type: 'message', source: { target: '5000' }, destination: { target: '+4917012345' } },
    });
    expect((await api.ask('GET', `/conversations/${conversation.id}`)).body).toEqual(conversation);
    const answer = await api.ask('POST', `/conversations/${conversation.id}/messages`, {
      text: 'We call you.',
    });
    expect(answer.body).toMatchObject({ text: 'We call you.', source: { target: '5000' } });
    await until(() => api.carrier.parcels.length > 0);
    expect(api.carrier.parcels).toMatchObject([{ destination: { target: '+4917012345' } }]);
    expect((await api.ask('GET', '/conversations')).body.result).toHaveLength(1);
  });

  test('that is not there is not found', async () => {
    expect((await api.ask('GET', `/conversations/${zeroId}`)).status).toBe(404);
    expect((await api.ask('POST', `/conversations/${zeroId}/messages`, { text: 'x' })).status).toBe(404);
    expect((await api.ask('POST', `/conversations/${zeroId}/messages`, { text: '' })).status).toBe(400);
  });
});
