import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { type CallFixture, catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const destinations = [{ type: 'tel', target: '+4930' }];
const flow_id = 'e34ab97a-c53a-4eb4-aebf-36767a528f00';
const sleeps = [{ id: 'inner', type: 'sleep', option: { duration: 60_000 } }];

/** The first call that was made, as it is now. */
function made(given: CallFixture) {
  const created = given.of('call_created').find(({ direction }) => direction === 'outgoing');
  return given.calls.get(created?.id ?? '')?.record;
}

async function calling(option: object = {}) {
  const given = givenCall({ state: 'Up' });
  const flow = given.runOne('call', { destinations, ...option });
  await pass(1_000);
  return { given, flow };
}

async function nothingLeft(given: CallFixture): Promise<void> {
  await given.calls.close('normal');
  await pass(10_000);
  given.expectNothingLeft();
}

test('goes on at once, and the flow of the new call begins when that is answered', async () => {
  const { given, flow } = await calling({ actions: sleeps, variables: { colour: 'red' } });
  expect(flow.at).toBe('after');
  const [party] = given.asterisk.legs.parties;
  party?.ring();
  await pass(5_000);
  const updated = () =>
    given.of('activeflow_updated').filter(({ reference_id }) => reference_id !== given.call.id);
  expect(updated()).toEqual([]);
  party?.answer();
  await pass(1_000);
  expect(updated().map(({ current_action }) => current_action.id)).toEqual(['inner']);
  expect(made(given)).toMatchObject({
    status: 'progressing',
    direction: 'outgoing',
    master_call_id: zeroId,
  });
  expect(given.call.record.chained_call_ids).toEqual([]);
  given.hangup();
  await flow.done;
  await pass(10_000);
  expect(given.calls.size).toBe(1);
  await nothingLeft(given);
});

test('its flow may begin while it rings, and knows the variables', async () => {
  const actions = [{ id: 'inner', type: 'variable_set', option: { key: 'seen', value: '${colour}' } }];
  const { given } = await calling({ actions, early_execution: true, variables: { colour: 'red' } });
  given.asterisk.legs.parties[0]?.ring();
  await pass(1_000);
  const inner = given.of('activeflow_updated').find(({ current_action }) => current_action.id === 'inner');
  expect(inner?.current_action.option).toMatchObject({ value: 'red' });
  // Its flow is over before anybody has answered.
  expect(given.of('call_hungup')).toMatchObject([{ direction: 'outgoing', hangup_by: 'local' }]);
  await nothingLeft(given);
});

test('a chained call is hung up with this one, also one that still rings', async () => {
  const { given, flow } = await calling({
    actions: sleeps,
    chained: true,
    destinations: [...destinations, ...destinations],
  });
  given.asterisk.legs.parties[0]?.answer();
  await pass(1_000);
  expect(given.call.record.chained_call_ids).toHaveLength(2);
  given.hangup();
  await flow.done;
  await pass();
  expect(
    given
      .of('call_hungup')
      .map(({ hangup_reason }) => hangup_reason)
      .sort(),
  ).toEqual(['cancel', 'normal', 'normal']);
  given.expectNothingLeft();
});

test.each([true, false])(
  'a caller who hangs up while the flow is looked for calls nobody (chained: %s)',
  async (chained) => {
    const given = givenCall({ state: 'Up' });
    const found = Promise.withResolvers<undefined>();
    const asked = vi.spyOn(given.outgoing.port, 'partiesOf').mockImplementation(async (address) => {
      await found.promise;
      return { method: 'ringall', addresses: [address] };
    });
    const flow = given.runOne('call', { destinations, actions: sleeps, chained });
    await pass(100);
    expect(asked).toHaveBeenCalledTimes(1);
    given.hangup();
    await pass(100);
    found.resolve(undefined);
    await flow.done;
    expect(given.asterisk.legs.parties).toEqual([]);
    given.expectNothingLeft();
  },
);

test('a flow that is stopped while nobody has answered yet hangs up', async () => {
  const { given } = await calling({ actions: sleeps });
  given.asterisk.legs.parties[0]?.ring();
  await pass(1_000);
  const activeflow = given.of('activeflow_created').at(-1);
  given.activeflows.stop(activeflow?.id ?? '');
  await pass(1_000);
  expect(given.of('call_hungup')).toMatchObject([{ direction: 'outgoing', hangup_by: 'local' }]);
  expect(given.of('activeflow_deleted').map(({ id }) => id)).toEqual([activeflow?.id]);
  await nothingLeft(given);
});

describe('a flow', () => {
  test('that is stored is run', async () => {
    const given = givenCall({ state: 'Up' });
    given.flows.set(flow_id, { id: flow_id, actions: [] });
    given.runOne('call', { destinations, flow_id: flow_id.toUpperCase() });
    await pass(1_000);
    expect(made(given)).toMatchObject({ flow_id });
    await nothingLeft(given);
  });

  test('that is not there fails, and nobody is called', async () => {
    const { given, flow } = await calling({ flow_id });
    expect(given.failures).toEqual(['FLOW_NOT_FOUND']);
    expect(flow.at).toBe('after');
    expect(given.asterisk.legs.parties).toEqual([]);
    await nothingLeft(given);
  });

  test('within it is checked with the flow it is in', () => {
    const actions = [{ type: 'no_such_action' }];
    const { problems } = checkFlow([{ type: 'call', option: { destinations, actions } }], catalogue);
    expect(problems.map(({ path }) => path)).toEqual(['actions[0].option.actions[0].type']);
  });

  test('without a call must say who calls', async () => {
    const given = givenCall();
    const { actions } = checkFlow([{ type: 'call', option: { destinations, actions: sleeps } }], catalogue);
    given.activeflows.start({ id: '', actions });
    await pass(1_000);
    expect(given.failures).toEqual(['NO_SOURCE']);
  });
});

describe('refusals', () => {
  const nowhere = { type: 'sip', target: 'a@example.org' };

  test('of one beside others is told, and the others are called', async () => {
    const { given } = await calling({ destinations: [nowhere, ...destinations], actions: sleeps });
    expect(given.failures).toEqual(['DESTINATION_NOT_ALLOWED']);
    expect(given.asterisk.legs.parties).toHaveLength(1);
    await nothingLeft(given);
  });

  test('of all fail the action once', async () => {
    const { given } = await calling({ destinations: [nowhere, nowhere], actions: sleeps });
    expect(given.failures).toEqual(['DESTINATION_NOT_ALLOWED']);
    await nothingLeft(given);
  });

  test('calls of flows of calls of flows come to an end', async () => {
    const written = (depth: number): object => ({
      type: 'call',
      option: { destinations, actions: depth === 0 ? [] : [written(depth - 1)] },
    });
    const given = givenCall({ state: 'Up' });
    given.asterisk.onDial((party) => party.answer());
    const { actions, problems } = checkFlow([written(9)], catalogue);
    expect(problems).toEqual([]);
    given.runUnchecked(actions);
    await pass(20_000);
    expect(given.failures).toEqual(['CALL_CHAIN_TOO_LONG']);
    expect(given.asterisk.legs.parties).toHaveLength(5);
    await nothingLeft(given);
  });
});

test('later is stored, with all that the call takes', async () => {
  const { given } = await calling({
    actions: sleeps,
    delay_minutes: 5,
    chained: true,
    headers: [{ name: 'X-A', value: '1' }],
    caller_id_name: 'Ann',
    variables: { colour: 'red' },
    source: { type: 'tel', target: '+491' },
  });
  expect(given.asterisk.legs.parties).toEqual([]);
  expect(given.outgoing.later).toMatchObject([
    {
      delayMinutes: 5,
      depth: 1,
      flowId: zeroId,
      actions: [{ id: 'inner' }],
      headers: { 'X-A': '1' },
      callerName: 'Ann',
      variables: { colour: 'red' },
      source: { target: '+491' },
      destination: { target: '+4930' },
      isEarly: false,
      timeout: 60_000,
    },
  ]);
  await nothingLeft(given);
});
