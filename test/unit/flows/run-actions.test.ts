import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import { Share } from '../../../src/core/fair-thread.ts';
import { Scope } from '../../../src/core/scope.ts';
import { sleep } from '../../../src/core/wait.ts';
import type { Outcome } from '../../../src/flows/action.ts';
import { deepest } from '../../../src/flows/cursor.ts';
import { Position } from '../../../src/flows/position.ts';
import { Walk, type Work } from '../../../src/flows/run-actions.ts';
import type { ActionJson } from '../../../src/ports/action-json.ts';
import { pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const list = (...ids: readonly string[]): ActionJson[] =>
  ids.map((id) => ({ id, next_id: zeroId, type: 'test' }));

const at = (id: string): ActionJson => ({ id, next_id: zeroId, type: 'test' });

interface Given {
  readonly walk: Walk;
  readonly position: Position;
  readonly scope: Scope;
  /** The ids of the actions begun, in order, and `!` for each failure. */
  readonly trace: string[];
  /** What was read for it. */
  readonly reading: Share;
  /** How often it let others go first. */
  readonly paces: { count: number };
}

/** A walk through a list, on which each action does what is said for it, and takes no time otherwise. */
function givenWalk(
  actions: readonly ActionJson[],
  doing: Readonly<Record<string, (given: Given, scope: Scope) => Promise<Outcome | undefined>>> = {},
): Given {
  const trace: string[] = [];
  const reading = new Share();
  const paces = { count: 0 };
  const position = new Position(actions);
  const steps: Work = {
    async step({ id }, parent) {
      const scope = parent.child();
      trace.push(id);
      try {
        return (await doing[id]?.(given, scope)) ?? { go: 'next' };
      } finally {
        await scope.close();
      }
    },
    fail: () => trace.push('!'),
    pace: async () => void paces.count++,
    reading,
  };
  const walk = new Walk(position, steps);
  const given: Given = { walk, position, scope: new Scope(() => undefined), trace, reading, paces };
  return given;
}

const wait =
  (ms: number) =>
  async (_: Given, { signal }: Scope): Promise<undefined> => {
    await sleep(ms, signal);
  };

/** Repeats these actions until `ms` have passed, and goes where they lead. */
const repeats = (actions: readonly ActionJson[], ms: number) => async (given: Given, scope: Scope) => {
  const until = new AbortController();
  scope.spawn('until', async (signal) => {
    await sleep(ms, signal);
    until.abort(new Error('enough'));
  });
  return given.walk.repeat(actions, scope, until.signal);
};

describe('a list that repeats inside an action', () => {
  test('is left in the middle, and the action goes on at its own place', async () => {
    const given = givenWalk(list('a', 'queue', 'b'), {
      queue: repeats(list('x', 'y'), 5_000),
      y: wait(2_000),
    });
    const done = given.walk.toTheEnd(given.scope);
    await pass(4_999);
    expect(given.position.action?.id).toBe('y');
    expect(JSON.stringify(given.position.state())).toContain('"repeats":true');
    await pass(1);
    expect(await done).toBe('normal');
    expect(given.trace.join('')).toBe('aqueuexyxyxyb');
    expect(given.position.state()).toMatchObject({ lists: [], cursor: [] });
  });

  test('takes a second at least each time', async () => {
    const given = givenWalk(list('q'), { q: repeats(list('x'), 3_500) });
    const done = given.walk.toTheEnd(given.scope);
    await pass(3_500);
    await done;
    expect(given.trace.join('')).toBe('qxxxx');
  });

  test('goes through the lists that it pushes, and on in itself', async () => {
    const given = givenWalk(list('q', 'b'), {
      q: repeats(list('x', 'y'), 2_500),
      x: async () => ({ go: 'into', actions: list('i', 'j') }),
      j: wait(1_000),
    });
    const done = given.walk.toTheEnd(given.scope);
    await pass(2_500);
    await done;
    expect(given.trace.join('')).toBe('qxijyxijyxijb');
  });

  test('that jumps to an action outside takes the flow there', async () => {
    const given = givenWalk(list('a', 'q', 'b', 'c'), {
      q: repeats(list('x', 'y', 'z'), 60_000),
      x: async () => ({ go: 'into', actions: list('i') }),
      i: wait(100),
      y: async () => ({ go: 'to', actionId: 'c' }),
    });
    const done = given.walk.toTheEnd(given.scope);
    await pass(100);
    expect(await done).toBe('normal');
    expect(given.trace.join('')).toBe('aqxiyc');
  });

  test('that stops ends the flow', async () => {
    const given = givenWalk(list('q', 'b'), {
      q: repeats(list('x'), 60_000),
      x: async () => ({ go: 'finish' }),
    });
    expect(await given.walk.toTheEnd(given.scope)).toBe('normal');
    expect(given.trace.join('')).toBe('qx');
  });

  test('that jumps in itself without a pause is a loop, and the flow fails', async () => {
    const given = givenWalk(list('q', 'b'), {
      q: repeats(list('x', 'y'), 60_000),
      y: async () => ({ go: 'to', actionId: 'y2' }),
    });
    const loop: ActionJson[] = [
      ...list('y'),
      { id: 'y2', next_id: 'y3', type: 'test' },
      { id: 'y3', next_id: 'y2', type: 'test' },
    ];
    const looping = givenWalk(list('q', 'b'), { q: repeats(loop, 60_000) });
    expect(await looping.walk.toTheEnd(looping.scope)).toBe('failed');
    expect(looping.trace.at(-1)).toBe('!');
    expect(looping.trace).not.toContain('b');
    const refused = given.walk.toTheEnd(given.scope); // y2 is nowhere: told, and round it goes
    await pass(60_000);
    expect(await refused).toBe('normal');
    expect(given.trace.at(-1)).toBe('b');
  });

  test('ends with the flow', async () => {
    const given = givenWalk(list('q', 'b'), { q: repeats(list('x'), 60_000), x: wait(5_000) });
    const done = given.walk.toTheEnd(given.scope);
    await pass(1_000);
    const reason = new Error('hung up');
    void given.scope.close(reason);
    await expect(done).rejects.toBe(reason);
  });

  test('in one another come to an end', async () => {
    const given = givenWalk(list('q'), {
      q: async ({ walk, scope }) => walk.repeat(list('q'), scope, scope.signal),
    });
    await expect(given.walk.toTheEnd(given.scope)).rejects.toMatchObject({ code: 'INVALID_TARGET' });
    expect(given.trace).toHaveLength(deepest);
  });
});

test('reading is no waiting: a circle of replies that take long to be read is a loop', async () => {
  const given = givenWalk(
    [
      { ...at('a'), next_id: 'b' },
      { ...at('b'), next_id: 'a' },
    ],
    {
      a: async ({ reading }, { signal }) => {
        await sleep(100, signal);
        reading.elapsed += 100;
        return undefined;
      },
    },
  );
  const done = given.walk.toTheEnd(given.scope);
  await pass(60_000);
  expect(await done).toBe('failed');
  expect(given.trace).toHaveLength(501);
});

test('a flow that goes on without waiting lets others go first', async () => {
  const given = givenWalk([
    { ...at('a'), next_id: 'b' },
    { ...at('b'), next_id: 'a' },
  ]);
  const done = given.walk.toTheEnd(given.scope);
  await pass();
  expect(await done).toBe('failed');
  expect(given.paces.count).toBeGreaterThan(400);
});
