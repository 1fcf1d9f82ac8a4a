import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { millisOf, neverTime, wireTime, zeroId } from '../../../src/core/clock.ts';
import { noAnnouncements } from '../../../src/ports/announcements.ts';
import type { QueuecallRecord } from '../../../src/queues/queuecall-record.ts';
import { givenApi } from '../../support/store-api.ts';
import { givenQueuecall } from '../../support/store-queue-contract.ts';

const keys =
  'id,customer_id,name,detail,routing_method,tag_ids,wait_flow_id,wait_timeout,service_timeout,tm_create,tm_update,tm_delete,ring_timeout,retry_delay,wrap_up,leave_when_empty,announcements,auto_away,wrap_up_key,callback,callback_flow_id,music';
const tag = 'd7450dda-21e0-4611-b09a-8d771c50a5e6';

describe('queues', () => {
  test('a queue is created, changed and deleted, and each is told', async () => {
    await using api = await givenApi();
    const flow = await api.ask('POST', '/flows', { name: 'wait' });
    const wished = { wrap_up: 1_000, tag_ids: [tag], name: 'sales', wait_flow_id: flow.body.id };
    const created = await api.ask('POST', '/queues', wished);
    expect(created.status).toBe(200);
    expect(Object.keys(created.body).join()).toBe(keys);
    expect(created.body).toMatchObject({
      ...wished,
      routing_method: 'random',
      wait_timeout: 0,
      service_timeout: 0,
      ring_timeout: 20_000,
      retry_delay: 5_000,
      announcements: noAnnouncements,
      tm_delete: neverTime,
    });
    const { id } = created.body;
    const changed = await api.ask('PUT', `/queues/${id}`, { wait_timeout: 30_000 });
    expect(changed.body).toMatchObject({ ...wished, wait_timeout: 30_000 });
    expect(Object.keys(changed.body).join()).toBe(keys);
    expect((await api.ask('GET', `/queues/${id}`)).body).toEqual(changed.body);
    expect((await api.ask('GET', '/queues')).body.result).toEqual([changed.body]);
    expect((await api.ask('DELETE', `/queues/${id}`)).body.tm_delete).not.toBe(neverTime);
    expect((await api.ask('GET', `/queues/${id}`)).status).toBe(404);
    expect((await api.ask('DELETE', `/queues/${id}`)).status).toBe(404);
    expect(api.queueEvents.map(({ type }) => type)).toEqual([
      'queue_created',
      'queue_updated',
      'queue_deleted',
    ]);
    expect(api.queueEvents[1]?.data).toEqual(changed.body);
  });

  test.each([
    [{}, 'name'],
    [{ name: 'x', wait_timeout: -1 }, 'wait_timeout'],
    [{ name: 'x', ring_timeout: 0 }, 'ring_timeout'],
    [{ name: 'x', retry_delay: 999 }, 'retry_delay'],
    [{ name: 'x', routing_method: 'magic' }, 'routing_method'],
    [{ name: 'x', tag_ids: ['a'] }, 'tag_ids[0]'],
    [{ name: 'x', wait_flow_id: tag }, 'wait_flow_id'],
    [{ name: 'x', announcements: { interval: 999 } }, 'announcements.interval'],
    [{ name: 'x', announcements: { language: 'tlh!' } }, 'announcements.language'],
    [{ name: 'x', auto_away: -1 }, 'auto_away'],
    [{ name: 'x', wrap_up_key: '12' }, 'wrap_up_key'],
    [{ name: 'x', callback: { key: 'a' } }, 'callback.key'],
    [{ name: 'x', callback: { tries: 11 } }, 'callback.tries'],
    [{ name: 'x', callback_flow_id: tag }, 'callback_flow_id'],
    [{ name: 'x', music: 'sound:../x' }, 'music'],
    [{ name: 'x', more: 1 }, 'more'],
  ])('%j is refused', async (body, path) => {
    await using api = await givenApi();
    const refused = await api.ask('POST', '/queues', body);
    expect(refused.status).toBe(400);
    expect(refused.body.error.details).toMatchObject([{ path }]);
  });
});

