import { expect, test } from 'vitest';
import { neverTime, wireTime } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import type { WebhookEvent } from '../../../src/news/event-families.ts';
import { fanOut } from '../../../src/news/fan-out.ts';
import { News } from '../../../src/news/news.ts';
import { Recorder } from '../../../src/news/recorder.ts';
import { givenConference } from '../../support/fake-conferences.ts';
import { givenStore } from '../../support/store-folder.ts';
import { givenAgent } from '../../support/store-kept-contract.ts';
import { givenWebhook } from '../../support/store-records.ts';

/** News on a real store, for one webhook. */
async function givenNews() {
  const folder = await givenStore();
  const { store } = folder;
  const webhook = givenWebhook();
  await store.webhooks.insert(webhook);
  const wakes = { count: 0 };
  const recorder = new Recorder(store, silentLog, {
    deliveriesOf: (events) => fanOut(events, [webhook], 1),
    onDeliveries: () => wakes.count++,
  });
  const news = new News(recorder, { requestOf: () => undefined, onTold });
  const told = async () => {
    const deliveries = await store.outbox.list({ limit: 10 });
    return deliveries.map(({ body, lane }) => ({ ...(JSON.parse(body) as WebhookEvent), lane })).reverse();
  };
  return {
    ...{ store, recorder, news, webhook, wakes, told },
    [Symbol.asyncDispose]: async () => {
      await recorder.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** None of them is counted. */
const onTold = ({ type }: WebhookEvent): void => {
  expect(['call_hungup', 'activeflow_deleted', 'action_failed']).not.toContain(type);
};

test('a change of what users make is in the store with its event, and the deliverer is woken', async () => {
  await using given = await givenNews();
  const agents = given.news.agents(given.store.agents);
  const agent = givenAgent();
  await agents('agent_created').insert(agent);
  expect(await given.told()).toEqual([{ type: 'agent_created', data: agent, lane: agent.id }]);
  const busy = { status: 'busy', tm_update: wireTime() } as const;
  const changed = await agents('agent_status_updated').update(agent.id, busy);
  const deleted = await agents('agent_deleted').delete(agent.id, wireTime());
  expect((await given.told()).slice(1)).toEqual([
    { type: 'agent_status_updated', data: changed, lane: agent.id },
    { type: 'agent_deleted', data: deleted, lane: agent.id },
  ]);
  expect(given.wakes.count).toBe(3);
  expect(given.recorder.waiting).toBe(0);
});

test('that a webhook is disabled the others are told, without its secrets', async () => {
  await using given = await givenNews();
  const gone = givenWebhook({ name: 'gone' });
  await given.store.webhooks.insert(gone);
  const disabling = given.news.webhooks(given.store.webhooks)('webhook_disabled');
  const change = { status: 'disabled', tm_update: wireTime() } as const;
  await disabling.update(gone.id, change);
  await disabling.update(given.webhook.id, change);
  const { secrets: _, auth: __, ...shown } = gone;
  expect(await given.told()).toMatchObject([{ type: 'webhook_disabled', data: { ...shown, ...change } }]);
  expect(JSON.stringify(await given.told())).not.toContain('whsec');
});

test('the end of a conference is committed with that of its confbridge, behind it', async () => {
  await using given = await givenNews();
  const conference = givenConference();
  const now = wireTime();
  given.news.confbridge(
    'confbridge_deleted',
    {
      id: conference.confbridge_id,
      customer_id: conference.customer_id,
      reference_type: 'conference',
      reference_id: conference.id,
      type: 'conference',
      status: 'terminated',
      channel_call_ids: {},
      tm_create: now,
      tm_update: now,
      tm_delete: now,
      max_members: 0,
    },
    { ...conference, tm_delete: neverTime },
  );
  expect(given.recorder.waiting).toBe(1); // one change: both or neither
  await given.recorder.flush();
  expect(await given.told()).toMatchObject([
    { type: 'confbridge_deleted', lane: conference.id },
    { type: 'conference_deleted', lane: conference.id, data: { id: conference.id } },
  ]);
});
