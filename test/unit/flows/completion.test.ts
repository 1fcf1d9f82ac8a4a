import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import type { Activeflow } from '../../../src/flows/activeflow.ts';
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
  });

  test('that is gone, or cannot be read, is passed over', async () => {
    const given = givenCall();
    store(given, 'one', 'two');
    await runStored(given, 'one');
    await pass();
    expect(begun(given)).toEqual(['one']);
    given.expectNothingLeft();
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
