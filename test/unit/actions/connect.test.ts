import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call } from '../../../src/calls/call.ts';
import type { SimulatedParty } from '../../../src/simulator/asterisk/party.ts';
import {
  type CallFixture,
  type GivenCall,
  givenCall,
  pass,
  type RunningFlow,
} from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Behaviour = (party: SimulatedParty) => void;

const picksUp: Behaviour = (party) => party.answer();
const rings: Behaviour = (party) => party.ring();
const refuses =
  (status: number): Behaviour =>
  (party) =>
    party.refuse(status);

interface Given {
  readonly fixture: CallFixture;
  readonly flow: RunningFlow;
  /** In the order they were called. */
  readonly parties: readonly SimulatedParty[];
  party(index?: number): SimulatedParty;
  leg(index?: number): Call;
  /** `voipbin.connect.*`. */
  told(): Record<string, string>;
}

/** A call whose flow connects it to people who do those things. */
async function connecting(
  behaviours: readonly Behaviour[],
  option: object = {},
  options: GivenCall = {},
): Promise<Given> {
  const fixture = givenCall(options);
  const { asterisk } = fixture;
  const does = [...behaviours];
  asterisk.onDial((party) => does[asterisk.legs.parties.indexOf(party)]?.(party));
  const destinations = behaviours.map((_, index) => ({ type: 'tel', target: `+49301${index}` }));
  const flow = fixture.runOne('connect', { destinations, ...option });
  await pass(500);
  const party = (index = 0): SimulatedParty => {
    const found = asterisk.legs.parties[index];
    if (!found) throw new Error(`nobody was called (${index})`);
    return found;
  };
  return {
    fixture,
    flow,
    parties: asterisk.legs.parties,
    party,
    leg: (index) => fixture.calls.onChannel(party(index).channel.id) as Call,
    told: () =>
      Object.fromEntries(
        ['status', 'call_id', 'hangup_reason', 'sip_code', 'duration'].map((name) => [
          name,
          flow.variable(`voipbin.connect.${name}`),
        ]),
      ),
  };
}

async function endOf({ fixture, flow }: Pick<Given, 'fixture' | 'flow'>): Promise<void> {
  fixture.hangup();
  await pass(10_000);
  expect(flow.isDone).toBe(true);
  fixture.expectNothingLeft();
}

const membersOf = ({ asterisk }: CallFixture) =>
  [...asterisk.bridges.values()].map(({ members }) => members.size);

