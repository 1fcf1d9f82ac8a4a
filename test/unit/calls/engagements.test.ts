import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Address } from '../../../src/calls/address.ts';
import type { Call } from '../../../src/calls/call.ts';
import { Engagements } from '../../../src/calls/engagements.ts';
import { pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function address(type: string, target: string): Address {
  return { type, target, target_name: '', name: '', detail: '' };
}

/** A call that ends when told. */
function call(direction: 'incoming' | 'outgoing', party: Address, more: object = {}) {
  const ended = Promise.withResolvers<void>();
  const other = address('tel', '100');
  const [source, destination] = direction === 'incoming' ? [party, other] : [other, party];
  const record = { direction, source, destination, master_call_id: '', hangup_by: 'remote', ...more };
  const asCall = { record, whenEnded: ended.promise } as unknown as Call; // what is asked for
  return { call: asCall, end: ended.resolve };
}

test.each([
  ['incoming', address('tel', '1001'), address('extension', '1001')],
  ['incoming', address('tel', 'ann'), address('sip', 'sip:ann@pbx.example')],
  ['outgoing', address('extension', '1001'), address('extension', '1001')],
  ['outgoing', address('sip', 'ann@PBX.example'), address('sip', 'sip:ann@pbx.example:5060')],
  ['outgoing', address('tel', '+4930'), address('tel', '+4930')],
] as const)('an %s call of %j engages %j until it has ended', async (direction, party, his) => {
  const engagements = new Engagements();
  const onFree = vi.fn();
  engagements.onFree(onFree);
  const { call: one, end } = call(direction, party);
  engagements.begin(one);
  expect(engagements.has([address('tel', '9'), his])).toBe(true);
  expect(engagements.has([address('tel', '9')])).toBe(false);
  end();
  await pass();
  expect(engagements.has([his])).toBe(false);
  expect(onFree).toHaveBeenCalledTimes(1);
});

test('who is shown as the caller of a call out, and the number that is dialled, are nobody’s calls', () => {
  const engagements = new Engagements();
  engagements.begin(call('outgoing', address('tel', '+4930')).call);
  engagements.begin(call('incoming', address('tel', '1002')).call);
  expect(engagements.has([address('extension', '100'), address('tel', '100')])).toBe(false);
});

test('the legs of a call do not count for itself, and one we hung up counts until its phone knows', async () => {
  const engagements = new Engagements();
  const phone = address('extension', '1001');
  const leg = call('outgoing', phone, { master_call_id: 'one', hangup_by: 'local' });
  engagements.begin(leg.call);
  expect([engagements.has([phone], 'one'), engagements.has([phone], 'two')]).toEqual([false, true]);
  leg.end();
  await pass(499);
  expect(engagements.has([phone])).toBe(true);
  await pass(1);
  expect(engagements.has([phone])).toBe(false);
});

test('phones that have heard of the end of their calls almost together are free together, in half a second', async () => {
  const engagements = new Engagements();
  const onFree = vi.fn();
  engagements.onFree(onFree);
  const parties = ['1001', '1002', '1003'].map((number) => address('extension', number));
  for (const party of parties) {
    const { call: one, end } = call('outgoing', party, { hangup_by: 'local' });
    engagements.begin(one);
    end();
    await pass(10);
  }
  const engaged = () => parties.filter((party) => engagements.has([party])).length;
  await pass(460);
  expect([engaged(), onFree.mock.calls.length]).toEqual([3, 0]);
  await pass(30);
  expect([engaged(), onFree.mock.calls.length]).toEqual([2, 1]);
  await pass(50);
  expect([engaged(), onFree.mock.calls.length]).toEqual([0, 2]);
});
