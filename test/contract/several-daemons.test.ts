import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DaemonGroup, type Member } from '../support/daemon-group.ts';
import { TestPostgres } from '../support/postgres.ts';
import { Relay } from '../support/relay.ts';
import { eventually, until } from '../support/until.ts';

// Several daemons as processes on one PostgreSQL, each with an Asterisk, or two with the same. One that dies leaves its calls to
// whoever lives. Each test has a group of its own and waits for most of its time, so they run beside each other.

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await TestPostgres.start();
}, 300_000);
afterAll(() => postgres?.stop());

/** Longer than a lease, and than it takes to see that one is over. */
const leaseIsOver = { timeout: 40_000 };

const wait = [{ type: 'answer' }, { type: 'sleep', option: { duration: 3_600_000 } }];

/** Stores a flow on a number, and has every event told. */
async function givenFlow({ api }: Member, group: DaemonGroup, actions: readonly unknown[]): Promise<string> {
  const flow = await api.post<{ id: string }>('/v1.0/flows', { name: 'f', actions });
  const number = await api.post('/v1.0/numbers', { number: '2000', call_flow_id: flow.body.id });
  const webhook = await api.post('/v1.0/webhooks', { name: 'all', uri: group.sink.url });
  expect([flow, number, webhook].map(({ status }) => status)).toEqual([200, 200, 200]);
  return flow.body.id;
}

/** Somebody calls, and is at the last action of the flow. */
async function givenCaller({ asterisk }: Member, group: DaemonGroup, action = 'sleep') {
  const before = new Set(group.sink.requests);
  const channel = asterisk.asterisk.dial({ number: '2000' });
  const created = await group.sink.waitFor(
    (request) => !before.has(request) && request.type === 'call_created',
  );
  const id = String(created.data.id);
  await group.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' &&
      data.reference_id === id &&
      (data.current_action as { type?: string }).type === action,
  );
  return { channel, id };
}

const dials = ({ asterisk }: Member): number =>
  asterisk.asterisk.asked.filter((name) => name === 'dial').length;
const ends = (group: DaemonGroup, callId: string) =>
  group.sink
    .types(group.sink.eventsOf(callId))
    .filter((type) => ['call_hungup', 'activeflow_deleted'].includes(type));

/** An agent whom a daemon has on a call. */
async function givenHeldAgent({ api }: Member, group: DaemonGroup, instance: string): Promise<string> {
  const agent = await api.post<{ id: string }>('/v1.0/agents', { username: 'anna', name: 'Anna' });
  await api.put(`/v1.0/agents/${agent.body.id}/status`, { status: 'busy' });
  await group.query(
    `insert into agent_holds (id, record, tm_create, instance) values ('${agent.body.id}', '{}', '', '${instance}')`,
  );
  return agent.body.id;
}

test.concurrent('of one that dies on another Asterisk the calls are ended and told once, and its agents are free', async () => {
  await using group = await DaemonGroup.begin(postgres);
  const one = await group.join(await group.asterisk());
  await givenFlow(one, group, wait);
  const two = await group.join(await group.asterisk());
  await eventually(two.isReady);
  const { id, channel } = await givenCaller(one, group);
  const other = await givenCaller(two, group);
  const anna = await givenHeldAgent(two, group, one.instance);
  one.daemon.kill('SIGKILL');
  await one.lapse();
  await group.sink.waitFor(
    ({ type, data }) => type === 'activeflow_deleted' && data.reference_id === id,
    leaseIsOver,
  );
  expect(ends(group, id)).toEqual(['call_hungup', 'activeflow_deleted']);
  const hungup = group.sink.eventsOf(id).find(({ type }) => type === 'call_hungup');
  expect(hungup?.data).toMatchObject({ hangup_by: 'local', hangup_reason: 'failed', status: 'hangup' });
  await eventually(
    async () => {
      const { body } = await two.api.get<{ status: string }>(`/v1.0/agents/${anna}`);
      return body.status === 'available';
    },
    { what: () => `Anna to be free\n${two.daemon.describe()}` },
  );
  expect((await group.query('select id from agent_holds')).length).toBe(0);
  // Back again it has nothing to end, and hangs up what nobody owns any more.
  expect(one.asterisk.asterisk.channels.has(channel.id)).toBe(true);
  await one.start();
  await eventually(one.isReady);
  await eventually(async () => !one.asterisk.asterisk.channels.has(channel.id), {
    what: () => one.daemon.describe(),
  });
  expect(ends(group, id)).toEqual(['call_hungup', 'activeflow_deleted']);
  expect(ends(group, other.id)).toEqual([]);
  expect(two.asterisk.asterisk.channels.has(other.channel.id)).toBe(true);
}, 120_000);

