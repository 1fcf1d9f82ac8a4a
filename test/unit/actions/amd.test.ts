import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import type { SimulatedChannel } from '../../../src/simulator/asterisk/channel.ts';
import { type CallFixture, catalogue, type GivenCall, givenCall, pass } from '../../support/call-fixture.ts';
import { tone } from '../../support/tones.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

type Amd = readonly [status: string, cause: string];

interface GivenAmd extends GivenCall {
  /** What Asterisk says, after 1.6 s; without it Asterisk takes for ever. */
  readonly says?: Amd;
}

function given({ says, ...options }: GivenAmd = {}): CallFixture {
  const fixture = givenCall(options);
  const [status, cause] = says ?? ['', ''];
  fixture.asterisk.dialplan.verdict = { status, cause, after: says ? 1_600 : 3_600_000 };
  return fixture;
}

const human: Amd = ['HUMAN', 'HUMAN-800-800'];
const machine: Amd = ['MACHINE', 'LONGGREETING-1500-1500'];

function snoopOf({ asterisk }: CallFixture): SimulatedChannel | undefined {
  return [...asterisk.channels.values()].find(({ id }) => id.includes('-amd-'));
}

/** Only the call is left; a wait for a beep has more. */
function expectAlone({ asterisk, channel, audio }: CallFixture): void {
  expect([...asterisk.channels.keys()]).toEqual([channel.id]);
  expect(asterisk.bridges.size).toBe(0);
  expect(audio.listening).toBe(0);
}

const beep = tone(1_000, 8 * 400);
const silence = new Int16Array(8 * 200);

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test.each([
    ['HUMAN', human, 'HUMAN'],
    ['MACHINE', machine, 'MACHINE'],
    ['NOTSURE', ['NOTSURE', 'TOOLONG-5000'] as const, 'NOTSURE'],
    ['what we do not know', ['HANGUP', ''] as const, 'NOTSURE'],
  ])(
    '%s: the flow hears the verdict, its cause and how long it took, and so does the world',
    async (...it) => {
      const [, says, status] = it;
      const fixture = given({ events, says });
      const flow = fixture.runOne('amd');
      await pass(1_500);
      expect([flow.at, fixture.call.isUp]).toEqual(['it', true]);
      await pass(200);
      expect(flow.at).toBe('after');
      const [finished] = fixture.of('amd_finished');
      expect(finished).toEqual({
        id: expect.any(String),
        activeflow_id: flow.activeflow.id,
        reference_type: 'call',
        reference_id: fixture.call.id,
        status,
        cause: says[1],
        duration: 1_600,
        tm_create: expect.any(String),
      });
      expect(['status', 'cause', 'duration'].map((name) => flow.variable(`voipbin.amd.${name}`))).toEqual([
        status,
        says[1],
        '1600',
      ]);
      expectAlone(fixture);
      fixture.hangup();
      await flow.done;
      fixture.expectNothingLeft();
    },
  );

  test.each([0, 10, 100, 1_000])('ends at once when the caller hangs up after %d ms', async (ms) => {
    for (const option of [{}, { async: true }, { wait_for: 'beep' }]) {
      const fixture = given({ events, says: machine });
      const flow = fixture.runOne('amd', option);
      await pass(ms);
      fixture.hangup();
      await flow.done;
      expect(fixture.failures).toEqual([]);
      expect(fixture.of('amd_finished')).toEqual([]);
      expect(fixture.audio.listening).toBe(0);
      fixture.expectNothingLeft();
    }
  });
});

