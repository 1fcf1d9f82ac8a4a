import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import type { Call } from '../../../src/calls/call.ts';
import { leaveBridge } from '../../../src/calls/leave-bridge.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import type { FlowToRun } from '../../../src/ports/flow-to-run.ts';
import type { SimulatedChannel } from '../../../src/simulator/asterisk/channel.ts';
import {
  type CallFixture,
  catalogue,
  type GivenCall,
  givenCall,
  longSleep,
  pass,
} from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const sleeps: FlowToRun = {
  id: 'sleeps',
  actions: [
    { id: 'up', next_id: zeroId, type: 'answer' },
    { id: 'x', next_id: '', type: 'sleep', option: { duration: 3_600_000 } },
  ],
};

/** Whoever calls is connected to `+4930…`, who answers. */
function connectedTo(number: string): FlowToRun {
  const option = { destinations: [{ type: 'tel', target: number }] };
  return { id: `to ${number}`, actions: checkFlow([{ type: 'connect', option }], catalogue).actions };
}

interface Pair {
  readonly caller: SimulatedChannel;
  readonly callee: SimulatedChannel;
  readonly done: Promise<void>;
}

/** A fixture where everybody answers, and pairs who talk to each other. */
class GivenTalks {
  readonly fixture: CallFixture;

  constructor(options: GivenCall = {}) {
    this.fixture = givenCall({ state: 'Up', ...options });
    this.fixture.asterisk.onDial((party) => party.answer());
    this.fixture.numbers.set('carol', connectedTo('+493099')).set('sleep', sleeps);
  }

  async talk(channel: SimulatedChannel = this.fixture.channel): Promise<Pair> {
    const { activeflows, asterisk } = this.fixture;
    const before = asterisk.legs.parties.length;
    const done = activeflows.runOnCall(this.callOn(channel), connectedTo('+4930'));
    await pass(1_000);
    const callee = asterisk.legs.parties[before]?.channel as SimulatedChannel;
    expect(callee.bridge?.members.size).toBe(2);
    return { caller: channel, callee, done };
  }

  /** Somebody else calls. */
  async dialled(): Promise<SimulatedChannel> {
    const channel = this.fixture.asterisk.dial({ state: 'Up', from: '1003' });
    await pass(10);
    return channel;
  }

  callOn({ id }: SimulatedChannel): Call {
    return this.fixture.calls.onChannel(id) as Call;
  }

  refer(channel: SimulatedChannel, to: string, consultation?: SimulatedChannel): void {
    this.fixture.asterisk.transfers.refer(channel, to, consultation);
  }

  /** Who is with whom. */
  get talking(): string[][] {
    return [...this.fixture.asterisk.bridges.values()].map(({ members }) =>
      [...members.keys()].map(({ id }) => id),
    );
  }

  async nothingLeft(): Promise<void> {
    for (const channel of [...this.fixture.asterisk.channels.values()]) this.fixture.asterisk.hangup(channel);
    await pass(20_000);
    this.fixture.expectNothingLeft();
  }
}

