import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CallRecord } from '../../src/calls/call-record.ts';
import { type ApiFixture, givenApi } from '../support/store-api.ts';
import { givenCall } from '../support/store-records.ts';

async function scrape(api: ApiFixture): Promise<Map<string, number>> {
  const { status, headers, body } = await api.send({ method: 'GET', url: '/metrics' });
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = String(body)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

test('requests are counted by route and status, never by what they say', async () => {
  await using api = await givenApi();
  await api.ask('GET', '/flows');
  await api.ask('GET', '/flows/one');
  await api.ask('GET', '/flows/another');
  await api.send({ method: 'GET', url: '/v1.0/flows?token=hunter2' });
  await api.send({ method: 'GET', url: '/secret/path' });
  const figures = await scrape(api);
  const count = (route: string, status: number) =>
    figures.get(`ariflow_api_requests_total{method="GET",route="${route}",status="${status}"}`);
  expect(count('/v1.0/flows', 200)).toBe(1);
  expect(count('/v1.0/flows/:id', 404)).toBe(2);
  expect(count('/v1.0/flows', 401)).toBe(1);
  expect(count('unknown', 404)).toBe(1);
  expect([...figures.keys()].join()).not.toMatch(/hunter2|secret|another/);
});

test('deliveries are counted by endpoint and result, with their duration', async () => {
  await using api = await givenApi();
  const { metrics } = api.services;
  const { id: endpointId } = (await api.ask('POST', '/webhooks', { uri: 'https://x' })).body;
  metrics.attempted({ endpointId, result: 'delivered', duration: 40 });
  metrics.attempted({ endpointId, result: 'delivered', duration: 60 });
  metrics.attempted({ endpointId, result: 'dead', duration: 5_000 });
  const name = `ariflow_webhook_attempts_total{endpoint_id="${endpointId}"`;
  const figures = await scrape(api);
  expect(figures.get(`${name},result="delivered"}`)).toBe(2);
  expect(figures.get(`${name},result="dead"}`)).toBe(1);
  expect(figures.get('ariflow_webhook_attempt_duration_seconds_sum{result="delivered"}')).toBeCloseTo(0.1);
  const bucket = 'ariflow_webhook_attempt_duration_seconds_bucket{le="0.05",result="delivered"}';
  expect(figures.get(bucket)).toBe(1);
  await api.ask('DELETE', `/webhooks/${endpointId}`);
  expect([...(await scrape(api)).keys()].join()).not.toContain(endpointId);
});

test('what is there just now is shown, and a store that is away leaves its figure', async () => {
  const pending = [async () => 7, async () => Promise.reject(new Error('away')), async () => 0];
  await using api = await givenApi({
    gauges: () => ({ liveCalls: 3, isConnected: false, pendingDeliveries: pending.shift()! }),
  });
  for (const expected of [7, 7, 0]) {
    const figures = await scrape(api);
    expect(figures.get('ariflow_webhook_deliveries_pending')).toBe(expected);
    expect(figures.get('ariflow_calls_live')).toBe(3);
    expect(figures.get('ariflow_ari_connected')).toBe(0);
  }
});

test('calls are counted by direction, result and response; a code that nobody knows by its class', async () => {
  await using api = await givenApi();
  const { ended, refused } = api.services.metrics.calls;
  const end = (fields: Partial<CallRecord>) => ended(givenCall({ direction: 'outgoing', ...fields }));
  for (const sip_code of [486, 486, 499, 477, 0]) end({ hangup_reason: 'busy', sip_code });
  end({ direction: 'incoming', hangup_reason: 'normal' });
  refused('unknown_number', true);
  refused('unknown_number', false);
  refused('unknown_number', false);
  const figures = await scrape(api);
  const count = (direction: string, result: string, code: string) =>
    figures.get(`ariflow_calls_total{direction="${direction}",result="${result}",sip_code="${code}"}`);
  expect([486, '4xx', 0].map((code) => count('outgoing', 'busy', String(code)))).toEqual([2, 2, 1]);
  expect(count('incoming', 'normal', '0')).toBe(1);
  expect(figures.get('ariflow_calls_refused_total{reason="unknown_number",recorded="true"}')).toBe(1);
  expect(figures.get('ariflow_calls_refused_total{reason="unknown_number",recorded="false"}')).toBe(2);
});

test('every figure has its line in docs/metrics.md, and every line its figure', async () => {
  await using api = await givenApi();
  const text = String((await api.send({ method: 'GET', url: '/metrics' })).body);
  const names = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name);
  const page = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `(ariflow_\w+)` \|/gm)].map(([, name]) => name);
  expect(documented.toSorted()).toEqual(names.toSorted());
});