test('listens beside the call, to what its party says; the thresholds are digits and commas', async () => {
  const fixture = given();
  const flow = fixture.runOne('amd', { initial_silence: 4_000, maximum_number_of_words: 3 });
  await pass(100);
  const snoop = fixture.asterisk.requests.find(({ operation }) => operation.name === 'snoopChannelWithId');
  expect(snoop?.query).toEqual({ app: 'ariflow', spy: 'in' });
  expect(snoopOf(fixture)?.variables.get('ARIFLOW_AMD')).toBe('4000,1500,800,5000,100,50,3,256,5000');
  const left = fixture.asterisk.requests.find(({ operation }) => operation.name === 'continueInDialplan');
  expect(left?.path.channelId).toBe(snoopOf(fixture)?.id);
  expect(left?.query).toEqual({ context: 'ariflow-amd', extension: 's', priority: '1' });
  fixture.hangup();
  await flow.done;
});

test('without a verdict it is NOTSURE two seconds after the time of the analysis', async () => {
  const fixture = given();
  const flow = fixture.runOne('amd', { total_analysis_time: 3_000 });
  await pass(4_900);
  expect(flow.at).toBe('it');
  await pass(200);
  expect(flow.at).toBe('after');
  expect(fixture.of('amd_finished')).toMatchObject([{ status: 'NOTSURE', cause: 'TIMEOUT' }]);
  expectAlone(fixture);
  fixture.hangup();
  await flow.done;
  fixture.expectNothingLeft();
});

test('is a failure where the dialplan has no such context: Asterisk ends the snoop, and does not say so', async () => {
  const fixture = given();
  fixture.asterisk.dialplan.missing.add('ariflow-amd');
  const flow = fixture.runOne('amd');
  await pass(2_000);
  expect([flow.at, fixture.failures]).toEqual(['after', ['AMD_FAILED']]);
  expect(fixture.of('amd_finished')).toEqual([]);
  fixture.hangup();
  await flow.done;
  fixture.expectNothingLeft();
});

test.each(['snoopChannelWithId', 'setChannelVar', 'continueInDialplan'])(
  'is a failure where Asterisk refuses %s',
  async (operation) => {
    for (const option of [{}, { async: true }]) {
      const fixture = given({ says: human });
      fixture.asterisk.fault(operation, { status: 500 });
      const flow = fixture.runOne('amd', option);
      await pass(100);
      expect([flow.at, fixture.failures]).toEqual(['after', ['AMD_FAILED']]);
      expectAlone(fixture);
      fixture.hangup();
      await flow.done;
      fixture.expectNothingLeft();
    }
  },
);

test('hangs up on a machine, and on nobody else', async () => {
  for (const [says, ends] of [
    [machine, true],
    [human, false],
  ] as const) {
    for (const isAsync of [false, true]) {
      const fixture = given({ says });
      const flow = fixture.runOne('amd', { machine_handle: 'hangup', async: isAsync });
      await pass(2_000);
      expect(fixture.call.isEnded).toBe(ends);
      if (!ends) fixture.hangup();
      await flow.done;
      expect(fixture.of('amd_finished')).toHaveLength(1);
      expect(fixture.call.record.hangup_reason).toBe(ends ? 'amd' : 'normal');
      fixture.expectNothingLeft();
    }
  }
});

test('async: the flow goes on at once and reads the verdict later', async () => {
  const fixture = given({ says: human });
  const flow = fixture.runOne('amd', { async: true });
  await pass(100);
  expect([flow.at, flow.variable('voipbin.amd.status')]).toEqual(['after', '']);
  await pass(1_600);
  expect(flow.variable('voipbin.amd.status')).toBe('HUMAN');
  expectAlone(fixture);
  fixture.hangup();
  await flow.done;
  fixture.expectNothingLeft();
});

