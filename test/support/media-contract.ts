import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ActionError } from '../../src/core/errors.ts';
import type { FakeMedia } from './fake-media.ts';

/** Who makes of users' URLs what Asterisk plays, and the servers of these URLs. */
export interface MediaFixture extends AsyncDisposable {
  readonly media: Pick<FakeMedia, 'fetch'>;
  /** The URL of a path at their server. */
  url(path: string): string;
  /** How often a path was asked for. */
  count(path: string): number;
  /** From now on every answer takes a moment. */
  slow(): void;
}

/** What lies at these paths, wherever they are: audio, other audio, and what is none. */
export const mediaPaths = {
  audio: '/audio.wav',
  other: '/other.wav',
  missing: '/missing.wav',
  failing: '/failing.wav',
  text: '/text.wav',
} as const;

/** What each of `mediaPaths` that is no audio fails with. */
export const mediaFailures = {
  [mediaPaths.missing]: 'CLIENT_ERROR',
  [mediaPaths.failing]: 'SERVER_ERROR',
  [mediaPaths.text]: 'INVALID_MEDIA',
} as const;

/** What everybody does who fetches audio. */
export function mediaContract(name: string, given: () => Promise<MediaFixture>): void {
  let fixture: MediaFixture;
  beforeEach(async () => {
    fixture = await given();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());
  const { signal } = new AbortController();
  const fetched = (path: string, until = signal) => fixture.media.fetch(fixture.url(path), until);

  describe(name, () => {
    test('gives a sound as Asterisk names one: a path without an ending', async () => {
      expect(await fetched(mediaPaths.audio)).toMatch(/^sound:\/[^.]+$/);
    });

    test('gives the same for the same URL, and another for another', async () => {
      const audio = await fetched(mediaPaths.audio);
      expect(await fetched(mediaPaths.audio)).toBe(audio);
      expect(await fetched(mediaPaths.other)).not.toBe(audio);
    });

    test.each(Object.entries(mediaFailures))('says of %s: %s', async (path, code) => {
      const error = await fetched(path).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ActionError);
      expect((error as ActionError).code).toBe(code);
    });

    test('goes on after a failure', async () => {
      await fetched(mediaPaths.missing).catch(() => undefined);
      expect(await fetched(mediaPaths.audio)).toMatch(/^sound:/);
    });

    test('does not begin for whoever has gone', async () => {
      const reason = new Error('the caller has gone');
      await expect(fetched(mediaPaths.audio, AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    test('ends for whoever goes meanwhile, and for nobody else', async () => {
      const reason = new Error('the caller has gone');
      const goes = new AbortController();
      fixture.slow();
      const stays = fetched(mediaPaths.audio);
      const gone = fetched(mediaPaths.audio, goes.signal);
      await expect.poll(() => fixture.count(mediaPaths.audio)).toBeGreaterThan(0);
      goes.abort(reason);
      await expect(gone).rejects.toBe(reason);
      expect(await stays).toMatch(/^sound:/);
    });

    test('serves many at once', async () => {
      const paths = Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0 ? mediaPaths.audio : mediaPaths.other,
      );
      const sounds = await Promise.all(paths.map((path) => fetched(path)));
      expect(new Set(sounds.filter((_, index) => index % 2 === 0)).size).toBe(1);
      expect(new Set(sounds).size).toBe(2);
    });
  });
}