test.concurrent('a second one on the same Asterisk waits, and goes on with the calls of the first when that dies, or leaves them', async () => {
  await using group = await DaemonGroup.begin(postgres);
  const asterisk = await group.asterisk();
  const one = await group.join(asterisk);
  await givenFlow(one, group, [
    { type: 'answer' },
    { type: 'sleep', option: { duration: 15_000 } },
    { type: 'hangup' },
  ]);
  const two = await group.join(asterisk, { ARIFLOW_STOP: 'leave' });
  const killed = await givenCaller(one, group);
  expect(await two.isReady()).toBe(false);
  expect(await one.isReady()).toBe(true);
  one.daemon.kill('SIGKILL');
  await one.daemon.exited;
  await one.lapse();
  await eventually(two.isReady, leaseIsOver);
  // The first one, back again, is the one that waits now.
  await one.start();
  const left = await givenCaller(two, group);
  expect(await one.isReady()).toBe(false);
  two.daemon.kill('SIGTERM');
  expect(await two.daemon.exited).toEqual({ code: 0, signal: null });
  const began = performance.now();
  await eventually(one.isReady);
  expect(performance.now() - began).toBeLessThan(8_000);
  // Both sleep for the rest of their time, and their flows go on behind that.
  for (const { id, channel } of [killed, left]) {
    await channel.ended.promise;
    await group.sink.waitFor(({ type, data }) => type === 'activeflow_deleted' && data.reference_id === id);
    expect(ends(group, id)).toEqual(['call_hungup', 'activeflow_deleted']);
    const hungup = group.sink.eventsOf(id).find(({ type }) => type === 'call_hungup');
    expect(hungup?.data).toMatchObject({ hangup_by: 'local', hangup_reason: 'normal' });
  }
}, 180_000);

test.concurrent('one that slept while its calls were ended does nothing to them, says why, and ends', async () => {
  await using group = await DaemonGroup.begin(postgres);
  const one = await group.join(await group.asterisk());
  await givenFlow(one, group, [
    { type: 'answer' },
    { type: 'sleep', option: { duration: 12_000 } },
    { type: 'hangup' },
  ]);
  const two = await group.join(await group.asterisk());
  await eventually(two.isReady);
  const { id, channel } = await givenCaller(one, group);
  await pause(2_500);
  one.daemon.kill('SIGSTOP');
  const began = performance.now();
  await one.lapse();
  await group.sink.waitFor(
    ({ type, data }) => type === 'activeflow_deleted' && data.reference_id === id,
    leaseIsOver,
  );
  await pause(Math.max(0, 12_000 - (performance.now() - began)));
  const asked = one.asterisk.asterisk.asked.length;
  one.daemon.kill('SIGCONT');
  expect(await one.daemon.exited).toEqual({ code: 1, signal: null });
  expect(one.daemon.log.map(({ msg }) => msg)).toContain('lease_lost');
  expect(one.asterisk.asterisk.asked.slice(asked)).toEqual([]);
  expect(one.asterisk.asterisk.channels.has(channel.id)).toBe(true);
  await pause(1_000);
  expect(ends(group, id)).toEqual(['call_hungup', 'activeflow_deleted']);
}, 120_000);

