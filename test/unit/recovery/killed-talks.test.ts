import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/calls/call.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import type { FlowToRun } from '../../../src/ports/flow-to-run.ts';
import type { SimulatedChannel } from '../../../src/simulator/asterisk/channel.ts';
import { type CallFixture, catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const sleeps: FlowToRun = {
  id: 'sleeps',
  actions: [{ id: 'x', next_id: '', ...longSleep }],
};

const connects: FlowToRun = {
  id: 'connects',
  actions: checkFlow(
    [
      { type: 'connect', option: { destinations: [{ type: 'tel', target: '+4930' }] } },
      { id: 'after', ...longSleep },
    ],
    catalogue,
  ).actions,
};

/** Two callers, each talking with somebody; phones that transfer, and a daemon that is killed. */
class Given {
  life: CallFixture = givenCall({ state: 'Up' });

  constructor() {
    this.life.asterisk.onDial((party) => party.answer());
    this.life.numbers.set('sleep', sleeps);
  }

  async talk(caller: SimulatedChannel = this.life.channel) {
    const { activeflows, asterisk } = this.life;
    const before = asterisk.legs.parties.length;
    void activeflows.runOnCall(this.callOn(caller), connects);
    await pass(1_000);
    return { caller, callee: asterisk.legs.parties[before]?.channel as SimulatedChannel };
  }

  async another(): Promise<SimulatedChannel> {
    const channel = this.life.asterisk.dial({ state: 'Up', from: '1003' });
    await pass(10);
    return channel;
  }

  callOn({ id }: SimulatedChannel): Call {
    return this.life.calls.onChannel(id) as Call;
  }

  async kill(meanwhile: () => unknown = () => undefined): Promise<void> {
    this.life = await this.life.restart({ meanwhile });
    await pass(20);
  }

  get talking(): string[][] {
    return [...this.life.asterisk.bridges.values()].map(({ members }) =>
      [...members.keys()].map(({ id }) => id),
    );
  }

  async nothingLeft(): Promise<void> {
    for (const channel of [...this.life.asterisk.channels.values()]) this.life.asterisk.hangup(channel);
    await pass(20_000);
    this.life.expectNothingLeft();
  }
}

/** The first caller has brought the two together whom he has talked to, and keeps a flow of his own. */
async function brought(): Promise<Given & { readonly both: readonly [SimulatedChannel, SimulatedChannel] }> {
  const given = new Given();
  const second = await given.talk(await given.another());
  const third = await given.talk(await given.another());
  given.life.asterisk.transfers.refer(second.caller, 'sip:1@10.0.0.1', third.caller);
  void given.life.activeflows.runOnCall(given.life.call, sleeps);
  await pass(1_000);
  return Object.assign(given, { both: [second.callee, third.callee] as const });
}

test('two who talk without a flow talk on, were never parted, and are told of by nothing', async () => {
  const given = await brought();
  const before = given.talking;
  expect(before).toEqual([given.both.map(({ id }) => id)]);
  const { length } = given.life.asterisk.requests;
  const { types } = given.life;
  for (let time = 0; time < 3; time++) {
    await given.kill();
    await pass(7_000); // nobody takes them for left behind
  }
  expect(given.talking).toEqual(before);
  const asked = given.life.asterisk.asked.slice(length);
  expect(asked.filter((name) => /Channel$|hangup|destroy|create/.test(name))).toEqual([]);
  expect(given.life.types).toEqual(types);
  await given.nothingLeft();
});

test.each([true, false])('they end together, the one by the other; meanwhile: %s', async (isMeanwhile) => {
  for (const who of [0, 1] as const) {
    const given = await brought();
    const hangup = () => given.life.asterisk.farEnd(given.both[who].id).hangup();
    await given.kill(isMeanwhile ? hangup : undefined);
    if (!isMeanwhile) hangup();
    await pass(1_000);
    expect(await given.both[1 - who]?.ended.promise).toMatchObject({ by: 'them' });
    expect(given.talking).toEqual([]);
    await given.nothingLeft();
  }
});

test('one of them may be sent elsewhere afterwards, and the other one is hung up', async () => {
  const given = await brought();
  await given.kill();
  await given.life.transfers.redirect(given.callOn(given.both[0]), sleeps);
  await pass(1_000);
  expect(await given.both[1].ended.promise).toMatchObject({ by: 'them' });
  expect(given.callOn(given.both[0]).record).toMatchObject({ flow_id: 'sleeps' });
  await given.kill();
  expect(given.callOn(given.both[0]).record).toMatchObject({ flow_id: 'sleeps' });
  await given.nothingLeft();
});

test('a callee who was sent elsewhere stays there, and is not fetched back into the conversation', async () => {
  const given = new Given();
  const { caller, callee } = await given.talk();
  await given.life.transfers.redirect(given.callOn(callee), sleeps);
  await given.kill();
  await pass(7_000);
  expect(given.talking).toEqual([]);
  expect(given.callOn(callee).record).toMatchObject({ flow_id: 'sleeps', action: { id: 'x' } });
  expect(given.callOn(caller).record.action.id).toBe('after');
  await given.nothingLeft();
});

test('a transfer that came to nothing is forgotten: the two who talk on talk on after a kill as well', async () => {
  const given = new Given();
  const { caller, callee } = await given.talk();
  given.life.asterisk.transfers.refer(callee, 'sip:nobody@10.0.0.1');
  await pass(2_000);
  given.life.asterisk.holdByPhone(callee, true);
  given.life.asterisk.holdByPhone(callee, false);
  await given.kill();
  await pass(7_000);
  expect(given.talking).toEqual([[caller.id, callee.id]]);
  await given.nothingLeft();
});

test('in the middle of a blind transfer who was sent stays where he is, and the phone that has sent him is hung up', async () => {
  const given = new Given();
  given.life.numbers.set('sleep', { ...sleeps, actions: [{ id: 'y', next_id: zeroId, ...longSleep }] });
  const { caller, callee } = await given.talk();
  given.life.rows.commit();
  given.life.asterisk.transfers.refer(callee, 'sip:sleep@10.0.0.1');
  await pass(2_000);
  expect(callee.transferStates).toEqual(['channel_progress']);
  await given.kill();
  await pass(7_000);
  expect(await callee.ended.promise).toMatchObject({ by: 'them' });
  expect(given.callOn(caller).record).toMatchObject({ flow_id: 'sleeps', action: { id: 'y' } });
  await given.nothingLeft();
});
