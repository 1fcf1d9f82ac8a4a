import { expect, test } from 'vitest';
import { LifetimeEnded } from '../../../src/core/errors.ts';
import { Scope } from '../../../src/core/scope.ts';

function givenScope() {
  const reported: { error: unknown; where: string }[] = [];
  return { scope: new Scope((error, where) => reported.push({ error, where })), reported };
}

/** A task that ends when the test says so, or with its signal. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

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
