import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { CallRecord, Ordered } from '../../../src/calls/call-record.ts';
import { zeroId } from '../../../src/core/clock.ts';
import {
  type CallFixture,
  givenCall,
  longSleep,
  pass,
  type WrittenAction,
} from '../../support/call-fixture.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const ordered = ({ held, mute, moh }: CallRecord): Ordered => ({ held, mute, moh });
const nothing: Ordered = { held: false, mute: '', moh: '' };
const everything: Ordered = { held: true, mute: 'in', moh: 'default' };

/** Each state that was told of, once. */
function told(given: CallFixture): Ordered[] {
  const states = given.of('call_updated').map(ordered);
  return states.filter((state, index) => JSON.stringify(state) !== JSON.stringify(states[index - 1]));
}

const all: readonly WrittenAction[] = [
  { type: 'answer' },
  { type: 'hold' },
  { type: 'mute', option: { direction: 'in' } },
  { type: 'moh' },
];

/** A call on hold, muted and with music, whose flow does this next. */
async function givenAll(...next: readonly WrittenAction[]): Promise<CallFixture> {
  const given = givenCall({ soundLength: 'manual' });
  given.run(...all, { type: 'sleep', option: { duration: 1_000 } }, ...next, longSleep);
  await pass();
  expect(ordered(given.call.record)).toEqual(everything);
  await pass(1_000);
  return given;
}

async function end(given: CallFixture): Promise<void> {
  given.hangup();
  await pass();
  expect(given.of('call_hungup').map(ordered)).toEqual([nothing]);
  expect(given.failures).toEqual([]);
  given.expectNothingLeft();
}

test('what is ordered of a call is in its record, and each change is told', async () => {
  const given = givenCall();
  given.run(
    ...all,
    { type: 'hold' },
    { type: 'mute', option: { direction: 'out' } },
    { type: 'unmute', option: { direction: 'in' } },
    { type: 'moh_stop' },
    { type: 'unmute' },
    { type: 'unmute' },
    { type: 'unhold' },
    longSleep,
  );
  await pass();
  expect(told(given)).toEqual([
    nothing,
    { held: true, mute: '', moh: '' },
    { held: true, mute: 'in', moh: '' },
    everything,
    { held: true, mute: 'both', moh: 'default' },
    { held: true, mute: 'out', moh: 'default' },
    { held: true, mute: 'out', moh: '' },
    { held: true, mute: '', moh: '' },
    nothing,
  ]);
  await end(given);
});

test('what Asterisk refuses is not shown', async () => {
  const given = givenCall();
  for (const operation of ['hold', 'mute', 'startMoh']) given.asterisk.fault(operation, { status: 500 });
  given.run(...all, longSleep);
  await pass();
  expect(told(given)).toEqual([nothing]);
  expect(given.failures).toEqual(['HOLD_FAILED', 'MUTE_FAILED', 'MOH_FAILED']);
  given.hangup();
  await pass();
});

describe('what stands is over, and shown to be', () => {
  test('where the call goes to another flow', async () => {
    const given = await givenAll();
    void given.activeflows.takeOver(given.call, { id: zeroId, actions: [] });
    await pass();
    expect([...given.channel.muted, given.channel.isHeld, given.channel.isOnHold]).toEqual([false, false]);
    expect(given.of('call_hungup').map(ordered)).toEqual([nothing]);
    expect(told(given).at(-1)).toEqual(nothing);
    given.expectNothingLeft();
  });

  test('where it comes into a bridge', async () => {
    const given = await givenAll({ type: 'echo', option: { duration: 60_000 } });
    expect(given.call.record.action.type).toBe('echo');
    expect(ordered(given.call.record)).toEqual(nothing);
    await end(given);
  });

  test('where it goes into the dialplan', async () => {
    const given = await givenAll({ type: 'dialplan_continue', option: { context: 'elsewhere' } });
    expect(ordered(given.call.record)).toEqual(nothing);
    given.hangup();
    await pass();
  });

  test('with its end', async () => {
    await end(await givenAll());
  });
});

test('music is over when something is played, and nothing else is', async () => {
  const given = await givenAll({ type: 'play', option: { stream_urls: ['sound:one'] } });
  expect(ordered(given.call.record)).toEqual({ ...everything, moh: '' });
  await end(given);
});

test('that a flow can ask for', async () => {
  const given = givenCall();
  const names = ['held', 'mute', 'moh'].map((name) => `\${voipbin.call.${name}}`).join(' ');
  const flow = given.run(...all, { type: 'variable_set', option: { key: 'a', value: names } }, longSleep);
  await pass();
  expect(flow.variable('a')).toBe('true in default');
  await end(given);
});
