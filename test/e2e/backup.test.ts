import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { runCommand } from '../../src/commands/program.ts';
import { loadSecrets } from '../../src/config/secrets.ts';
import { ApiClient } from '../support/api-client.ts';
import type { Phone } from '../support/phone.ts';
import { spawnDaemon } from '../support/processes.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

let system: System;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-kept-'));
  system = await System.start();
});
afterEach(() => system.quiet());
afterAll(async () => {
  await system[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** The ids of what these events have told of. */
function toldBy(
  type: string,
  isWanted: (data: Readonly<Record<string, unknown>>) => boolean = () => true,
): string[] {
  const events = system.sink.requests.filter((event) => event.type === type && isWanted(event.data));
  return [...new Set(events.map(({ data }) => String(data.id)))];
}

const over = () => toldBy('call_hungup');
const recorded = () => toldBy('recording_updated', ({ status }) => status === 'done');
const left = () => toldBy('voicemail_created');

interface Kept {
  readonly id: string;
  readonly status: string;
}

/** Runs a command of the command line; answers what it has said. */
async function command(args: readonly string[], dataDir: string): Promise<string[]> {
  const said: string[] = [];
  const output = { out: (line: string) => void said.push(line), err: (line: string) => void said.push(line) };
  const env = { ...system.env, ARIFLOW_DATA_DIR: dataDir };
  expect(await runCommand(args, { env, output }), said.join('\n')).toBe(0);
  return said;
}

/** Calls a number again and again, for as long as is wanted. */
async function calling(number: string, phone: Phone, wanted: AbortSignal): Promise<void> {
  while (!wanted.aborted) {
    const call = await phone.call(number);
    await call.answered;
    call.tone(700);
    await call.ended;
  }
}

/** What is behind the ids, at the one daemon or the other. */
async function audioOf({ url, token }: { readonly url: string; readonly token: string }, id: string) {
  const answer = await fetch(`${url}/v1.0/recordingfiles/${id}?token=${token}`);
  return answer.status === 200 ? Buffer.from(await answer.arrayBuffer()).toString('base64') : answer.status;
}

test('what was kept while calls came, spoke and were recorded is whole elsewhere, but for what was said', async () => {
  const { body: mailbox } = await system.api.post<{ id: string }>('/v1.0/mailboxes', {
    greeting: 'sound:beep',
    max_duration: 1,
  });
  await system.flowOn('record', [
    { type: 'answer' },
    { type: 'recording_start', option: {} },
    { type: 'sleep', option: { duration: 300 } },
    { type: 'recording_stop', option: {} },
    { type: 'hangup' },
  ]);
  const word = { mailbox_id: mailbox.id, min_duration: 0 };
  await system.flowOn('leave', [{ type: 'voicemail', option: word }, { type: 'hangup' }]);
  await system.flowOn('long', [
    { type: 'answer' },
    { type: 'recording_start', option: {} },
    { type: 'sleep', option: { duration: 600_000 } },
  ]);
  const long = await (await system.caller('long')).call('long');
  await long.answered;
  long.tone(500);
  const longCall = await system.callTo('long');
  const [open] = await until(() => {
    const ids = toldBy('recording_created', ({ reference_id }) => reference_id === longCall);
    return ids.length > 0 && ids;
  });

  const stop = new AbortController();
  const callers = ['record', 'record', 'record', 'leave'].map(async (number, index) =>
    calling(number, await system.caller(`caller${index}`), stop.signal),
  );
  await until(() => recorded().length >= 8 && left().length >= 2, { what: 'calls to be recorded' });
  const before = { calls: over(), recordings: recorded(), voicemails: left() };
  const kept = join(folder, 'kept');
  const said = await command(['backup', kept], system.asterisk.dataDir);
  stop.abort();
  await Promise.all(callers);
  await long.bye();
  await until(() => over().includes(longCall), { what: 'the long call to be over' });
  const original = { url: system.daemon.url, token: loadSecrets(system.asterisk.dataDir).api_token };
  const audio = new Map(
    await Promise.all(before.recordings.map(async (id) => [id, await audioOf(original, id)] as const)),
  );
  await system.daemon.stop();

  const dataDir = join(folder, 'elsewhere');
  expect(await command(['restore', kept, '--check'], dataDir)).toContainEqual(
    expect.stringMatching(/^whole: /),
  );
  await command(['restore', kept], dataDir);
  system.daemon = await spawnDaemon({ ...system.env, ARIFLOW_DATA_DIR: dataDir });
  const { url } = system.daemon;
  const token = loadSecrets(dataDir).api_token;
  system.api = new ApiClient(url, { token });

  for (const id of before.calls)
    expect((await system.api.get(`/v1.0/calls/${id}`)).body).toMatchObject({ id, status: 'hangup' });
  for (const id of before.voicemails) {
    const { status, body } = await system.api.get<{ recording_id: string }>(`/v1.0/voicemails/${id}`);
    expect(status, id).toBe(200);
    expect(await audioOf({ url, token }, body.recording_id), id).toEqual(expect.stringMatching(/^UklGR/));
  }
  for (const [id, bytes] of audio) {
    expect(bytes, id).toEqual(expect.stringMatching(/^UklGR/)); // RIFF
    expect(await audioOf({ url, token }, id), id).toBe(bytes);
  }
  // What was not over then is said to be missing, and there is nothing that was neither kept nor said.
  expect(said).toContainEqual(`not in it: recording ${open}: it is not over`);
  const recordings = await eventually(
    async () => {
      const { body } = await system.api.get<{ result: readonly Kept[] }>('/v1.0/recordings?page_size=100');
      return body.result.every(({ status }) => status === 'done' || status === 'failed') && body.result;
    },
    { what: 'the recordings of those who lived to be over' },
  );
  expect(recordings.length).toBeGreaterThan(before.recordings.length);
  for (const { id } of recordings) {
    const isThere = (await audioOf({ url, token }, id)) !== 404;
    expect(isThere || said.some((line) => line.includes(id)), id).toBe(true);
  }
  // Who lived when it was kept is over: nothing of him is left in Asterisk.
  await until(() => over().includes(longCall));
  expect((await system.api.get(`/v1.0/calls/${longCall}`)).body).toMatchObject({ status: 'hangup' });
});
