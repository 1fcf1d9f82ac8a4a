import { expect, test } from 'vitest';
import { wireTime, zeroId } from '../../src/core/clock.ts';
import type { ActionJson } from '../../src/ports/action-json.ts';
import type { PointedToError } from '../../src/storage/pointers.ts';
import type { Store } from '../../src/storage/store.ts';
import { givenConference } from './fake-conferences.ts';
import { givenQueue } from './fake-queues.ts';
import type { GivenStore } from './store-folder.ts';
import { givenAgent } from './store-kept-contract.ts';
import { givenFlow, givenNumber, givenSchedule, givenWebhook } from './store-records.ts';

const act = (type: string, option: object): ActionJson => ({
  id: zeroId,
  next_id: zeroId,
  type,
  option: { ...option },
});

/** What a deletion is refused because of: `numbers/5…: call_flow_id`. */
async function refusal(deletion: Promise<unknown>): Promise<string[]> {
  const error: PointedToError = await deletion.then(
    () => expect.fail('it was deleted'),
    (caught) => caught,
  );
  expect(error).toMatchObject({ problem: 'pointed to', reason: 'CONFLICT', isRetryable: false });
  return error.pointers.map(({ table, id, places }) => `${table}/${id}: ${places.join()}`);
}

const problemOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: { problem?: string }) => error.problem ?? String(error),
  );

