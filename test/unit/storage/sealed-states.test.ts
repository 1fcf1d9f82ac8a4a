import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../../src/storage/open-store.ts';
import { givenActiveflow, givenCall } from '../../support/store-records.ts';

let path: string;

beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'ariflow-sealed-')), 'ariflow.db');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

const keys = ['k'.repeat(32), 'l'.repeat(32)] as const;
const open = (key?: string) => openStore(`sqlite:${path}`, '', () => key);

/** What a database says of the states in it. */
function written(): Record<string, string> {
  const database = new DatabaseSync(path);
  const rows = database.prepare('select id, state from calls union select id, state from activeflows').all();
  database.close();
  return Object.fromEntries(rows.map(({ id, state }) => [String(id), String(state)]));
}

const call = givenCall({ status: 'progressing' });
const other = givenCall({ status: 'progressing' });
const flow = givenActiveflow({ reference_id: call.id });
const ofCall = { channel: 'c', until: 1, digits: '4711', hidden: '1111' };
const ofOther = { channel: 'd', until: 1, digits: '815' };
const progress = { at: { answer: { digits: '1234', result: 'length', isHidden: true } } };
const ofFlow = { running: [{ step: 1, progress }], variables: { pin: '9876' }, hidden: ['pin'] };

async function given(key?: string): Promise<void> {
  const store = await open(key);
  await store.commit({
    live: [
      { kind: 'calls', record: call, state: JSON.stringify(ofCall) },
      { kind: 'calls', record: other, state: JSON.stringify(ofOther) },
      { kind: 'activeflows', record: { ...flow, status: 'running' }, state: JSON.stringify(ofFlow) },
    ],
  });
  await store.close();
}

test('digits and variables that are for the flow alone are nowhere in the database, and there again after a kill', async () => {
  await given(keys[0]);
  for (const file of [path, `${path}-wal`]) {
    const bytes = (() => {
      try {
        return readFileSync(file, 'latin1');
      } catch {
        return '';
      }
    })();
    for (const secret of ['4711', '1234', '9876']) expect(bytes.includes(`"${secret}"`)).toBe(false);
  }
  expect(written()).toEqual({
    [call.id]: expect.stringMatching(/^v1\./),
    [other.id]: JSON.stringify(ofOther),
    [flow.id]: expect.stringMatching(/^v1\./),
  });
  const again = await open(keys[0]);
  const states = new Map((await again.calls.unfinished()).map(({ record, state }) => [record.id, state]));
  expect(states.get(call.id)).toMatchObject(ofCall);
  expect(states.get(other.id)).toMatchObject(ofOther);
  expect((await again.activeflows.find(flow.id))?.state).toMatchObject(ofFlow);
  expect(await again.calls.hadChannel({ id: 'c', creationtime: call.tm_create })).toBe(true);
  await again.close();
});

test("with another key they are nobody's; where the daemons of a database have no key in common they stand there", async () => {
  await given(keys[0]);
  const strange = await open(keys[1]);
  const states = new Map((await strange.calls.unfinished()).map(({ record, state }) => [record.id, state]));
  expect(states.get(call.id)).toBeUndefined();
  expect(states.get(other.id)).toMatchObject(ofOther);
  await strange.close();
  await given();
  expect(written()[call.id]).toBe(JSON.stringify(ofCall));
  const own = await open(keys[0]);
  expect((await own.calls.find(call.id))?.state).toMatchObject(ofCall);
  await own.close();
});
