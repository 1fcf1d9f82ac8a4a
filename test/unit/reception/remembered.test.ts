import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreError } from '../../../src/core/store-error.ts';
import { remembered } from '../../../src/reception/remembered.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});
afterEach(() => clock[Symbol.dispose]());

const away = (): Promise<string> => Promise.reject(new StoreError('unreachable'));

function given(most = 10) {
  const store = { answer: async (key: string) => `${key}, read` };
  const ask = remembered((key: string) => store.answer(key), most);
  return { store, ask };
}

test('what the store says counts, while it says anything', async () => {
  const { store, ask } = given();
  expect(await ask('100')).toBe('100, read');
  store.answer = async () => 'changed';
  expect(await ask('100')).toBe('changed');
});

test('with the store away what it said in the last minute stands, and nothing older', async () => {
  const { store, ask } = given();
  await ask('100');
  store.answer = away;
  await clock.pass(59_000);
  expect(await ask('100')).toBe('100, read');
  await clock.pass(2_000);
  await expect(ask('100')).rejects.toThrow(StoreError);
  await expect(ask('101')).rejects.toThrow(StoreError);
});

test('a store that does not answer is waited for a second, where there is that to go by; else for its answer', async () => {
  const { store, ask } = given();
  await ask('100');
  const { promise, resolve } = Promise.withResolvers<string>();
  store.answer = () => promise;
  const answers: string[] = [];
  for (const key of ['100', '101']) void ask(key).then((value) => answers.push(value));
  await clock.pass(1_500);
  expect(answers).toEqual(['100, read']);
  resolve('late');
  await clock.pass(1);
  expect(answers).toEqual(['100, read', 'late']);
});

test('a defect is none of the store, and not covered up', async () => {
  const { store, ask } = given();
  await ask('100');
  store.answer = () => Promise.reject(new Error('a defect'));
  await expect(ask('100')).rejects.toThrow('a defect');
});

test('it remembers so many at most, those that were read last', async () => {
  const { store, ask } = given(2);
  for (const key of ['100', '101', '100', '102']) await ask(key);
  store.answer = away;
  expect(await ask('100')).toBe('100, read');
  expect(await ask('102')).toBe('102, read');
  await expect(ask('101')).rejects.toThrow(StoreError);
});
