import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Gauges } from '../../../src/api/present-figures.ts';
import type { CallRecord } from '../../../src/calls/call-record.ts';
import { type ApiFixture, givenApi, nothing } from '../../support/store-api.ts';
import { givenQueuecall } from '../../support/store-queue-contract.ts';
import { givenActiveflow, givenCall } from '../../support/store-records.ts';

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
  const { metrics } = api.parts;
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

test('what an alert waits for is at 0 before it has happened: only so it is seen to grow', async () => {
  await using api = await givenApi();
  api.parts.metrics.attempted({ endpointId: 'a', result: 'failed', duration: 40 });
  const figures = await scrape(api);
  expect(figures.get('ariflow_store_commits_total{result="failed"}')).toBe(0);
  expect(figures.get('ariflow_webhook_attempts_total{endpoint_id="a",result="dead"}')).toBe(0);
  for (const reason of ['limit_calls', 'limit_cps', 'limit_lag', 'limit_memory'])
    expect(figures.get(`ariflow_calls_not_admitted_total{direction="incoming",reason="${reason}"}`)).toBe(0);
});

test('what is there just now is shown, and a store that is away leaves its figure', async () => {
  const pending = [async () => 7, async () => Promise.reject(new Error('away')), async () => 0];
  await using api = await givenApi({
    gauges: () => ({ ...nothing, liveCalls: 3, pendingDeliveries: pending.shift()! }),
  });
  for (const expected of [7, 7, 0]) {
    const figures = await scrape(api);
    expect(figures.get('ariflow_webhook_deliveries_pending')).toBe(expected);
    expect(figures.get('ariflow_calls_live')).toBe(3);
    expect(figures.get('ariflow_ari_connected')).toBe(0);
  }
});

test('queues, flows, the store and the disks are shown as they are just now', async () => {
  const gauges: Gauges = {
    ...nothing,
    liveActiveflows: 2,
    waitingInQueues: { count: 4, longest: 12_500 },
    callbacks: 2,
    waitingChanges: 7,
    storeSize: async () => 8_192,
    disks: {
      data: async () => ({ size: 1_000, free: 100 }),
      media: () => Promise.reject(new Error('no such directory')),
    },
  };
  await using api = await givenApi({ gauges: () => gauges });
  const figures = await scrape(api);
  const figure = (name: string) => figures.get(`ariflow_${name}`);
  expect(figure('activeflows_live')).toBe(2);
  expect([figure('queue_waiting'), figure('queue_longest_wait_seconds')]).toEqual([4, 12.5]);
  expect([figure('store_changes_waiting'), figure('store_size_bytes')]).toEqual([7, 8_192]);
  expect(figure('disk_size_bytes{directory="data"}')).toBe(1_000);
  expect(figure('disk_free_bytes{directory="data"}')).toBe(100);
  expect([...figures.keys()].join()).not.toContain('directory="media"');
});

test('a store that is stuck is asked once, however many want its figures, and all are answered', async () => {
  let asked = 0;
  const storeSize = () => {
    asked++;
    return new Promise<number>(() => undefined);
  };
  await using api = await givenApi({ gauges: () => ({ ...nothing, liveCalls: 3, storeSize }) });
  const all = await Promise.all([scrape(api), scrape(api), scrape(api)]);
  for (const figures of all) expect(figures.get('ariflow_calls_live')).toBe(3);
  expect(asked).toBe(1);
});

test('flows, speech and what is written are counted', async () => {
  await using api = await givenApi();
  const { flows, speech, store } = api.parts.metrics;
  flows.ended(givenActiveflow());
  flows.ended(givenActiveflow({ reference_type: 'api' }));
  const about = { id: 'x', activeflow_id: 'x', reference_type: 'call', reference_id: 'x', tm_create: '' };
  flows.actionFailed({
    ...about,
    action: { id: 'x', type: 'talk' },
    code: 'INVALID_TEXT',
    message: 'secret',
  });
  speech.cached();
  speech.spoken({ engine: 'local', result: 'spoken', duration: 40 });
  speech.spoken({ engine: 'local', result: 'failed', duration: 60 });
  store.committed({ isCommitted: true, duration: 4 });
  store.committed({ isCommitted: false, duration: 400 });
  const figures = await scrape(api);
  expect(Object.fromEntries([...figures].filter(([name]) => /_total|_sum|_count/.test(name)))).toMatchObject({
    'ariflow_activeflows_total{reference_type="call"}': 1,
    'ariflow_activeflows_total{reference_type="api"}': 1,
    'ariflow_actions_failed_total{type="talk",code="INVALID_TEXT"}': 1,
    ariflow_speech_cached_total: 1,
    'ariflow_speech_attempts_total{engine="local",result="spoken"}': 1,
    'ariflow_speech_attempts_total{engine="local",result="failed"}': 1,
    'ariflow_speech_attempt_duration_seconds_sum{engine="local"}': 0.1,
    'ariflow_store_commits_total{result="committed"}': 1,
    'ariflow_store_commits_total{result="failed"}': 1,
    ariflow_store_commit_duration_seconds_count: 2,
  });
});

test('calls are counted by direction, result and response; a code that nobody knows by its class', async () => {
  await using api = await givenApi();
  const { ended, refused } = api.parts.metrics.calls;
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
  const page = readFileSync(join(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `(ariflow_\w+)` \|/gm)].map(([, name]) => name);
  expect(documented.toSorted()).toEqual(names.toSorted());
});

test('calls in queues are counted by what they came to, with how long they waited and talked', async () => {
  await using api = await givenApi();
  const { queues } = api.parts.metrics;
  queues.serviced(givenQueuecall({ duration_waiting: 12_000 }));
  queues.done(givenQueuecall({ duration_service: 90_000, reason: 'agent' }));
  queues.abandoned(givenQueuecall({ duration_waiting: 40_000, reason: 'hangup' }));
  queues.abandoned(givenQueuecall({ duration_waiting: 1_000, reason: 'callback' })); // he waits elsewhere
  const figures = await scrape(api);
  expect(figures.get('ariflow_queuecalls_total{result="served",reason="agent"}')).toBe(1);
  expect(figures.get('ariflow_queuecalls_total{result="abandoned",reason="hangup"}')).toBe(1);
  const within = (seconds: number) =>
    figures.get(`ariflow_queue_wait_seconds_bucket{le="${seconds}",result="served"}`);
  expect([within(10), within(20)]).toEqual([0, 1]);
  expect(figures.get('ariflow_queue_wait_seconds_sum{result="abandoned"}')).toBe(40);
  expect(figures.get('ariflow_queue_handle_seconds_sum')).toBe(90);
});
