import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import type { Activeflow } from '../../../src/flows/activeflow.ts';
import { activeflowState } from '../../../src/flows/activeflow-state.ts';
import { completionProblem, mostCompletions } from '../../../src/flows/completion.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { type CallFixture, catalogue, givenCall, longSleep, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const set = (key: string, value: string) => ({ type: 'variable_set', option: { key, value } });

function store(given: CallFixture, id: string, next: string, ...actions: readonly unknown[]): void {
  const checked = checkFlow(actions, catalogue);
  expect(checked.problems).toEqual([]);
  given.flows.set(id, { id, actions: checked.actions, on_complete_flow_id: next });
}

/** Runs a stored flow on the call. */
async function runStored(given: CallFixture, id: string): Promise<void> {
  const flow = given.flows.get(id);
  if (flow) await given.activeflows.runOnCall(given.call, flow);
}

/** The flows of all activeflows that began, in order. */
const begun = (given: CallFixture) => given.of('activeflow_created').map(({ flow_id }) => flow_id);

describe('after an activeflow the flow it completes with', () => {
  test('runs once, without a call, with its variables and what they said of the call', async () => {
    const given = givenCall({ from: '+4930', headers: { 'X-Tier': 'gold' } });
    store(given, 'one', 'two', set('a', '${voipbin.call.sip.header.X-Tier}'), { type: 'answer' });
    const started = vi.spyOn(given.activeflows, 'start');
    store(given, 'two', zeroId, set('b', '${a} ${voipbin.call.source.target} ${voipbin.call.status}'), {
      type: 'talk',
      option: { text: 'nobody hears this' },
    });
    await runStored(given, 'one');
    await pass();
    expect(begun(given)).toEqual(['one', 'two']);
    const second = started.mock.results[0]?.value as Activeflow;
    expect(second.record).toMatchObject({ reference_type: 'api', reference_id: zeroId });
    expect(second.variables.get('b')).toBe('gold +4930 hangup');
    expect(second.variables.get('voipbin.call.sip.header.X-Tier')).toBe('gold');
    expect(second.variables.get('voipbin.activeflow.id')).toBe(second.id);
    expect(second.variables.get('voipbin.activeflow.flow_id')).toBe('two');
    expect(given.speech.requests).toEqual([]);
    expect(given.types.at(-1)).toBe('activeflow_deleted');
    given.expectNothingLeft();
  });

  test.each(['hung up', 'stopped', 'broken'])('runs also when that was %s', async (how) => {
    const given = givenCall();
    const loop = [
      { ...set('a', '1'), id: 'x' },
      { type: 'goto', option: { target_id: 'x' } },
    ];
    store(given, 'one', 'two', ...(how === 'broken' ? loop : [longSleep]));
    store(given, 'two', zeroId);
    const running = runStored(given, 'one');
    await pass();
    if (how === 'hung up') given.hangup();
    if (how === 'stopped') given.activeflows.stop(given.of('activeflow_created')[0]?.id ?? '');
    await running;
    await pass();
    expect(begun(given)).toEqual(['one', 'two']);
    given.expectNothingLeft();
  });

  test('may have one itself: five follow, and no more', async () => {
    const given = givenCall();
    for (let n = 0; n < 9; n++) store(given, `f${n}`, `f${n + 1}`, set('trace', `\${trace}${n}`));
    await runStored(given, 'f0');
    await pass();
    expect(begun(given)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f5']);
  });

  test('that leads back to itself ends', async () => {
    const given = givenCall();
    store(given, 'one', 'one');
    await runStored(given, 'one');
    await pass();
    expect(begun(given)).toHaveLength(mostCompletions + 1);
    expect(given.written.at(-1)?.end?.completion).toBeUndefined();
  });

  test('that is gone is passed over, for good', async () => {
    const given = givenCall();
    store(given, 'one', 'two');
    await runStored(given, 'one');
    await pass();
    expect(begun(given)).toEqual(['one']);
    expect(given.passedOver).toEqual([given.of('activeflow_created')[0]?.id]);
    given.expectNothingLeft();
  });

  test('that cannot be read is asked for until it can, and then runs once', async () => {
    const given = givenCall();
    store(given, 'one', 'two');
    store(given, 'two', zeroId);
    const read = vi.spyOn(given.flows, 'get').mockImplementation(() => {
      throw new Error('the store is away');
    });
    await given.activeflows.runOnCall(given.call, { id: 'one', actions: [], on_complete_flow_id: 'two' });
    await pass(10_000);
    expect(begun(given)).toEqual(['one']);
    expect(given.passedOver).toEqual([]);
    read.mockRestore();
    await pass(1_000);
    expect(begun(given)).toEqual(['one', 'two']);
    given.expectNothingLeft();
  });

  test('is due from the end of the one before to its own beginning', async () => {
    const given = givenCall();
    store(given, 'one', 'two', set('a', '1'));
    store(given, 'two', zeroId);
    await runStored(given, 'one');
    await pass();
    const [first, second] = given.of('activeflow_created');
    const ended = given.written.find(({ record, end }) => record.id === first?.id && end);
    expect(ended?.end?.completion).toMatchObject({
      id: first?.id,
      flow_id: 'two',
      generation: 1,
      variables: { a: '1', 'voipbin.call.status': 'hangup' },
    });
    const completing = given.written.filter(({ completes }) => completes !== undefined);
    expect(completing.map(({ record, completes }) => [record.id, completes])).toEqual([
      [second?.id, first?.id],
    ]);
    expect(given.written.at(-1)?.end?.completion).toBeUndefined();
  });

  test('is known to what is stored while the one before lives', async () => {
    const given = givenCall({ headers: { 'X-Tier': 'gold' } });
    const header = 'voipbin.call.sip.header.X-Tier';
    store(given, 'one', 'two', set('a', `\${${header}}`), longSleep);
    const running = runStored(given, 'one');
    await pass();
    const stateOf = (flow: Activeflow | undefined) =>
      activeflowState.parse(given.written.find(({ record }) => record.id === flow?.id)?.state());
    expect(stateOf(given.activeflows.get(given.of('activeflow_created')[0]?.id ?? ''))).toMatchObject({
      variables: { a: 'gold' },
      next: { flow_id: 'two', generation: 1, variables: { [header]: 'gold' } },
    });
    const later = given.activeflows.start(given.flows.get('one')!, { generation: 3, depth: 2 });
    expect(stateOf(later).next).toEqual({ flow_id: 'two', generation: 4, depth: 2, variables: {} });
    given.hangup();
    await running;
    await given.scope.close();
  });

  test('does not run when it was only fetched', async () => {
    const id = '212a32a8-9529-11ec-8bf0-8b89df407b6e';
    const given = givenCall();
    store(given, id, 'two');
    store(given, 'two', zeroId);
    await given.run({ type: 'fetch_flow', option: { flow_id: id } }).done;
    await pass();
    expect(begun(given)).toEqual([zeroId]);
  });

  test('does not begin when the daemon stops', async () => {
    const given = givenCall();
    store(given, 'one', 'two', longSleep);
    store(given, 'two', zeroId);
    const running = runStored(given, 'one');
    await pass();
    const closing = given.scope.close();
    given.hangup();
    await Promise.all([running, closing]);
    await pass();
    expect(begun(given)).toEqual(['one']);
    expect(given.activeflows.size).toBe(0);
    expect(given.written.at(-1)?.end?.completion).toMatchObject({ flow_id: 'two' }); // for the next start
    expect(given.passedOver).toEqual([]);
  });
});

describe('completing a flow by another', () => {
  const links: Readonly<Record<string, string>> = {
    a: 'b', b: 'c', c: 'd', d: 'e', e: 'f', f: zeroId, x: 'y', y: 'x', torn: 'gone',
  }; // biome-ignore format: one line
  const problem = (id: string, next: string) =>
    completionProblem({ id, on_complete_flow_id: next }, async (flow) =>
      flow in links ? { id: flow, on_complete_flow_id: links[flow] ?? zeroId } : undefined,
    );

  test.each([
    ['new', zeroId, undefined],
    ['new', 'f', undefined],
    ['new', 'b', undefined], // b c d e f
    ['new', 'a', 'leads through more than 5 flows'],
    ['new', 'new', 'leads back to this flow'],
    ['f', 'b', 'leads back to this flow'],
    ['f', 'a', 'leads back to this flow'],
    ['new', 'x', 'leads through more than 5 flows'],
    ['new', 'nowhere', 'no such flow'],
    ['new', 'torn', undefined],
  ])('%s by %s: %j', async (id, next, said) => {
    expect(await problem(id, next)).toBe(said);
  });
});
