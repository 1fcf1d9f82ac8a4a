import { expect } from 'vitest';
import { neverTime } from '../../src/core/clock.ts';
import type { System } from './system.ts';
import { eventually } from './until.ts';
import type { WebhookRequest } from './webhook-sink.ts';

/** How many calls the store has that are not over. */
export async function unfinished(system: System): Promise<number> {
  const counts = await Promise.all(
    ['ringing', 'progressing', 'terminating'].map(async (status) => {
      const { body } = await system.api.get<{ result: unknown[] }>(`/v1.0/calls?status=${status}`);
      return body.result.length;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Until every call has ended and nothing is left to be delivered. */
export async function settled(system: System): Promise<void> {
  const pending = async (): Promise<number> => {
    const { body } = await system.api.get<{ result: { id: string }[] }>('/v1.0/webhooks');
    const [webhook] = body.result;
    const path = `/v1.0/webhooks/${webhook?.id}/deliveries?state=pending`;
    return (await system.api.get<{ result: unknown[] }>(path)).body.result.length;
  };
  await eventually(async () => (await unfinished(system)) + (await pending()) === 0, {
    timeout: 60_000,
    what: 'all calls to end and all events to be delivered',
  });
}

/** Ids of the calls the receiver was told of. */
export function created({ sink }: System): string[] {
  const events = sink.requests.filter(({ type }) => type === 'call_created');
  return [...new Set(events.map(({ data }) => String(data.id)))];
}

const webhookId = ({ headers }: WebhookRequest): string => headers['webhook-id'] ?? '';

/** The first receipt of each event. */
export function distinct(requests: readonly WebhookRequest[]): WebhookRequest[] {
  return [
    ...new Map([...requests].reverse().map((request) => [webhookId(request), request])).values(),
  ].reverse();
}

/** When what an event tells of happened: one clock for a call and its activeflow. */
function momentOf({ data: { tm_create, tm_update } }: WebhookRequest): string {
  return String(tm_update === undefined || tm_update === neverTime ? tm_create : tm_update);
}

/** What a receiver must have been told of a call that is over, whatever happened meanwhile: all of it, in order, once. */
export function expectWhole(requests: readonly WebhookRequest[], id: string): void {
  const events = distinct(requests);
  const types = events.map(({ type }) => type ?? '');
  const told = `${id}: ${types.join(', ')}`;
  expect(
    types.filter((type) => type === 'call_hungup'),
    told,
  ).toHaveLength(1);
  expect(
    types.filter((type) => type === 'activeflow_deleted'),
    told,
  ).toHaveLength(1);
  expect(
    types.findLast((type) => type.startsWith('call_')),
    told,
  ).toBe('call_hungup');
  expect(types.at(-1), told).toBe('activeflow_deleted');
  expect(types.slice(0, 2), told).toEqual(['activeflow_created', 'call_created']);
  // The end adds nothing that was not told before: the record was written with its events, not ahead of them.
  const [before, end] = events.filter(({ type }) => type?.startsWith('call_')).slice(-2);
  expect(standing(end), told).toEqual(standing(before));
  const moments = events.slice(2).map(momentOf);
  expect(moments, told).toEqual(moments.toSorted());
  for (const request of requests) {
    const first = events.find((event) => webhookId(event) === webhookId(request));
    expect(
      request.rawBody.equals(first?.rawBody ?? Buffer.alloc(0)),
      `${told}: the same id, the same body`,
    ).toBe(true);
  }
}

/** What a hang-up does not change of a call. */
function standing(request: WebhookRequest | undefined): unknown {
  const { action, tm_progressing, recording_ids } = request?.data ?? {};
  return { action, tm_progressing, recording_ids };
}
