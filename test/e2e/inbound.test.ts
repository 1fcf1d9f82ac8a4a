import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../support/free-port.ts';
import { spawnDaemon } from '../support/processes.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

let system: System;

beforeAll(async () => {
  const listen = `127.0.0.1:${await freePort('tcp')}`;
  system = await System.start({
    env: { ARIFLOW_ARI_TRANSPORT: 'inbound', ARIFLOW_ARI_LISTEN: listen },
  });
  await system.flowOn('keys', [
    { type: 'answer' },
    { type: 'digits_receive', option: { duration: 60_000, length: 0, key: '#' } },
  ]);
  await system.flowOn('short', [{ type: 'answer' }, { type: 'sleep', option: { duration: 500 } }]);
});
afterAll(() => system[Symbol.asyncDispose]());

/** What Asterisk says of a daemon that is away, and of what it keeps for it. */
const kept = [/[Ww]eb ?[Ss]ocket/, /ariflow-inbound/, /[Qq]ueued/];

async function killed(): Promise<void> {
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
}

async function ari(path: string): Promise<unknown> {
  const { ariUrl, ariUser, ariPassword } = system.asterisk;
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`;
  return (await fetch(`${ariUrl}/${path}`, { headers: { authorization } })).json();
}

const channels = async () =>
  (await ari('channels')) as readonly {
    readonly id: string;
    readonly dialplan: { readonly exten: string };
  }[];

const channelOf = async (number: string): Promise<string | undefined> =>
  (await channels()).find(({ dialplan }) => dialplan.exten === number)?.id;

/** Seconds that Asterisk will still let it live. */
async function timeOf(channelId: string): Promise<number> {
  const answer = (await ari(`channels/${channelId}/variable?variable=TIMEOUT(absolute)`)) as {
    value: string;
  };
  return Number(answer.value);
}

test('a call that is taken has its time, not that of those who wait', async () => {
  const phone = await system.caller();
  const call = await phone.call('keys');
  await call.answered;
  const channelId = await eventually(() => channelOf('keys'));
  expect(await timeOf(channelId)).toBeGreaterThan(14_000);
  await call.close();
  await system.history(await system.callTo('keys'));
  await system.quiet(kept);
});

test('digits that are pressed while the daemon is dead count, and the call never notices', async () => {
  const phone = await system.caller();
  const call = await phone.call('keys');
  await call.answered;
  const callId = await system.callTo('keys');
  await call.digits('12');
  await until(() => system.sink.eventsOf(callId).some(({ type }) => type === 'call_answered'));
  await new Promise((resolve) => setTimeout(resolve, 500)); // what was pressed is written
  await killed();
  await call.digits('34#');
  await system.restartDaemon();
  await call.ended;
  await system.history(callId);
  const told = system.sink.eventsOf(callId).filter(({ type }) => type === 'digits_received');
  expect(told.map(({ data }) => data.digits)).toEqual(['1234#']);
  await system.quiet(kept);
});

test('who calls while the daemon is dead waits for it, and who has given up since starts nothing', async () => {
  const phone = await system.caller();
  await killed();
  const [call, patient] = [await phone.call('short'), await phone.call('short', { from: 'patient' })];
  await eventually(async () => (await channels()).length === 2);
  await call.close();
  await system.restartDaemon();
  await patient.answered;
  const callId = await system.callTo('short');
  await system.history(callId);
  const created = system.sink.eventsOf(callId).find(({ type }) => type === 'call_created');
  expect(created?.data).toMatchObject({ source: { target: 'patient' } });
  expect(await patient.ended).toMatchObject({ by: 'them' });
  await system.quiet(kept);
});

test('a hang-up while the daemon is dead is what ended the call', async () => {
  const phone = await system.caller();
  const call = await phone.call('keys');
  await call.answered;
  const callId = await system.callTo('keys');
  await until(() => system.sink.eventsOf(callId).some(({ type }) => type === 'call_answered'));
  await killed();
  await call.close();
  await system.restartDaemon();
  await system.history(callId);
  const ends = system.sink.eventsOf(callId).filter(({ type }) => type === 'call_hungup');
  expect(ends.map(({ data }) => [data.hangup_by, data.hangup_reason])).toEqual([['remote', 'normal']]);
  await system.quiet(kept);
});

test('a daemon that leaves its calls is gone at once for Asterisk, which keeps what they do', async () => {
  const env = { ...system.env, ARIFLOW_STOP: 'leave' };
  await system.daemon.stop();
  system.daemon = await spawnDaemon(env);
  const phone = await system.caller();
  const call = await phone.call('keys');
  await call.answered;
  const callId = await system.callTo('keys');
  system.daemon.kill('SIGTERM');
  await system.daemon.exited;
  await call.digits('77#');
  await system.restartDaemon();
  await call.ended;
  await system.history(callId);
  const told = system.sink.eventsOf(callId).filter(({ type }) => type === 'digits_received');
  expect(told.map(({ data }) => data.digits)).toEqual(['77#']);
  await system.quiet(kept);
});

test('another client that takes the application is told in log and metrics, and keeps no call', async () => {
  const phone = await system.caller();
  const call = await phone.call('keys');
  await call.answered;
  const callId = await system.callTo('keys');
  const { ariUrl, ariUser, ariPassword } = system.asterisk;
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`;
  const visitor = new WebSocket(`${ariUrl.replace('http', 'ws')}/events?app=ariflow`, {
    headers: { authorization },
  });
  await once(visitor, 'open');
  await until(() => system.daemon.log.some(({ msg }) => msg === 'application_taken_over'));
  await until(() => system.daemon.log.filter(({ msg }) => msg === 'ari_connected').length === 2);
  const figures = await (await fetch(`${system.daemon.url}/metrics`)).text();
  expect(figures).toContain('ariflow_ari_application_taken_total 1');
  await call.digits('5#');
  await call.ended;
  await system.history(callId);
  const told = system.sink.eventsOf(callId).filter(({ type }) => type === 'digits_received');
  expect(told.map(({ data }) => data.digits)).toEqual(['5#']);
  visitor.close();
  const again = await phone.call('short', { from: 'again' });
  await again.answered;
  await system.history(await system.callTo('short'));
  await system.quiet([...kept, /application_taken_over/, /ari_not_connected/]);
});
