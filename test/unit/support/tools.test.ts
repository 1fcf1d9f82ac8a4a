import { describe, expect, test } from 'vitest';
import { ApiClient } from '../../support/api-client.ts';
import { eventually, until } from '../../support/until.ts';
import { redirectTo, retryAfter, WebhookSink } from '../../support/webhook-sink.ts';

const post = (url: string, body: unknown, signal?: AbortSignal) =>
  fetch(url, { method: 'POST', body: JSON.stringify(body), redirect: 'manual', ...(signal && { signal }) });

describe('until', () => {
  test('returns the first value there is, zero and empty text included', async () => {
    let looks = 0;
    expect(await until(() => (++looks < 3 ? undefined : looks))).toBe(3);
    expect(await until(() => 0)).toBe(0);
  });

  test('says what it waited for in vain', async () => {
    await expect(until(() => false, { timeout: 30, what: 'rain' })).rejects.toThrow(
      /30 ms in vain for rain .*last: false/,
    );
  });

  test('shows the condition where nobody says what it means', async () => {
    const isRaining = false;
    await expect(until(() => isRaining, { timeout: 30 })).rejects.toThrow('isRaining');
  });

  test('passes on what the look throws', async () => {
    await expect(
      until(() => {
        throw new Error('broken');
      }),
    ).rejects.toThrow('broken');
  });

  test('does not wait for a look that never answers', async () => {
    await expect(
      eventually(() => new Promise<true>(() => {}), { timeout: 40, what: 'an answer' }),
    ).rejects.toThrow('an answer');
  });

  test('stops with its signal', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(until(() => false, { signal })).rejects.toThrow('enough');
  });
});

describe('a webhook sink', () => {
  test('keeps what it was sent, in order', async () => {
    await using sink = await WebhookSink.open();
    await post(`${sink.url}/hook?a=1`, { type: 'call_created', data: { id: 'c1' } });
    await post(sink.url, { type: 'call_hungup', data: { id: 'c1' } });
    await post(sink.url, { type: 'activeflow_deleted', data: { id: 'f1', reference_id: 'c1' } });
    await fetch(sink.url, { method: 'POST', body: 'no json' });
    expect(sink.types()).toEqual(['call_created', 'call_hungup', 'activeflow_deleted', 'POST /']);
    expect(sink.types(sink.eventsOf('c1'))).toHaveLength(3);
    expect(sink.requests[0]).toMatchObject({ method: 'POST', path: '/hook?a=1', data: { id: 'c1' } });
    expect(sink.requests[3]?.rawBody.toString()).toBe('no json');
  });

  test('waits for one, and names what came instead', async () => {
    await using sink = await WebhookSink.open();
    const waiting = sink.waitFor('call_hungup');
    await post(sink.url, { type: 'call_created', data: {} });
    await expect(sink.waitFor('call_ringing', { timeout: 30 })).rejects.toThrow('came: call_created');
    await post(sink.url, { type: 'call_hungup', data: {} });
    expect(await waiting).toMatchObject({ type: 'call_hungup' });
  });

  test('answers as it is told', async () => {
    await using sink = await WebhookSink.open();
    sink.respondTo('special', { status: 418 });
    sink.respondNext({ status: 500 }, retryAfter(7), redirectTo('http://127.0.0.1:1/'), { bytes: 1_000_000 });
    sink.respond({ status: 204 });
    expect((await post(sink.url, { type: 'special' })).status).toBe(418);
    expect((await post(sink.url, {})).status).toBe(500);
    expect((await post(sink.url, {})).headers.get('retry-after')).toBe('7');
    expect((await post(sink.url, {})).headers.get('location')).toBe('http://127.0.0.1:1/');
    expect((await (await post(sink.url, {})).bytes()).length).toBe(1_000_000);
    expect((await post(sink.url, {})).status).toBe(204);
  });

  test('hangs, resets and closes with a request still hanging', async () => {
    await using sink = await WebhookSink.open();
    sink.respondNext({ instead: 'hang' }, { instead: 'reset' }, { delay: 60_000 });
    const [hanging, abort] = [{ type: 'hanging' }, new AbortController()];
    const hung = post(sink.url, hanging, abort.signal).catch((error: unknown) => error);
    await sink.waitFor('hanging');
    await expect(post(sink.url, {})).rejects.toThrow();
    const delayed = post(sink.url, { type: 'delayed' }).catch((error: unknown) => error);
    await sink.waitFor('delayed');
    await sink.close();
    expect(await hung).toBeInstanceOf(Error);
    expect(await delayed).toBeInstanceOf(Error);
  });
});

describe('the API client', () => {
  test('sends its token and JSON, and gives status and body', async () => {
    await using sink = await WebhookSink.open();
    sink.respond({ status: 201, body: '{"id":"x"}' });
    const api = new ApiClient(sink.url, { token: 'secret' });
    expect(await api.post<{ id: string }>('/v1.0/flows', { name: 'n' })).toMatchObject({
      status: 201,
      body: { id: 'x' },
    });
    expect(sink.requests[0]).toMatchObject({
      path: '/v1.0/flows',
      body: { name: 'n' },
      headers: { authorization: 'Bearer secret' },
    });
    sink.respond({ status: 404, body: 'not json' });
    expect(await api.get('/')).toMatchObject({ status: 404, body: 'not json' });
    expect(sink.requests[1]?.rawBody).toHaveLength(0);
  });
});
