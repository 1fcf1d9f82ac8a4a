import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CallRecord } from '../../src/calls/call-record.ts';
import { loadSecrets } from '../../src/config/secrets.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { answering } from '../support/answering.ts';
import { ApiClient } from '../support/api-client.ts';
import { CallRejected, type OutgoingCall } from '../support/outgoing-call.ts';
import { type Daemon, spawnDaemon } from '../support/processes.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import type { WebhookRequest } from '../support/webhook-sink.ts';

let system: System;

beforeAll(async () => {
  system = await System.start({ env: { ARIFLOW_OUTBOUND_ALLOW: '127.0.0.0/8' } });
  await system.flowOn('echo', [{ type: 'answer' }, { type: 'echo', option: { duration: 120_000 } }]);
  await system.flowOn('short', [{ type: 'answer' }, { type: 'sleep', option: { duration: 3_000 } }]);
});
// A process that leaves its calls says no good-bye to Asterisk.
afterEach(() => system.quiet([/calls_not_admitted/, /api_unavailable/, /web ?socket/i, /orphan_hung_up/]));
afterAll(() => system[Symbol.asyncDispose]());

/** Another daemon in the place of the present one, with this besides. */
async function restarted(more: Readonly<Record<string, string>> = {}): Promise<Daemon> {
  await system.daemon.stop();
  system.daemon = await spawnDaemon({ ...system.env, ...more });
  system.api = new ApiClient(system.daemon.url, { token: loadSecrets(system.asterisk.dataDir).api_token });
  return system.daemon;
}

async function dialled(number: string): Promise<OutgoingCall> {
  const phone = await system.caller();
  const call = await phone.call(number);
  await call.answered;
  return call;
}

/** The response that a new call gets, if it is refused. */
async function refusal(number = 'echo'): Promise<number | undefined> {
  return dialled(number).then(
    async (call) => {
      await call.bye();
      return undefined;
    },
    (error: unknown) => (error instanceof CallRejected ? error.status : Promise.reject(error)),
  );
}

/** That a caller in an echo hears himself. */
async function hearsItself(call: OutgoingCall, frequency: number): Promise<void> {
  call.tone(frequency);
  await until(() => call.heard.hears(frequency), { what: () => call.heard.describe() });
  call.silence();
}

async function ready(): Promise<{ readonly status: number; readonly reasons: readonly string[] }> {
  const response = await fetch(`${system.daemon.url}/readyz`);
  const { reasons } = (await response.json()) as { reasons: string[] };
  return { status: response.status, reasons };
}

const restCall = () =>
  system.api.post<{ error?: { message: string } }>('/v1.0/calls', {
    source: { type: 'tel', target: '+4930' },
    destinations: [{ type: 'sip', target: 'x@127.0.0.1:9' }],
    actions: [],
  });

const typesOf = (callId: string): string[] => system.sink.types(system.sink.eventsOf(callId));

describe('drained over REST', () => {
  test('new calls get 503, those that live go on; undone, all is as before', async () => {
    const call = await dialled('echo');
    const began = await system.api.post('/v1.0/drain');
    expect(began).toMatchObject({ status: 200, body: { draining: true, calls: 1, activeflows: 1 } });
    expect(await ready()).toEqual({ status: 503, reasons: ['draining'] });
    expect(await refusal()).toBe(503);
    expect(await restCall()).toMatchObject({ status: 503, body: { error: { reason: 'UNAVAILABLE' } } });
    await hearsItself(call, 620);
    expect((await system.api.get('/v1.0/drain')).body).toMatchObject({ draining: true, calls: 1 });
    await system.api.delete('/v1.0/drain');
    expect(await ready()).toEqual({ status: 200, reasons: [] });
    expect(await refusal()).toBeUndefined();
    await call.bye();
  });
});

