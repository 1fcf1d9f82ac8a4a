import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { inPhases, type Phase } from '../../../src/calls/phases.ts';

const form = z.enum(['first', 'second', 'third']);
type Place = z.output<typeof form>;

/** An action whose notes are kept as JSON, as of a daemon that may die. */
function given(left?: unknown) {
  let notes = left;
  const phase: Phase = {
    id: (kind, ...key) => [kind, ...key].join('-'),
    keep: (progress) => {
      notes = JSON.parse(JSON.stringify(progress));
    },
    left: (schema) => schema.safeParse(left).data,
  };
  return { phase, notes: () => notes };
}

const next: Readonly<Record<Place, Place | undefined>> = {
  first: 'second',
  second: 'third',
  third: undefined,
};

const first: Place = 'first';

test('goes from phase to phase, each with ids of its own', async () => {
  const seen: string[] = [];
  await inPhases(given().phase, { form, first }, async (at, { id }) => {
    seen.push(`${at} ${id('playback', 1)}`);
    return next[at];
  });
  expect(seen).toEqual(['first playback-0-1', 'second playback-1-1', 'third playback-2-1']);
});

describe('begun again', () => {
  test('is in the phase that it was in, with what that had noted and the same ids', async () => {
    const before = given();
    const dying = inPhases(before.phase, { form, first }, async (at, { keep }): Promise<Place> => {
      if (at === 'first') return 'second';
      keep({ asked: 7 });
      throw new Error('killed');
    });
    await expect(dying).rejects.toThrow('killed');
    const seen: unknown[] = [];
    await inPhases(given(before.notes()).phase, { form, first }, async (at, { id, left }) => {
      seen.push([at, id('playback'), left(z.object({ asked: z.int() }))]);
      return next[at];
    });
    expect(seen).toEqual([
      ['second', 'playback-1', { asked: 7 }],
      ['third', 'playback-2', undefined],
    ]);
  });

  test('between two phases is in the one that it was about to begin', async () => {
    const before = given();
    const dying = inPhases(before.phase, { form, first }, async (at): Promise<Place> => {
      if (at === 'second') throw new Error('killed');
      return 'second';
    });
    await expect(dying).rejects.toThrow('killed');
    const seen: string[] = [];
    await inPhases(given(before.notes()).phase, { form, first }, async (at, { id }) => {
      seen.push(`${at} ${id('playback')}`);
      return next[at];
    });
    expect(seen).toEqual(['second playback-1', 'third playback-2']);
  });

  test('of another version is at its beginning', async () => {
    const seen: string[] = [];
    const { phase } = given({ at: 'elsewhere', count: 3 });
    await inPhases(phase, { form, first: 'third' as Place }, async (at, { id }) => {
      seen.push(`${at} ${id('playback')}`);
      return next[at];
    });
    expect(seen).toEqual(['third playback-0']);
  });
});
