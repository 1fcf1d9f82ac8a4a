import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Scope } from '../../../src/core/scope.ts';
import { Aws } from '../../../src/hearing/aws/aws.ts';
import type { SttRequest } from '../../../src/hearing/stt.ts';
import { accessTo, GivenStream } from '../../support/cloud-stream.ts';
import { freePort } from '../../support/free-port.ts';
import { Relay } from '../../support/relay.ts';
import { longSpeech, sayNumbers } from '../../support/spoken-numbers.ts';
import { type TranscribeFault, TranscribeServer } from '../../support/transcribe-server.ts';
import { until } from '../../support/until.ts';

let server: TranscribeServer;
let engine: Aws;
let scope: Scope;
let reported: unknown[];
const written = vi.fn();
beforeEach(async () => {
  server = await TranscribeServer.open();
  engine = new Aws(accessTo(server.url));
  reported = [];
  scope = new Scope((error) => reported.push(error));
  written.mockReset();
  for (const method of ['log', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockImplementation(written);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await scope.close();
  await engine.close();
  await server[Symbol.asyncDispose]();
  expect(reported).toEqual([]);
  // The SDK writes there where it has no log.
  expect(written.mock.calls).toEqual([]);
});

const listen = (request?: Partial<SttRequest>) => new GivenStream(engine, scope, request);
const broke = (given: GivenStream) =>
  until(() => given.broken[0], { what: 'the stream to break' }).then(({ isPassing, message }) => ({
    isPassing,
    message,
  }));

test('Transcribe is told what is to be heard and in what form it comes, in signed pieces of 100 ms', async () => {
  const given = listen({ language: 'pt', hints: ['sales'] });
  await given.write(sayNumbers(1, 2));
  await given.end();
  expect(given.words).toEqual(['w1', 'w2']);
  const [stream] = server.streams;
  expect(stream?.headers).toMatchObject({
    ':path': '/stream-transcription',
    'x-amzn-transcribe-language-code': 'pt-BR',
    'x-amzn-transcribe-media-encoding': 'pcm',
    'x-amzn-transcribe-sample-rate': '8000',
  });
  expect(stream?.isSigned).toBe(true);
  expect(new Set(stream?.pieces.slice(0, -1))).toEqual(new Set([1_600]));
  expect(stream?.state).toBe('ended');
});

test('all of it is heard, to the last sample', async () => {
  const given = listen();
  const { samples, words } = longSpeech(20_000);
  await given.write(samples);
  await given.end();
  expect(given.words).toEqual(words);
  expect(server.streams[0]?.heard).toBeCloseTo(samples.length / 8, -1);
});

describe('a stream breaks, and says whether another try is of use', () => {
  test.each<[TranscribeFault, boolean, string]>([
    [{ status: 429, error: 'LimitExceededException' }, true, 'aws: LimitExceededException'],
    [{ status: 503, error: 'ServiceUnavailableException' }, true, 'aws: ServiceUnavailableException'],
    [{ status: 403, error: 'ExpiredTokenException' }, false, 'aws: ExpiredTokenException'],
    [{ status: 403, error: 'UnrecognizedClientException' }, false, 'aws: UnrecognizedClientException'],
    [{ exception: 'LimitExceededException', after: 500 }, true, 'aws: LimitExceededException'],
    [{ exception: 'SomethingNewException', after: 500 }, true, 'aws: SomethingNewException'],
    [{ cut: 'connection', after: 1_000 }, true, 'aws: the connection has broken'],
    [{ cut: 'reset', after: 1_000 }, true, 'aws: the connection has broken'],
    [{ cut: 'end', after: 1_000 }, true, 'aws: the connection has broken'],
  ])('%o', async (fault, isPassing, message) => {
    server.faults = [fault];
    const given = listen();
    await given.write(longSpeech(4_000).samples);
    expect(await broke(given)).toEqual({ isPassing, message });
    await given.write(sayNumbers(2, 3, 4));
    expect(given.broken).toHaveLength(1);
    await expect(given.end()).rejects.toBe(given.broken[0]);
  });

  test('over the limit', async () => {
    server.limit = 2_000;
    const given = listen();
    await given.write(longSpeech(4_000).samples);
    expect(await broke(given)).toEqual({ isPassing: true, message: 'aws: LimitExceededException' });
  });

  test('refused by nobody being there', async () => {
    engine = new Aws(accessTo(`http://127.0.0.1:${await freePort('tcp')}`));
    const given = listen();
    await given.write(sayNumbers(1));
    expect((await broke(given)).isPassing).toBe(true);
  });

  test('no longer taken', async () => {
    await using relay = await Relay.to(server.port);
    engine = new Aws(accessTo(`http://127.0.0.1:${relay.port}`));
    const given = listen();
    await given.write(sayNumbers(1));
    await until(() => given.words.length === 1);
    relay.hold();
    const stream = await given.stream;
    for (let turn = 0; turn < 100 && given.broken.length === 0; turn++) {
      stream.write(new Int16Array(40_000).fill(1));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await broke(given)).toEqual({ isPassing: true, message: 'aws: it takes no more audio' });
  });
});

test('credentials that are none are no use to any other try', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
    vi.stubEnv(name, undefined);
  for (const name of ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE']) vi.stubEnv(name, '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  try {
    engine = new Aws({ missing: undefined, endpoint: undefined, isPlain: false, region: 'eu-west-1' });
    const given = listen();
    await given.write(sayNumbers(1));
    expect(await broke(given)).toEqual({ isPassing: false, message: 'aws: CredentialsProviderError' });
  } finally {
    vi.unstubAllEnvs();
  }
});

test('last words that are cut off are an error, though the SDK ends all the same', async () => {
  server.faults = ['silent'];
  const given = listen();
  await given.write(sayNumbers(1));
  await until(() => server.streams[0] && server.streams[0].heard > 500);
  const ending = expect(given.end()).rejects.toMatchObject({
    isPassing: true,
    message: 'aws: the connection has broken',
  });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await server[Symbol.asyncDispose]();
  await ending;
  server = await TranscribeServer.open();
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
  await given.scope.close();
  await until(() => server.streams[0]?.state === 'cancelled', { what: 'the stream to end at the server' });
});

test('a stream ends at the server with its scope', async () => {
  const given = listen();
  await given.write(sayNumbers(1));
  await until(() => server.streams.length === 1);
  await given.scope.close();
  await until(() => server.streams[0]?.state === 'cancelled');
});
