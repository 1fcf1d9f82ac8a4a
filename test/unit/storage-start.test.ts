import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { instanceOf } from '../../src/storage/instance.ts';
import { openStore } from '../../src/storage/open-store.ts';
import { givenCall } from '../support/store-records.ts';
import { eventually } from '../support/until.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a daemon is the same instance after every start, and another one with another folder', () => {
  const instance = instanceOf(folder);
  expect(instanceOf(folder)).toBe(instance);
  expect(statSync(join(folder, 'instance')).mode & 0o777).toBe(0o600);
  const other = mkdtempSync(join(tmpdir(), 'ariflow-start-'));
  expect(instanceOf(other)).not.toBe(instance);
  rmSync(other, { recursive: true });
});

test('in a file of its own a daemon finds what any instance has left behind', async () => {
  const url = `sqlite:${join(folder, 'ariflow.db')}`;
  const store = await openStore(url, 'one');
  const call = givenCall();
  await store.commit({ calls: [call] });
  await store.close();
  const again = await openStore(url, 'two');
  expect(await again.calls.unfinished()).toEqual([call]);
  await again.close();
});

test('whether a store can be written is answered in time, also where writing has to wait', async () => {
  const path = join(folder, 'ariflow.db');
  const store = await openStore(`sqlite:${path}`);
  expect(await store.isWritable()).toBe(true);
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  await eventually(async () => !(await store.isWritable()));
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: 20 }, () => store.isWritable()));
  expect(answers).not.toContain(true);
  expect(performance.now() - began).toBeLessThan(20_000);
  other.exec('rollback');
  other.close();
  await eventually(() => store.isWritable());
  await store.close();
});