test('whom a call that lives asks for is called, drained or beyond the limits', async () => {
  await restarted({ ARIFLOW_LIMIT_CALLS: '1' });
  const callee = await system.caller('callee');
  callee.onInvite(answering({ tone: 840 }));
  const target = callee.contact.replace(/^sip:/, '');
  await system.flowOn('asks', [
    { type: 'answer' },
    { type: 'digits_receive', option: { duration: 20_000, length: 1 } },
    { type: 'connect', option: { destinations: [{ type: 'sip', target }] } },
  ]);
  const call = await dialled('asks');
  expect((await system.api.post('/v1.0/drain')).body).toMatchObject({ draining: true, calls: 1 });
  await call.digits('1');
  await until(() => call.heard.hears(840), { what: () => call.heard.describe() });
  expect((await system.api.get('/v1.0/drain')).body).toMatchObject({ calls: 2 });
  await call.bye();
});

describe('SIGTERM', () => {
  test('with a time to go on: new calls get 503, the last one ends by itself, then the daemon does', async () => {
    const daemon = await restarted({ ARIFLOW_DRAIN: '60s' });
    const call = await dialled('short');
    const callId = await system.callTo('short');
    daemon.kill('SIGTERM');
    await eventually(async () => (await ready()).reasons.includes('stopping'));
    expect(await refusal()).toBe(503);
    expect(await restCall()).toMatchObject({ status: 503 });
    expect((await system.api.delete('/v1.0/drain')).status).toBe(409);
    expect(await call.ended).toMatchObject({ by: 'them' });
    const ended = wallTime();
    expect(await daemon.exited).toMatchObject({ code: 0 });
    expect(wallTime() - ended).toBeLessThan(8_000);
    await system.history(callId);
    const end = system.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup');
    expect(end?.data).toMatchObject({ hangup_by: 'local', hangup_reason: 'normal' });
  });

  test('when that is over, or a second one comes, what lives is hung up', async () => {
    let daemon = await restarted({ ARIFLOW_DRAIN: '1s' });
    const first = await dialled('echo');
    daemon.kill('SIGTERM');
    await pause(500);
    expect(first.isEnded).toBe(false);
    expect(await first.ended).toMatchObject({ by: 'them', how: 'BYE' });
    expect(await daemon.exited).toMatchObject({ code: 0 });

    daemon = await restarted({ ARIFLOW_DRAIN: '10m' });
    const second = await dialled('echo');
    daemon.kill('SIGTERM');
    await until(() => daemon.log.some(({ msg }) => msg === 'draining'));
    await pause(1_500); // what comes at once is one and the same
    daemon.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ by: 'them', how: 'BYE' });
    expect(await daemon.exited).toMatchObject({ code: 0 });
  });

  test.each(isSoak ? [0, 30, 100, 300] : [0, 100])(
    'during the start, %i ms after it has begun: it cleans up, and the next start finds all in order',
    async (delay) => {
      await system.daemon.stop();
      const lock = join(system.asterisk.dataDir, 'daemon.lock');
      const daemon = await spawnDaemon(system.env, { readyWithin: 0 });
      await until(() => existsSync(lock), { what: 'the start to have begun' });
      await pause(delay);
      daemon.kill('SIGTERM');
      expect(await daemon.exited).toEqual({ code: 0, signal: null });
      expect(existsSync(lock)).toBe(false);
      expect(daemon.log.at(-1)).toMatchObject({ msg: 'stopped' });
      await restarted();
    },
  );
});

interface Left {
  readonly call: OutgoingCall;
  readonly callId: string;
}

