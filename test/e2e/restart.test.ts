import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { spawnDaemon } from '../support/processes.ts';
import { isBusy, isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

// A daemon is started anew with calls on it, as for an upgrade: none is lost, each hears its audio go on.

const count = isSoak ? 200 : isBusy ? 5 : 20;

let system: System;

beforeAll(async () => {
  // An Asterisk of the tests has room for 248 channels, and an echo takes two.
  system = await System.start({ env: isSoak ? { ARIFLOW_RTP_PORTS: '12000-14999' } : {} });
  await system.flowOn('echo', [{ type: 'answer' }, { type: 'echo', option: { duration: 600_000 } }]);
}, 300_000);
afterAll(() => system[Symbol.asyncDispose]());

interface Caller {
  readonly call: OutgoingCall;
  readonly callId: string;
  /** What this one says, and hears again. */
  readonly frequency: number;
}

async function caller(index: number): Promise<Caller> {
  const call = await (await system.caller(`caller${index}`)).call('echo');
  await call.answered;
  const callId = await system.callTo('echo');
  return { call, callId, frequency: 500 + 40 * (index % 40) };
}

/** That each hears itself, and what it heard last was said after this. */
async function allHear(callers: readonly Caller[], since: number): Promise<void> {
  for (const { call, frequency } of callers) call.tone(frequency);
  for (const { call, frequency } of callers) {
    const hears = () => wallTime() > since + 300 && call.heard.hears(frequency);
    await until(hears, { what: () => `${frequency}: ${call.heard.describe()}` });
  }
  for (const { call } of callers) call.silence();
}

test(`${count} calls go on across a restart that leaves them, each with its own audio, and end once`, async () => {
  const callers: Caller[] = [];
  for (let index = 0; index < count; index++) callers.push(await caller(index));
  await allHear(callers, wallTime());
  system.daemon.kill('SIGUSR2');
  expect(await system.daemon.exited).toEqual({ code: 0, signal: null });
  system.daemon = await spawnDaemon(system.env);
  await allHear(callers, wallTime());
  for (const { call } of callers) expect(call.isEnded).toBe(false);
  await Promise.all(callers.map(({ call }) => call.bye()));
  for (const { callId } of callers) {
    const types = await system.history(callId);
    for (const type of ['call_created', 'call_answered', 'call_hungup', 'activeflow_deleted'])
      expect(types.filter((each) => each === type)).toEqual([type]);
  }
  // When 200 hang up in the same moment.
  await system.quiet([/web ?socket/i, /queue reached 500 scheduled tasks/]);
}, 300_000);
