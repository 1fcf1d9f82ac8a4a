import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ApiClient } from '../support/api-client.ts';
import { figuresOf } from '../support/figures.ts';
import { spawnDaemon } from '../support/processes.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

let system: System;
beforeAll(async () => {
  system = await System.start({ env: { ARIFLOW_WEBHOOK_SCHEDULE: '100ms' } });
  await system.flowOn('short', [{ type: 'answer' }, { type: 'beep' }]);
  await system.flowOn('long', [{ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } }]);
});
afterEach(() =>
  system.quiet([/webhook_given_up/, /webhook_disabled/, /webhook_deliveries_retired/, /action_failed/]),
);
afterAll(() => system[Symbol.asyncDispose]());

interface Token {
  readonly id: string;
  readonly token: string;
}

interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly state: string;
}

const made = async (fields: object): Promise<Token> => {
  const { status, body } = await system.api.post<Token>('/v1.0/tokens', { name: 'x', ...fields });
  expect(status).toBe(200);
  return body;
};
const statusWith = async (token: string, path = '/v1.0/flows') =>
  (await new ApiClient(system.daemon.url, { token }).get(path)).status;

const webhook = async (fields: object) => {
  const { status, body } = await system.api.post<{ id: string }>('/v1.0/webhooks', fields);
  expect(status).toBe(200);
  return body.id;
};
const deliveries = async (id: string, query = '') => {
  const { body } = await system.api.get<{ result: Delivery[] }>(`/v1.0/webhooks/${id}/deliveries${query}`);
  return body.result;
};

/** A call from beginning to end; answers its id. */
async function shortCall(): Promise<string> {
  const phone = await system.caller();
  const call = await phone.call('short');
  await call.ended;
  const callId = await system.callTo('short');
  await system.history(callId);
  return callId;
}

const figures = () => figuresOf(system.daemon.url);

test('a flow that is deleted by force goes on where it runs, and is gone for whoever calls later', async () => {
  const id = await system.flowOn('going', [
    { type: 'answer' },
    { type: 'digits_receive', option: { length: 1, duration: 60_000 } },
    { type: 'beep' },
  ]);
  const phone = await system.caller();
  const call = await phone.call('going');
  await call.answered;
  const refused = await system.api.delete<{ error: { details: readonly object[] } }>(`/v1.0/flows/${id}`);
  expect(refused).toMatchObject({
    status: 409,
    body: { error: { details: [{ message: 'call_flow_id points to it' }] } },
  });
  expect((await system.api.delete(`/v1.0/flows/${id}?force=true`)).status).toBe(200);
  await call.digits('1');
  await until(() => call.heard.firstSoundAt(), { what: 'the beep behind the digit' });
  await call.ended;
  const late = await phone.call('going');
  await late.ended;
  expect(late.answeredAt).toBeUndefined();
});

test('tokens outlive the daemon, and so does their end', async () => {
  const [kept, revoked] = [await made({}), await made({ scopes: ['write'] })];
  expect(await statusWith(kept.token)).toBe(200);
  expect(await statusWith(revoked.token)).toBe(200);
  expect((await system.api.delete(`/v1.0/tokens/${revoked.id}`)).status).toBe(200);
  expect(await statusWith(revoked.token)).toBe(401);
  await system.restartDaemon();
  expect(await statusWith(kept.token)).toBe(200);
  expect(await statusWith(kept.token, '/v1.0/tokens')).toBe(403);
  expect(await statusWith(revoked.token)).toBe(401);
});

test('metrics show a call while it lives, its deliveries and the requests', async () => {
  const phone = await system.caller();
  const call = await phone.call('long');
  await call.answered;
  const during = await figures();
  expect(during.get('ariflow_calls_live')).toBe(1);
  expect(during.get('ariflow_ari_connected')).toBe(1);
  await call.bye();
  await system.history(await system.callTo('long'));
  await until(async () => (await figures()).get('ariflow_webhook_deliveries_pending') === 0, {
    what: 'nothing to be pending',
  });
  const after = await figures();
  expect(after.get('ariflow_calls_live')).toBe(0);
  const delivered = [...after].find(([name]) =>
    /^ariflow_webhook_attempts_total\{.*"delivered"\}$/.test(name),
  );
  expect(delivered?.[1]).toBeGreaterThanOrEqual(6);
  expect([...after.keys()].join('\n')).not.toContain('test11');
  await system.api.get('/v1.0/calls');
  const requests = 'ariflow_api_requests_total{method="GET",route="/v1.0/calls",status="200"}';
  expect((await figures()).get(requests)).toBe(1);
});

