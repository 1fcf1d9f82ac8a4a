import { expect, test } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import type { HttpHead } from '../../../src/http/head-only.ts';
import { HttpError } from '../../../src/http/http-error.ts';
import type { ClaimedLane, DeliveryResult } from '../../../src/news/outbox.ts';
import { defaultOptions } from '../../../src/webhooks/deliverer-options.ts';
import { EndpointTable } from '../../../src/webhooks/endpoint-table.ts';
import { LaneRunner } from '../../../src/webhooks/lane-runner.ts';

const lane = (leaseUntil: number, count = 3): ClaimedLane => ({
  endpointId: 'a',
  lane: 'call-1',
  lease: '1',
  leaseUntil,
  deliveries: Array.from({ length: count }, (_, i) => ({
    id: `msg_${i}`,
    endpointId: 'a',
    lane: 'call-1',
    type: 'call_updated',
    body: '{"data":{}}',
    createdAt: 0,
    attempts: 0,
    failingSince: undefined,
  })),
});

/** Each request takes a second of the clock that the runner reads. */
function given(answer: () => Promise<HttpHead> = async () => ({ status: 204, headers: {} })) {
  let now = 0;
  const table = new EndpointTable({ maxLanes: 8, pauses: [1] });
  table.refresh([{ id: 'a', uri: 'https://example.com/', method: 'POST', status: 'active', secrets: [] }]);
  const results: DeliveryResult[] = [];
  const client = {
    requestHead: () => {
      now += 1_000;
      return answer();
    },
  };
  const runner = new LaneRunner(
    { client, log: silentLog, options: defaultOptions, clock: { now: () => now }, table },
    (result) => results.push(result),
  );
  return { runner, results, table };
}

test('sends nothing that could end after its lease', async () => {
  const { runner, results } = given();
  await runner.run(lane(7_000), new AbortController().signal);
  expect(results.map(({ id }) => id)).toEqual(['msg_0', 'msg_1']);
});

test('reports nothing about a request that was aborted', async () => {
  const { runner, results, table } = given(() => Promise.reject(new HttpError('aborted', 'closing')));
  await runner.run(lane(30_000), new AbortController().signal);
  expect([results, table.find('a')?.gate.active]).toEqual([[], 0]);
});

test('counts an error of our own as a failed try, so that it cannot spin', async () => {
  const { runner, results } = given(() => Promise.reject(new TypeError('a defect')));
  await runner.run(lane(30_000), new AbortController().signal);
  expect(results).toMatchObject([{ kind: 'failed', error: 'internal', attempts: 1 }]);
});

test('sends nothing for an endpoint that went away', async () => {
  const { runner, results, table } = given();
  table.refresh([]);
  await runner.run(lane(30_000), new AbortController().signal);
  expect(results).toEqual([]);
});
