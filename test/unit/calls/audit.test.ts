import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Bridge } from '../../../src/calls/bridge.ts';
import { SideChannel } from '../../../src/calls/side-channel.ts';
import { type Log, silentLog } from '../../../src/core/log.ts';
import { type CallFixture, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What it has said, and a call on a fake Asterisk that is compared every 30 s. */
function given(): { readonly fixture: CallFixture; readonly said: string[] } {
  const said: string[] = [];
  const warn: Log['warn'] = (fields, event) => said.push(`${event} ${(fields as { what?: string }).what}`);
  const log: Log = { ...silentLog, warn, child: () => log };
  const fixture = givenCall({ log, state: 'Up' });
  fixture.scope.spawn('keep-in-step', (signal) => fixture.calls.keepInStep(signal));
  return { fixture, said };
}

/** One that nobody has heard of. */
function unheard({ asterisk }: CallFixture, app_data = 'ariflow,inbound', changed: object = {}) {
  const { onEvent } = asterisk;
  asterisk.onEvent = () => undefined;
  const channel = asterisk.dial({ number: '200' });
  asterisk.onEvent = onEvent;
  const { json } = channel;
  const dialplan = { ...json.dialplan, app_data };
  Object.defineProperty(channel, 'json', { get: () => ({ ...json, dialplan, ...changed }) });
  return channel;
}

const looks = ({ asterisk }: CallFixture): readonly string[] =>
  asterisk.asked.filter((name) => name === 'list' || name === 'bridges.list');

test('with nothing found it costs one request more than the calls do, and nothing where nothing was made', async () => {
  const { fixture, said } = given();
  await pass(30_000);
  expect(looks(fixture)).toEqual(['list', 'bridges.list']);
  fixture.hangup();
  await pass(30_000);
  expect(looks(fixture)).toHaveLength(4); // whether anything is left of it
  await pass(300_000);
  expect(looks(fixture)).toHaveLength(4);
  expect([fixture.calls.audit.orphans, fixture.calls.audit.owned, said]).toEqual([0, 0, []]);
  await fixture.scope.close();
});

test('a channel and a bridge of ours that nobody owns are counted, named and ended after the grace', async () => {
  const { fixture, said } = given();
  const channel = unheard(fixture);
  await fixture.fake.ari.bridges.create('ariflow-bridge-1', 'mixing,dtmf_events');
  await pass(34_999);
  expect([fixture.asterisk.channels.size, fixture.asterisk.bridges.size]).toEqual([2, 1]);
  await pass(1);
  expect([fixture.asterisk.channels.size, fixture.asterisk.bridges.size]).toEqual([1, 0]);
  expect(said).toEqual([`orphan_released channel ${channel.id}`, 'orphan_released bridge ariflow-bridge-1']);
  expect(fixture.calls.audit.orphans).toBe(2);
  expect(fixture.call.isEnded).toBe(false);
  await pass(30_000);
  expect(fixture.calls.audit.orphans).toBe(0);
  await fixture.scope.close();
});

test('what finds its owner, or its end, within the grace is none', async () => {
  const { fixture, said } = given();
  const { ari } = fixture.fake;
  const channel = unheard(fixture);
  await ari.bridges.create('ariflow-bridge-1', 'mixing,dtmf_events');
  await pass(31_000);
  ari.own(`channel:${channel.id}`, { deliver: () => undefined });
  await ari.bridges.destroy('ariflow-bridge-1');
  await pass(10_000);
  expect(fixture.asterisk.channels.size).toBe(2);
  expect([fixture.calls.audit.orphans, said]).toEqual([0, []]);
  await fixture.scope.close();
});

test('what belongs to others, or to a call, is left alone', async () => {
  const { fixture, said } = given();
  const { call } = fixture;
  unheard(fixture, 'ariflow2,inbound');
  unheard(fixture, 'ariflow,message', { name: 'Message/ast_msg_queue' });
  await fixture.fake.ari.bridges.create('mine', 'mixing,dtmf_events');
  await Bridge.open({ ari: call.ari, id: call.resourceId('bridge'), scope: call.scope });
  await SideChannel.open(call.ari, {
    id: call.resourceId('snoop'),
    scope: call.scope,
    make: (id) => call.ari.snoop(call.channelId, id, { spy: 'in' }),
    failure: { code: 'AMD_FAILED', message: '' },
  });
  expect(fixture.calls.audit.owned).toBe(3);
  await pass(120_000);
  expect([fixture.asterisk.channels.size, fixture.asterisk.bridges.size]).toEqual([4, 2]);
  expect([fixture.calls.audit.orphans, said]).toEqual([0, []]);
  await fixture.scope.close();
});

test('one that Asterisk lists still, and does not know when it is to be ended, is none', async () => {
  const { fixture, said } = given();
  unheard(fixture);
  fixture.asterisk.fault('hangup', { status: 404 });
  await pass(70_000);
  expect([fixture.calls.audit.orphans, said]).toEqual([0, []]);
  fixture.asterisk.mend();
  await fixture.scope.close();
});

test('one that cannot be ended is found again, until it can', async () => {
  const { fixture, said } = given();
  unheard(fixture);
  fixture.asterisk.fault('hangup', { status: 500 });
  await pass(70_000);
  expect(fixture.asterisk.channels.size).toBe(2);
  expect(fixture.calls.audit.orphans).toBe(1);
  fixture.asterisk.mend();
  await pass(35_000);
  expect(fixture.asterisk.channels.size).toBe(1);
  const count = (word: string): number => said.filter((line) => line.startsWith(word)).length;
  expect(count('orphan_not_released')).toBeGreaterThanOrEqual(1);
  expect(count('orphan_released')).toBe(1);
  expect(fixture.reported).toEqual([]);
  await fixture.scope.close();
});

test('with Asterisk away it waits, and looks again when it is back', async () => {
  const { fixture } = given();
  unheard(fixture);
  fixture.asterisk.fault('bridges.list', { status: 503 });
  await pass(90_000);
  expect(fixture.asterisk.channels.size).toBe(2);
  fixture.asterisk.mend();
  await pass(35_000);
  expect(fixture.asterisk.channels.size).toBe(1);
  expect(fixture.reported).toEqual([]);
  await fixture.scope.close();
});

test('a playback whose end was asked for in vain is ended by its id, without a list of such', async () => {
  const said: string[] = [];
  const warn: Log['warn'] = (fields, event) => said.push(`${event} ${(fields as { what?: string }).what}`);
  const log: Log = { ...silentLog, warn, child: () => log };
  const fixture = givenCall({ log, state: 'Up', soundLength: 3_600_000 });
  fixture.scope.spawn('keep-in-step', (signal) => fixture.calls.keepInStep(signal));
  const flow = fixture.run({ type: 'talk', option: { text: 'Hello' } }, longSleep);
  await pass(1_000);
  const [playing] = fixture.asterisk.playing;
  fixture.asterisk.fault('stop', { status: 500, times: 1 });
  const next = { id: 'next', actions: flow.activeflow.flow.actions.slice(1) };
  void fixture.activeflows.takeOver(fixture.call, next);
  await pass(5_000);
  expect(fixture.asterisk.playing).toHaveLength(1);
  await pass(30_000);
  expect(fixture.asterisk.playing).toEqual([]);
  expect(said).toEqual([`orphan_released playback ${playing?.id}`]);
  expect(fixture.calls.audit.orphans).toBe(1);
  await pass(30_000);
  expect(fixture.calls.audit.orphans).toBe(0);
  fixture.hangup();
  await fixture.scope.close();
});
