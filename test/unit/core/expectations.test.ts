import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { Expectations } from '../../../src/core/expectations.ts';

type Event =
  | { readonly type: 'started'; readonly id: string }
  | { readonly type: 'ended'; readonly code: number };

const given = () => ({ events: new Expectations<Event>(), abort: new AbortController() });

test('gets the first event of its type that matches', async () => {
  const { events, abort } = given();
  using started = events.expect('started', ({ id }) => id === 'b', abort.signal);
  events.deliver({ type: 'started', id: 'a' });
  events.deliver({ type: 'ended', code: 1 });
  events.deliver({ type: 'started', id: 'b' });
  events.deliver({ type: 'started', id: 'b' });
  expect(await started.event).toEqual({ type: 'started', id: 'b' });
});

test('an event that comes before it is awaited is not lost', async () => {
  const { events, abort } = given();
  using ended = events.expect('ended', () => true, abort.signal);
  events.deliver({ type: 'ended', code: 3 });
  await new Promise((resolve) => setImmediate(resolve));
  expect(await ended.event).toEqual({ type: 'ended', code: 3 });
});

test('all who wait for an event get it', async () => {
  const { events, abort } = given();
  using first = events.expect('ended', () => true, abort.signal);
  using second = events.expect('ended', () => true, abort.signal);
  events.deliver({ type: 'ended', code: 3 });
  expect(await Promise.all([first.event, second.event])).toHaveLength(2);
});

test('rejects with the reason when aborted, and registers nothing when that was before', async () => {
  const { events, abort } = given();
  const reason = new Error('over');
  using waiting = events.expect('ended', () => true, abort.signal);
  abort.abort(reason);
  await expect(waiting.event).rejects.toBe(reason);
  expect(events.size).toBe(0);
  using late = events.expect('ended', () => true, abort.signal);
  expect(events.size).toBe(0);
  await expect(late.event).rejects.toBe(reason);
});

test('leaves nothing behind: no waiter, no listener, no unhandled rejection', async () => {
  const { events, abort } = given();
  {
    using _never = events.expect('ended', () => true, abort.signal);
    using _other = events.expect('started', () => true, abort.signal);
    expect(events.size).toBe(2);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(2);
  }
  expect(events.size).toBe(0);
  expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  {
    using _aborted = events.expect('ended', () => true, abort.signal);
    abort.abort(new Error('nobody awaits this'));
  }
  await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail the run
});

test('disposing twice is disposing once, and only of its own', () => {
  const { events, abort } = given();
  const first = events.expect('ended', () => true, abort.signal);
  using _second = events.expect('ended', () => true, abort.signal);
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  expect(events.size).toBe(1);
});

test('a waiter may be disposed of while an event is delivered', async () => {
  const { events, abort } = given();
  let second: Disposable | undefined;
  const disposeOfSecond = (): boolean => {
    second?.[Symbol.dispose]();
    return true;
  };
  using first = events.expect('ended', disposeOfSecond, abort.signal);
  second = events.expect('ended', () => true, abort.signal);
  events.deliver({ type: 'ended', code: 3 });
  expect(await first.event).toEqual({ type: 'ended', code: 3 });
  expect(events.size).toBe(1);
});