const lives = (call: Call) => !call.hangupSignal.aborted;

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test('a callee sends the caller to another number, and is told so before he is hung up', async () => {
    const given = new GivenTalks({ events });
    const { caller, callee } = await given.talk();
    given.refer(callee, 'sip:carol@10.0.0.1;transport=udp');
    await pass(2_000);
    expect(callee.transferStates).toEqual(['channel_progress', 'channel_answered']);
    expect(await callee.ended.promise).toMatchObject({ by: 'them' });
    const [pair] = given.talking;
    expect(given.talking).toHaveLength(1);
    expect(pair).toContain(caller.id);
    expect(pair).toHaveLength(2);
    expect(given.fixture.of('call_transferred')).toMatchObject([
      { id: given.callOn(caller).id, flow_id: 'to +493099', status: 'progressing' },
    ]);
    const flows = given.fixture.types.filter((type) => /^activeflow_[cd]/.test(type));
    expect(flows).toEqual(['activeflow_created', 'activeflow_deleted', 'activeflow_created']);
    await given.nothingLeft();
  });

  test('a caller sends the callee to another number: that one lives on, with a flow of his own', async () => {
    const given = new GivenTalks({ events });
    const { caller, callee, done } = await given.talk();
    const call = given.callOn(callee);
    given.refer(caller, 'sip:sleep@10.0.0.1');
    await done;
    await pass(2_000);
    expect(await caller.ended.promise).toMatchObject({ by: 'them' });
    expect(lives(call)).toBe(true);
    expect(call.record).toMatchObject({ flow_id: 'sleeps', action: { id: 'x' } });
    await given.nothingLeft();
  });

  test('an attended transfer lets the two talk, tells their ends, and is no concern of the flows before', async () => {
    const given = new GivenTalks({ events });
    const first = await given.talk();
    const second = await given.talk(await given.dialled());
    given.refer(first.caller, 'sip:1@10.0.0.1', second.caller);
    await pass(1_000);
    await first.done; // at once: it does not wait for a leg that has gone elsewhere
    await second.done;
    expect(first.caller.transferStates).toEqual(['channel_answered']);
    expect(given.talking).toEqual([[first.callee.id, second.callee.id]]);
    expect(given.fixture.of('call_transferred').map(({ flow_id }) => flow_id)).toEqual([zeroId, zeroId]);
    given.fixture.asterisk.farEnd(first.callee.id).hangup();
    await pass(1_000);
    expect(await second.callee.ended.promise).toMatchObject({ by: 'them' });
    given.fixture.expectNothingLeft();
  });

  test.each(['asking', 'one', 'other'] as const)(
    'where the %s one hangs up while an attended transfer is under way nobody is left behind',
    async (who) => {
      for (let turns = 0; turns < 150; turns += turns < 60 ? 1 : 7) {
        const given = new GivenTalks({ events });
        const first = await given.talk();
        const second = await given.talk(await given.dialled());
        given.refer(first.caller, 'sip:1@10.0.0.1', second.caller);
        for (let turn = 0; turn < turns; turn++) await undefined;
        if (who === 'asking') given.fixture.asterisk.hangup(first.caller);
        else given.fixture.asterisk.farEnd((who === 'one' ? first : second).callee.id).hangup();
        await pass(20_000);
        // Who is left talks to somebody, also when the phone that asked is gone.
        const { asterisk } = given.fixture;
        const alone = () =>
          [...asterisk.channels.values()].filter(({ bridge }) => bridge?.members.size !== 2);
        const before = alone();
        if (asterisk.channels.has(first.caller.id)) asterisk.hangup(first.caller);
        await pass(20_000);
        expect({ turns, alone: [...before, ...alone()] }).toEqual({ turns, alone: [] });
        await given.nothingLeft();
      }
    },
  );
});

test('who was transferred may be sent elsewhere, and is not hung up with the one he talked to', async () => {
  const given = new GivenTalks();
  const first = await given.talk();
  const second = await given.talk(await given.dialled());
  given.refer(first.caller, 'sip:1@10.0.0.1', second.caller);
  await pass(1_000);
  const call = given.callOn(first.callee);
  given.refer(second.callee, 'sip:sleep@10.0.0.1');
  await pass(2_000);
  expect(await second.callee.ended.promise).toMatchObject({ by: 'them' });
  expect(lives(call)).toBe(true);
  expect(call.record).toMatchObject({ flow_id: 'sleeps', action: { id: 'x' } });
  expect(first.callee.bridge).toBeUndefined();
  await given.nothingLeft();
});

test('a number that nobody has is told so, and the two talk on', async () => {
  const given = new GivenTalks();
  const { caller, callee } = await given.talk();
  given.refer(callee, 'sip:nobody@10.0.0.1');
  await pass(2_000);
  expect(callee.transferStates).toEqual(['channel_unavailable']);
  expect(given.talking).toEqual([[caller.id, callee.id]]);
  expect(given.fixture.of('call_transferred')).toEqual([]);
  await given.nothingLeft();
});

test('where the store cannot say who has a number, the phone is told that nobody has', async () => {
  const given = new GivenTalks();
  const { callee } = await given.talk();
  vi.spyOn(given.fixture.numbers, 'get').mockImplementation(() => {
    throw new Error('no store');
  });
  given.refer(callee, 'sip:carol@10.0.0.1');
  await pass(2_000);
  expect(callee.transferStates).toEqual(['channel_unavailable']);
  await given.nothingLeft();
});

