import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Scope } from '../../../src/core/scope.ts';
import { Gcp } from '../../../src/hearing/gcp/gcp.ts';
import { SttError, type SttRequest } from '../../../src/hearing/stt.ts';
import { accessTo, GivenStream } from '../../support/cloud-stream.ts';
import { freePort } from '../../support/free-port.ts';
import { GoogleSttServer } from '../../support/google-stt-server.ts';
import { Relay } from '../../support/relay.ts';
import { longSpeech, sayNumbers } from '../../support/spoken-numbers.ts';
import { until } from '../../support/until.ts';

let server: GoogleSttServer;
let engine: Gcp;
let scope: Scope;
let reported: unknown[];
const cleanups: (() => unknown)[] = [];
beforeEach(async () => {
  server = await GoogleSttServer.open();
  engine = new Gcp(accessTo(server.url));
  reported = [];
  scope = new Scope((error) => reported.push(error));
});
afterEach(async () => {
  await scope.close();
  await engine.close();
  await server[Symbol.asyncDispose]();
  for (const cleanup of cleanups.splice(0)) cleanup();
  expect(reported).toEqual([]);
});

const listen = (request?: Partial<SttRequest>) => new GivenStream(engine, scope, request);
const broke = (given: GivenStream) =>
  until(() => given.broken[0], { what: 'the stream to break' }).then(({ isPassing, message }) => ({
    isPassing,
    message,
  }));

test('Google is told what is to be heard, in what form it comes, and phrases that are likely', async () => {
  const given = listen({ language: 'pt', hints: ['sales', 'x'.repeat(200)] });
  await given.write(sayNumbers(1, 2));
  await given.end();
  expect(given.words).toEqual(['w1', 'w2']);
  const [call] = server.calls;
  expect(call?.config).toMatchObject({
    interimResults: true,
    config: { encoding: 'LINEAR16', sampleRateHertz: 8_000, languageCode: 'pt-BR' },
  });
  expect(call?.config?.config.speechContexts).toEqual([
    expect.objectContaining({ phrases: ['sales', 'x'.repeat(100)] }),
  ]);
  // 100 ms.
  expect(call?.largest).toBe(1_600);
  expect(call?.state).toBe('ended');
});

test('all of it is heard, to the last sample', async () => {
  const given = listen();
  const { samples, words } = longSpeech(20_000);
  await given.write(samples);
  await given.end();
  expect(given.words).toEqual(words);
  expect(server.calls[0]?.heard).toBeCloseTo(samples.length / 8, -1);
});

describe('a stream breaks, and says whether another try is of use', () => {
  test.each([
    [8, true, 'gcp: code 8'],
    [14, true, 'gcp: code 14'],
    [16, false, 'gcp: UNAUTHENTICATED'],
    [7, false, 'gcp: PERMISSION_DENIED'],
    [3, false, 'gcp: INVALID_ARGUMENT'],
  ])('refused with code %i', async (code, isPassing, message) => {
    server.faults = [{ code }];
    const given = listen();
    await given.write(sayNumbers(1));
    expect(await broke(given)).toEqual({ isPassing, message });
    // The SDK tells an error for each write that comes later.
    await given.write(sayNumbers(2, 3, 4));
    expect(given.broken).toHaveLength(1);
    await expect(given.end()).rejects.toBe(given.broken[0]);
  });

  test('over the limit', async () => {
    server.limit = 2_000;
    const given = listen();
    await given.write(longSpeech(4_000).samples);
    expect(await broke(given)).toEqual({ isPassing: true, message: 'gcp: code 11' });
  });

  test('ended as if all were well', async () => {
    server.faults = [{ endsAfter: 2_000 }];
    const given = listen();
    await given.write(longSpeech(4_000).samples);
    expect(await broke(given)).toEqual({ isPassing: true, message: 'gcp: it has ended the stream' });
  });

  test('cut off in the middle', async () => {
    await using relay = await Relay.to(server.port);
    engine = new Gcp(accessTo(`http://127.0.0.1:${relay.port}`));
    const given = listen();
    await given.write(sayNumbers(1));
    await until(() => given.words.length === 1);
    await relay.shut();
    expect(await broke(given)).toEqual({ isPassing: true, message: 'gcp: code 14' });
    // The connection comes back with the next stream.
    await relay.open();
    const next = listen();
    await next.write(sayNumbers(2));
    await next.end();
    expect(next.words).toEqual(['w2']);
  });

  test('no longer taken', async () => {
    await using relay = await Relay.to(server.port);
    engine = new Gcp(accessTo(`http://127.0.0.1:${relay.port}`));
    const given = listen();
    await given.write(sayNumbers(1));
    await until(() => given.words.length === 1);
    relay.hold();
    // Far more than all that lies between may hold.
    const stream = await given.stream;
    for (let turn = 0; turn < 100 && given.broken.length === 0; turn++) {
      stream.write(new Int16Array(40_000).fill(1));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await broke(given)).toEqual({ isPassing: true, message: 'gcp: it takes no more audio' });
  });
});