export function pointersContract(given: GivenStore): void {
  test('a flow stays while something points to it, and whatever does is named', async () => {
    await using fixture = await given();
    const { flows, numbers, queues, conferences } = fixture.store;
    const flow = givenFlow();
    await flows.insert(flow);
    const { id } = flow;
    const number = givenNumber({ call_flow_id: id, message_flow_id: id });
    const queue = givenQueue({ wait_flow_id: id });
    const conference = givenConference({ post_flow_id: id });
    const before = givenFlow({ on_complete_flow_id: id });
    const inner = [act('answer', {}), act('fetch_flow', { flow_id: id.toUpperCase() })];
    const outbound = act('variable_set', { key: 'flow.syskey.flowID', value: ` ${id} ` });
    const deep = givenFlow({ actions: [act('call', { actions: inner, flow_id: '' }), outbound] });
    await numbers.insert(number);
    await queues.insert(queue);
    await conferences.insert(conference);
    await flows.insert(before);
    await flows.insert(deep);
    expect(await refusal(flows.delete(id, wireTime()))).toEqual([
      `numbers/${number.id}: call_flow_id,message_flow_id`,
      `queues/${queue.id}: wait_flow_id`,
      `conferences/${conference.id}: post_flow_id`,
      `flows/${deep.id}: actions[0].option.actions[1].option.flow_id,actions[1].option.value`,
      `flows/${before.id}: on_complete_flow_id`,
    ]);
    expect(await flows.get(id)).toEqual(flow);
    await numbers.delete(number.id, wireTime());
    await queues.update(queue.id, { wait_flow_id: zeroId });
    await conferences.delete(conference.id, wireTime());
    await flows.delete(before.id, wireTime());
    await flows.update(deep.id, { actions: [act('talk', { text: `not ${id}, it is said only` })] });
    expect((await flows.delete(id, wireTime()))?.id).toBe(id);
  });

  test('what flows name is held by them: queues, conferences, agents, webhooks', async () => {
    await using fixture = await given();
    const { flows, queues, conferences, agents, webhooks } = fixture.store;
    const [queue, conference, agent, webhook] = [
      givenQueue(),
      givenConference(),
      givenAgent(),
      givenWebhook(),
    ];
    await queues.insert(queue);
    await conferences.insert(conference);
    await agents.insert(agent);
    await webhooks.insert(webhook);
    const flow = givenFlow({
      actions: [
        act('queue_join', { queue_id: queue.id }),
        act('conference_join', { conference_id: conference.id }),
        act('connect', { destinations: [{ type: 'agent', target: agent.id }] }),
        act('webhook_send', { webhook_id: webhook.id }),
      ],
    });
    await flows.insert(flow);
    for (const [store, id, place] of [
      [queues, queue.id, 'actions[0].option.queue_id'],
      [conferences, conference.id, 'actions[1].option.conference_id'],
      [agents, agent.id, 'actions[2].option.destinations[0].target'],
      [webhooks, webhook.id, 'actions[3].option.webhook_id'],
    ] as const) {
      expect(await refusal(store.delete(id, wireTime()))).toEqual([`flows/${flow.id}: ${place}`]);
      expect((await store.delete(id, wireTime(), { isForced: true }))?.id).toBe(id);
      expect(await store.get(id)).toBeUndefined();
    }
    expect(await flows.get(flow.id)).toEqual(flow);
  });

  test('a schedule is held by the number that it is for, and by flows that ask it', async () => {
    await using fixture = await given();
    const { flows, numbers, schedules } = fixture.store;
    const [schedule, flow] = [givenSchedule(), givenFlow()];
    const { id } = schedule;
    await expect(numbers.insert(givenNumber({ schedule_id: id }))).rejects.toMatchObject({
      problem: 'dangling',
      details: [{ path: 'schedule_id', message: 'no such schedule' }],
    });
    await schedules.insert(schedule);
    await flows.insert(flow);
    const number = givenNumber({ schedule_id: id, closed_flow_id: flow.id });
    await numbers.insert(number);
    await flows.update(flow.id, { actions: [act('condition_schedule', { schedule_id: id })] });
    expect(await refusal(schedules.delete(id, wireTime()))).toEqual([
      `numbers/${number.id}: schedule_id`,
      `flows/${flow.id}: actions[0].option.schedule_id`,
    ]);
    expect(await refusal(flows.delete(flow.id, wireTime()))).toEqual([
      `numbers/${number.id}: closed_flow_id`,
    ]);
    await numbers.update(number.id, { schedule_id: zeroId, closed_flow_id: zeroId });
    await flows.delete(flow.id, wireTime());
    expect((await schedules.delete(id, wireTime()))?.id).toBe(id);
  });

  test('a flow that names itself holds nobody', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const flow = givenFlow();
    await flows.insert({ ...flow, actions: [act('fetch_flow', { flow_id: flow.id })] });
    expect((await flows.delete(flow.id, wireTime()))?.id).toBe(flow.id);
  });

  test('of many pointers twenty are named, behind many records that only mention the id', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const flow = givenFlow();
    await flows.insert(flow);
    for (let index = 0; index < 25; index++) await flows.insert(givenFlow({ on_complete_flow_id: flow.id }));
    for (let index = 0; index < 60; index++) await flows.insert(givenFlow({ detail: `as ${flow.id}` }));
    const error = await flows.delete(flow.id, wireTime()).catch((caught: PointedToError) => caught);
    expect(error).toMatchObject({ isCut: true, pointers: { length: 20 } });
  });

  test('nothing points to what is not there; what was left behind by force is kept', async () => {
    await using fixture = await given();
    const { flows, numbers, queues, conferences } = fixture.store;
    const gone = givenFlow();
    await flows.insert(gone);
    const number = givenNumber({ call_flow_id: gone.id });
    await numbers.insert(number);
    await flows.delete(gone.id, wireTime(), { isForced: true });
    expect(await numbers.get(number.id)).toEqual(number);
    const { id } = gone;
    for (const [field, work] of [
      ['call_flow_id', () => numbers.insert(givenNumber({ call_flow_id: id }))],
      ['message_flow_id', () => numbers.update(number.id, { call_flow_id: id, message_flow_id: id })],
      ['wait_flow_id', () => queues.insert(givenQueue({ wait_flow_id: id }))],
      ['pre_flow_id', () => conferences.insert(givenConference({ pre_flow_id: id }))],
      ['on_complete_flow_id', () => flows.insert(givenFlow({ on_complete_flow_id: id }))],
    ] as const)
      await expect(work(), field).rejects.toMatchObject({
        problem: 'dangling',
        reason: 'INVALID_ARGUMENT',
        details: [{ path: field, message: 'no such flow' }],
      });
    const changed = await numbers.update(number.id, { name: 'new', call_flow_id: id });
    expect(changed).toMatchObject({ name: 'new', call_flow_id: id });
  });

  test('a flow that goes and a pointer that comes at the same moment: never both', async () => {
    await using fixture = await given();
    const { flows } = fixture.store;
    const won = { deletion: 0, pointer: 0 };
    for (let round = 0; round < 24; round++) {
      const flow = givenFlow();
      await flows.insert(flow);
      const works = [() => flows.delete(flow.id, wireTime()), pointerTo(fixture.store, flow.id, round)];
      if (round % 2 === 1) works.reverse();
      const [first, second] = await Promise.all(works.map((work) => problemOf(work())));
      const [deletion, pointer] = round % 2 === 1 ? [second, first] : [first, second];
      expect([
        ['none', 'dangling'],
        ['pointed to', 'none'],
      ]).toContainEqual([deletion, pointer]);
      won[deletion === 'none' ? 'deletion' : 'pointer']++;
    }
    expect(won.deletion + won.pointer).toBe(24);
  });

  test('the default webhook stays while flows tell it of their ends, whoever else may go', async () => {
    await using fixture = await given();
    const { flows, webhooks } = fixture.store;
    await expect(flows.insert(givenFlow({ end_webhook: true }))).rejects.toMatchObject({
      details: [{ path: 'end_webhook', message: 'needs a webhook with is_default' }],
    });
    const [webhook, other] = [givenWebhook({ is_default: true }), givenWebhook()];
    await webhooks.insert(webhook);
    await webhooks.insert(other);
    const flow = givenFlow({ end_webhook: true });
    await flows.insert(flow);
    const tellers = [`flows/${flow.id}: end_webhook`];
    expect(await refusal(webhooks.delete(webhook.id, wireTime()))).toEqual(tellers);
    expect(await refusal(webhooks.update(webhook.id, { is_default: false }))).toEqual(tellers);
    await webhooks.update(other.id, { is_default: true, tm_update: wireTime() });
    expect((await webhooks.delete(webhook.id, wireTime()))?.id).toBe(webhook.id);
    await webhooks.delete(other.id, wireTime(), { isForced: true });
    expect(await flows.update(flow.id, { name: 'x', end_webhook: true })).toMatchObject({ name: 'x' });
    for (let round = 0; round < 10; round++) {
      const next = givenWebhook({ is_default: true });
      await webhooks.insert(next);
      const [went, came] = await Promise.all([
        problemOf(webhooks.delete(next.id, wireTime())),
        problemOf(flows.insert(givenFlow({ end_webhook: true }))),
      ]);
      expect([
        ['none', 'dangling'],
        ['pointed to', 'none'],
      ]).toContainEqual([went, came]);
      for (const { id } of (await flows.list({ size: 100 })).result) await flows.delete(id, wireTime());
      await webhooks.delete(next.id, wireTime());
    }
  });
}

/** One of the ways to point to a flow. */
function pointerTo({ numbers, queues, conferences, flows }: Store, id: string, round: number) {
  const ways = [
    () => numbers.insert(givenNumber({ call_flow_id: id })),
    () => queues.insert(givenQueue({ wait_flow_id: id })),
    () => conferences.insert(givenConference({ pre_flow_id: id })),
    () => flows.insert(givenFlow({ on_complete_flow_id: id })),
  ];
  return ways[round % ways.length] ?? expect.fail('no way');
}