test('who talks to nobody has nobody to transfer', async () => {
  const given = new GivenTalks();
  given.refer(given.fixture.channel, 'sip:carol@10.0.0.1');
  given.fixture.call.announce('');
  await pass(2_000);
  expect(given.fixture.channel.transferStates).toEqual(['channel_declined']);
  await given.nothingLeft();
});

test('a phone that is refused may ask for something else as soon as it hears that', async () => {
  const given = new GivenTalks({ events: 'before' });
  const { callee } = await given.talk();
  const states = callee.transferStates;
  vi.spyOn(states, 'push').mockImplementationOnce((state) => {
    given.refer(callee, 'sip:sleep@10.0.0.1');
    return states.push(state);
  });
  given.refer(callee, 'sip:nobody@10.0.0.1');
  await pass(5_000);
  expect(states).toEqual(['channel_unavailable', 'channel_progress', 'channel_answered']);
  await given.nothingLeft();
});

test('of two phones that ask at once the second is refused', async () => {
  const given = new GivenTalks();
  const { caller, callee } = await given.talk();
  given.refer(callee, 'sip:carol@10.0.0.1');
  given.refer(caller, 'sip:sleep@10.0.0.1');
  await pass(5_000);
  expect(callee.transferStates).toEqual(['channel_progress', 'channel_answered']);
  expect(caller.transferStates).toEqual(['channel_declined']);
  expect(given.callOn(caller).record).toMatchObject({ status: 'progressing', flow_id: 'to +493099' });
  expect(given.fixture.activeflows.size).toBe(1);
  await given.nothingLeft();
});

test('a leg that was sent elsewhere is no leg of the call any more', async () => {
  const given = new GivenTalks();
  const { caller, callee } = await given.talk();
  const [call, leg] = [given.callOn(caller), given.callOn(callee)];
  expect(call.legs).toEqual([leg]);
  await given.fixture.transfers.redirect(leg, sleeps);
  expect(call.legs).toEqual([]);
  given.fixture.asterisk.hangup(caller);
  await pass(1_000);
  expect(lives(leg)).toBe(true);
  await given.nothingLeft();
});

test('a call chained to one that is being hung up is hung up too', async () => {
  const { fixture } = new GivenTalks();
  const other = fixture.calls.outgoing({ source: telAddress('1'), destination: telAddress('2') });
  fixture.call.announce('');
  fixture.call.hangup('normal');
  fixture.call.chain(other);
  expect(other.hangupSignal.aborted).toBe(true);
  await pass(10_000);
  fixture.expectNothingLeft();
});