describe.each(['before', 'after'] as const)('with events %s the answer', (events) => {
  test('the caller hears it ring, is answered with the callee, and goes on when he has left', async () => {
    const given = await connecting([rings], {}, { events });
    const { fixture, flow } = given;
    expect(fixture.channel).toMatchObject({ isRung: true, state: 'Ring' });
    given.party().answer();
    await pass(2_000);
    expect(fixture.channel).toMatchObject({ isRung: false, state: 'Up' });
    expect(membersOf(fixture)).toEqual([2]);
    const leg = given.leg();
    given.party().hangup();
    await pass(100);
    expect(flow.at).toBe('after');
    expect(given.told()).toMatchObject({
      status: 'answered',
      call_id: leg.id,
      hangup_reason: 'normal',
      sip_code: '0',
    });
    expect(Number(given.told().duration)).toBeGreaterThanOrEqual(1_900);
    expect(fixture.asterisk.bridges.size).toBe(0);
    await endOf(given);
  });

  test('the callee is hung up with the caller', async () => {
    const given = await connecting([picksUp], {}, { events });
    await endOf(given);
    expect(given.fixture.of('call_hungup')).toMatchObject([
      { direction: 'incoming', hangup_by: 'remote' },
      { direction: 'outgoing', hangup_by: 'local', hangup_reason: 'normal' },
    ]);
    expect(given.fixture.types.at(-1)).toBe('activeflow_deleted');
  });

  test('legs name their master, and it names them', async () => {
    const given = await connecting([picksUp, rings], {}, { events });
    const created = given.fixture.of('call_created').filter(({ direction }) => direction === 'outgoing');
    expect(created.map(({ master_call_id }) => master_call_id)).toEqual(Array(2).fill(given.fixture.call.id));
    expect(given.fixture.call.record.chained_call_ids).toEqual(created.map(({ id }) => id));
    await endOf(given);
  });

  test.each([0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144])(
    'a caller who hangs up %i turns after the answer leaves nobody behind',
    async (turns) => {
      const given = await connecting([rings, rings], {}, { events });
      given.party(1).answer();
      for (let turn = 0; turn < turns; turn++) await undefined;
      await endOf(given);
    },
  );

  test.each([0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144])(
    'a callee who hangs up %i turns after the answer is one who has answered and left',
    async (turns) => {
      const given = await connecting([rings], {}, { events });
      given.party().answer();
      for (let turn = 0; turn < turns; turn++) await undefined;
      given.party().hangup();
      await pass(6_000);
      expect(given.flow.at).toBe('after');
      expect(given.told()).toMatchObject({ status: 'answered', hangup_reason: 'normal' });
      expect(given.fixture.failures).toEqual([]);
      await endOf(given);
    },
  );

  test('another flow that takes the call over has it for itself, whenever that is', async () => {
    for (let turns = 0; turns < 300; turns += turns < 120 ? 1 : 13) {
      const fixture = givenCall({ state: 'Up', events });
      fixture.asterisk.onDial(rings);
      fixture.runOne('connect', { destinations: [{ type: 'tel', target: '+4930' }] });
      for (let turn = 0; turn < turns; turn++) await undefined;
      const sleep = { id: 'x', next_id: '', type: 'sleep', option: { duration: 3_600_000 } };
      const flow = { id: 'other', actions: [sleep] };
      const { done } = await fixture.activeflows.takeOver(fixture.call, flow);
      await pass(20_000);
      expect(fixture.call.record).toMatchObject({
        status: 'progressing',
        flow_id: 'other',
        action: { id: 'x' },
      });
      const { channels, bridges } = fixture.asterisk;
      const left = { isRung: fixture.channel.isRung, channels: channels.size, bridges: bridges.size };
      expect({ turns, ...left }).toEqual({ turns, isRung: false, channels: 1, bridges: 0 });
      fixture.hangup();
      await done;
      fixture.expectNothingLeft();
    }
  });
});

describe('nobody who answers', () => {
  test.each([
    [486, 'busy', 'busy'],
    [600, 'busy', 'busy'],
    [480, 'noanswer', 'noanswer'],
    [603, 'noanswer', 'noanswer'],
    [404, 'failed', 'failed'],
    [302, 'failed', 'failed'],
    [503, 'failed', 'failed'],
  ] as const)('%i: the flow goes on, and knows why', async (sip, status, reason) => {
    const given = await connecting([refuses(sip)]);
    expect(given.flow.at).toBe('after');
    expect(given.told()).toMatchObject({
      status,
      hangup_reason: reason,
      sip_code: String(sip),
      duration: '0',
    });
    expect(given.fixture.channel).toMatchObject({ isRung: false, state: 'Ring' });
    await endOf(given);
  });

  test.each([
    [486, 486],
    [600, 486],
    [480, 480],
    [603, 603],
    [404, 404],
    [503, 503],
    [403, 403],
  ] as const)('%i, relayed: the caller gets %i', async (sip, relayed) => {
    const given = await connecting([refuses(sip)], { relay_reason: true });
    expect(await given.fixture.channel.ended.promise).toMatchObject({ by: 'them', status: relayed });
    await pass(1_000);
    expect(given.flow.isDone).toBe(true);
    given.fixture.expectNothingLeft();
  });

  test('within the time, relayed, is 480', async () => {
    const given = await connecting([rings], { relay_reason: true, timeout: 5_000 });
    await pass(5_000);
    expect(await given.fixture.channel.ended.promise).toMatchObject({ status: 480 });
    expect(given.fixture.call.record).toMatchObject({ hangup_by: 'local', hangup_reason: 'noanswer' });
  });

  test('of several the last to fail says why', async () => {
    const given = await connecting([refuses(486), rings], { relay_reason: true });
    given.party(1).refuse(404);
    expect(await given.fixture.channel.ended.promise).toMatchObject({ status: 404 });
  });

  test('where none may be called the action fails of it; one beside others is told', async () => {
    const nowhere = { type: 'sip', target: 'a@example.org' };
    const somewhere = { type: 'tel', target: '+4930' };
    const none = await connecting([], { destinations: [nowhere, nowhere], relay_reason: true });
    expect(none.fixture.failures).toEqual(['DESTINATION_NOT_ALLOWED']);
    expect(none.flow.at).toBe('after');
    expect(none.told()).toMatchObject({ status: 'failed' });
    await endOf(none);
    const one = await connecting([refuses(486)], { destinations: [nowhere, somewhere] });
    expect(one.fixture.failures).toEqual(['DESTINATION_NOT_ALLOWED']);
    expect(one.told()).toMatchObject({ status: 'busy' });
    await endOf(one);
  });

  test('forgets what an earlier connect has told', async () => {
    const fixture = givenCall();
    const connect = { type: 'connect', option: { destinations: [{ type: 'tel', target: '+4930' }] } };
    const does = [picksUp, refuses(486)];
    fixture.asterisk.onDial((party) => does[fixture.asterisk.legs.parties.length - 1]?.(party));
    const flow = fixture.run(
      connect,
      { ...connect },
      { id: 'after', type: 'sleep', option: { duration: 60_000 } },
    );
    await pass(3_000);
    fixture.asterisk.legs.parties[0]?.hangup();
    await pass(1_000);
    expect(flow.at).toBe('after');
    expect(flow.variable('voipbin.connect.status')).toBe('busy');
    expect(flow.variable('voipbin.connect.duration')).toBe('0');
    await endOf({ fixture, flow });
  });
});

