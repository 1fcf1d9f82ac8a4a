import { describe, expect, test } from 'vitest';
import { litBy } from '../../../src/console/editor/lit.ts';
import { itemsOf, withIds } from '../../../src/console/editor/model.ts';
import {
  comeSoFar,
  endOf,
  isCut,
  linesOf,
  pauseBefore,
  type Reaction,
  type Simulated,
  wayOf,
} from '../../../src/console/editor/simulation.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { checkFlow } from '../../../src/flows/flow.ts';
import { simulate } from '../../../src/simulator/simulation.ts';
import { actions as catalogue } from '../../support/edited-flows.ts';

const flow = [
  {
    id: 'who',
    type: 'gather',
    option: { prompts: [{ text: 'Your number?' }], min_length: 2, max_length: 4 },
  },
  { id: 'code', type: 'digits_receive', option: { duration: 5_000, length: 3 } },
  { id: 'bye', type: 'talk', option: { text: 'Goodbye.' } },
];

async function simulated(does: readonly Reaction[], given: readonly object[] = flow): Promise<Simulated> {
  const { actions } = checkFlow(given, catalogue);
  const { steps, isGood, ...rest } = await simulate({
    catalogue,
    flow: { id: zeroId, actions },
    caller: { does },
    seed: 1,
  });
  return { ...rest, good: isGood, steps: steps.map((step) => ({ ...step })) };
}

async function come(does: readonly Reaction[], isDone = false): Promise<string> {
  const { waiting, typed } = comeSoFar(await simulated(does), does, isDone);
  return waiting ? `${waiting.id} ${typed}`.trim() : 'over';
}

describe('a simulated call', () => {
  test('has come to where something waits for what the caller has not done yet', async () => {
    expect(await come([])).toBe('who');
    // Not enough: the same one waits, and is given more.
    expect(await come([{ press: '1' }])).toBe('who 1');
    expect(await come([{ press: '12' }])).toBe('who 12');
    expect(await come([{ press: '12' }], true)).toBe('code');
    expect(await come([{ press: '12#' }])).toBe('code');
    expect(await come([{ press: '1234' }])).toBe('code');
    expect(await come([{ press: '1234' }, { press: '56' }])).toBe('code 56');
    expect(await come([{ press: '1234' }, { press: '567' }])).toBe('over');
    expect(await come([{ press: '1234' }, { wait: true }])).toBe('over');
  });

  test('is told in words, up to there', async () => {
    const does = [{ press: '12#' }];
    const result = await simulated(does);
    expect(linesOf(comeSoFar(result, does, false).steps).map(({ text }) => text)).toEqual([
      'gather who',
      'The call is answered',
      '“Your number?”',
      'The caller presses 1 2 #',
      'digits receive code',
    ]);
    expect(endOf(result)).toBe('The flow has ended the call');
  });

  test('says what is written to people, and to whom', async () => {
    const option = {
      source: { type: 'tel', target: '+4989100' },
      destinations: [
        { type: 'tel', target: '+4989200' },
        { type: 'extension', target: '1001' },
      ],
      text: 'You were "called".',
    };
    const { steps } = await simulated([], [{ type: 'answer' }, { type: 'message_send', option }]);
    expect(linesOf(steps).map(({ text }) => text)).toContain(
      'message to +4989200, 1001: “You were "called".”',
    );
  });

  test('of a caller who hangs up where something waits tells that, and not that he does nothing', async () => {
    const does = [{ press: '12#' }, { hangup: true as const }];
    const result = await simulated(does);
    const lines = linesOf(comeSoFar(result, does, false).steps).map(({ text }) => text);
    expect(lines.slice(-2)).toEqual(['digits receive code', 'The caller hangs up']);
    expect(endOf(result)).toBe('The caller has hung up');
  });

  test('that goes on for ever is not looked at for ever, and says so', async () => {
    const back = { type: 'goto', option: { target_id: 'again' } };
    const result = await simulated([], [{ id: 'again', type: 'talk', option: { text: 'Again.' } }, back]);
    const { steps } = result;
    const end = steps.findIndex((_, shown) => pauseBefore(steps, shown) === undefined);
    const time = steps.slice(0, end).reduce((sum, _, shown) => sum + (pauseBefore(steps, shown) ?? 0), 0);
    expect(end).toBeGreaterThan(50);
    expect(time).toBeLessThan(40_000);
    expect(endOf(result)).toMatch(/^It was cut short: .* perhaps for ever$/);
    expect(isCut(result.ended)).toBe(true);
    const silent = [{ id: 'again', type: 'variable_set', option: { key: 'x', value: 'y' } }, back];
    expect(endOf(await simulated([], silent))).toBe('It has failed: the flow runs in a loop');
    // What is asked of the caller is come to step by step.
    const asked = [...steps.slice(0, end), { at: 0, kind: 'input' }, ...steps.slice(0, 10)];
    expect(pauseBefore(asked, end + 5)).toBeDefined();
  });

  test('has gone its way through the flow that was sent, whether its actions had ids or not', async () => {
    const items = withIds(itemsOf([{ type: 'answer' }, { id: 'answer', type: 'beep' }, { type: 'hangup' }]));
    const { steps } = await simulated(
      [],
      items.map(({ action }) => action),
    );
    const { keys, steps: ways } = litBy(wayOf(steps), items);
    expect([...keys]).toEqual(items.map(({ key }) => key));
    expect(ways.size).toBe(items.length); // from the beginning too
  });
});