describe('a blind transfer that nobody takes', () => {
  /** Carol is busy, the others answer. */
  function givenBusyCarol(): GivenTalks {
    const given = new GivenTalks();
    given.fixture.asterisk.onDial((party) => {
      if (party.endpoint.includes('493099')) party.refuse(486);
      else party.answer();
    });
    return given;
  }

  test.each(['caller', 'callee'] as const)('by the %s: the two talk again, and he is told', async (who) => {
    const given = givenBusyCarol();
    const pair = await given.talk();
    given.refer(pair[who], 'sip:carol@10.0.0.1');
    await pass(3_000);
    expect(pair[who].transferStates).toEqual(['channel_progress', 'channel_declined']);
    expect(given.talking.map((both) => both.toSorted())).toEqual([
      [pair.caller.id, pair.callee.id].toSorted(),
    ]);
    given.fixture.asterisk.hangup(pair.caller);
    await pass(1_000);
    expect(await pair.callee.ended.promise).toMatchObject({ by: 'them' });
    await given.nothingLeft();
  });

  test.each(['left at once', 'waited in'] as const)('because it joins a queue that is %s', async (how) => {
    const given = new GivenTalks();
    const { id: queue_id } = given.fixture.queues.add({ leave_when_empty: true });
    if (how === 'waited in') await given.fixture.queues.addAgent('1002', { status: 'busy' });
    const { actions } = checkFlow([{ type: 'queue_join', option: { queue_id } }], catalogue);
    given.fixture.numbers.set('queue', { id: 'queue', actions });
    const { caller, callee } = await given.talk();
    given.refer(callee, 'sip:queue@10.0.0.1');
    await pass(2_000);
    const last = how === 'waited in' ? 'channel_answered' : 'channel_unavailable';
    expect(callee.transferStates).toEqual(['channel_progress', last]);
    expect(lives(given.callOn(caller))).toBe(true);
    expect(caller.bridge?.members.size).toBe(how === 'waited in' ? undefined : 2);
    await given.nothingLeft();
  });

  test('and whose phone has hung up ends with the reason of the flow', async () => {
    const given = givenBusyCarol();
    const { caller, callee } = await given.talk();
    given.refer(callee, 'sip:carol@10.0.0.1');
    given.fixture.asterisk.farEnd(callee.id).hangup();
    await pass(3_000);
    expect(await caller.ended.promise).toMatchObject({ by: 'them' });
    await given.nothingLeft();
  });

  test.each(['asking', 'other'] as const)(
    'leaves nobody alone, whenever the %s one hangs up',
    async (who) => {
      for (let turns = 0; turns < 200; turns += turns < 60 ? 1 : 7) {
        const given = givenBusyCarol();
        const { caller, callee } = await given.talk();
        given.refer(callee, 'sip:carol@10.0.0.1');
        for (let turn = 0; turn < turns; turn++) await undefined;
        if (who === 'asking') given.fixture.asterisk.farEnd(callee.id).hangup();
        else given.fixture.asterisk.hangup(caller);
        await pass(20_000);
        expect({ turns, left: given.fixture.asterisk.channels.size }).toEqual({ turns, left: 0 });
        await given.nothingLeft();
      }
    },
  );

  test('is waited for no longer than anybody rings: then it counts as done', async () => {
    const given = new GivenTalks();
    const rings = { id: 'rings', actions: [{ id: 'y', next_id: zeroId, ...longSleep }] };
    given.fixture.numbers.set('ringing', rings);
    const { caller, callee } = await given.talk();
    given.refer(callee, 'sip:ringing@10.0.0.1');
    await pass(169_000);
    expect(callee.transferStates).toEqual(['channel_progress']);
    await pass(2_000);
    expect(callee.transferStates).toEqual(['channel_progress', 'channel_answered']);
    expect(await callee.ended.promise).toMatchObject({ by: 'them' });
    expect(lives(given.callOn(caller))).toBe(true);
    await given.nothingLeft();
  });

  test('who is redirected while he rings there comes back to nobody', async () => {
    const given = new GivenTalks();
    const rings = { id: 'rings', actions: [{ id: 'y', next_id: zeroId, ...longSleep }] };
    given.fixture.numbers.set('ringing', rings);
    const { caller, callee } = await given.talk();
    given.refer(callee, 'sip:ringing@10.0.0.1');
    await pass(1_000);
    const { actions } = connectedTo('+493099');
    await given.fixture.transfers.redirect(given.callOn(caller), { id: 'short', actions: actions.slice(1) });
    await pass(1_000);
    expect(callee.transferStates).toEqual(['channel_progress', 'channel_answered']);
    expect(await caller.ended.promise).toMatchObject({ by: 'them' });
    await given.nothingLeft();
  });
});

test('whoever leaves his bridge while he is taken out of it is out of it at once', async () => {
  for (let turns = 0; turns < 40; turns++) {
    const given = new GivenTalks();
    const { callee } = await given.talk();
    const leg = given.callOn(callee);
    leg.attachment.detach(); // else he is hung up with his bridge
    // As Asterisk does it: the order is accepted, and there is nothing left to do.
    given.fixture.asterisk.fault('bridges.removeChannel', { isIgnored: true });
    let isOut = false;
    void leaveBridge(leg, leg.hangupSignal).then(() => (isOut = true));
    for (let turn = 0; turn < turns; turn++) await undefined;
    for (const bridge of [...given.fixture.asterisk.bridges.values()]) given.fixture.asterisk.destroy(bridge);
    await pass(1_000);
    expect({ turns, isOut }).toEqual({ turns, isOut: true });
    given.fixture.asterisk.mend();
    await given.nothingLeft();
  }
});
