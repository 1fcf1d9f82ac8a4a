import { expect, test } from 'vitest';
import { type Call, merged, withEvents } from '../../../src/console/lib/calls-now.ts';

const call = (id: string, status = 'progressing'): Call => ({ id, status }) as Call;
const event = (type: string, id: string, status?: string) => ({ type, data: { ...call(id, status) } });
const shown = (calls: ReadonlyMap<string, Call>) =>
  [...calls.values()].map(({ id, status }) => `${id} ${status}`);

test('a call is there from its first event to its last', () => {
  const begun = withEvents(new Map(), [
    event('call_created', 'a', 'ringing'),
    event('activeflow_created', 'x'),
  ]);
  expect(shown(begun)).toEqual(['a ringing']);
  const answered = withEvents(begun, [event('call_answered', 'a'), event('call_created', 'b', 'dialing')]);
  expect(shown(answered)).toEqual(['a progressing', 'b dialing']);
  expect(shown(withEvents(answered, [event('call_hungup', 'a', 'hangup')]))).toEqual(['b dialing']);
});

test('nothing is drawn anew for what is about no call', () => {
  const calls = new Map([['a', call('a')]]);
  expect(withEvents(calls, [event('queue_updated', 'q')])).toBe(calls);
});

test('what was told while it was read is newer than what was read', () => {
  const known = new Map([
    ['a', call('a', 'ringing')],
    ['gone', call('gone')],
  ]);
  const read = [call('a', 'dialing'), call('b'), call('ended')];
  expect(shown(merged(known, read, new Set(['a', 'ended'])))).toEqual(['b progressing', 'a ringing']);
});
