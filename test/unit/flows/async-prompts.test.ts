import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { play } from '../../../src/calls/playback.ts';
import { Prompt } from '../../../src/calls/prompt.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { type CallFixture, catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const talk = (text: string) => ({ type: 'talk', option: { text, async: true } });
const connect = { type: 'connect', option: { destinations: [{ type: 'tel', target: '+49301' }] } };

/** Who is rung until the test lets him answer. */
function ringing({ asterisk }: CallFixture): { answer(): void } {
  let answer = (): void => undefined;
  asterisk.onDial((party) => {
    party.ring();
    answer = () => party.answer();
  });
  return { answer: () => answer() };
}

/** The orders of these names, oldest first. */
function orders({ asterisk }: CallFixture, ...names: readonly string[]): readonly string[] {
  return asterisk.asked.filter((name) => names.includes(name));
}

/** Something else to be heard. */
async function prompted({ call }: CallFixture): Promise<void> {
  using prompt = new Prompt(call, { id: call.resourceId });
  await play(prompt, 'sound:a', call.hangupSignal);
}

async function over(given: CallFixture): Promise<void> {
  given.hangup();
  await pass();
  await pass(5_000);
  given.expectNothingLeft();
}

describe('while somebody is called', () => {
  test('the caller hears what was said beside the flow first, then ringing, again behind each prompt', async () => {
    const given = givenCall({ soundLength: 1_000 });
    ringing(given);
    given.run(talk('one'), talk('two'), connect, longSleep);
    await pass(1_500);
    expect(given.asterisk.legs.parties).toHaveLength(1);
    expect(orders(given, 'play', 'ring')).toEqual(['play', 'play']);
    await pass(1_000);
    expect(orders(given, 'play', 'ring')).toEqual(['play', 'play', 'ring']);
    void prompted(given);
    await pass(1_500);
    expect(orders(given, 'play', 'ring')).toEqual(['play', 'play', 'ring', 'play', 'ring']);
    await over(given);
  });

  test('who answers is talked to at once: what is said is stopped, and nothing is rung or said any more', async () => {
    const given = givenCall({ soundLength: 10_000 });
    given.speech.duration = 2_000;
    const callee = ringing(given);
    given.run(talk('one'), talk('two'), connect, longSleep);
    await pass(5_000);
    expect(given.asterisk.playing).toHaveLength(1);
    callee.answer();
    await pass(500);
    expect(given.channel.bridge?.members.size).toBe(2);
    expect(given.asterisk.playing).toEqual([]);
    await pass(20_000);
    expect(orders(given, 'play', 'ring')).toEqual(['play']);
    expect(given.failures).toEqual([]);
    await over(given);
  });
});

test('music for a caller who waits comes behind what is said, and again behind each prompt', async () => {
  const given = givenCall({ soundLength: 1_000 });
  given.http.reply({ delay: 10_000 });
  const hook = { uri: 'https://a.example/', sync: true, hold_music: true, timeout: 60_000 };
  given.run(talk('one'), talk('two'), { type: 'webhook_send', option: hook }, longSleep);
  await pass(2_500);
  expect(orders(given, 'play', 'startMoh')).toEqual(['play', 'play', 'startMoh']);
  void prompted(given);
  await pass(1_500);
  expect(given.channel.isOnHold).toBe(true);
  await pass(10_000);
  expect(given.channel.isOnHold).toBe(false);
  await over(given);
});

test.each([
  ['is taken over', undefined],
  ['goes into the dialplan', { type: 'dialplan_continue', option: { context: 'from-internal' } }],
])('what is said beside the flow ends where the call %s', async (_, leave) => {
  const given = givenCall({ soundLength: 60_000 });
  given.asterisk.dialplan.lasting.add('from-internal');
  given.run(talk('one'), talk('two'), ...(leave ? [leave] : []), longSleep);
  await pass(1_000);
  const actions = checkFlow([talk('new'), longSleep], catalogue).actions;
  if (!leave) void given.activeflows.takeOver(given.call, { id: 'new', actions });
  await pass(1_000);
  expect(given.asterisk.playing.map(({ media }) => media)).toEqual(leave ? [] : ['sound:/prompts/3']);
  expect(given.failures).toEqual([]);
  await over(given);
});

test('what a wait flow says beside itself ends with it', async () => {
  const given = givenCall({ soundLength: 60_000 });
  const { actions } = checkFlow([talk('wait'), longSleep], catalogue);
  given.flows.set('wait', { id: 'wait', actions });
  const { id: queue_id } = given.queues.add({ wait_flow_id: 'wait' });
  const flow = given.run({ type: 'queue_join', option: { queue_id } }, { id: 'after', ...longSleep });
  await pass(1_000);
  expect(given.asterisk.playing).toHaveLength(1);
  given.queues.queues.kick(given.queues.last?.id ?? '');
  await pass(1_000);
  expect([flow.at, given.asterisk.playing]).toEqual(['after', []]);
  await over(given);
});
