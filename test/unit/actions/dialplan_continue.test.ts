import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { catalogue, type GivenCall, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const place = { context: 'from-internal', extension: '200', priority: 2 };

/** A call whose flow gives it to a context that keeps it. */
async function given(options: GivenCall = {}) {
  const fixture = givenCall({ state: 'Up', ...options });
  fixture.asterisk.dialplan.lasting.add('from-internal');
  const flow = fixture.runOne('dialplan_continue', place);
  await pass(1_000);
  return { fixture, flow };
}

describe.each(['before', 'after'] as const)('events %s the answer', (events) => {
  test('the flow ends, and the call is followed to its end', async () => {
    const { fixture, flow } = await given({ events });
    const orders = fixture.asterisk.asked.filter((name) => /^(subscribe|continueInDialplan)$/.test(name));
    expect(orders).toEqual(['subscribe', 'continueInDialplan']);
    const left = fixture.asterisk.requests.find(({ operation }) => operation.name === 'continueInDialplan');
    expect(left?.query).toEqual({ ...place, priority: '2' });
    expect(flow.isDone).toBe(true);
    expect(fixture.types).toContain('activeflow_deleted');
    expect(fixture.call.hangupSignal.aborted).toBe(false);
    await pass(60_000);
    fixture.hangup();
    await pass();
    expect(fixture.of('call_hungup')).toMatchObject([{ hangup_by: 'remote', hangup_reason: 'normal' }]);
    fixture.expectNothingLeft();
  });

  test('we can hang it up there', async () => {
    const { fixture } = await given({ events });
    fixture.call.hangup('normal');
    await pass();
    expect(fixture.of('call_hungup')).toMatchObject([{ hangup_by: 'local', hangup_reason: 'normal' }]);
    fixture.expectNothingLeft();
  });

  test('one that comes back is where it would be had it dialled that number', async () => {
    const fixture = givenCall({ state: 'Up', events });
    const { asterisk, channel, call } = fixture;
    asterisk.dialplan.lasting.add('from-internal');
    fixture.numbers.set('100', {
      id: 'again',
      actions: [{ id: 'x', next_id: '', type: 'sleep', option: { duration: 60_000 } }],
    });
    fixture.runOne('dialplan_continue', place);
    // At once: before the flow that has sent it there is over.
    while (channel.isInStasis) await undefined;
    for (let turn = 0; turn < 5; turn++) await undefined;
    asterisk.dialplan.comeBack(channel, ['inbound']);
    await pass(1_000);
    expect(call.record).toMatchObject({ flow_id: 'again', status: 'progressing', action: { id: 'x' } });
    expect(fixture.incoming).toHaveLength(1);
    expect(
      fixture.types.filter((type) => type.startsWith('activeflow_') && type !== 'activeflow_updated'),
    ).toEqual(['activeflow_created', 'activeflow_deleted', 'activeflow_created']);
    fixture.hangup();
    await pass();
    fixture.expectNothingLeft();
  });
});

test('one that comes back to a number that nobody has is hung up', async () => {
  const { fixture } = await given();
  fixture.asterisk.dialplan.comeBack(fixture.channel, ['inbound']);
  await pass(1_000);
  expect(await fixture.channel.ended.promise).toMatchObject({ by: 'them', cause: 1 });
  fixture.expectNothingLeft();
});

test('one that hangs up on its way back ends', async () => {
  const { fixture } = await given();
  fixture.asterisk.dialplan.comeBack(fixture.channel, ['inbound']);
  fixture.hangup();
  await pass(10_000);
  expect(fixture.of('call_hungup')).toHaveLength(1);
  fixture.expectNothingLeft();
});

test.each(['subscribe', 'continueInDialplan'])(
  'a refused %s fails, and the flow goes on',
  async (operation) => {
    const fixture = givenCall({ state: 'Up' });
    fixture.asterisk.fault(operation, { status: 409 });
    const flow = fixture.runOne('dialplan_continue', place);
    await pass(1_000);
    expect(fixture.failures).toEqual(['DIALPLAN_FAILED']);
    expect(flow.at).toBe('after');
    fixture.hangup();
    await flow.done;
    expect(fixture.of('call_hungup')).toHaveLength(1);
    fixture.expectNothingLeft();
  },
);

test.each([
  { context: 'a,b' },
  { context: 'a', extension: 's,1' },
  { context: 'a', extension: '${EXTEN}' },
  { context: '' },
  { context: 'a', priority: 0 },
])('%j is no place', (option) => {
  expect(catalogue.get('dialplan_continue')?.option.safeParse(option).success).toBe(false);
});

test('it leaves when the store knows of it, and not much later where that is away', async () => {
  const fixture = givenCall({ state: 'Up' });
  fixture.asterisk.dialplan.lasting.add('from-internal');
  fixture.rows.isAway = true;
  fixture.runOne('dialplan_continue', place);
  await pass(4_900);
  expect(fixture.asterisk.asked).not.toContain('continueInDialplan');
  await pass(200);
  expect(fixture.asterisk.asked).toContain('continueInDialplan');
});
