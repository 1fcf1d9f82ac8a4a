import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type CallFixture, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function over(life: CallFixture): Promise<void> {
  life.hangup();
  await pass(20_000);
  life.expectNothingLeft();
}

const uri = 'https://example.com';

/** The ids of the requests that went out. */
const ids = ({ http }: CallFixture) => http.requests.map(({ headers }) => headers?.['webhook-id']);

test('a webhook that waits asks again under the same id, while the music plays', async () => {
  const given = givenCall();
  given.http.reply({ delay: 3_000, body: { answer: 'yes' } });
  given.runOne('webhook_send', { uri, sync: true, hold_music: true, response: { type: 'json' } });
  await pass(1_000);
  expect(given.channel.isOnHold).toBe(true);
  const life = await given.restart({ later: 1_000 });
  expect(life.channel.isOnHold).toBe(true);
  await pass(3_000);
  expect([life.flow.at, life.failures, life.channel.isOnHold]).toEqual(['after', [], false]);
  const [first, second, ...others] = ids(life);
  expect([first, others]).toEqual([second, []]);
  expect(first).toMatch(/^msg_[0-9a-f]{32}$/);
  expect(life.http.requests[0]?.body).toEqual(life.http.requests[1]?.body);
  await over(life);
});

test('what has been answered is not asked again', async () => {
  const given = givenCall();
  given.http.reply({ body: {} });
  given.runOne('webhook_send', { uri, sync: true });
  await pass(100);
  const life = await given.restart();
  await pass(5_000);
  expect([life.flow.at, ids(life).length]).toEqual(['after', 1]);
  await over(life);
});

test('all tries together take a minute, in however many lives', async () => {
  const given = givenCall();
  given.http.reply({ delay: 120_000 });
  given.runOne('webhook_send', { uri, sync: true, timeout: 50_000 });
  await pass(40_000);
  const life = await given.restart({ later: 5_000 });
  await pass(14_999);
  expect(life.flow.at).toBe('it');
  await pass(1);
  expect([life.flow.at, life.failures]).toEqual(['after', ['TIMEOUT']]);
  await over(life);
});

test('each run of it is a request of its own', async () => {
  const given = givenCall();
  given.http.reply({ body: {} });
  given.run(
    { id: 'it', type: 'webhook_send', option: { uri, sync: true } },
    { type: 'goto', option: { target_id: 'it', loop_count: 2 } },
    { ...longSleep },
  );
  await pass(5_000);
  expect(new Set(ids(given)).size).toBe(3);
  await over(given);
});

test('a server that is asked for actions is asked once more', async () => {
  const given = givenCall();
  given.http.reply({ delay: 3_000, body: [{ id: 'fetched', ...longSleep }] });
  given.runOne('fetch', { event_url: uri });
  await pass(1_000);
  const life = await given.restart();
  await pass(3_000);
  expect([life.flow.at, life.http.requests.length]).toEqual(['fetched', 2]);
  await over(life);
});
