import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TraceRecord } from '../../../src/calls/diary-entry.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { CachedFiles } from '../../../src/core/cached-files.ts';
import { nowMicros, realClock, replaceClock, wireTime } from '../../../src/core/clock.ts';
import type { NewDelivery } from '../../../src/news/outbox.ts';
import { sweep } from '../../../src/storage/retention.ts';
import { givenStore } from '../../support/store-folder.ts';
import {
  givenActiveflow,
  givenCall,
  givenStored,
  givenWebhook,
  ofCalls,
} from '../../support/store-records.ts';

const hour = 3_600_000;
const never = new AbortController().signal;
const lines: string[] = [];
const note = (fields: object, event: string) => {
  lines.push(`${event} ${JSON.stringify(fields)}`);
};
const log = { info: note, warn: note };
const sizes = { recordings_size: 1_000_000, cache_size: 1_000_000 };
const retention = {
  calls: 2 * hour,
  recordings: 2 * hour,
  deliveries: hour,
  cache: hour,
  traces: hour,
  ...sizes,
};
const recordings = { expire: async () => 0, shrink: async () => 0 };
const bound = { trim: async () => 0 };
const caches: CachedFiles[] = [];

const ago = (milliseconds: number) => wireTime(nowMicros() - milliseconds * 1_000);

test('calls and activeflows that are over and old are deleted, and no others', async () => {
  await using folder = await givenStore();
  const { store } = folder;
  const [old, young] = [ago(3 * hour), ago(hour)];
  const call = (tm_create: string, status: 'hangup' | 'progressing') => givenCall({ tm_create, status });
  const activeflow = (tm_create: string, isEnded: boolean) =>
    givenStored({ record: givenActiveflow({ tm_create }), isEnded });
  const calls = [call(old, 'progressing'), call(young, 'hangup'), call(young, 'progressing')];
  const activeflows = [activeflow(old, false), activeflow(young, true), activeflow(young, false)];
  const over = Array.from({ length: 450 }, () => call(old, 'hangup'));
  await store.commit({ live: [...ofCalls(...calls, ...over), ...activeflows, activeflow(old, true)] });
  lines.length = 0;
  await sweep({ store, retention, recordings, caches, bound, log }, never);
  expect(lines).toEqual([
    'old_records_deleted {"kind":"calls","count":450}',
    'old_records_deleted {"kind":"activeflows","count":1}',
  ]);
  const kept = (await store.calls.list({ size: 100 })).result.map(({ id }) => id);
  expect(kept.sort()).toEqual(calls.map(({ id }) => id).sort());
  const flows = (await store.activeflows.list({ size: 100 })).result.map(({ id }) => id);
  expect(flows.sort()).toEqual(activeflows.map(({ record }) => record.id).sort());
});

test.each([
  ['7 days where nothing is said', {}, ['young', 'younger']],
  ['as long as the configuration says', { ARIFLOW_RETENTION_TRACES: '2h' }, ['younger']],
])('what a trace tells is kept for %s, and its call for longer', async (_, env, kept) => {
  await using folder = await givenStore();
  const { store } = folder;
  const day = 24 * hour;
  const call = givenCall({ tm_create: ago(8 * day), status: 'hangup' });
  const page = (id: string, age: number): TraceRecord => ({
    ...{ id, call_id: call.id, tm_create: ago(age) },
    entries: [{ kind: 'digit', at: 1, end: 1, what: '1' }],
  });
  const pages = [page('old', 7 * day + hour), page('young', 7 * day - hour), page('younger', hour)];
  const live = pages.map((record) => ({ kind: 'traces', record }) as const);
  await store.commit({ live: [...ofCalls(call), ...live] });
  const { retention: said } = loadConfig(env, join(folder.path, 'none.yaml'));
  lines.length = 0;
  await sweep({ store, retention: said, recordings, caches, bound, log }, never);
  const count = pages.length - kept.length;
  expect(lines).toEqual([`old_records_deleted {"kind":"traces","count":${count}}`]);
  const left = (await store.traces.list({ size: 9 }, { call_id: call.id })).result;
  expect(left.map(({ id }) => id).toSorted()).toEqual(kept);
  expect((await store.calls.get(call.id))?.id).toBe(call.id);
});

test('deliveries that are settled and old are deleted, pending ones are kept', async () => {
  await using folder = await givenStore();
  const { store } = folder;
  const webhook = givenWebhook();
  await store.webhooks.insert(webhook);
  const delivery = (createdAt: number): NewDelivery => {
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    return { id, endpointId: webhook.id, lane: id, type: 'call_created', body: '{}', createdAt };
  };
  const [old, young] = [Date.now() - 2 * hour, Date.now()];
  const made = [delivery(old), delivery(old), delivery(old), delivery(young)];
  await store.commit({ deliveries: made });
  const [delivered, dead, pending, recent] = made.map(({ id }) => id) as [string, string, string, string];
  const tried = { at: old, attempts: 1, status: 200, error: '' };
  await store.outbox.settle({
    results: [
      { ...tried, kind: 'delivered', id: delivered },
      { ...tried, kind: 'dead', id: dead },
      { ...tried, kind: 'delivered', id: recent },
    ],
    released: [],
  });
  await sweep({ store, retention, recordings, caches, bound, log }, never);
  const left = await store.outbox.list({ endpointId: webhook.id, limit: 10 });
  expect(left.map(({ id }) => id)).toEqual([recent, pending]);
});

test('a store that is away stops nothing', async () => {
  const asked: string[] = [];
  const store = {
    expire: async ({ kind }: { kind: string }) => {
      asked.push(kind);
      throw new Error('away');
    },
  };
  lines.length = 0;
  await sweep({ store, retention, recordings, caches, bound, log }, never);
  expect(asked).toEqual(expect.arrayContaining(['calls', 'activeflows', 'deliveries']));
  expect(lines).toHaveLength(asked.length);
});

test('files that nobody uses are deleted; a directory that cannot be read stops nothing', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ariflow-retention-'));
  const files = new CachedFiles(directory);
  for (const name of ['old', 'young']) await files.make(name, (draft) => writeFile(draft, name));
  const twoHoursAgo = new Date(Date.now() - 2 * hour);
  await utimes(files.path('old'), twoHoursAgo, twoHoursAgo);
  const broken = new CachedFiles(files.path('young'));
  const store = { expire: async () => 0 };
  lines.length = 0;
  await sweep({ store, retention, recordings, log, bound, caches: [broken, files] }, never);
  expect(lines).toEqual([
    expect.stringMatching(/^old_records_not_deleted .*ENOTDIR/),
    `old_records_deleted ${JSON.stringify({ kind: directory, count: 1 })}`,
  ]);
  expect(await readdir(directory)).toEqual(['young']);
  await rm(directory, { recursive: true });
});

test('a file that was just used stays, also where the clock has been set back since the start', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ariflow-retention-'));
  using _ = replaceClock({ ...realClock, now: () => realClock.now() + 2 * hour });
  const files = new CachedFiles(directory);
  await files.make('used', (draft) => writeFile(draft, 'used'));
  const store = { expire: async () => 0 };
  await sweep({ store, retention, recordings, log, bound, caches: [files] }, never);
  expect(await readdir(directory)).toEqual(['used']);
  await rm(directory, { recursive: true });
});
