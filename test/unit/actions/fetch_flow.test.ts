import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { type CallFixture, catalogue, givenCall, pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const flow_id = '212a32a8-9529-11ec-8bf0-8b89df407b6e';
const mark = (letter: string, id = letter) => ({
  id,
  type: 'variable_set',
  option: { key: 'trace', value: `\${trace}${letter}` },
});

function store(given: CallFixture, ...actions: readonly unknown[]): void {
  given.flows.set(flow_id, { id: flow_id, actions: checkFlow(actions, catalogue).actions });
}

test('runs the actions of the stored flow, then goes on', async () => {
  const given = givenCall();
  store(given, mark('x'), mark('y'));
  const flow = given.run(mark('a'), { type: 'fetch_flow', option: { flow_id } }, mark('b'));
  await flow.done;
  expect(flow.variable('trace')).toBe('axyb');
  expect(flow.activeflow.record.flow_id).not.toBe(flow_id);
});

test('takes them as they are when it runs', async () => {
  const given = givenCall();
  store(given, mark('x'));
  const flow = given.run(
    { type: 'fetch_flow', option: { flow_id } },
    { type: 'sleep', option: { duration: 100 } },
    { type: 'fetch_flow', option: { flow_id } },
  );
  await pass(50);
  store(given, mark('y'));
  await pass(50);
  await flow.done;
  expect(flow.variable('trace')).toBe('xy');
});

test('that is not there, or has no actions, does not stop the flow', async () => {
  const given = givenCall();
  const ask = { type: 'fetch_flow', option: { flow_id: '${id}' } };
  store(given);
  const flow = given.run(
    { type: 'variable_set', option: { key: 'id', value: flow_id } },
    ask,
    { type: 'variable_set', option: { key: 'id', value: flow_id.replace('2', '3') } },
    ask,
    { type: 'variable_set', option: { key: 'id', value: 'nonsense' } },
    { ...ask, on_error_id: 'z' },
    mark('b'),
    mark('z'),
  );
  await flow.done;
  expect(given.failures).toEqual(['NOT_FOUND', 'INVALID_OPTION']);
  expect(flow.variable('trace')).toBe('z');
});

test('that fetches itself for ever ends as a failure', async () => {
  const given = givenCall();
  store(given, { type: 'fetch_flow', option: { flow_id } });
  await given.run({ type: 'fetch_flow', option: { flow_id } }).done;
  expect(given.failures[0]).toBe('INVALID_TARGET');
  given.expectNothingLeft();
});

test('may jump into the flow that fetched it, as that may be checked only when it runs', async () => {
  const given = givenCall();
  store(given, mark('x'), { type: 'goto', option: { target_id: '${back}', loop_count: 1 } }, mark('y'));
  const flow = given.run(
    { type: 'variable_set', option: { key: 'back', value: 'c' } },
    { type: 'fetch_flow', option: { flow_id } },
    mark('b'),
    mark('c'),
  );
  await flow.done;
  expect(flow.variable('trace')).toBe('xc');
});