describe('wait_for: beep', () => {
  test('goes on when a machine has beeped', async () => {
    const fixture = given({ says: machine });
    const flow = fixture.runOne('amd', { wait_for: 'beep' });
    await pass(10_000);
    expect([flow.at, fixture.of('amd_finished').length, fixture.audio.listening]).toEqual(['it', 1, 1]);
    fixture.audio.say(beep);
    await pass(100);
    expect(flow.at).toBe('it');
    fixture.audio.say(silence);
    await pass();
    expect(flow.at).toBe('after');
    expectAlone(fixture);
    fixture.hangup();
    await flow.done;
    fixture.expectNothingLeft();
  });

  test('a beep before the verdict is one', async () => {
    const fixture = given({ says: human });
    const flow = fixture.runOne('amd', { wait_for: 'beep' });
    await pass(500);
    fixture.audio.say(beep);
    fixture.audio.say(silence);
    await pass();
    expect(flow.at).toBe('after');
    expect(fixture.of('amd_finished')).toMatchObject([{ status: 'MACHINE', cause: 'BEEP' }]);
    expectAlone(fixture);
    await pass(5_000);
    expect(fixture.of('amd_finished')).toHaveLength(1);
    fixture.hangup();
    await flow.done;
    fixture.expectNothingLeft();
  });

  test('goes on without a beep when the time for it is over', async () => {
    const fixture = given({ says: machine });
    const flow = fixture.runOne('amd', { wait_for: 'beep', beep_timeout: 10_000 });
    await pass(11_500);
    expect(flow.at).toBe('it');
    await pass(200);
    expect([flow.at, fixture.failures]).toEqual(['after', []]);
    expectAlone(fixture);
    fixture.hangup();
    await flow.done;
  });

  test('does not let a human wait', async () => {
    const fixture = given({ says: human });
    const flow = fixture.runOne('amd', { wait_for: 'beep' });
    await pass(1_700);
    expect(flow.at).toBe('after');
    fixture.hangup();
    await flow.done;
    fixture.expectNothingLeft();
  });

  test('is a failure where the audio does not come', async () => {
    const fixture = given({ says: human });
    fixture.audio.failure = new Error('no connection');
    const flow = fixture.runOne('amd', { wait_for: 'beep' });
    await pass(100);
    expect([flow.at, fixture.failures]).toEqual(['after', ['LISTEN_FAILED']]);
    expectAlone(fixture);
    fixture.hangup();
    await flow.done;
    fixture.expectNothingLeft();
  });

  test('is nothing for a flow that goes on', () => {
    const option = { async: true, wait_for: 'beep' };
    const { problems } = checkFlow([{ type: 'amd', option }], catalogue);
    expect(problems).toMatchObject([{ path: 'actions[0].option.wait_for' }]);
  });
});

test.each([
  { total_analysis_time: 60_001 },
  { initial_silence: -1 },
  { greeting: 1.5 },
  { machine_handle: 'wave' },
  { wait_for: 'tone' },
  { silence_threshold: '256,Hangup' },
])('refuses %o', (option) => {
  const [name] = Object.keys(option);
  const { problems } = checkFlow([{ type: 'amd', option }], catalogue);
  expect(problems).toMatchObject([{ path: `actions[0].option.${name}` }]);
});

test.each([0, 100, 3_000])(
  'killed before it was written that somebody listens, and %d ms later, hears that one say who has answered',
  async (ms) => {
    const fixture = given();
    fixture.asterisk.dialplan.verdict = { status: 'HUMAN', cause: 'HUMAN-800-800', after: 12_000 };
    fixture.runOne('amd', { total_analysis_time: 20_000 });
    fixture.rows.dropTheRest();
    await pass(100 + ms);
    expect(snoopOf(fixture)).toBeDefined();
    const after = await fixture.restart();
    await pass(11_500 - ms);
    expect(after.of('amd_finished')).toEqual([]);
    await pass(1_000);
    expect(after.of('amd_finished')).toMatchObject([{ status: 'HUMAN', cause: 'HUMAN-800-800' }]);
    expect(after.failures).toEqual([]);
    expect(after.flow.at).toBe('after');
    const snoops = after.asterisk.requests.filter(({ operation }) => operation.name === 'snoopChannelWithId');
    expect(snoops).toHaveLength(1);
    after.hangup();
    await after.flow.done;
    after.expectNothingLeft();
  },
);
