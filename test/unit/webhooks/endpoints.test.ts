import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import type { WebhookEvent } from '../../../src/news/event-families.ts';
import { fanOut } from '../../../src/news/fan-out.ts';
import {
  event,
  givenDeliverer,
  givenEndpoint,
  givenReceiver,
  numbers,
} from '../../support/given-deliverer.ts';
import { MemoryOutbox } from '../../support/memory-outbox.ts';
import { until } from '../../support/until.ts';
import type { Answer } from '../../support/webhook-receiver.ts';

/** Answers with this status, whatever comes. */
const always =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end();

test('a delivery names the call that its event is about, where it is about one', () => {
  const data = { reference_type: 'call', reference_id: 'of-call' };
  const events = [
    { type: 'call_hungup', data: { id: 'call' } },
    { type: 'activeflow_updated', data },
    { type: 'activeflow_updated', data: { reference_type: 'api', reference_id: 'none' } },
    { type: 'recording_created', data },
    { type: 'recording_created', data: { reference_type: 'confbridge', reference_id: 'room' } },
    { type: 'queuecall_entering', data },
    { type: 'action_failed', data },
    { type: 'agent_updated', data: { id: 'agent' } },
  ];
  const published = events.map((one) => ({ event: one as WebhookEvent, lane: 'lane' }));
  const made = fanOut(published, [givenEndpoint('http://127.0.0.1/')], 0);
  const [call, ofCall] = ['call', 'of-call'];
  expect(made.map(({ callId }) => callId)).toEqual([
    ...[call, ofCall, undefined, ofCall, undefined, ofCall, ofCall, undefined],
  ]);
});

describe('a change of the endpoints', () => {
  const failing = async () => {
    const receiver = await givenReceiver(always(500));
    const endpoints = [givenEndpoint(receiver.url())];
    const given = givenDeliverer(endpoints, { options: { schedule: [30, 30, 30, 30, 30, 30, 30] } });
    given.deliverer.publish([event(1), event(2, 'call-1', 'call_hungup')]);
    await until(() => receiver.received.length > 0);
    return { receiver, endpoints, ...given };
  };

  test.each(['inactive', 'disabled', 'deleted'])('to %s holds for what is pending', async (status) => {
    const { receiver, endpoints, deliverer, outbox } = await failing();
    if (status === 'deleted') endpoints.pop();
    else endpoints[0] = givenEndpoint(receiver.url(), { status: status as 'inactive' });
    deliverer.endpointsChanged();
    await deliverer.idle();
    const count = receiver.received.length;
    expect(count).toBeLessThan(3);
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 2 })).toMatchObject([
      { state: 'dead', error: 'endpoint_inactive', attempts: 0 },
      { state: 'dead', error: 'endpoint_inactive' },
    ]);
  });

  test('to deleted holds for what is stored a moment later', async () => {
    const outbox = new MemoryOutbox();
    const { deliverer, lines } = givenDeliverer([], { outbox, options: { retire: 1 } });
    await deliverer.idle();
    await outbox.append(fanOut([event(1)], [givenEndpoint('http://127.0.0.1/')], 0));
    await until(() => {
      deliverer.wake();
      return lines.some(({ message }) => message === 'webhook_deliveries_retired');
    });
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 2 })).toMatchObject([
      { state: 'dead', error: 'endpoint_inactive', attempts: 0 },
    ]);
    expect(await outbox.countPending()).toBe(0);
  });

  test('of its filter holds for what is pending', async () => {
    const { receiver, endpoints, deliverer, outbox } = await failing();
    receiver.answer = always(204);
    const before = receiver.received.length;
    endpoints[0] = givenEndpoint(receiver.url(), { event_types: ['call_hungup'] });
    deliverer.endpointsChanged();
    await deliverer.idle();
    expect(numbers(receiver).slice(before)).toEqual([2]);
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 2 })).toMatchObject([
      { state: 'delivered' },
      { state: 'dead', error: 'not_subscribed' },
    ]);
  });

  test('of its address, method and secret holds for what is pending', async () => {
    const { endpoints, deliverer } = await failing();
    const other = await givenReceiver();
    const newer = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    endpoints[0] = givenEndpoint(other.url('/new'), { method: 'PUT', secrets: [newer] });
    deliverer.endpointsChanged();
    await deliverer.idle();
    expect(numbers(other)).toEqual([1, 2]);
    expect(other.received[0]).toMatchObject({ method: 'PUT', path: '/new' });
    const [got] = other.received;
    expect(new Webhook(newer).verify(got?.body ?? '', got?.headers as Record<string, string>)).toBeTruthy();
  });
});

describe('an endpoint that is', () => {
  test('gone is disabled at once and gets no more', async () => {
    const receiver = await givenReceiver(always(410));
    const endpoints = [givenEndpoint(receiver.url())];
    const disabled: string[] = [];
    const { deliverer, outbox } = givenDeliverer(endpoints, {
      onDisable: (id, reason) => {
        disabled.push(`${id} ${reason}`);
        endpoints[0] = givenEndpoint(receiver.url(), { status: 'disabled' });
        deliverer.endpointsChanged();
      },
    });
    deliverer.publish([event(1), event(2), event(3)]);
    await deliverer.idle();
    deliverer.publish([event(4)]);
    await deliverer.idle();
    expect([numbers(receiver), disabled]).toEqual([[1], ['endpoint-1 gone']]);
    expect(await outbox.list({ endpointId: 'endpoint-1', limit: 5 })).toMatchObject([
      { error: 'endpoint_inactive' },
      { error: 'endpoint_inactive' },
      { error: 'http_410', attempts: 1 },
    ]);
  });

  test('failing for too long is disabled', async () => {
    const receiver = await givenReceiver(always(404));
    const disabled: string[] = [];
    const { deliverer } = givenDeliverer([givenEndpoint(receiver.url())], {
      options: { disableAfter: 60, schedule: Array.from({ length: 50 }, () => 10) },
      onDisable: (id, reason) => disabled.push(`${id} ${reason}`),
    });
    deliverer.publish([event(1)]);
    await until(() => disabled.length > 0);
    const count = receiver.received.length;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect([disabled, receiver.received.length]).toEqual([['endpoint-1 failing'], count]);
  });
});
