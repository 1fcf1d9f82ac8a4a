import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installAsterisk } from '../../src/asterisk/install.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import { Finishing } from '../../src/recordings/finishing.ts';
import { RecordingFiles } from '../../src/recordings/recording-files.ts';
import type { RecordingRecord } from '../../src/recordings/recording-record.ts';
import { givenRecording } from '../support/store-recordings-contract.ts';

let folder: string;

/** sox makes these, and comes with Asterisk. */
beforeAll(async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  folder = mkdtempSync(join(tmpdir(), 'ariflow-formats-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['mp3', 'ogg'] as const)('a recording is made into %s', async (format) => {
  const [raw, finished] = [join(folder, `raw-${format}`), join(folder, `made-${format}`)];
  mkdirSync(raw);
  const over: RecordingRecord[] = [];
  const finishing = new Finishing({
    files: new RecordingFiles({ raw, finished, prefix: 'app-recording-here-' }),
    log: silentLog,
    scope: new Scope(() => undefined),
    onOver: (record) => over.push(record),
    stored: async () => undefined,
  });
  const record = givenRecording({ status: 'recording', format, channels: 'in', duration: 0 });
  const name = `app-recording-here-${record.id}-1-in`;
  writeFileSync(join(raw, `${name}.sln`), Buffer.alloc(500 * 16));
  finishing.finish({ record, segments: [[{ name, startedAt: 1_000, endedAt: 1_500 }]] });
  await finishing.settled([record.id]);
  expect(over).toMatchObject([{ status: 'done', duration: 500 }]);
  expect(readdirSync(finished)).toEqual([`${record.id}.${format}`]);
  await finishing.close(0);
  expect(readdirSync(raw)).toEqual([]);
});
