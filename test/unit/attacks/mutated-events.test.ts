import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AriEvent } from '../../../src/ari/events.gen.ts';
import { randomOf } from '../../../src/simulator/seeded.ts';
import { type CallFixture, givenCall, pass, type WrittenAction } from '../../support/call-fixture.ts';
import { mutated } from '../../support/mutated-event.ts';
import { anyOf } from '../../support/random.ts';
import { isSoak } from '../../support/scale.ts';

// Events that no Asterisk sends: nothing crashes, no flow stays where it is, and what they have made us believe is mended.

const each = 100;
const rounds = (isSoak ? 1_000_000 : 100_000) / each;
const seed = 22_101;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const number = { type: 'tel', target: '+15550100' };
/** Each waits for other events. */
const flows: readonly (readonly WrittenAction[])[] = [
  [{ type: 'answer' }, { type: 'beep' }, { type: 'digits_receive', option: { duration: 5_000, length: 4 } }],
  [
    { type: 'talk', option: { text: 'Hello' } },
    { type: 'echo', option: { duration: 5_000 } },
  ],
  [
    { type: 'recording_start', option: { format: 'wav' } },
    { type: 'sleep', option: { duration: 5_000 } },
  ],
  [{ type: 'connect', option: { source: number, destinations: [{ type: 'sip', target: 'a@127.0.0.1' }] } }],
  [{ type: 'amd', option: { machine_handle: 'continue' } }, { type: 'moh' }, { type: 'beep' }],
];

/** As the connection hands events on: what fails with one is not to fail with the next. */
function send(given: CallFixture, event: object): void {
  try {
    given.fake.ari.events.dispatch(event as AriEvent);
  } catch {
    // It is logged there.
  }
}

/** The events of a call like this one, as they are. */
async function recorded(actions: readonly WrittenAction[]): Promise<readonly object[]> {
  const given = givenCall({ soundLength: 500 });
  const events: object[] = [];
  const { onEvent } = given.asterisk;
  given.asterisk.onEvent = (event) => {
    events.push(structuredClone(event));
    onEvent(event);
  };
  given.run(...actions);
  for (const digit of '12') {
    await pass(1_000);
    given.press(digit);
  }
  await pass(10_000);
  given.hangup();
  await pass(20_000);
  return events;
}

/** What a call holds on to: its own ids in the events of another one. */
function rewritten(event: object, from: string, to: string): object {
  return JSON.parse(JSON.stringify(event).replaceAll(from, to)) as object;
}

test(`${rounds * each} mutated events: no crash, no stuck flow, no leak`, { timeout: 600_000 }, async () => {
  const random = randomOf(seed);
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  const corpora = await Promise.all(
    flows.map(async (actions) => [actions, await recorded(actions)] as const),
  );
  for (let round = 0; round < rounds; round++) {
    const [actions, corpus] = anyOf(random, corpora);
    const given = givenCall({ soundLength: 500 });
    given.scope.spawn('keep-in-step', (signal) => given.calls.keepInStep(signal));
    const flow = given.run(...actions);
    const about = corpus.find((event) => 'channel' in event) as { readonly channel: { readonly id: string } };
    for (let count = 0; count < each; count++) {
      const event = rewritten(anyOf(random, corpus), about.channel.id, given.channel.id);
      send(given, mutated(event, corpus, random));
      if (count % 10 === 0) await pass(50);
    }
    await pass(1_000);
    given.hangup();
    await pass(120_000);
    const where = `round ${round} with the seed ${seed}`;
    expect(flow.isDone, where).toBe(true);
    expect(
      given.of('call_hungup').filter(({ id }) => id === given.call.id).length,
      where,
    ).toBeLessThanOrEqual(1);
    expect(left(given), where).toEqual({
      calls: 0,
      activeflows: 0,
      owned: 0,
      channels: 0,
      bridges: 0,
      reported: [],
    });
    await given.scope.close();
  }
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

function left({ calls, activeflows, asterisk, reported }: CallFixture) {
  return {
    calls: calls.size,
    activeflows: activeflows.size,
    owned: calls.audit.owned,
    channels: asterisk.channels.size,
    bridges: asterisk.bridges.size,
    reported,
  };
}