describe('queuecalls', () => {
  const shown =
    'id,reference_type,reference_id,status,service_agent_id,tm_create,tm_service,tm_update,tm_delete,queue_id,priority,duration_waiting,duration_service,reason,agent_call_id,callback_target,callback_tries';

  test('are listed by queue, call and status, newest first', async () => {
    await using api = await givenApi();
    const [a, b, call] = [randomUUID(), randomUUID(), randomUUID()];
    const ended = { status: 'done', tm_delete: wireTime() } as const;
    const [old, other, young] = [
      givenQueuecall({ ...ended, queue_id: a }),
      givenQueuecall({ ...ended, queue_id: b, reference_id: call }),
      givenQueuecall({ queue_id: a }),
    ];
    await api.store.commit({
      live: [old, other, young].map((record: QueuecallRecord) => ({ kind: 'queuecalls', record })),
    });
    const ids = async (query: string) =>
      (await api.ask('GET', `/queuecalls${query}`)).body.result.map(({ id }: { id: string }) => id);
    expect(await ids('')).toEqual([young.id, other.id, old.id]);
    expect(await ids(`?queue_id=${a}`)).toEqual([young.id, old.id]);
    expect(await ids(`?reference_id=${call}`)).toEqual([other.id]);
    expect(await ids(`?status=done&queue_id=${a}`)).toEqual([old.id]);
    expect((await api.ask('GET', '/queuecalls?status=lost')).status).toBe(400);
    const { body } = await api.ask('GET', `/queuecalls/${old.id}`);
    expect(Object.keys(body).join()).toBe(shown);
  });

  test('one that waits is kicked; one that has left is answered as it is', async () => {
    await using api = await givenApi();
    const { body: queue } = await api.ask('POST', '/queues', { name: 'sales' });
    const { queues } = api.parts;
    const place = await queues.join(
      { id: tag },
      {
        id: randomUUID(),
        queueId: queue.id,
        priority: 0,
        tell: () => undefined,
        answer: async () => undefined,
      },
      AbortSignal.timeout(5_000),
    );
    const { id } = place.record;
    const kicked = await api.ask('POST', `/queuecalls/${id}/kick`);
    expect(kicked.body).toMatchObject({ id, status: 'wait', reason: 'kicked', service_agent_id: zeroId });
    expect(place.out.aborted).toBe(true);
    place.leave('flow');
    expect((await api.ask('DELETE', `/queuecalls/${id}`)).body).toMatchObject({ status: 'abandoned' });
    expect((await api.ask('POST', `/queuecalls/reference_id/${tag}/kick`)).status).toBe(404);
    expect((await api.ask('POST', '/queuecalls/nobody/kick')).status).toBe(404);
  });
});

describe('statistics', () => {
  const at = (second: number) => `2026-03-02 12:00:${String(second).padStart(2, '0')}.000000`;

  test('are what came of the calls of a queue in a time', async () => {
    await using api = await givenApi();
    const { body: queue } = await api.ask('POST', '/queues', { name: 'sales' });
    const ended = { queue_id: queue.id, tm_delete: wireTime() };
    const done = { ...ended, status: 'done' } as const;
    const records = [
      givenQueuecall({ ...done, tm_create: at(1), duration_waiting: 5_000, duration_service: 60_000 }),
      givenQueuecall({ ...done, tm_create: at(2), duration_waiting: 25_000, duration_service: 30_001 }),
      givenQueuecall({ ...ended, status: 'abandoned', tm_create: at(3), duration_waiting: 90_000 }),
      givenQueuecall({ ...ended, status: 'abandoned', tm_create: at(4), callback_target: '+49' }),
      givenQueuecall({ queue_id: queue.id, tm_create: at(5), status: 'service', duration_waiting: 7_000 }),
      givenQueuecall({ ...done, tm_create: at(10) }),
      givenQueuecall({ ...done, queue_id: 'another', tm_create: at(2) }),
    ];
    await api.store.commit({ live: records.map((record) => ({ kind: 'queuecalls', record })) });
    const span = `from=${encodeURIComponent(at(0))}&to=${encodeURIComponent(at(10))}`;
    const { body } = await api.ask('GET', `/queues/${queue.id}/statistics?${span}&within=10000`);
    expect(body).toEqual({
      queue_id: queue.id,
      from: at(0),
      to: at(10),
      within: 10_000,
      offered: 5,
      served: 2,
      served_within: 1,
      abandoned: 2,
      abandoned_within: 1,
      waiting: 0,
      talking: 1,
      callbacks: 1,
      callbacks_abandoned: 1,
      service_level: 0.25,
      abandonment: 0.5,
      longest_wait: 90_000,
      average_wait: 15_000,
      average_handle: 45_001,
    });
  });

  test('of a day are asked for by default; of nobody there is no share', async () => {
    await using api = await givenApi();
    const { body: queue } = await api.ask('POST', '/queues', { name: 'sales' });
    const { body } = await api.ask('GET', `/queues/${queue.id}/statistics`);
    expect(body).toMatchObject({ within: 20_000, offered: 0, service_level: null, average_wait: null });
    expect(millisOf(body.to) - millisOf(body.from)).toBe(86_400_000);
    expect((await api.ask('GET', '/queues/nobody/statistics')).status).toBe(404);
  });

  test.each([
    ['from=2026-03-02&to=2026-03-02', 'from'],
    ['from=2026-03-02&to=2026-04-03', 'from'],
    ['from=yesterday', 'from'],
    ['within=-1', 'within'],
    ['within=x', 'within'],
    ['since=2026-03-02', 'since'],
  ])('%s is refused', async (query, path) => {
    await using api = await givenApi();
    const { body: queue } = await api.ask('POST', '/queues', { name: 'sales' });
    const refused = await api.ask('GET', `/queues/${queue.id}/statistics?${query}`);
    expect(refused.status).toBe(400);
    expect(refused.body.error.details).toMatchObject([{ path }]);
  });
});