test('what makes no sense is not told', async () => {
  server.faults = ['garbage'];
  const given = listen();
  await given.write(sayNumbers(1, 2));
  await given.end();
  expect([given.heard, given.broken]).toEqual([[], []]);
});

test('one that never answers keeps nobody waiting for the last words', async () => {
  server.faults = ['silent'];
  const given = listen();
  await given.write(sayNumbers(1));
  const began = performance.now();
  await given.end();
  expect(performance.now() - began).toBeLessThan(15_000);
  await until(() => server.calls[0]?.state !== 'open', { what: 'the call to end at the server' });
});

test('a call ends at the server with its scope', async () => {
  const given = listen();
  await given.write(sayNumbers(1));
  await until(() => server.calls[0]?.config !== undefined);
  await given.scope.close();
  // A call that is cancelled looks to the server like one whose audio has ended.
  await until(() => server.calls[0]?.state !== 'open');
});

test('a call that is given up in the turn in which it was made ends there too', async () => {
  const warm = listen();
  await warm.stream;
  await until(() => server.calls[0]?.config !== undefined);
  const given = listen();
  await given.stream;
  await given.scope.close();
  await sleep(100);
  expect(server.calls.slice(1).filter(({ state }) => state === 'open')).toEqual([]);
});

test('nobody there is said at once, and the next stream asks anew', async () => {
  const port = await freePort('tcp');
  engine = new Gcp(accessTo(`http://127.0.0.1:${port}`));
  await expect(listen().stream).rejects.toEqual(new SttError('passing', 'gcp: no connection'));
  await using late = await GoogleSttServer.open(port);
  const given = listen();
  await given.write(sayNumbers(9));
  await given.end();
  expect(given.words).toEqual(['w9']);
  expect(late.calls).toHaveLength(1);
});

test('somebody who accepts and says nothing is waited for five seconds', async () => {
  await using relay = await Relay.to(server.port);
  relay.hold();
  engine = new Gcp(accessTo(`http://127.0.0.1:${relay.port}`));
  await expect(listen().stream).rejects.toEqual(new SttError('passing', 'gcp: no connection in time'));
});

test('one that is given up while it connects does not connect once more', async () => {
  let connections = 0;
  const silent = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    cleanups.push(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  engine = new Gcp(accessTo(`http://127.0.0.1:${port}`));
  const given = listen();
  await until(() => connections === 1, { what: 'the connection' });
  await given.scope.close();
  await sleep(500);
  expect(connections).toBe(1);
  silent.close();
});

test('credentials that are none are no use to any other try', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-gcp-'));
  const file = join(folder, 'key.json');
  writeFileSync(file, '{}');
  vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', file);
  try {
    engine = new Gcp({ missing: undefined, endpoint: undefined, isPlain: false, region: '' });
    const refused = new SttError('lasting', 'gcp: no use of its credentials');
    for (let turn = 0; turn < 2; turn++) await expect(listen().stream).rejects.toEqual(refused);
  } finally {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  }
});

test('a hundred and twenty streams at once are heard, over several connections', async () => {
  const all = Array.from({ length: 120 }, () => listen());
  await Promise.all(all.map((given, index) => given.write(sayNumbers(index))));
  await Promise.all(all.map((given) => given.end()));
  expect(all.map(({ words }) => words)).toEqual(all.map((_, index) => [`w${index}`]));
  await Promise.all(all.map((given) => given.scope.close()));
});