test.concurrent('one that alone is cut off from PostgreSQL touches no call that another one has taken over, and ends when it hears of it', async () => {
  await using group = await DaemonGroup.begin(postgres);
  const url = new URL(group.databaseUrl);
  await using relay = await Relay.to(Number(url.port));
  url.port = String(relay.port);
  const asterisk = await group.asterisk();
  const one = await group.join(asterisk, { ARIFLOW_DATABASE_URL: url.href });
  await givenFlow(one, group, wait);
  const two = await group.join(asterisk);
  const { id, channel } = await givenCaller(one, group);
  await relay.shut();
  await one.lapse();
  await eventually(two.isReady, leaseIsOver);
  await until(() => one.daemon.log.some(({ msg }) => msg === 'application_taken_over'));
  await pause(3_000);
  expect(asterisk.asterisk.asked).not.toContain('hangup');
  expect(one.daemon.isRunning).toBe(true);
  await relay.open();
  expect(await one.daemon.exited).toEqual({ code: 1, signal: null });
  expect(one.daemon.log.map(({ msg }) => msg)).toContain('lease_lost');
  expect(asterisk.asterisk.channels.has(channel.id)).toBe(true);
  expect(ends(group, id)).toEqual([]);
  asterisk.asterisk.hangup(channel);
  await group.sink.waitFor(({ type, data }) => type === 'activeflow_deleted' && data.reference_id === id);
  expect(ends(group, id)).toEqual(['call_hungup', 'activeflow_deleted']);
}, 120_000);

test.concurrent('with PostgreSQL away those go on who are there, and whoever calls a number that was called just now', async () => {
  await using server = await TestPostgres.start();
  await using group = await DaemonGroup.begin(server);
  const one = await group.join(await group.asterisk());
  await givenFlow(one, group, [
    { type: 'answer' },
    {
      type: 'connect',
      option: { destinations: [{ type: 'extension', target: '1001' }] },
    },
    { type: 'sleep', option: { duration: 3_600_000 } },
  ]);
  one.asterisk.asterisk.onDial((party) => party.answer());
  const first = one.asterisk.asterisk.dial({ number: '2000' });
  const dialled = 1;
  await eventually(async () => dials(one) === dialled);
  await server.crash();
  const began = performance.now();
  const second = one.asterisk.asterisk.dial({ number: '2000' });
  await eventually(async () => second.state === 'Up', { timeout: 10_000 });
  const failure = await until(() => one.daemon.log.find(({ msg }) => msg === 'dial_failed'));
  expect(failure.error).toBe('the call could not be written down');
  expect(performance.now() - began).toBeGreaterThan(4_500);
  expect(performance.now() - began).toBeLessThan(12_000);
  const unknown = one.asterisk.asterisk.dial({ number: '2001' });
  expect(await unknown.ended.promise).toMatchObject({ status: 503 });
  // The leg was not made; the first two talk on, and nobody has lost his call.
  expect(dials(one)).toBe(dialled);
  expect(one.daemon.isRunning).toBe(true);
  expect(one.asterisk.asterisk.channels.has(first.id)).toBe(true);
  expect(one.asterisk.asterisk.channels.has(second.id)).toBe(true);
  await server.start();
  // What has waited is told, each once.
  one.asterisk.asterisk.hangup(second);
  const isOver = (channel: typeof second, number: string) => () => {
    const events = group.sink.requests.filter(({ type }) => type === 'call_created');
    const calls = events.filter(({ data }) => (data.destination as { target: string }).target === number);
    return (
      calls.some(({ data }) => ends(group, String(data.id)).length === 2) &&
      !one.asterisk.asterisk.channels.has(channel.id)
    );
  };
  await until(isOver(second, '2000'), { timeout: 30_000 });
  const failed = await group.sink.waitFor(({ type }) => type === 'action_failed');
  expect(failed.data).toMatchObject({ action: { type: 'connect' }, code: 'STORE_UNAVAILABLE' });
  const calls = group.sink.requests.filter(({ type }) => type === 'call_created');
  expect(new Set(calls.map(({ data }) => data.id)).size).toBe(calls.length);
}, 180_000);
