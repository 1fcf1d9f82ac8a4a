import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { telAddress } from '../../../src/calls/address.ts';
import type { Call } from '../../../src/calls/call.ts';
import { dial } from '../../../src/calls/dialling.ts';
import { type HuntResult, hunt } from '../../../src/calls/hunt.ts';
import type { SimulatedParty } from '../../../src/simulator/asterisk/party.ts';
import { type CallFixture, givenCall, pass } from '../../support/call-fixture.ts';
import type { FakeAriOptions } from '../../support/fake-ari.ts';
import { isSoak } from '../../support/scale.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Plan {
  readonly delay?: number;
  /** What the far end does, and how long after it was called. */
  readonly does: 'answer' | 'refuse' | 'ring' | 'answer and leave' | 'is not allowed';
  readonly after?: number;
}

/** Rings phones that behave as planned. */
class GivenHunt {
  readonly fixture: CallFixture;
  readonly legs: (Call | undefined)[] = [];
  readonly parties: (SimulatedParty | undefined)[] = [];
  readonly caller = new AbortController();
  readonly result: Promise<HuntResult>;
  outcome: HuntResult | 'gave up' | undefined;

  constructor(plans: readonly Plan[], method: 'ringall' | 'linear', options: FakeAriOptions = {}) {
    this.fixture = givenCall(options);
    const candidates = plans.map((plan, index) => ({
      delay: plan.delay ?? 0,
      dial: () => (plan.does === 'is not allowed' ? undefined : this.#ring(plan, index)),
    }));
    this.result = hunt(candidates, { method, signal: this.caller.signal });
    this.result.then(
      (result) => (this.outcome = result),
      () => (this.outcome = 'gave up'),
    );
  }

  get winner(): Call | undefined {
    return typeof this.outcome === 'object' && 'winner' in this.outcome ? this.outcome.winner : undefined;
  }

  /** The legs that there still are. */
  get living(): readonly (Call | undefined)[] {
    return this.legs.filter((leg) => leg && !leg.isEnded);
  }

  #ring(plan: Plan, index: number): Call {
    const { calls, asterisk } = this.fixture;
    const leg = calls.outgoing({ source: telAddress('1001'), destination: telAddress(`100${index}`) });
    leg.announce('');
    this.legs[index] = leg;
    asterisk.onDial((party) => {
      const at = this.legs.findIndex((each) => each?.channelId === party.channel.id);
      this.parties[at] = party;
    });
    dial(leg, {
      endpoint: 'PJSIP/1002',
      callerId: { number: '1001', name: '' },
      timeout: 20_000,
      written: async () => undefined,
    });
    setTimeout(() => this.#act(plan, index), plan.after ?? 0);
    return leg;
  }

  #act({ does }: Plan, index: number): void {
    const party = this.parties[index];
    if (does === 'answer' || does === 'answer and leave') party?.answer();
    else if (does === 'refuse') party?.refuse(486);
    else party?.ring();
    if (does === 'answer and leave') party?.hangup();
  }
}

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test('of all who ring the first to answer wins, and the others are told that somebody else has answered', async () => {
    const given = new GivenHunt(
      [{ does: 'ring' }, { does: 'answer', after: 500 }, { does: 'answer', after: 600 }],
      'ringall',
      { events },
    );
    await pass(499);
    expect(given.outcome).toBeUndefined();
    await pass(1);
    await pass();
    expect(given.winner).toBe(given.legs[1]);
    expect(given.living).toEqual([given.legs[1]]);
    const causes = given.fixture.asterisk.requests
      .filter(({ operation }) => operation.name === 'hangup')
      .map(({ query }) => query.reason_code);
    expect(causes).toEqual(['26', '26']);
    expect(given.fixture.of('call_hungup')).toMatchObject([
      { hangup_by: 'local', hangup_reason: 'cancel' },
      { hangup_by: 'local', hangup_reason: 'cancel' },
    ]);
  });

  test('of two who answer in the same moment one wins', async () => {
    const given = new GivenHunt([{ does: 'ring' }, { does: 'ring' }], 'ringall', { events });
    await pass(100);
    for (const party of given.parties) party?.answer();
    await pass(100);
    expect(given.living).toEqual([given.winner]);
    expect(given.winner?.isUp).toBe(true);
  });
});

test('who is rung later is not rung at all where somebody answers before', async () => {
  const given = new GivenHunt(
    [
      { does: 'answer', after: 900 },
      { does: 'ring', delay: 1_000 },
    ],
    'ringall',
  );
  await pass(5_000);
  expect(given.winner).toBe(given.legs[0]);
  expect(given.legs).toHaveLength(1);
});

