import { expect, test } from 'vitest';
import { SingleFlight } from '../../../src/core/single-flight.ts';

const { signal } = new AbortController();

/** Something that is being made until the test says what it is. */
function given() {
  const flights = new SingleFlight<string>();
  const made = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const make = (wanted: AbortSignal) => {
    signals.push(wanted);
    return made.promise;
  };
  return { flights, made, signals, make };
}

test('what many want at once is made once', async () => {
  const { flights, made, signals, make } = given();
  const all = Array.from({ length: 5 }, () => flights.run('a', make, signal));
  made.resolve('it');
  expect(await Promise.all(all)).toEqual(Array.from({ length: 5 }, () => 'it'));
  expect(signals).toHaveLength(1);
  expect(flights.size).toBe(0);
});

test('another thing, or the same later, is made by itself', async () => {
  const { flights, made, signals, make } = given();
  made.resolve('it');
  await Promise.all([flights.run('a', make, signal), flights.run('b', make, signal)]);
  await flights.run('a', make, signal);
  expect(signals).toHaveLength(3);
});

test('a failure is everybody’s, and the next one tries again', async () => {
  const { flights, made, signals, make } = given();
  const both = [flights.run('a', make, signal), flights.run('a', make, signal)];
  made.reject(new Error('broken'));
  for (const one of both) await expect(one).rejects.toThrow('broken');
  await expect(flights.run('a', make, signal)).rejects.toThrow('broken');
  expect(signals).toHaveLength(2);
});

test('who leaves leaves at once, and the others get it', async () => {
  const { flights, made, signals, make } = given();
  const leaving = new AbortController();
  const left = flights.run('a', make, leaving.signal);
  const stays = flights.run('a', make, signal);
  leaving.abort(new Error('hung up'));
  await expect(left).rejects.toThrow('hung up');
  expect(signals[0]?.aborted).toBe(false);
  made.resolve('it');
  expect(await stays).toBe('it');
});

test('it is given up when the last one has left, and nobody joins it any more', async () => {
  const { flights, made, signals, make } = given();
  const leaving = new AbortController();
  const left = [flights.run('a', make, leaving.signal), flights.run('a', make, leaving.signal)];
  leaving.abort(new Error('hung up'));
  for (const one of left) await expect(one).rejects.toThrow('hung up');
  expect(signals[0]?.aborted).toBe(true);
  expect(flights.size).toBe(0);
  const next = flights.run('a', make, signal);
  expect(signals).toHaveLength(2);
  made.resolve('it');
  expect(await next).toBe('it');
});

test('who has left already begins nothing', async () => {
  const { flights, signals, make } = given();
  const gone = AbortSignal.abort(new Error('hung up'));
  await expect(flights.run('a', make, gone)).rejects.toThrow('hung up');
  expect(signals).toEqual([]);
});
