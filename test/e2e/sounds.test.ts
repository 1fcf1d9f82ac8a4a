import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loadSecrets } from '../../src/config/secrets.ts';
import { wavTone } from '../support/audio-files.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

let system: System;
let token: string;

beforeAll(async () => {
  system = await System.start();
  token = loadSecrets(system.asterisk.dataDir).api_token;
});
afterEach(() =>
  system.quiet([/media_skipped/, /action_failed/, /Playback failed for/, /no-such/, /web ?socket/i]),
);
afterAll(() => system[Symbol.asyncDispose]());

/** As curl sends a file. */
async function send(method: 'POST' | 'PUT', path: string, file: Buffer) {
  const response = await fetch(`${system.daemon.url}/v1.0/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new Uint8Array(file),
  });
  expect(response.status, path).toBe(200);
  return (await response.json()) as { readonly id: string };
}

const tone = (frequency: number, length = 600): Buffer => wavTone({ rate: 16_000, frequency, length });

async function dial(number: string) {
  const call = await (await system.caller()).call(number);
  await call.answered;
  return call;
}

test('uploaded sounds are heard by their names, each in its language; what is replaced meanwhile is heard to its end', async () => {
  await send('POST', 'sounds?name=my/greeting&language=en', tone(500));
  await send('POST', 'sounds?name=my/greeting&language=de', tone(900));
  const long = await send('POST', 'sounds?name=long', tone(700, 2_500));
  const play = (stream_urls: string[], language = '') => ({
    type: 'play',
    option: { stream_urls, language },
  });
  const failing = ['sound:no-such', 'sound:my/greeting'];
  await system.flowOn('sounds', [
    ...[play(['sound:my/greeting'], 'de-AT'), play(failing, 'fr')],
    ...[play(['sound:long']), play(['sound:long'])],
  ]);
  const call = await dial('sounds');
  await until(() => call.heard.toneAt(700) > 0.8, { what: () => call.heard.describe() });
  await send('PUT', `sounds/${long.id}/audio`, tone(1_100));
  await call.ended;
  const lengths = new Map<number, number>();
  for (const { from, to, frequency = 0 } of call.heard.sounds()) {
    const near = [500, 700, 900, 1_100].find((each) => Math.abs(each - frequency) <= 20);
    if (near) lengths.set(near, (lengths.get(near) ?? 0) + to - from);
  }
  expect([...lengths.keys()]).toEqual([900, 500, 700, 1_100]);
  for (const [frequency, length] of [
    [900, 600],
    [500, 600],
    [700, 2_500],
    [1_100, 600],
  ] as const)
    expect(Math.abs((lengths.get(frequency) ?? 0) - length), `${frequency}`).toBeLessThan(300);
  const callId = await system.callTo('sounds');
  await system.history(callId);
  const failed = system.sink.eventsOf(callId).filter(({ type }) => type === 'action_failed');
  expect(failed.map(({ data }) => `${data.code} ${data.message}`)).toEqual([
    'PLAYBACK_FAILED stream_urls[0]: there is no such sound, uploaded or of Asterisk: sound:no-such',
  ]);
});

test('an upload that a kill, or its sender, cuts off leaves nothing; what was uploaded before is heard after it', async () => {
  await send('POST', 'sounds?name=kept', tone(1_300));
  await system.flowOn('kept', [{ type: 'play', option: { stream_urls: ['sound:kept'] } }]);
  const file = tone(600, 20_000);
  const { hostname, port } = new URL(system.daemon.url);
  const half = connect(Number(port), hostname);
  half.on('error', () => undefined);
  half.write(
    `POST /v1.0/sounds?name=half HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-length: ${file.length}\r\n\r\n`,
  );
  half.write(file.subarray(0, file.length / 2));
  const directory = join(system.asterisk.dataDir, 'media', 'sounds');
  await until(() => readdirSync(directory).some((name) => name.endsWith('.upload')), { what: 'half of it' });
  system.daemon.kill('SIGKILL');
  await system.daemon.exited;
  half.destroy();
  await system.restartDaemon();
  const { body } = await system.api.get<{ result: readonly { name: string }[] }>('/v1.0/sounds');
  expect(body.result.map(({ name }) => name).filter((name) => name === 'half' || name === 'kept')).toEqual([
    'kept',
  ]);
  await send('POST', 'sounds?name=half', tone(600));
  const since = wallTime();
  const call = await dial('kept');
  await call.ended;
  expect(
    call.heard.sounds().some(({ from, frequency = 0 }) => from > since && Math.abs(frequency - 1_300) < 20),
  ).toBe(true);
  await system.history(await system.callTo('kept'));
});
