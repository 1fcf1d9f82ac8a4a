import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallRecord } from '../../../src/calls/call-record.ts';
import type { SimulatedParty } from '../../../src/simulator/asterisk/party.ts';
import { type CallFixture, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Behaviour = (party: SimulatedParty) => void;

const picksUp: Behaviour = (party) => party.answer();
const rings: Behaviour = (party) => party.ring();
const silent: Behaviour = () => undefined;
const refuses =
  (status: number): Behaviour =>
  (party) =>
    party.refuse(status);

/** A call whose flow connects it to people who do those things, in a daemon that is killed. */
class Given {
  life: CallFixture;
  readonly #first: CallFixture;

  constructor(fixture: CallFixture) {
    this.life = fixture;
    this.#first = fixture;
  }

  static async connecting(behaviours: readonly Behaviour[], option: object = {}): Promise<Given> {
    const given = new Given(givenCall());
    given.does(behaviours);
    const destinations = behaviours.map((_, index) => ({ type: 'tel', target: `+49301${index}` }));
    given.life.runOne('connect', { destinations, ...option });
    await pass(500);
    return given;
  }

  /** Whoever is called next. */
  does(behaviours: readonly Behaviour[]): void {
    const { asterisk } = this.life;
    asterisk.onDial((party) => behaviours[asterisk.legs.parties.indexOf(party)]?.(party));
  }

  party(index = 0): SimulatedParty {
    const found = this.life.asterisk.legs.parties[index];
    if (!found) throw new Error(`nobody was called (${index})`);
    return found;
  }

  /** How many have been called, each once. */
  get called(): number {
    const asked = this.life.asterisk.asked.filter((name) => name === 'create' || name === 'dial');
    const { length } = this.life.asterisk.legs.parties;
    expect(asked).toHaveLength(2 * length);
    return length;
  }

  async kill(meanwhile: () => unknown = () => undefined): Promise<void> {
    this.life = await this.life.restart({ meanwhile });
    await pass(20);
  }

  /** The action that the flow is at, as it is stored. */
  get at(): string | undefined {
    return this.life.record?.current_action.id;
  }

  /** `voipbin.connect.*`. */
  get told(): Record<string, string> {
    const { flow } = this.life;
    const names = ['status', 'call_id', 'hangup_reason', 'sip_code', 'duration'];
    return Object.fromEntries(names.map((name) => [name, flow.variable(`voipbin.connect.${name}`)]));
  }

  /** What was told of each leg, oldest first, without mere updates. */
  get legs(): string[][] {
    const legs = new Map<string, string[]>();
    for (const { type, data } of this.life.published) {
      if (!/^call_/.test(type) || type === 'call_updated') continue;
      const { id, direction } = data as CallRecord;
      if (direction === 'outgoing') legs.set(id, [...(legs.get(id) ?? []), type.replace('call_', '')]);
    }
    return [...legs.values()];
  }

  idOf(index = 0): string {
    const { id } = this.party(index).channel;
    return this.life.calls.onChannel(id)?.id ?? '';
  }

  /** How many are in each bridge. */
  get talking(): number[] {
    return [...this.life.asterisk.bridges.values()].map(({ members }) => members.size);
  }

  async end(): Promise<void> {
    this.life.hangup();
    await pass(20_000);
    this.life.expectNothingLeft();
    expect(this.#first.reported).toEqual([]);
    const ends = this.life.types.filter((type) => type === 'activeflow_deleted');
    expect(ends).toHaveLength(1);
  }
}

describe('who rings when the daemon is killed', () => {
  test('rings on; the first who answers is the one, the others are told so', async () => {
    const given = await Given.connecting([rings, silent]);
    await given.kill();
    expect(given.life.channel.isRung).toBe(true);
    await pass(3_000);
    expect(given.legs).toEqual([['created', 'ringing'], ['created']]);
    const leg = given.idOf(1);
    given.party(1).answer();
    await pass(1_000);
    expect(await given.party(0).channel.ended.promise).toMatchObject({ status: 487 });
    expect(given.life.channel).toMatchObject({ isRung: false, state: 'Up' });
    expect(given.talking).toEqual([2]);
    given.party(1).hangup();
    await pass(100);
    expect(given.at).toBe('after');
    expect(given.told).toMatchObject({ status: 'answered', call_id: leg, hangup_reason: 'normal' });
    expect(given.legs).toEqual([
      ['created', 'ringing', 'hungup'],
      ['created', 'answered', 'hungup'],
    ]);
    expect(given.called).toBe(2);
    await given.end();
  });

  test('rings no longer than he may, the time without a daemon included', async () => {
    const given = await Given.connecting([rings], { timeout: 10_000 });
    await pass(3_500);
    await given.kill(() => pass(2_000));
    await pass(3_900);
    expect(given.at).toBe('it');
    await pass(100);
    expect(given.at).toBe('after');
    expect(given.told).toMatchObject({ status: 'noanswer', hangup_reason: 'dialout' });
    await given.end();
  });

  test('and has rung for too long meanwhile is heard all the same where he has answered', async () => {
    const given = await Given.connecting([rings], { timeout: 3_000 });
    await given.kill(async () => {
      await pass(5_000);
      given.party().answer();
    });
    await pass(1_000);
    expect(given.talking).toEqual([2]);
    await given.end();
  });

  test('and answers meanwhile talks', async () => {
    const given = await Given.connecting([rings, rings]);
    await given.kill(() => given.party(1).answer());
    await pass(1_000);
    expect(given.talking).toEqual([2]);
    expect(given.life.channel.state).toBe('Up');
    expect(given.legs).toEqual([
      ['created', 'ringing', 'hungup'],
      ['created', 'ringing', 'answered'],
    ]);
    expect(given.called).toBe(2);
    await given.end();
  });

  test.each([0, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144])(
    'and answers %i turns before is told of once, and talks',
    async (turns) => {
      const given = await Given.connecting([rings, rings]);
      given.party(1).answer();
      for (let turn = 0; turn < turns; turn++) await undefined;
      await given.kill();
      await pass(6_000);
      expect(given.talking).toEqual([2]);
      expect(given.life.channel).toMatchObject({ isRung: false, state: 'Up' });
      const [first, second] = given.legs;
      expect([first?.filter((type) => type !== 'hungup'), second]).toEqual([
        ['created', 'ringing'],
        ['created', 'ringing', 'answered'],
      ]);
      expect(given.told).toMatchObject({ status: 'answered', call_id: given.idOf(1) });
      expect(given.called).toBe(2);
      await given.end();
    },
  );

  test('and begins to ring meanwhile is told of', async () => {
    const given = await Given.connecting([silent]);
    await given.kill(() => given.party().ring());
    expect(given.legs).toEqual([['created', 'ringing']]);
    await given.end();
  });

  test('and refuses meanwhile has failed; why, nobody knows any more', async () => {
    const given = await Given.connecting([rings]);
    const leg = given.idOf();
    await given.kill(() => given.party().refuse(486));
    expect(given.at).toBe('after');
    expect(given.told).toMatchObject({ status: 'failed', call_id: leg, hangup_reason: 'failed' });
    expect(given.called).toBe(1);
    await given.end();
  });

  test('ends where the caller hangs up meanwhile', async () => {
    const given = await Given.connecting([rings]);
    await given.kill(() => given.life.hangup());
    await pass(6_000);
    expect(await given.party().channel.ended.promise).toMatchObject({ by: 'them' });
    expect(given.life.of('call_hungup').map(({ hangup_reason }) => hangup_reason)).toEqual(
      expect.arrayContaining(['failed', 'cancel']),
    );
    given.life.expectNothingLeft();
  });
});

describe('one after the other', () => {
  const linear = { ring_method: 'linear' };

  test('it is the turn of whose turn it was, and then of the next', async () => {
    const given = await Given.connecting([refuses(486), rings, refuses(404)], linear);
    expect(given.called).toBe(2);
    await given.kill();
    await pass(1_000);
    expect(given.called).toBe(2);
    given.party(1).refuse(480);
    await pass(1_000);
    expect(given.called).toBe(3);
    expect(given.at).toBe('after');
    expect(given.told).toMatchObject({ status: 'failed', sip_code: '404' });
    expect(given.legs).toHaveLength(3);
    await given.end();
  });

  test('the last of whom nothing was left to come says why, also where that was before', async () => {
    const given = await Given.connecting([refuses(486), rings], linear);
    await given.kill();
    given.party(1).refuse(480);
    await pass(1_000);
    expect(given.told).toMatchObject({ status: 'noanswer', sip_code: '480' });
    await given.end();
  });

  test('a daemon that is killed with each of them rings nobody twice', async () => {
    const given = await Given.connecting([rings, rings, rings], linear);
    for (const index of [0, 1]) {
      await given.kill();
      given.party(index).refuse(486);
      await pass(500);
      expect(given.called).toBe(index + 2);
    }
    await given.kill();
    given.party(2).answer();
    await pass(500);
    expect(given.talking).toEqual([2]);
    expect(given.called).toBe(3);
    await given.end();
  });
});

test('who is to be rung later is rung when it is time', async () => {
  const destinations = [
    { type: 'tel', target: '+4930' },
    { type: 'tel', target: '+4931', delay: 5_000 },
  ];
  const given = await Given.connecting([rings, rings], { destinations });
  await pass(1_500);
  await given.kill(() => pass(1_000));
  await pass(1_900);
  expect(given.called).toBe(1);
  await pass(200);
  expect(given.called).toBe(2);
  await given.end();
});

describe('a channel that was made', () => {
  const one = { destinations: [{ type: 'tel', target: '+4930' }] };

  test('and never dialled is dialled by the next daemon', async () => {
    const given = new Given(givenCall());
    given.life.asterisk.fault('dial', { isUnanswered: true, times: 1 });
    given.life.runOne('connect', one);
    await pass(500);
    await given.kill();
    await pass(500);
    given.party().answer();
    await pass(500);
    expect(given.talking).toEqual([2]);
    expect(given.legs).toEqual([['created', 'answered']]);
    await given.kill();
    await given.end();
  });

  test('and dialled in the moment of the kill is dialled once: who is asked for twice is called no more', async () => {
    const given = new Given(givenCall());
    given.life.asterisk.fault('dial', { delay: 100, times: 1 });
    given.life.runOne('connect', one);
    await pass(50);
    await given.kill();
    await pass(500);
    expect(given.life.asterisk.legs.parties).toHaveLength(1);
    expect(given.life.asterisk.channels.size).toBe(1);
    expect(given.at).toBe('after');
    expect(given.told).toMatchObject({ status: 'failed' });
    await given.end();
  });

  test('and that Asterisk does not dial has failed', async () => {
    const given = new Given(givenCall());
    given.life.asterisk.fault('dial', { isUnanswered: true, times: 1 });
    given.life.runOne('connect', one);
    await pass(500);
    given.life.asterisk.fault('dial', { status: 500 });
    await given.kill();
    await pass(500);
    expect(given.at).toBe('after');
    expect(given.told).toMatchObject({ status: 'failed', hangup_reason: 'failed' });
    await given.end();
  });
});

test('who may not be called is told of once, and not tried again', async () => {
  const destinations = [
    { type: 'sip', target: 'a@example.org' },
    { type: 'tel', target: '+4930' },
  ];
  const given = await Given.connecting([refuses(486)], { destinations: destinations.slice(0, 1) });
  expect(given.life.failures).toEqual(['DESTINATION_NOT_ALLOWED']);
  await given.end();
  const beside = await Given.connecting([rings], { destinations });
  await beside.kill();
  expect(beside.life.failures).toEqual([]);
  beside.party().refuse(486);
  await pass(100);
  expect(beside.life.failures).toEqual(['DESTINATION_NOT_ALLOWED']);
  expect(beside.told).toMatchObject({ status: 'busy' });
  await beside.kill();
  expect(beside.life.failures).toEqual(['DESTINATION_NOT_ALLOWED']);
  await beside.end();
});

test('an agent is rung where he was when it began, and told of once where he takes a break', async () => {
  const given = new Given(givenCall());
  const { outgoing } = given.life;
  const away = { type: 'agent', target: outgoing.addAgent('1002', undefined, 'away') };
  const there = { type: 'agent', target: outgoing.addAgent('1003') };
  given.life.runOne('connect', { destinations: [away, there] });
  await pass(1_000);
  expect(given.life.failures).toEqual(['AGENT_AWAY']);
  given.life.outgoing.agents.clear();
  await given.kill();
  given.party().answer();
  await pass(1_000);
  expect(given.life.failures).toEqual(['AGENT_AWAY']);
  expect(given.called).toBe(1);
  expect(given.talking).toEqual([2]);
  await given.end();
});

describe('two who talk when the daemon is killed', () => {
  test('talk on and are never parted, until the time is up that they may talk', async () => {
    const given = await Given.connecting([picksUp], { duration: 10_000 });
    await pass(3_500);
    await given.kill(() => pass(1_000));
    await pass(4_900);
    expect(given.talking).toEqual([2]);
    expect(given.at).toBe('it');
    await pass(100);
    expect(given.at).toBe('after');
    expect(given.told).toMatchObject({ status: 'answered', hangup_reason: 'timeout', duration: '10000' });
    const joined = given.life.asterisk.asked.filter((name) => /addChannel|removeChannel|ring/.test(name));
    expect(joined.filter((name) => name === 'bridges.addChannel')).toHaveLength(2);
    expect(joined).not.toContain('bridges.removeChannel');
    expect(given.legs).toEqual([['created', 'answered', 'hungup']]);
    await given.end();
  });

  test('are over where the callee hangs up meanwhile, and the flow goes on', async () => {
    const given = await Given.connecting([picksUp]);
    const leg = given.idOf();
    await pass(1_000);
    await given.kill(() => given.party().hangup());
    expect(given.at).toBe('after');
    expect(given.told).toMatchObject({ status: 'answered', call_id: leg, hangup_reason: 'failed' });
    expect(given.talking).toEqual([]);
    await given.end();
  });

  test('and the caller is told the reason, where that is relayed', async () => {
    const given = await Given.connecting([picksUp], { relay_reason: true });
    await given.kill(() => given.party().hangup());
    await pass(6_000);
    expect(await given.life.channel.ended.promise).toMatchObject({ by: 'them' });
    given.life.expectNothingLeft();
  });

  test('end together where the caller hangs up meanwhile', async () => {
    const given = await Given.connecting([picksUp]);
    await given.kill(() => given.life.hangup());
    await pass(6_000);
    expect(await given.party().channel.ended.promise).toMatchObject({ by: 'them' });
    given.life.expectNothingLeft();
  });

  test('however often it is killed', async () => {
    const given = await Given.connecting([picksUp]);
    for (let time = 0; time < 5; time++) {
      await given.kill();
      await pass(700);
      expect(given.talking).toEqual([2]);
    }
    given.party().hangup();
    await pass(100);
    expect(given.told).toMatchObject({ status: 'answered', hangup_reason: 'normal' });
    await given.end();
  });
});

describe('early media', () => {
  const early = { early_media: true };

  test('is heard on, and once he answers they talk', async () => {
    const given = await Given.connecting([silent], early);
    given.party().progress();
    await pass(500);
    expect(given.talking).toEqual([2]);
    const { length } = given.life.asterisk.requests;
    await given.kill();
    await pass(1_000);
    expect(given.life.channel).toMatchObject({ isRung: false, state: 'Ring' });
    expect(given.talking).toEqual([2]);
    const asked = given.life.asterisk.asked.slice(length);
    expect(asked.filter((name) => /ring|Channel$|progress|hangup/.test(name))).toEqual([]);
    given.party().answer();
    await pass(500);
    expect(given.life.channel.state).toBe('Up');
    given.party().hangup();
    await pass(500);
    expect(given.told).toMatchObject({ status: 'answered', hangup_reason: 'normal' });
    expect(given.called).toBe(1);
    await given.end();
  });

  test.each(['meanwhile', 'afterwards'] as const)(
    'of one who refuses %s: it rings again, and the next one can be heard',
    async (when) => {
      const given = await Given.connecting([silent, rings], early);
      given.party(0).progress();
      await pass(500);
      const refuse = () => given.party(0).refuse(486);
      await given.kill(when === 'meanwhile' ? refuse : undefined);
      if (when === 'afterwards') refuse();
      await pass(500);
      expect(given.life.channel).toMatchObject({ isRung: true, bridge: undefined });
      given.party(1).progress();
      await pass(500);
      expect(given.talking).toEqual([2]);
      given.party(1).answer();
      await pass(500);
      expect(given.talking).toEqual([2]);
      await given.end();
    },
  );
});

describe('a call that the flow makes', () => {
  const callee = { type: 'tel', target: '+4930' };
  const calls = (option: object = {}) =>
    ({
      id: 'it',
      type: 'call',
      option: { destinations: [callee], actions: [{ id: 'theirs', ...longSleep }], ...option },
    }) as const;

  async function calling(option: object = {}, behaviour: Behaviour = silent): Promise<Given> {
    const given = new Given(givenCall());
    given.does([behaviour]);
    given.life.run(calls(option), { id: 'after', ...longSleep });
    await pass(500);
    return given;
  }

  const flowOf = (given: Given, id: string) =>
    given.life.rows.activeflows().find(({ record }) => record.reference_id === id)?.record;

  async function over(given: Given): Promise<void> {
    for (const channel of [...given.life.asterisk.channels.values()]) given.life.asterisk.hangup(channel);
    await pass(20_000);
    given.life.expectNothingLeft();
  }

  test.each([
    ['is answered', {}, (party: SimulatedParty) => party.answer()],
    ['rings', { early_execution: true }, (party: SimulatedParty) => party.ring()],
  ] as const)('has its flow begin when it %s, afterwards or meanwhile', async (_, option, act) => {
    for (const isMeanwhile of [true, false]) {
      const given = await calling(option);
      const id = given.idOf();
      expect(flowOf(given, id)?.current_action.type).toBe('');
      await given.kill(isMeanwhile ? () => act(given.party()) : undefined);
      if (!isMeanwhile) act(given.party());
      await pass(500);
      expect(flowOf(given, id)?.current_action.type).toBe('sleep');
      expect(given.called).toBe(1);
      await over(given);
    }
  });

  test('rings no longer than it may', async () => {
    const given = await calling({ timeout: 5_000 }, rings);
    await given.kill();
    await pass(5_000);
    expect(given.life.of('call_hungup')).toMatchObject([{ hangup_reason: 'dialout' }]);
    await over(given);
  });

  test.each([0, 50, 150, 250])('is made once, also where the daemon is killed %i ms after it', async (ms) => {
    for (const chained of [true, false]) {
      const given = new Given(givenCall());
      for (const order of ['create', 'dial']) given.life.asterisk.fault(order, { delay: 100 });
      given.life.run(calls({ chained }), { id: 'after', ...longSleep });
      await pass(ms);
      await given.kill();
      await pass(500);
      expect(given.legs).toHaveLength(1);
      expect(given.life.asterisk.legs.parties.length).toBeLessThan(2);
      expect(given.at).toBe('after');
      await over(given);
    }
  });

  test('and that has ended meanwhile is not made again', async () => {
    const given = new Given(givenCall());
    given.does([refuses(486)]);
    given.life.asterisk.fault('create', { delay: 100 });
    given.life.run(calls(), { id: 'after', ...longSleep });
    await given.kill();
    await pass(500);
    expect(given.legs).toHaveLength(1);
    await over(given);
  });
});

test('the places of calls that go on are taken, and given back', async () => {
  const given = await Given.connecting([rings, picksUp]);
  await given.kill();
  const { legs, limits } = given.life.outgoing;
  const room = (most: number) => () => legs.check(Array.from({ length: most }, () => undefined));
  expect(room(999)).not.toThrow();
  expect(room(1_000)).toThrow('there are ports');
  expect(() => limits.check(1_000)).toThrow('outgoing calls');
  await given.end();
  expect(room(1_000)).not.toThrow();
});
