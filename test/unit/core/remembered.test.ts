import { afterEach, beforeEach, expect, test } from 'vitest';
import { remembered } from '../../../src/core/remembered.ts';
import { StoreError } from '../../../src/core/store-error.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';

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

test('what the store has said is not asked for again before something was written, however long that is', async () => {
  const asked: string[] = [];
  let edition = 1;
  const answer = async (key: string) => {
    asked.push(key);
    return `${key} of edition ${edition}`;
  };
  const ask = remembered(answer, 2, () => edition);
  for (const key of ['100', '100', '101', '100']) await ask(key);
  await clock.pass(3_600_000);
  expect(await ask('100')).toBe('100 of edition 1');
  expect(asked).toEqual(['100', '101']);
  edition = 2;
  expect(await ask('100')).toBe('100 of edition 2');
  expect(asked).toEqual(['100', '101', '100']);
});

test('an answer that was on its way when something was written is asked for again', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const answers = [promise, Promise.resolve('new')];
  let edition = 1;
  const ask = remembered(
    () => answers.shift() ?? away(),
    2,
    () => edition,
  );
  const first = ask('100');
  edition = 2;
  resolve('old');
  expect(await first).toBe('old');
  expect(await ask('100')).toBe('new');
  expect(await ask('100')).toBe('new');
});

test('with the store away what was true until it was written to stands for a minute', async () => {
  let edition = 1;
  const { store } = given();
  const ask = remembered(
    (key: string) => store.answer(key),
    2,
    () => edition,
  );
  await ask('100');
  await clock.pass(600_000);
  await ask('100');
  store.answer = away;
  edition = 2;
  await clock.pass(59_000);
  expect(await ask('100')).toBe('100, read');
  await clock.pass(2_000);
  await expect(ask('100')).rejects.toThrow(StoreError);
});
