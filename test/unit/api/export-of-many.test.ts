import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSecrets } from '../../../src/config/secrets.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { fillStore } from '../../bench/full-store.ts';
import { type Daemon, spawnDaemon } from '../../support/processes.ts';
import { isSoak } from '../../support/scale.ts';
import { givenActiveflow, givenCall, givenStored, ofCalls } from '../../support/store-records.ts';
import { eventually } from '../../support/until.ts';

const count = isSoak ? 1_000_000 : 20_000;

/** What the heap may grow by while nothing is collected, however many calls there are. */
const mostGrown = 96;

/** The store of a daemon that has had so many calls. */
async function givenCalls(path: string): Promise<void> {
  const store = await openStore(`sqlite:${path}`);
  const call = givenCall({ status: 'hangup', hangup_reason: 'normal' });
  const flow = givenStored({ record: givenActiveflow({ reference_id: call.id }), isEnded: true });
  await store.commit({ live: [...ofCalls(call), flow] });
  await store.close();
  fillStore(path, count - 1);
}

/** It waits for no Asterisk. */
async function isListening({ url }: Daemon): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** What a process has in memory, in megabytes. */
function memoryOf({ pid }: Daemon): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1_024);
}

test('however many calls are exported, a page of them is in memory, and each is there once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-export-'));
  try {
    const dataDir = join(folder, 'data');
    mkdirSync(dataDir, { mode: 0o700 });
    await givenCalls(join(dataDir, 'ariflow.db'));
    const { api_token } = loadSecrets(dataDir);
    const env = {
      ARIFLOW_DATA_DIR: dataDir,
      ARIFLOW_ARI_URL: 'http://127.0.0.1:9/ari',
      ARIFLOW_ARI_PASSWORD: 'x',
    };
    await using daemon = await spawnDaemon(env, { readyWithin: 0 });
    await eventually(() => isListening(daemon), { what: 'the API' });
    const before = memoryOf(daemon);
    const began = performance.now();
    const answer = await fetch(`${daemon.url}/v1.0/calls/export?format=jsonl&token=${api_token}`);
    expect(answer.headers.get('content-type')).toBe('application/jsonl');
    const { ids, memory } = await readAll(answer, daemon);
    const seconds = (performance.now() - began) / 1_000;
    if (isSoak)
      console.info(
        `${count} calls exported in ${seconds.toFixed(1)} s; MB before, at each tenth: ${[before, ...memory]}`,
      );
    expect(ids.size).toBe(count);
    expect(memory).toHaveLength(10);
    expect(Math.max(...memory) - (memory[0] ?? 0)).toBeLessThan(mostGrown);
    await daemon.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 1_200_000);

/** The ids of all lines, and what the daemon has in memory after each tenth of them. */
async function readAll(answer: Response, daemon: Daemon) {
  const memory: number[] = [];
  const ids = new Set<string>();
  let rest = '';
  let lines = 0;
  for await (const text of answer.body!.pipeThrough(new TextDecoderStream())) {
    const all = (rest + text).split('\n');
    rest = all.pop() ?? '';
    for (const line of all) {
      ids.add(line.slice(7, 43)); // {"id":"…
      lines++;
      if (lines % (count / 10) === 0) memory.push(memoryOf(daemon));
    }
  }
  expect(rest).toBe('');
  expect(lines).toBe(count);
  return { ids, memory };
}
