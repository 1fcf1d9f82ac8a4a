import { expect, test } from 'vitest';
import { Coverage } from '../../../src/flow-tests/coverage.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue } from '../../support/call-fixture.ts';

test('of a flow counts what was done, and of actions with several ways out each way', () => {
  const { actions, problems } = checkFlow(
    [
      {
        id: 'menu',
        type: 'menu',
        option: {
          prompts: [{ text: 'Press 1.' }],
          targets: { '1': 'bye' },
          no_input_target_id: 'bye',
          no_match_target_id: 'sorry',
        },
      },
      { type: 'talk', option: { text: 'Nobody comes here.' } },
      { id: 'sorry', type: 'talk', option: { text: 'Sorry.' }, on_error_id: 'bye' },
      { id: 'bye', type: 'hangup' },
    ],
    catalogue,
  );
  expect(problems).toEqual([]);
  const coverage = new Coverage(catalogue);
  coverage.know('line', actions);
  coverage.know('closed', actions.slice(3));
  coverage.add([
    { flow: 'line', index: 0, way: undefined },
    { flow: 'line', index: 0, way: 'no_input_target_id' },
    { flow: 'line', index: 3, way: undefined },
    { flow: 'line', index: 0, way: 'no_input_target_id' },
    { flow: 'line', index: 2, way: 'next' },
  ]);
  expect(coverage.flows).toEqual([
    { flow: 'closed', actions: { all: 1, missing: ['bye'] }, branches: { all: 0, missing: [] } },
    {
      flow: 'line',
      actions: { all: 4, missing: ['2 talk'] },
      branches: {
        all: 5,
        missing: ['menu: targets.1 → bye', 'menu: no_match_target_id → sorry', 'sorry: on_error_id → bye'],
      },
    },
  ]);
});
