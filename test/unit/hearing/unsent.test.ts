import { afterEach, beforeEach, expect, test } from 'vitest';
import { Unsent } from '../../../src/hearing/unsent.ts';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});
afterEach(() => clock[Symbol.dispose]());

async function taken(unsent: Unsent): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  for await (const piece of unsent) pieces.push(piece);
  return pieces;
}

test('audio goes out in pieces of 100 ms, the rest of it at the end, with the lower byte first', async () => {
  const unsent = new Unsent(() => undefined);
  unsent.write(new Int16Array([1, -2]));
  for (let turn = 0; turn < 11; turn++) unsent.write(new Int16Array(160).fill(0x0102));
  unsent.end();
  unsent.write(new Int16Array(800));
  const [first = new Uint8Array(), second, third] = await taken(unsent);
  expect([...first.subarray(0, 6)]).toEqual([1, 0, 0xfe, 0xff, 2, 1]);
  expect([first.length, second?.length, third?.length]).toEqual([1_600, 1_600, 324]);
});

test('whoever takes it waits for more', async () => {
  const unsent = new Unsent(() => undefined);
  const pieces = taken(unsent);
  await clock.pass();
  unsent.write(new Int16Array(800));
  await clock.pass(60_000);
  unsent.write(new Int16Array(800));
  unsent.end();
  expect((await pieces).map(({ length }) => length)).toEqual([1_600, 1_600]);
});

test('it is told when nobody takes it, after five seconds', async () => {
  let stalls = 0;
  const unsent = new Unsent(() => {
    stalls += 1;
  });
  for (let ms = 0; ms <= 5_000; ms += 100) {
    unsent.write(new Int16Array(800));
    await clock.pass(100);
  }
  expect(stalls).toBe(0);
  unsent.write(new Int16Array(800));
  expect(stalls).toBe(1);
});

test('more than may wait is told at once', () => {
  let stalls = 0;
  const unsent = new Unsent(() => {
    stalls += 1;
  });
  for (let turn = 0; turn < 400; turn++) unsent.write(new Int16Array(800));
  expect(stalls).toBe(0);
  unsent.write(new Int16Array(800));
  expect(stalls).toBe(1);
});

test('what is dropped nobody gets', async () => {
  const unsent = new Unsent(() => undefined);
  unsent.write(new Int16Array(1_000));
  unsent.drop();
  expect(await taken(unsent)).toEqual([]);
});