describe('early media', () => {
  const early = { early_media: true };

  test('is heard instead of the ringing, and once he answers they talk', async () => {
    const given = await connecting([rings], early);
    given.party().progress();
    await pass(500);
    expect(given.fixture.channel).toMatchObject({ isRung: false, state: 'Ring' });
    expect(membersOf(given.fixture)).toEqual([2]);
    given.party().answer();
    await pass(500);
    expect(given.fixture.channel.state).toBe('Up');
    expect(membersOf(given.fixture)).toEqual([2]);
    given.party().hangup();
    await pass(500);
    expect(given.told()).toMatchObject({ status: 'answered', hangup_reason: 'normal' });
    await endOf(given);
  });

  test.each([0, 1, 3, 8, 21, 55, 144])('the answer may come %i turns after it', async (turns) => {
    for (const events of ['before', 'after'] as const) {
      for (const delay of [0, 300]) {
        const given = await connecting([rings], early, { events });
        if (delay > 0) given.fixture.asterisk.fault('progress', { delay });
        given.party().progress();
        for (let turn = 0; turn < turns; turn++) await undefined;
        given.party().answer();
        await pass(5_000);
        expect(membersOf(given.fixture)).toEqual([2]);
        expect(given.flow.at).toBe('it');
        const joined = given.fixture.asterisk.asked.filter((name) => name === 'bridges.addChannel');
        expect(joined).toHaveLength(2);
        await endOf(given);
      }
    }
  });

  test('of one, and another answers: he is the one the caller talks to', async () => {
    const given = await connecting([rings, rings], early);
    given.party(0).progress();
    await pass(500);
    given.party(1).answer();
    await pass(2_000);
    expect([...given.fixture.asterisk.bridges.values()].map(({ members }) => [...members.keys()])).toEqual([
      [given.fixture.channel, given.party(1).channel],
    ]);
    expect(given.fixture.channel.isRung).toBe(false);
    await endOf(given);
  });

  test('of one who then refuses: it rings again, and the next one can be heard', async () => {
    const given = await connecting([rings, rings], early);
    given.party(0).progress();
    await pass(500);
    given.party(0).refuse(486);
    await pass(500);
    expect(given.fixture.channel).toMatchObject({ isRung: true, bridge: undefined });
    given.party(1).progress();
    await pass(500);
    expect(given.fixture.channel.isRung).toBe(false);
    expect(membersOf(given.fixture)).toEqual([2]);
    given.party(1).answer();
    await pass(500);
    expect(membersOf(given.fixture)).toEqual([2]);
    await endOf(given);
  });

  test('that cannot be let through is no reason not to connect', async () => {
    const given = await connecting([rings], early);
    given.fixture.asterisk.fault('progress', { status: 500 });
    given.party().progress();
    await pass(500);
    given.party().answer();
    await pass(500);
    expect(membersOf(given.fixture)).toEqual([2]);
    await endOf(given);
  });
});

