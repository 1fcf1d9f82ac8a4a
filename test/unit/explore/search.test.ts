import { describe, expect, test } from 'vitest';
import type { SearchLimits } from '../../../src/explore/limits.ts';
import { type Path, search } from '../../../src/explore/search.ts';

const wide: SearchLimits = { runs: 1_000, states: 1_000, depth: 100, time: 1_000 };

/** All runs of something, as the decisions they have taken. */
async function runsOf(
  run: (path: Path<string>) => void,
  limits: Partial<SearchLimits> = {},
  elapsed = () => 0,
) {
  const runs: string[] = [];
  const end = await search<string>(
    async (path) => {
      run(path);
      if (!path.isOver) runs.push(path.taken.join(''));
    },
    { ...wide, ...limits },
    elapsed,
  );
  return { ...end, runs, count: end.runs };
}

const at = (place: string) => ({ place, facts: [] });

describe('a search', () => {
  test('takes every way there is, those of few decisions first', async () => {
    const { runs, cut } = await runsOf((path) => {
      if (path.choose(['a', 'b']) === 'a') path.choose(['x', 'y', 'z']);
    });
    expect(runs).toEqual(['b', 'ax', 'ay', 'az']);
    expect(cut).toBeUndefined();
  });

  test('goes on from a state once, however it has come there', async () => {
    const { runs } = await runsOf((path) => {
      path.choose(['a', 'b', 'c']);
      if (path.arrive(at('after'))) path.choose(['x', 'y']);
    });
    expect(runs).toEqual(['b', 'c', 'ax', 'ay']);
  });

  test('ends where a flow never does: it comes to where it has been', async () => {
    const { runs, states } = await runsOf((path) => {
      for (let round = 0; path.arrive(at(String(round % 3))); round++) path.choose(['a', 'b']);
    });
    expect(runs).toHaveLength(4);
    expect(states).toBe(3);
  });

  const endless = (path: Path<string>): void => {
    for (let round = 0; path.arrive(at(`${path.taken.join('')} ${round}`)) && round < 50; round++)
      path.choose(['a', 'b']);
  };

  test.each([
    ['runs', { runs: 7 }],
    ['states', { states: 20 }],
    ['depth', { depth: 3 }],
  ] as const)('says that it was cut by %s', async (what, limits) => {
    const { cut, count } = await runsOf(endless, limits);
    expect(cut).toBe(what);
    expect(count).toBeLessThanOrEqual(40);
  });

  test('says that it was cut by its time', async () => {
    let time = 0;
    const { cut, count } = await runsOf(endless, {}, () => time++ * 100);
    expect(cut).toBe('time');
    expect(count).toBe(11);
  });
});
