import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../../src/commands/program.ts';
import { loadSecrets } from '../../../src/config/secrets.ts';
import { instanceOf } from '../../../src/storage/instance.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { givenRecording } from '../../support/store-recordings-contract.ts';
import { givenCall, givenFlow, ofCalls } from '../../support/store-records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-backup-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...path: string[]) => join(folder, ...path);

async function run(args: readonly string[], data: string, env: NodeJS.ProcessEnv = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) };
  return { code: await runCommand(args, { env: { ARIFLOW_DATA_DIR: at(data), ...env }, output }), out, err };
}

/** A data directory with a flow, a recording that is over, one that runs, and one whose file is gone. */
async function givenData() {
  mkdirSync(at('data', 'recordings'), { recursive: true });
  const secrets = loadSecrets(at('data'));
  const instance = instanceOf(at('data'));
  const store = await openStore(`sqlite:${at('data', 'ariflow.db')}`);
  const flow = givenFlow({ name: 'kept' });
  await store.flows.insert(flow);
  const over = givenRecording({ status: 'done' });
  const runs = givenRecording({ status: 'recording' });
  const gone = givenRecording({ status: 'done' });
  const live = [over, runs, gone].map((record) => ({ kind: 'recordings', record }) as const);
  await store.commit({ live });
  writeFileSync(at('data', 'recordings', `${over.id}.${over.format}`), 'sound'.repeat(10_000));
  return { store, secrets, instance, flow, over, runs, gone };
}

test('what a daemon has is kept while it writes, and is there again elsewhere; what is not is said', async () => {
  const { store, secrets, instance, flow, over, runs, gone } = await givenData();
  const before = givenCall();
  await store.commit({ live: ofCalls(before) });
  let isOver = false;
  const writing = (async () => {
    while (!isOver) await store.commit({ live: ofCalls(givenCall()) });
  })();
  const kept = await run(['backup', at('kept')], 'data');
  isOver = true;
  await writing;
  await store.close();
  expect(kept).toMatchObject({ code: 0, out: [expect.stringMatching(/^kept: 4 files of .* MB$/)] });
  expect(kept.err).toEqual(
    [`recording ${gone.id}: ENOENT`, `recording ${runs.id}: it is not over`].map((line) =>
      expect.stringContaining(`not in it: ${line}`),
    ),
  );
  expect(await run(['restore', at('kept'), '--check'], 'other')).toMatchObject({ code: 0, err: kept.err });
  expect(await run(['restore', at('kept')], 'other')).toMatchObject({ code: 0, err: kept.err });

  const again = await openStore(`sqlite:${at('other', 'ariflow.db')}`);
  expect(await again.flows.get(flow.id)).toEqual(flow);
  expect(await again.calls.get(before.id)).toEqual(before);
  expect((await again.recordings.list({ size: 9 })).result).toHaveLength(3);
  await again.close();
  expect(readFileSync(at('other', 'recordings', `${over.id}.${over.format}`), 'utf8')).toHaveLength(50_000);
  expect(loadSecrets(at('other'))).toEqual(secrets);
  expect(instanceOf(at('other'))).toBe(instance);
  for (const file of ['secrets.json', 'ariflow.db']) {
    expect(statSync(at('other', file)).mode & 0o077).toBe(0);
    expect(statSync(at('kept', file)).mode & 0o077).toBe(0);
  }
});

test('a damaged backup, one that was broken off, and a directory with something in it are left alone', async () => {
  const { store, over } = await givenData();
  await run(['backup', at('kept')], 'data');
  await store.close();
  expect(await run(['restore', at('kept')], 'data')).toMatchObject({
    code: 1,
    err: [expect.stringMatching(/is there already: restore into an empty data directory$/)],
  });
  expect(await run(['backup', at('kept')], 'data')).toMatchObject({
    code: 1,
    err: [expect.stringMatching(/is not empty$/)],
  });
  const recording = at('kept', 'recordings', `${over.id}.${over.format}`);
  writeFileSync(recording, 'other'.repeat(10_000));
  rmSync(at('kept', 'instance'));
  const damaged = await run(['restore', at('kept')], 'other');
  expect(damaged.code).toBe(1);
  expect(damaged.err[0]).toContain(`${over.id}.${over.format}: is not what was written`);
  expect(damaged.err[0]).toContain('instance: is missing');
  expect(readdirSync(at('other'))).toEqual([]);
  rmSync(at('kept', 'manifest.json'));
  expect((await run(['restore', at('kept')], 'other')).err[0]).toContain('is no whole backup');
});