describe('limits', () => {
  test('they talk no longer than they may', async () => {
    const given = await connecting([picksUp], { duration: 10_000 });
    await pass(9_000);
    expect(given.flow.at).toBe('it');
    await pass(1_000);
    expect(given.flow.at).toBe('after');
    expect(given.told()).toMatchObject({ status: 'answered', hangup_reason: 'timeout', duration: '10000' });
    expect(given.fixture.call.hangupSignal.aborted).toBe(false);
    await endOf(given);
  });

  test('a delay is waited for, and one after the other it is not', async () => {
    const late = [
      { type: 'tel', target: '+4930' },
      { type: 'tel', target: '+4931', delay: 5_000 },
    ];
    const all = await connecting([rings], { destinations: late });
    expect(all.parties).toHaveLength(1);
    await pass(5_000);
    expect(all.parties).toHaveLength(2);
    await endOf(all);
    const linear = await connecting([refuses(486), rings], { destinations: late, ring_method: 'linear' });
    expect(linear.parties).toHaveLength(2);
    await endOf(linear);
  });

  test('an agent who takes a break is not rung, whoever else is', async () => {
    const fixture = givenCall();
    const away = { type: 'agent', target: fixture.outgoing.addAgent('1002', undefined, 'away') };
    const there = { type: 'agent', target: fixture.outgoing.addAgent('1003') };
    const flow = fixture.runOne('connect', { destinations: [away, there] });
    await pass(1_000);
    expect(fixture.asterisk.legs.parties.map(({ endpoint }) => endpoint)).toEqual(['PJSIP/1003']);
    expect(fixture.failures).toEqual(['AGENT_AWAY']);
    await endOf({ fixture, flow });
  });

  test('nobody is rung where all agents take a break, and nothing is told of an earlier connect', async () => {
    const fixture = givenCall();
    const away = { type: 'agent', target: fixture.outgoing.addAgent('1003', undefined, 'away') };
    const early = { type: 'extension', target: '1002' };
    fixture.asterisk.onDial((party) => party.refuse(486));
    const flow = fixture.run(
      { type: 'connect', option: { destinations: [early] } },
      { type: 'connect', option: { destinations: [away] } },
      { id: 'after', type: 'sleep', option: { duration: 60_000 } },
    );
    await pass(1_000);
    expect(flow.at).toBe('after');
    expect(fixture.asterisk.legs.parties).toHaveLength(1);
    expect(['status', 'call_id', 'sip_code'].map((name) => flow.variable(`voipbin.connect.${name}`))).toEqual(
      ['failed', '', ''],
    );
    await endOf({ fixture, flow });
  });

  test('an agent is rung as he likes it', async () => {
    const fixture = givenCall();
    const id = fixture.outgoing.addAgent('1002');
    const address = (target: string) => ({
      type: 'extension',
      target,
      target_name: '',
      name: '',
      detail: '',
    });
    const agent = {
      method: 'linear',
      ring_method: 'linear',
      addresses: [address('1002'), address('1003')],
      status: 'available',
    } as const;
    fixture.outgoing.agents.set(id, agent);
    const flow = fixture.runOne('connect', { destinations: [{ type: 'agent', target: id }] });
    await pass(1_000);
    expect(fixture.asterisk.legs.parties.map(({ endpoint }) => endpoint)).toEqual(['PJSIP/1002']);
    await endOf({ fixture, flow });
  });

  test('a long call that connects again and again waits for no more events, and listens no more, than at first', async () => {
    const given = await connecting([picksUp]);
    const add = vi.spyOn(given.fixture.call.hangupSignal, 'addEventListener');
    const remove = vi.spyOn(given.fixture.call.hangupSignal, 'removeEventListener');
    given.fixture.call.chain(given.leg());
    expect(add.mock.calls.length).toBe(remove.mock.calls.length);
    await endOf(given);
  });
});

test.each(['bridges.createWithId', 'bridges.addChannel', 'answer', 'ring'])(
  'with Asterisk refusing %s nobody is left',
  async (operation) => {
    const fixture = givenCall();
    fixture.asterisk.onDial(picksUp);
    fixture.asterisk.fault(operation, { status: 500 });
    const flow = fixture.runOne('connect', { destinations: [{ type: 'tel', target: '+4930' }] });
    await pass(10_000);
    if (operation !== 'ring') {
      expect(fixture.failures).toEqual([operation === 'answer' ? 'ANSWER_FAILED' : 'BRIDGE_FAILED']);
      expect(flow.at).toBe('after');
      expect(fixture.asterisk.channels.size).toBe(1);
    }
    fixture.asterisk.mend();
    await endOf({ fixture, flow });
  },
);
