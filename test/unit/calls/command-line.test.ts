import { expect, test } from 'vitest';
import { CommandLine, longestCommandLine } from '../../../src/calls/command-line.ts';

/** Work that ends when it is told to, or with what it is dropped by. */
function given() {
  const line = new CommandLine();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const order = (name: string): Promise<void> =>
    line.run(async (dropped) => {
      begun.push(name);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      dropped.addEventListener('abort', () => reject(dropped.reason));
      ends.set(name, resolve);
      await promise;
    });
  return { line, begun, order, end: (name: string) => ends.get(name)?.() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('is gone through one after the other, whatever fails', async () => {
  const { line, begun, order, end } = given();
  const failing = line.run(() => Promise.reject(new Error('why')));
  const all = [order('one'), order('two')];
  await expect(failing).rejects.toThrow('why');
  await turn();
  expect(begun).toEqual(['one']);
  end('one');
  await turn();
  expect(begun).toEqual(['one', 'two']);
  end('two');
  await Promise.all(all);
  expect(line.isFull).toBe(false);
});

test('is full with so many under way or waiting', async () => {
  const { line, order } = given();
  for (let count = 0; count < longestCommandLine; count++) {
    expect(line.isFull).toBe(false);
    void order(String(count));
  }
  expect(line.isFull).toBe(true);
  line.drop();
  expect(line.isFull).toBe(false);
});

test('that is dropped ends what is under way, never begins the rest, and keeps nobody waiting', async () => {
  const { line, begun, order, end } = given();
  const old = [order('one'), order('two')];
  await turn();
  line.drop();
  const fresh = order('three');
  await Promise.all(old);
  await turn();
  expect(begun).toEqual(['one', 'three']);
  end('three');
  await fresh;
});
