import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { Aws } from '../../../src/hearing/aws/aws.ts';
import { Gcp } from '../../../src/hearing/gcp/gcp.ts';
import { Hearing } from '../../../src/hearing/hearing.ts';
import type { Stt } from '../../../src/hearing/stt.ts';
import { accessTo } from '../../support/cloud-stream.ts';
import { EarListener } from '../../support/ear-listener.ts';
import { GoogleSttServer } from '../../support/google-stt-server.ts';
import { Relay } from '../../support/relay.ts';
import { longSpeech } from '../../support/spoken-numbers.ts';
import { frameSize, sampleRate } from '../../support/tones.ts';
import { TranscribeServer } from '../../support/transcribe-server.ts';
import { until } from '../../support/until.ts';

const { samples, words } = longSpeech(600_000);

let scope: Scope;
beforeEach(() => {
  scope = new Scope((error) => {
    throw error;
  });
});
afterEach(() => scope.close());

/** Ten minutes of speech, a second of it every 6 ms. */
async function hearAll(
  engine: Stt,
  each: (second: number) => unknown = () => undefined,
): Promise<EarListener> {
  scope.defer(() => engine.close?.());
  const listener = new EarListener();
  const hearing = new Hearing({ engines: [engine], log: silentLog });
  const ear = await hearing.open({ language: 'en-US', hints: [] }, listener, scope);
  for (let at = 0; at < samples.length; at += frameSize) {
    if (at % sampleRate === 0) {
      await new Promise((resolve) => setTimeout(resolve, 6));
      await each(at / sampleRate);
    }
    ear.write(samples.subarray(at, at + frameSize));
  }
  await ear.end();
  return listener;
}

function expectAll(listener: EarListener): void {
  expect(listener.words).toEqual(words);
  expect([listener.gaps, listener.failures]).toEqual([[], []]);
  const times = listener.finals.flatMap(({ start, end }) => [start, end]);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times.at(-1)).toBeLessThanOrEqual(samples.length / 8);
}

describe('of ten minutes of speech no word is lost, and none told twice', () => {
  test('by Google, which takes five minutes at a time', async () => {
    await using server = await GoogleSttServer.open();
    expectAll(await hearAll(new Gcp(accessTo(server.url))));
    expect(server.calls.length).toBe(3);
    expect(server.calls.every(({ heard }) => heard < 305_000)).toBe(true);
  });

  test('by Google, whose connection is cut once a minute', async () => {
    await using server = await GoogleSttServer.open();
    await using relay = await Relay.to(server.port);
    const listener = await hearAll(new Gcp(accessTo(`http://127.0.0.1:${relay.port}`)), async (second) => {
      if (second % 60 !== 30) return;
      const before = server.calls.length;
      await relay.shut();
      await relay.open();
      // What is a second here is none there: half a minute would pass before the next try.
      await until(() => server.calls.length > before);
    });
    expectAll(listener);
    expect(server.calls.length).toBeGreaterThan(10);
  });

  test('by Transcribe, with a limit of five minutes that is met unawares', async () => {
    await using server = await TranscribeServer.open();
    server.limit = 300_000;
    expectAll(await hearAll(new Aws(accessTo(server.url))));
    expect(server.streams).toHaveLength(3);
  });

  test('by Transcribe, which ends each stream after ten seconds as if all were well', async () => {
    await using server = await TranscribeServer.open();
    server.faults = [{ cut: 'end', after: 10_000 }];
    expectAll(await hearAll(new Aws(accessTo(server.url))));
    expect(server.streams.length).toBeGreaterThan(55);
  });

  test('by Transcribe, whose connection breaks after every forty seconds', async () => {
    await using server = await TranscribeServer.open();
    server.faults = [{ cut: 'connection', after: 40_000 }];
    expectAll(await hearAll(new Aws(accessTo(server.url))));
    expect(server.streams.length).toBeGreaterThan(14);
  });
});