/** A call that is connected to a phone and recorded, in the moment in which the daemon is told to leave it. */
async function given(order: 'SIGTERM' | 'SIGUSR2', more: Readonly<Record<string, string>>): Promise<Left> {
  await restarted(more);
  const callee = await system.caller('callee');
  callee.onInvite(answering({ tone: 740 }));
  const target = callee.contact.replace(/^sip:/, '');
  const number = `left-${order}`;
  await system.flowOn(number, [
    { type: 'answer' },
    { type: 'recording_start', option: { format: 'wav' } },
    { type: 'connect', option: { destinations: [{ type: 'sip', target }] } },
  ]);
  const call = await dialled(number);
  const callId = await system.callTo(number);
  await until(() => call.heard.hears(740), { what: () => call.heard.describe() });
  return { call, callId };
}

async function asteriskHas(): Promise<readonly string[]> {
  const { ariUrl, ariUser, ariPassword } = system.asterisk;
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`;
  const found = await Promise.all(
    ['channels', 'bridges'].map(async (what) => {
      const response = await fetch(`${ariUrl}/${what}`, { headers: { authorization } });
      return (await response.json()) as readonly { readonly id: string }[]; // ARI lists are arrays
    }),
  );
  return found
    .flat()
    .map(({ id }) => id)
    .sort();
}

async function storedCall(callId: string): Promise<CallRecord | undefined> {
  const store = await openStore(`sqlite:${join(system.asterisk.dataDir, 'ariflow.db')}`);
  try {
    return await store.calls.get(callId);
  } finally {
    await store.close();
  }
}

describe('leaving the calls', () => {
  const orders = [
    ['SIGTERM', { ARIFLOW_STOP: 'leave' }],
    ['SIGUSR2', { ARIFLOW_DRAIN: '10m' }],
  ] as const;
  test.each(isSoak ? orders : orders.slice(0, 1))(
    '%s %j: all stays as it is in Asterisk, nobody is told of an end; the next start goes on with it, recording and all',
    async (order, more) => {
      const { call, callId } = await given(order, more);
      const before = await asteriskHas();
      const { daemon } = system;
      daemon.kill(order);
      expect(await daemon.exited).toEqual({ code: 0, signal: null });
      const left = wallTime();
      expect(daemon.unexpectedLogLines([/few_open_files/])).toEqual([]);
      expect(await asteriskHas()).toEqual(before);
      expect(before.length).toBeGreaterThan(3); // two calls, their bridge, what records them
      await until(() => wallTime() - left > 2_000 && call.heard.hears(740), { what: 'the audio to go on' });
      expect(await storedCall(callId)).toMatchObject({ status: 'progressing', hangup_by: '' });
      expect(typesOf(callId)).not.toContain('call_hungup');
      expect(typesOf(callId)).not.toContain('activeflow_deleted');
      await restarted();
      const back = wallTime();
      // What the next start does not go on with it has ended by then.
      await until(() => wallTime() - back > 6_000 && call.heard.hears(740), { what: 'the audio to go on' });
      expect(await asteriskHas()).toEqual(before);
      await call.bye();
      const types = await system.history(callId);
      for (const type of ['call_hungup', 'activeflow_deleted'])
        expect(types.filter((each) => each === type)).toEqual([type]);
      const isItsEnd = ({ type, data }: WebhookRequest): boolean =>
        type === 'recording_updated' && data.reference_id === callId && data.status === 'done';
      const { data } = await system.sink.waitFor(isItsEnd, { what: 'the recording' });
      expect(Number(data.duration)).toBeGreaterThan(8_000); // whole: what was said without a daemon is in it
      expect(system.sink.requests.filter(isItsEnd)).toHaveLength(1);
    },
  );
});

if (isSoak)
  test('the next start goes on with the calls that were left, as if nothing had been', async () => {
    await restarted({ ARIFLOW_STOP: 'leave' });
    const actions = [
      { type: 'answer' },
      { type: 'sleep', option: { duration: 5_000 } },
      { type: 'beep' },
      { type: 'sleep', option: { duration: 1_000 } },
    ];
    await system.flowOn('goes-on', actions);
    const call = await dialled('goes-on');
    const callId = await system.callTo('goes-on');
    await restarted();
    const back = wallTime();
    await until(() => call.heard.firstSoundAt(back), { what: 'the action behind the one it was left at' });
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
    const types = await system.history(callId);
    for (const type of ['call_created', 'call_answered', 'call_hungup', 'activeflow_created'])
      expect(types.filter((each) => each === type)).toEqual([type]);
    const end = system.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup');
    expect(end?.data).toMatchObject({ hangup_by: 'local', hangup_reason: 'normal' });
  });

test('and a stop hangs up those it has gone on with, at once', async () => {
  await restarted({ ARIFLOW_STOP: 'leave' });
  await system.flowOn('stays', [{ type: 'answer' }, { type: 'sleep', option: { duration: 120_000 } }]);
  const call = await dialled('stays');
  await restarted();
  expect(call.isEnded).toBe(false);
  const told = wallTime();
  system.daemon.kill('SIGTERM');
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  expect(await system.daemon.exited).toMatchObject({ code: 0 });
  expect(wallTime() - told).toBeLessThan(10_000);
});

describe('limits', () => {
  /** Of a counter, over all its labels that hold this. */
  async function figure(name: string, labels: string): Promise<number> {
    const text = await (await fetch(`${system.daemon.url}/metrics`)).text();
    const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.includes(labels));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  test('beyond so many calls new ones get a clean 503, and those that live are untouched', async () => {
    const daemon = await restarted({ ARIFLOW_LIMIT_CALLS: '2' });
    const live = [await dialled('echo'), await dialled('echo')];
    expect(await Promise.all(Array.from({ length: 10 }, () => refusal()))).toEqual(Array(10).fill(503));
    expect(await restCall()).toMatchObject({ status: 503, body: { error: { reason: 'UNAVAILABLE' } } });
    expect(
      await figure('ariflow_calls_not_admitted_total', 'direction="incoming",reason="limit_calls"'),
    ).toBe(10);
    expect(await figure('ariflow_calls_not_admitted_total', 'direction="outgoing"')).toBe(1);
    for (const [index, call] of live.entries()) await hearsItself(call, 620 + 200 * index);
    expect(daemon.log.filter(({ msg }) => msg === 'calls_not_admitted')).toHaveLength(1);
    await live[0]?.bye();
    await eventually(async () => (await refusal()) === undefined, { what: 'room for another call' });
    await live[1]?.bye();
  });

  test('beyond so many in a second', async () => {
    await restarted({ ARIFLOW_LIMIT_CPS: '2' });
    const answers = await Promise.all(Array.from({ length: 12 }, () => refusal()));
    expect(answers).toContain(undefined);
    expect(answers.filter((status) => status === 503).length).toBeGreaterThan(0);
    expect(answers.filter((status) => status !== undefined && status !== 503)).toEqual([]);
    await pause(1_100);
    expect(await refusal()).toBeUndefined();
  });

  if (isSoak)
    test('while timers are late', async () => {
      const daemon = await restarted({ ARIFLOW_LIMIT_LAG: '250ms' });
      const live = await dialled('echo');
      // What has come in before the first timer is late has come in.
      await eventually(
        async () => {
          daemon.kill('SIGSTOP');
          await pause(5_000);
          daemon.kill('SIGCONT');
          await refusal();
          return (await refusal()) === 503;
        },
        { timeout: 60_000, what: 'a call to be refused' },
      );
      expect(await figure('ariflow_calls_not_admitted_total', 'reason="limit_lag"')).toBeGreaterThan(0);
      await eventually(async () => (await refusal()) === undefined, { what: 'room for another call' });
      await hearsItself(live, 660);
      await live.bye();
    });

  test('beyond so much memory', async () => {
    await restarted({ ARIFLOW_LIMIT_MEMORY: '64MB' }); // Node alone takes more
    expect(await refusal()).toBe(503);
    expect(await figure('ariflow_calls_not_admitted_total', 'reason="limit_memory"')).toBe(1);
  });
});
