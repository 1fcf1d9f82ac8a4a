import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnDaemon } from '../support/processes.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
afterAll(() => system[Symbol.asyncDispose]());

/** 0 while nobody listens. */
const readyz = (url: string): Promise<number> =>
  fetch(`${url}/readyz`).then(
    ({ status }) => status,
    () => 0,
  );

test('without an Asterisk: one clear line, readyz 503, and the API works', async () => {
  const env = {
    ...system.env,
    ARIFLOW_ARI_URL: 'http://127.0.0.1:9/ari',
    ARIFLOW_DATA_DIR: `${system.asterisk.dataDir}/alone`,
  };
  await using daemon = await spawnDaemon(env, { readyWithin: 0 });
  await eventually(async () => (await readyz(daemon.url)) === 503, { what: 'readyz to answer' });
  await until(() => daemon.log.find(({ msg }) => msg === 'ari_not_connected'));
  const lines = daemon.log.filter(({ msg }) => msg === 'ari_not_connected');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ level: 40, problem: 'no Asterisk answers at http://127.0.0.1:9/ari' });
  expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200);
});

test('with a wrong ARI password: the line says so', async () => {
  const env = {
    ...system.env,
    ARIFLOW_ARI_PASSWORD: 'wrong',
    ARIFLOW_DATA_DIR: `${system.asterisk.dataDir}/wrong`,
  };
  await using daemon = await spawnDaemon(env, { readyWithin: 0 });
  const line = await until(() => daemon.log.find(({ msg }) => msg === 'ari_not_connected'));
  expect(String(line.problem)).toContain('ARIFLOW_ARI_PASSWORD');
  await eventually(async () => (await readyz(daemon.url)) === 503, { what: 'readyz to be 503' });
});

test('Asterisk is killed with calls on it and comes back: each call ends once, new calls work within 5 s', async () => {
  await system.flowOn('long', [{ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } }]);
  const phone = await system.caller();
  const call = await phone.call('long');
  await call.answered;
  const callId = await system.callTo('long');
  process.kill(system.asterisk.pid, 'SIGKILL');
  await eventually(async () => (await readyz(system.daemon.url)) === 503, { what: 'readyz to be 503' });
  await system.asterisk.restart();
  await eventually(async () => (await readyz(system.daemon.url)) === 200, {
    timeout: 5_000,
    what: 'readyz to be 200',
  });
  const types = await system.history(callId);
  expect(types.filter((type) => type === 'call_hungup')).toHaveLength(1);
  const end = system.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup');
  expect(end?.data).toMatchObject({ hangup_by: 'remote', hangup_reason: 'failed' });

  const again = await system.caller('again');
  const second = await again.call('long');
  await second.answered;
  await second.bye();
  await system.history(await system.callTo('long'));
  await system.quiet([/ari_not_connected/, /Stasis app/, /outbound websocket/]);
});

test('Asterisk is killed and stays away: every flow is over within 5 s, with its events', async () => {
  const calls = [];
  for (const user of ['one', 'two', 'three']) {
    const call = await (await system.caller(user)).call('long');
    await call.answered;
    calls.push(await system.callTo('long'));
  }
  const began = performance.now();
  process.kill(system.asterisk.pid, 'SIGKILL');
  for (const callId of calls) {
    const types = await system.history(callId);
    expect(types.filter((type) => type === 'call_hungup')).toHaveLength(1);
  }
  expect(performance.now() - began).toBeLessThan(5_000);
  await system.asterisk.restart();
  await eventually(async () => (await readyz(system.daemon.url)) === 200, {
    timeout: 5_000,
    what: 'readyz to be 200',
  });
  const again = await (await system.caller('again')).call('long');
  await again.answered;
  await again.bye();
  await system.history(await system.callTo('long'));
  await system.quiet([/ari_not_connected/, /Stasis app/, /outbound websocket/]);
});

test('the daemon is killed under a call: it is back, and the call has gone on and ends as any, once', async () => {
  const phone = await system.caller();
  const call = await phone.call('long');
  await call.answered;
  const callId = await system.callTo('long');
  await until(() => system.sink.eventsOf(callId).some(({ type }) => type === 'call_answered'));
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  await system.restartDaemon();
  await eventually(async () => (await readyz(system.daemon.url)) === 200, { what: 'readyz to be 200' });
  expect(call.isEnded).toBe(false);
  await call.bye();
  const types = await system.history(callId);
  expect(types.filter((type) => type === 'call_hungup')).toHaveLength(1);
  const end = system.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup');
  expect(end?.data).toMatchObject({ hangup_by: 'remote', hangup_reason: 'normal' });
  await system.restartDaemon();
  expect(
    system.sink.types(system.sink.eventsOf(callId)).filter((type) => type === 'call_hungup'),
  ).toHaveLength(1);
  await system.quiet([/orphan_hung_up/, /Web socket closed abruptly/, /WebSocket read error/]);
});

test('a daemon that is told to stop hangs up its calls, tells of it, and leaves with 0', async () => {
  const phone = await system.caller();
  const call = await phone.call('long');
  await call.answered;
  const callId = await system.callTo('long');
  system.daemon.kill('SIGTERM');
  expect(await system.daemon.exited).toMatchObject({ code: 0 });
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  await system.history(callId);
  await system.restartDaemon();
});

test('a daemon that is told to stop while Asterisk is away ends its calls all the same', async () => {
  const phone = await system.caller();
  const call = await phone.call('long');
  await call.answered;
  const callId = await system.callTo('long');
  process.kill(system.asterisk.pid, 'SIGKILL');
  await eventually(async () => (await readyz(system.daemon.url)) === 503, { what: 'readyz to be 503' });
  system.daemon.kill('SIGTERM');
  expect(await system.daemon.exited).toMatchObject({ code: 0 });
  const types = await system.history(callId);
  expect(types.filter((type) => type === 'call_hungup')).toHaveLength(1);
});