test('paths of a manifest that lead out of it are refused', async () => {
  const { store } = await givenData();
  await run(['backup', at('kept')], 'data');
  await store.close();
  const manifest = JSON.parse(readFileSync(at('kept', 'manifest.json'), 'utf8'));
  const [first] = manifest.files;
  for (const path of ['../secrets.json', '/tmp/x', 'a/../../x']) {
    const changed = { ...manifest, files: [{ ...first, path }] };
    writeFileSync(at('kept', 'manifest.json'), JSON.stringify(changed));
    expect((await run(['restore', at('kept')], 'other')).err[0]).toContain(`${path}: not a path of a backup`);
  }
});

test('what an earlier database has left beside it would be taken for changes of this one: nothing is restored', async () => {
  const { store } = await givenData();
  await run(['backup', at('kept')], 'data');
  await store.close();
  for (const end of ['-wal', '-shm', '-journal']) {
    mkdirSync(at('other'), { recursive: true });
    writeFileSync(at('other', `ariflow.db${end}`), 'of another one');
    const { code, err } = await run(['restore', at('kept')], 'other');
    expect(code).toBe(1);
    expect(err[0]).toContain(`ariflow.db${end} is there already`);
    expect(readdirSync(at('other'))).toEqual([`ariflow.db${end}`]);
    rmSync(at('other'), { recursive: true });
  }
});

test('a database that is in a backup is not left out without a word where there is to be a PostgreSQL', async () => {
  const { store } = await givenData();
  await run(['backup', at('kept')], 'data');
  await store.close();
  const env = { ARIFLOW_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' };
  const { code, err } = await run(['restore', at('kept')], 'other', env);
  expect(code).toBe(1);
  expect(err[0]).toContain('has a database of SQLite');
  expect(readdirSync(at('other'))).toEqual([]);
});

test('what root puts back is its whose the directory is', async () => {
  const { store, over } = await givenData();
  await run(['backup', at('kept')], 'data');
  await store.close();
  mkdirSync(at('other'));
  const own = process.getuid?.() ?? 0;
  const owner = own === 0 ? 12_345 : own;
  chownSync(at('other'), owner, process.getgid?.() ?? 0);
  expect((await run(['restore', at('kept')], 'other')).code).toBe(0);
  const recording = `recordings/${over.id}.${over.format}`;
  for (const path of ['ariflow.db', 'secrets.json', 'recordings', recording])
    expect(statSync(at('other', path)).uid, path).toBe(owner);
});

test('a database that was cut, or is another by a byte, is not restored; paths may have spaces and quotes', async () => {
  const { store, flow } = await givenData();
  const kept = "a folder's backup";
  expect((await run(['backup', at(kept)], 'data')).code).toBe(0);
  await store.close();
  const whole = readFileSync(at(kept, 'ariflow.db'));
  const changed = Buffer.from(whole);
  changed[whole.length >> 1] = (changed[whole.length >> 1] ?? 0) ^ 1;
  for (const damaged of [whole.subarray(0, whole.length >> 1), changed, Buffer.alloc(0)]) {
    writeFileSync(at(kept, 'ariflow.db'), damaged);
    const { code, err } = await run(['restore', at(kept)], 'an other');
    expect({ code, err }).toEqual({
      code: 1,
      err: [expect.stringContaining('ariflow.db: is not what was written')],
    });
  }
  writeFileSync(at(kept, 'ariflow.db'), whole);
  expect((await run(['restore', at(kept)], 'an other')).code).toBe(0);
  const again = await openStore(`sqlite:${at('an other', 'ariflow.db')}`);
  expect(await again.flows.get(flow.id)).toEqual(flow);
  await again.close();
});

test('what cannot be read or written ends a backup, and nothing of it stays', async () => {
  const { store, gone } = await givenData();
  await store.close();
  mkdirSync(at('data', 'recordings', `${gone.id}.${gone.format}`)); // no file
  const { code, err } = await run(['backup', at('kept')], 'data');
  expect({ code, err }).toEqual({ code: 1, err: [expect.stringContaining('EISDIR')] });
  expect(readdirSync(at('kept'))).toEqual([]);
  expect(await run(['backup', at('none')], 'nowhere')).toMatchObject({
    code: 1,
    err: [expect.stringMatching(/there is no database /)],
  });
  rmSync(at('data', 'recordings', `${gone.id}.${gone.format}`), { recursive: true });
  expect((await run(['backup', at('kept')], 'data')).code).toBe(0);
});

test('beside PostgreSQL the files are kept, and the database is said not to be', async () => {
  const { store } = await givenData();
  await store.close();
  const env = { ARIFLOW_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' };
  const { code, err } = await run(['backup', at('kept')], 'data', env);
  expect(code).toBe(0);
  expect(err).toEqual(['not in it: the database, which is PostgreSQL: keep it by pg_dump, before this']);
  expect(readdirSync(at('kept')).toSorted()).toEqual([
    'instance',
    'manifest.json',
    'recordings',
    'secrets.json',
  ]);
});