test('one refused while another rings is no end, and the last to fail says why', async () => {
  const given = new GivenHunt(
    [{ does: 'ring' }, { does: 'refuse', after: 100 }, { does: 'is not allowed' }],
    'ringall',
  );
  await pass(5_000);
  expect(given.outcome).toBeUndefined();
  await pass(20_000);
  expect(given.outcome).toMatchObject({ failed: { reason: 'dialout', callId: given.legs[0]?.id } });
  expect(given.living).toEqual([]);
});

test('one after the other, each until it is refused or has rung too long', async () => {
  const given = new GivenHunt(
    [{ does: 'refuse', after: 1_000 }, { does: 'ring' }, { does: 'is not allowed' }, { does: 'answer' }],
    'linear',
  );
  await pass(1_000);
  expect(given.legs.map((leg) => leg?.isEnded)).toEqual([true, false]);
  await pass(19_999);
  expect(given.legs).toHaveLength(2);
  await pass(2);
  expect(given.winner).toBe(given.legs[3]);
});

test('nobody to be rung has failed', async () => {
  const given = new GivenHunt([], 'ringall');
  expect(await given.result).toEqual({ failed: undefined });
});

test('a caller who has left before rings nobody', async () => {
  const signal = AbortSignal.abort(new Error('gone'));
  const ring = vi.fn();
  await expect(hunt([{ delay: 0, dial: ring }], { method: 'ringall', signal })).rejects.toThrow('gone');
  expect(ring).not.toHaveBeenCalled();
});

test('something unexpected ends it, and hangs up who rings', async () => {
  const fixture = givenCall();
  const leg = fixture.calls.outgoing({ source: telAddress('1001'), destination: telAddress('1002') });
  leg.announce('');
  const broken = (): never => {
    throw new Error('broken');
  };
  const { signal } = new AbortController();
  const candidates = [
    { delay: 0, dial: () => leg },
    { delay: 100, dial: broken },
  ];
  const rejected = expect(hunt(candidates, { method: 'ringall', signal })).rejects.toThrow('broken');
  await pass(200);
  await rejected;
  expect(leg.isEnded).toBe(true);
});

/** Any mixture of what phones do, and of when. */
const plan: fc.Arbitrary<Plan> = fc.record({
  delay: fc.constantFrom(0, 0, 0, 10, 300),
  does: fc.constantFrom('answer', 'answer', 'refuse', 'ring', 'answer and leave', 'is not allowed'),
  after: fc.constantFrom(0, 5, 10, 300, 310, 19_999, 20_000, 20_001),
});

test('whatever they do, there is exactly one winner or none, and nobody else is left', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(plan, { maxLength: 6 }),
      fc.constantFrom('ringall', 'linear'),
      fc.constantFrom('before', 'after'),
      fc.constantFrom(0, 5, 10, 300, 310, 20_000, 1_000_000),
      async (plans, method, events, leavesAfter) => {
        const given = new GivenHunt(plans, method, { events });
        const leave = setTimeout(() => given.caller.abort(new Error('gone')), leavesAfter);
        await pass(200_000);
        clearTimeout(leave);
        expect(given.outcome).toBeDefined();
        const { winner } = given;
        // A winner may have left in the moment he answered.
        expect(given.living.filter((leg) => leg !== winner)).toEqual([]);
        if (winner) expect(winner.isUp).toBe(true);
        const cancelled = given.legs.filter((leg) => leg && leg !== winner);
        for (const leg of cancelled) expect(leg?.hangupSignal.aborted).toBe(true);
        // Who rings at once and answers in time is not passed over.
        const isSure = plans.some(
          ({ does, delay = 0, after = 0 }) => does === 'answer' && delay === 0 && after < 20_000,
        );
        if (isSure && method === 'ringall' && leavesAfter > 200_000) expect(winner).toBeDefined();
        winner?.hangup('normal');
        given.fixture.hangup();
        given.fixture.call.announce('');
        await pass(60_000);
        expect(given.fixture.asterisk.channels.size).toBe(0);
        expect(given.fixture.calls.size).toBe(0);
        expect(vi.getTimerCount()).toBe(0);
        expect(given.fixture.reported).toEqual([]);
      },
    ),
    { numRuns: isSoak ? 3_000 : 150 },
  );
}, 60_000);
