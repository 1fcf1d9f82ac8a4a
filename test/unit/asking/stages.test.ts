import { expect, test } from 'vitest';
import * as z from 'zod';
import { Stages } from '../../../src/asking/stages.ts';
import type { Notes } from '../../../src/calls/notes.ts';

/** Notes of one life; `kept` is what the next one finds. */
function notes(left?: unknown): Notes & { readonly kept: unknown } {
  let kept: unknown;
  return {
    keep: (progress) => {
      kept = JSON.parse(JSON.stringify(progress));
    },
    left: (schema) => schema.safeParse(left).data,
    get kept() {
      return kept;
    },
  };
}

const form = z.enum(['one', 'two']);
const inner = z.object({ count: z.int() });

test('begins with the first thing, of which nothing is left', () => {
  const stages = new Stages(notes(), form, 'one');
  expect([stages.at, stages.notes.left(inner)]).toEqual(['one', undefined]);
});

test('is after a kill where it was, with what that had written', () => {
  const outer = notes();
  const stages = new Stages(outer, form, 'one');
  stages.go('two');
  stages.notes.keep({ count: 3 });
  const again = new Stages(notes(outer.kept), form, 'one');
  expect([again.at, again.notes.left(inner)]).toEqual(['two', { count: 3 }]);
});

test('forgets with each thing what that had written', () => {
  const stages = new Stages(notes({ at: 'one', inner: { count: 3 } }), form, 'one');
  expect(stages.notes.left(inner)).toEqual({ count: 3 });
  stages.go('two');
  expect(stages.notes.left(inner)).toBeUndefined();
});

test('are within one another', () => {
  const outer = notes();
  const first = new Stages(outer, form, 'one');
  new Stages(first.notes, z.int(), 0).go(7);
  const again = new Stages(notes(outer.kept), form, 'two');
  expect([again.at, new Stages(again.notes, z.int(), 0).at]).toEqual(['one', 7]);
});

test('begins anew where what is left is of another form', () => {
  for (const left of [{ at: 'three', inner: { count: 3 } }, 'text', { digits: '12' }]) {
    const stages = new Stages(notes(left), form, 'one');
    expect([stages.at, stages.notes.left(inner)]).toEqual(['one', undefined]);
  }
});