test('metrics show how calls end, what flows do, who waits in a queue, and speech, store and disk', async () => {
  const queue = await system.api.post<{ id: string }>('/v1.0/queues', { name: 'counted' });
  expect(queue.status).toBe(200);
  await system.flowOn('counted', [
    { type: 'talk', option: { text: 'a b c', language: 'en-US' } },
    { type: 'sleep', option: { duration: '${missing}20000' } },
    { type: 'queue_join', option: { queue_id: queue.body.id } },
  ]);
  const before = await figures();
  const phone = await system.caller();
  const waits = async () => (await figures()).get('ariflow_queue_waiting') === 2;
  // One after the other: what the first one has heard the second one hears from the disk.
  const first = await phone.call('counted');
  await until(async () => (await figures()).get('ariflow_queue_waiting') === 1, {
    what: 'the first to wait',
  });
  const second = await phone.call('counted');
  await until(waits, { what: 'both to wait' });
  const during = await figures();
  expect(during.get('ariflow_queue_longest_wait_seconds')).toBeGreaterThan(0);
  expect(during.get('ariflow_activeflows_live')).toBe(2);
  await Promise.all([first.bye(), second.bye()]);
  for (let i = 0; i < 2; i++) await system.history(await system.callTo('counted'));
  const after = await figures();
  const grown = (name: string) => (after.get(`ariflow_${name}`) ?? 0) - (before.get(`ariflow_${name}`) ?? 0);
  expect(grown('calls_total{direction="incoming",result="normal",sip_code="0"}')).toBe(2);
  expect(grown('activeflows_total{reference_type="call"}')).toBe(2);
  expect(grown('actions_failed_total{type="sleep",code="INVALID_OPTION"}')).toBe(2);
  expect(grown('speech_attempts_total{engine="local",result="spoken"}')).toBe(1);
  expect(grown('speech_attempt_duration_seconds_count{engine="local"}')).toBe(1);
  expect(grown('speech_cached_total')).toBe(1);
  expect(grown('store_commits_total{result="committed"}')).toBeGreaterThan(2);
  expect([after.get('ariflow_queue_waiting'), after.get('ariflow_queue_longest_wait_seconds')]).toEqual([
    0, 0,
  ]);
  expect(after.get('ariflow_store_size_bytes')).toBeGreaterThan(10_000);
  for (const directory of ['data', 'media']) {
    const size = after.get(`ariflow_disk_size_bytes{directory="${directory}"}`) ?? 0;
    expect(after.get(`ariflow_disk_free_bytes{directory="${directory}"}`)).toBeLessThanOrEqual(size);
    expect(size).toBeGreaterThan(0);
  }
  expect([...after.keys()].join()).not.toContain(queue.body.id);
});

test('deliveries that were given up are listed, and arrive when they are retried', async () => {
  await using sink = await WebhookSink.open();
  sink.respond({ status: 500 });
  const id = await webhook({ uri: sink.url, event_types: ['call_created', 'call_hungup'] });
  await shortCall();
  await until(async () => (await deliveries(id, '?state=dead')).length === 2, {
    what: 'both to be given up',
  });
  sink.respond({});
  const before = sink.requests.length;
  for (const delivery of (await deliveries(id, '?state=dead')).toReversed()) {
    const { status, body } = await system.api.post<Delivery>(`/v1.0/deliveries/${delivery.id}/retry`);
    expect({ status, id: body.id }).toEqual({ status: 200, id: delivery.id });
  }
  await until(async () => (await deliveries(id, '?state=delivered')).length === 2, {
    what: 'both to arrive',
  });
  const arrived = sink.requests.slice(before).map(({ headers, type }) => `${headers['webhook-id']} ${type}`);
  expect(arrived.sort()).toEqual(
    (await deliveries(id)).map((delivery) => `${delivery.id} ${delivery.type}`).sort(),
  );
  await system.api.delete(`/v1.0/webhooks/${id}`);
});

test('an endpoint that is gone is disabled, the others hear of it, and it stays so', async () => {
  await using sink = await WebhookSink.open();
  sink.respond({ status: 410 });
  const id = await webhook({ uri: sink.url });
  await shortCall();
  const told = await system.sink.waitFor(({ type, data }) => type === 'webhook_disabled' && data.id === id);
  expect(told.data).toMatchObject({ id, status: 'disabled', uri: sink.url });
  expect(JSON.stringify(told.body)).not.toContain('secret');
  const { length } = sink.requests;
  await system.restartDaemon();
  await shortCall();
  expect(sink.requests).toHaveLength(length);
  expect((await system.api.get(`/v1.0/webhooks/${id}`)).body).toMatchObject({ status: 'disabled' });
  await system.api.delete(`/v1.0/webhooks/${id}`);
});

test('the command line starts the daemon, lists calls from another process, and ends it with 0', async () => {
  const callId = await shortCall();
  await system.daemon.stop();
  const env = { ...system.env, ARIFLOW_API_PROT: '1' };
  system.daemon = await spawnDaemon(env, { entry: 'dist/cli.js', args: ['start'] });
  const warned = await until(() => system.daemon.log.find(({ msg }) => msg === 'unknown_variable'));
  expect(warned.warning).toBe('unknown variable ARIFLOW_API_PROT, did you mean ARIFLOW_API_PORT?');
  const { stdout } = await run(process.execPath, [join(root, 'dist/cli.js'), 'calls', '--number', 'short'], {
    env: { PATH: process.env.PATH, ...system.env, ARIFLOW_API_URL: system.daemon.url },
  });
  expect(stdout).toContain(callId);
  expect(stdout).toMatch(/hangup \(normal\)/);
  system.daemon.kill('SIGTERM');
  expect(await system.daemon.exited).toEqual({ code: 0, signal: null });
  await system.restartDaemon();
});

test('with networks that may ask, others are refused, but not their look at our health', async () => {
  await system.daemon.stop();
  system.daemon = await spawnDaemon({ ...system.env, ARIFLOW_API_ALLOW: '192.0.2.0/24' });
  for (const [path, status] of [
    ['/healthz', 200],
    ['/readyz', 200],
    ['/metrics', 200],
    ['/v1.0/flows', 403],
    ['/docs', 403],
  ] as const) {
    expect((await fetch(`${system.daemon.url}${path}`)).status, path).toBe(status);
  }
  await system.restartDaemon();
});
