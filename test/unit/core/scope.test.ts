import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LifetimeEnded } from '../../../src/core/errors.ts';
import { Scope } from '../../../src/core/scope.ts';

function givenScope() {
  const reported: { error: unknown; where: string }[] = [];
  return { scope: new Scope((error, where) => reported.push({ error, where })), reported };
}

/** A task that ends when the test says so, or with its signal. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

test('clean-ups run newest first, each after the one before has finished', async () => {
  const { scope } = givenScope();
  const order: string[] = [];
  scope.defer(() => order.push('first'));
  scope.defer(async () => {
    await Promise.resolve();
    order.push('second');
  });
  scope.defer(() => order.push('third'));
  await scope.close();
  expect(order).toEqual(['third', 'second', 'first']);
});

test('closing aborts, closes the children, waits for the tasks, and cleans up last', async () => {
  const { scope } = givenScope();
  const order: string[] = [];
  const child = scope.child();
  child.defer(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    order.push('child');
  });
  scope.defer(() => order.push('clean-up'));
  scope.signal.addEventListener('abort', () => order.push('abort'));
  scope.spawn('task', async (signal) => {
    await untilAborted(signal).catch(() => undefined);
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    order.push('task');
  });
  await scope.close();
  expect(order).toEqual(['abort', 'child', 'task', 'clean-up']);
});

test('the signal is aborted with the reason, in children too, at once', () => {
  const { scope } = givenScope();
  const child = scope.child();
  const reason = new Error('over');
  void scope.close(reason);
  expect(scope.signal.reason).toBe(reason);
  expect(child.signal.reason).toBe(reason);
});

test('a signal that is first asked for when the lifetime has ended is aborted with its reason', async () => {
  const { scope } = givenScope();
  const reason = new Error('over');
  await scope.close(reason);
  expect(scope.signal.aborted).toBe(true);
  expect(scope.signal.reason).toBe(reason);
});

test('whoever closes a lifetime has gone on when its first clean-up runs', async () => {
  const { scope } = givenScope();
  const order: string[] = [];
  scope.defer(() => order.push('clean-up'));
  const closed = scope.close();
  order.push('gone on');
  await closed;
  expect(order).toEqual(['gone on', 'clean-up']);
});

test('closing twice is closing once, and the first reason stays', async () => {
  const { scope } = givenScope();
  let runs = 0;
  scope.defer(() => runs++);
  const first = scope.close(new Error('first'));
  const second = scope.close(new Error('second'));
  expect(second).toBe(first);
  await second;
  expect(runs).toBe(1);
  expect(scope.signal.reason).toMatchObject({ message: 'first' });
});

test('without a reason it says that the lifetime has ended', async () => {
  const { scope } = givenScope();
  await scope.close();
  expect(scope.signal.reason).toBeInstanceOf(LifetimeEnded);
});

test('an error of a clean-up is reported, and the others run', async () => {
  const { scope, reported } = givenScope();
  const order: string[] = [];
  scope.defer(() => order.push('oldest'));
  scope.defer(() => {
    throw new Error('sync');
  });
  scope.defer(() => Promise.reject(new Error('async')));
  await scope.close();
  expect(order).toEqual(['oldest']);
  expect(reported).toEqual([
    { error: new Error('async'), where: 'clean-up' },
    { error: new Error('sync'), where: 'clean-up' },
  ]);
});

test('an error of a task is reported with its name, and closes nothing', async () => {
  const { scope, reported } = givenScope();
  scope.spawn('task', () => Promise.reject(new Error('broken')));
  await new Promise((resolve) => setImmediate(resolve));
  expect(reported).toEqual([{ error: new Error('broken'), where: 'task' }]);
  expect(scope.signal.aborted).toBe(false);
});

test('a task that ends because the lifetime does is not an error', async () => {
  const { scope, reported } = givenScope();
  scope.spawn('task', untilAborted);
  await scope.close();
  expect(reported).toEqual([]);
});

test('a task of a lifetime that is over does not run', async () => {
  const { scope } = givenScope();
  await scope.close();
  let hasRun = false;
  scope.spawn('task', async () => {
    hasRun = true;
  });
  expect(hasRun).toBe(false);
});

test('a clean-up of a lifetime that is over runs at once, and its error is reported', async () => {
  const { scope, reported } = givenScope();
  await scope.close();
  let hasRun = false;
  scope.defer(() => {
    hasRun = true;
    throw new Error('late');
  });
  expect(hasRun).toBe(true);
  await Promise.resolve();
  expect(reported).toEqual([{ error: new Error('late'), where: 'clean-up' }]);
});

test('a clean-up registered while closing runs too', async () => {
  const { scope } = givenScope();
  const order: string[] = [];
  scope.defer(() => {
    order.push('outer');
    scope.defer(() => order.push('inner'));
  });
  await scope.close();
  expect(order).toEqual(['outer', 'inner']);
});

test('a clean-up that is taken back does not run', async () => {
  const { scope } = givenScope();
  const order: string[] = [];
  const takeBack = scope.defer(() => order.push('taken back'));
  scope.defer(() => order.push('kept'));
  takeBack();
  takeBack();
  await scope.close();
  expect(order).toEqual(['kept']);
});

test('a child that has closed is forgotten, and one of a closed parent is over before it begins', async () => {
  const { scope } = givenScope();
  const child = scope.child();
  await child.close();
  expect(scope.signal.aborted).toBe(false);
  await scope.close(new Error('over'));
  expect(scope.child().signal.reason).toMatchObject({ message: 'over' });
});

test('a task may close its own lifetime', async () => {
  const { scope } = givenScope();
  const closed = Promise.withResolvers<void>();
  scope.spawn('task', async () => void scope.close().then(closed.resolve));
  await closed.promise;
  expect(scope.signal.aborted).toBe(true);
});

describe('a child until a signal', () => {
  const given = () => {
    const { scope, reported } = givenScope();
    const abort = new AbortController();
    return { scope, reported, abort, child: scope.child({ until: abort.signal }) };
  };

  test('ends when that is aborted, with its reason, and its parent goes on', async () => {
    const { scope, abort, child } = given();
    const order: string[] = [];
    child.defer(() => order.push('cleaned up'));
    const reason = new Error('hung up');
    abort.abort(reason);
    expect(child.signal.reason).toBe(reason);
    await child.close();
    expect(order).toEqual(['cleaned up']);
    expect(scope.signal.aborted).toBe(false);
    await scope.close();
  });

  test('is over before it begins where that is aborted already', async () => {
    const { scope } = givenScope();
    const child = scope.child({ until: AbortSignal.abort(new Error('before')) });
    expect(child.signal.reason).toMatchObject({ message: 'before' });
    let hasRun = false;
    child.spawn('task', async () => {
      hasRun = true;
    });
    await child.close();
    expect(hasRun).toBe(false);
  });

  test('ends with its parent as any other, whose reason then counts', async () => {
    const { scope, abort, child } = given();
    await scope.close(new Error('first'));
    abort.abort(new Error('second'));
    expect(child.signal.reason).toMatchObject({ message: 'first' });
  });

  test('of a parent that is over listens to nothing', async () => {
    const { scope } = givenScope();
    await scope.close();
    const { signal } = new AbortController();
    scope.child({ until: signal });
    expect(listeners(signal)).toBe(0);
  });

  test('is waited for by its parent when the signal came first', async () => {
    const { scope, abort, child } = given();
    const order: string[] = [];
    child.defer(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('child');
    });
    scope.defer(() => order.push('parent'));
    abort.abort();
    await scope.close();
    expect(order).toEqual(['child', 'parent']);
  });

  test('leaves no listener behind, whichever way it ends', async () => {
    const { scope } = givenScope();
    const abort = new AbortController();
    const [closed, ended, aborted] = [1, 2, 3].map(() => scope.child({ until: abort.signal }));
    expect(listeners(abort.signal)).toBe(3);
    void closed?.close();
    expect(listeners(abort.signal)).toBe(2);
    void ended?.close(new Error('itself'));
    expect(listeners(abort.signal)).toBe(1);
    abort.abort();
    expect(aborted?.signal.aborted).toBe(true);
    expect(listeners(abort.signal)).toBe(0);
    const late = scope.child({ until: new AbortController().signal });
    await scope.close();
    expect(late.signal.aborted).toBe(true);
  });

  test('a thousand that have ended leave none on a signal that lives on', async () => {
    const { scope } = givenScope();
    const { signal } = new AbortController();
    for (let count = 0; count < 1_000; count++) await scope.child({ until: signal }).close();
    expect(listeners(signal)).toBe(0);
  });

  test('an error in a clean-up is reported when the signal ends it, too', async () => {
    const { reported, abort, child } = given();
    child.defer(() => {
      throw new Error('broken');
    });
    abort.abort();
    await child.close();
    expect(reported).toEqual([{ error: new Error('broken'), where: 'clean-up' }]);
  });
});

describe('a stage', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('goes on when its parent is aborted, and is closed in its turn, newest first', async () => {
    const { scope } = givenScope();
    const order: string[] = [];
    scope.defer(() => order.push('oldest'));
    const stage = scope.stage(1_000);
    stage.defer(() => order.push('stage'));
    scope.defer(() => order.push(stage.signal.aborted ? 'too late' : 'what still needs the stage'));
    const child = scope.child();
    child.defer(() => order.push(stage.signal.aborted ? 'too late' : 'child'));
    scope.spawn('task', async (signal) => {
      await untilAborted(signal).catch(() => undefined);
      order.push(stage.signal.aborted ? 'too late' : 'task');
    });
    await scope.close();
    expect(order.slice(0, 2).sort()).toEqual(['child', 'task']);
    expect(order.slice(2)).toEqual(['what still needs the stage', 'stage', 'oldest']);
  });

  test('is aborted with the reason of its parent, and its own children and tasks with it', async () => {
    const { scope } = givenScope();
    const stage = scope.stage(1_000);
    const child = stage.child();
    stage.spawn('task', untilAborted);
    const reason = new Error('over');
    await scope.close(reason);
    expect(stage.signal.reason).toBe(reason);
    expect(child.signal.reason).toBe(reason);
  });

  test('stages are closed one after the other', async () => {
    const { scope } = givenScope();
    const order: string[] = [];
    for (const name of ['first', 'second']) {
      const stage = scope.stage(1_000);
      stage.defer(async () => {
        order.push(`${name} begins`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} ends`);
      });
    }
    await scope.close();
    expect(order).toEqual(['second begins', 'second ends', 'first begins', 'first ends']);
  });

  test('that takes longer than its bound is not waited for', async () => {
    vi.useFakeTimers();
    const { scope } = givenScope();
    const order: string[] = [];
    scope.defer(() => order.push('next'));
    scope.stage(1_000).defer(() => new Promise(() => undefined));
    let isClosed = false;
    void scope.close().then(() => {
      isClosed = true;
    });
    await vi.advanceTimersByTimeAsync(999);
    expect([isClosed, order]).toEqual([false, []]);
    await vi.advanceTimersByTimeAsync(1);
    expect([isClosed, order]).toEqual([true, ['next']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('an error in one of its clean-ups is reported, and stops nothing', async () => {
    const { scope, reported } = givenScope();
    const order: string[] = [];
    scope.defer(() => order.push('next'));
    const stage = scope.stage(1_000);
    stage.defer(() => order.push('other'));
    stage.defer(() => Promise.reject(new Error('broken')));
    await scope.close();
    expect(order).toEqual(['other', 'next']);
    expect(reported).toEqual([{ error: new Error('broken'), where: 'clean-up' }]);
  });

  test('that was closed before is over once, and forgotten', async () => {
    const { scope } = givenScope();
    let runs = 0;
    const stage = scope.stage(1_000);
    stage.defer(() => runs++);
    await stage.close(new Error('itself'));
    expect(scope.signal.aborted).toBe(false);
    await scope.close(new Error('parent'));
    expect(runs).toBe(1);
    expect(stage.signal.reason).toMatchObject({ message: 'itself' });
  });

  test('of a lifetime that is over is over before it begins', async () => {
    const { scope } = givenScope();
    await scope.close(new Error('over'));
    expect(scope.stage(1_000).signal.reason).toMatchObject({ message: 'over' });
  });

  test('begun while its parent closes has its turn too', async () => {
    const { scope } = givenScope();
    const order: string[] = [];
    scope.defer(() => {
      const stage = scope.stage(1_000);
      order.push(stage.signal.aborted ? 'too late' : 'begun');
      stage.defer(() => order.push('closed'));
    });
    await scope.close();
    expect(order).toEqual(['begun', 'closed']);
  });
});
