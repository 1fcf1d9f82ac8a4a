import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebhookEvent } from '../../../src/news/event-families.ts';
import { LiveEvents } from '../../../src/news/live-events.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import { givenActiveflow, givenCall } from '../../support/store-records.ts';

const minute = 60_000;
let clock: VirtualClock;

beforeEach(() => {
  clock = new VirtualClock();
});
afterEach(() => clock[Symbol.dispose]());

const call = givenCall();
const event = (data: object = call, type = 'call_updated') => ({
  event: { type, data } as unknown as WebhookEvent,
  lane: 'x',
});

test('nothing is kept before somebody looks; then everything is, in order', () => {
  const live = new LiveEvents(() => undefined);
  live.tell(event());
  live.tell(event());
  using _ = live.watch();
  expect([live.last, live.behind(1), live.reaches(1), live.reaches(2)]).toEqual([2, undefined, false, true]);
  live.tell(event(call, 'call_ringing'));
  live.tell(event(call, 'call_hungup'));
  expect([live.behind(2)?.type, live.behind(3)?.type, live.behind(4)]).toEqual([
    'call_ringing',
    'call_hungup',
    undefined,
  ]);
  expect(JSON.parse(live.behind(3)?.text ?? '')).toEqual({ type: 'call_hungup', data: call });
  expect([live.reaches(2), live.reaches(4), live.reaches(5)]).toEqual([true, true, false]);
});

test('what is told is a picture of that moment', () => {
  const live = new LiveEvents(() => undefined);
  using _ = live.watch();
  const changing = { ...call, status: 'ringing' };
  live.tell(event(changing));
  changing.status = 'hangup';
  expect(live.behind(0)?.text).toContain('"status":"ringing"');
});

test('who looked away for less than ten minutes has missed nothing; after that nothing is kept', async () => {
  const live = new LiveEvents(() => undefined);
  live.watch()[Symbol.dispose]();
  live.tell(event());
  await clock.pass(9 * minute);
  live.tell(event());
  expect(live.reaches(0)).toBe(true);
  await clock.pass(minute + 1);
  live.tell(event());
  expect([live.reaches(0), live.reaches(2), live.reaches(3)]).toEqual([false, false, true]);
  using _ = live.watch();
  live.tell(event());
  expect([live.reaches(2), live.behind(3)?.number]).toEqual([false, 4]);
});

test('what is kept is bounded: by time, number and size', async () => {
  const live = new LiveEvents(() => undefined);
  using _ = live.watch();
  live.tell(event());
  await clock.pass(10 * minute + 1);
  live.tell(event());
  expect([live.reaches(0), live.reaches(1)]).toEqual([false, true]);
  for (let count = 0; count < 10_000; count++) live.tell(event({ id: String(count) }));
  expect([live.reaches(1), live.reaches(2)]).toEqual([false, true]);
  const large = { id: 'x'.repeat(1_024 * 1_024) };
  for (let count = 0; count < 40; count++) live.tell(event(large));
  expect([live.reaches(live.last - 32), live.reaches(live.last - 31)]).toEqual([false, true]);
});

test('it is known which call and which flow an event is about', () => {
  const flows = new Map([['a', 'flow of a']]);
  const live = new LiveEvents((id) => flows.get(id));
  using _ = live.watch();
  const activeflow = givenActiveflow({ reference_type: 'call', reference_id: call.id });
  live.tell(event(activeflow, 'activeflow_created'));
  live.tell(
    event({ id: '1', activeflow_id: 'a', reference_type: 'call', reference_id: 'c' }, 'action_failed'),
  );
  live.tell(
    event({ id: '2', activeflow_id: 'b', reference_type: 'conference', reference_id: 'c' }, 'digits'),
  );
  live.tell(event());
  const about = [0, 1, 2, 3].map((at) => [live.behind(at)?.callId, live.behind(at)?.flowId]);
  expect(about).toEqual([
    [call.id, activeflow.flow_id],
    ['c', 'flow of a'],
    [undefined, undefined],
    [call.id, call.flow_id],
  ]);
});
