import { expect, test } from 'vitest';
import * as z from 'zod';
import { Steps } from '../../../src/calls/steps.ts';
import { zeroId } from '../../../src/core/clock.ts';
import { RunningSteps } from '../../../src/flows/running-steps.ts';

const action = { id: 'x', next_id: zeroId, type: 'answer' };

test('a step has the next number until it is over, and those inside it have further ones', () => {
  const running = new RunningSteps(new Steps());
  const outer = running.begin(action);
  const inner = running.begin(action);
  inner.progress = { digits: '1' };
  expect(running.state).toEqual([
    { step: 1, progress: undefined, outcome: undefined },
    { step: 2, progress: { digits: '1' }, outcome: undefined },
  ]);
  running.end(inner);
  running.end(outer);
  expect(running.state).toEqual([]);
  expect(running.begin(action)).toMatchObject({ step: 3, isAgain: false });
});

test('those that were left begin again, outermost first, with their numbers and what they had written down', () => {
  const steps = new Steps();
  steps.goOnFrom(7);
  const left = [{ step: 3 }, { step: 7, progress: { digits: '12' } }];
  const running = new RunningSteps(steps, left);
  expect(running.begin(action)).toMatchObject({ step: 3, isAgain: true });
  expect(running.state).toMatchObject(left);
  const inner = running.begin(action);
  expect(inner).toMatchObject({ step: 7, isAgain: true });
  expect(inner.left(z.object({ digits: z.string() }))).toEqual({ digits: '12' });
  expect(inner.left(z.object({ digits: z.number() }))).toBeUndefined();
  running.end(inner);
  expect(running.begin(action)).toMatchObject({ step: 8, isAgain: false });
});

test('one that ends without going inside again leaves nothing of what was inside', () => {
  const running = new RunningSteps(new Steps(), [{ step: 1 }, { step: 2 }]);
  running.end(running.begin(action));
  expect(running.state).toEqual([]);
});
