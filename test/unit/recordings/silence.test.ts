import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AriEvent } from '../../../src/ari/events.gen.ts';
import type { SideChannel } from '../../../src/calls/side-channel.ts';
import { Expectations } from '../../../src/core/expectations.ts';
import { untilSilent } from '../../../src/recordings/silence.ts';
import { pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Listens for 3 s of silence to somebody whose talking the test decides. */
function listening() {
  const events = new Expectations<AriEvent>();
  const expectation: SideChannel['expect'] = (...wanted) => events.expect(...wanted);
  const ear = { expect: expectation } as SideChannel; // all that is asked of it
  const stop = new AbortController();
  const began = performance.now();
  const given = { isSilent: false, paused: 0, events, stop, reason: undefined as unknown };
  const elapsed = (): number => performance.now() - began - given.paused;
  untilSilent(ear, { length: 3_000, elapsed }, stop.signal).then(
    () => {
      given.isSilent = true;
    },
    (error: unknown) => {
      given.reason = error;
    },
  );
  const say = (type: 'ChannelTalkingStarted' | 'ChannelTalkingFinished') =>
    events.deliver({ type } as AriEvent);
  return { given, say };
}

describe('silence', () => {
  test('is noticed when nothing was ever said', async () => {
    const { given } = listening();
    await pass(2_900);
    expect(given.isSilent).toBe(false);
    await pass(150);
    expect(given.isSilent).toBe(true);
    expect(given.events.size).toBe(0);
  });

  test('is counted from the last word, of which Asterisk tells half a second later', async () => {
    const { given, say } = listening();
    await pass(2_900);
    say('ChannelTalkingStarted');
    await pass(60_000);
    expect(given.isSilent).toBe(false);
    say('ChannelTalkingFinished');
    await pass(2_400);
    expect(given.isSilent).toBe(false);
    say('ChannelTalkingStarted');
    await pass(100);
    say('ChannelTalkingFinished');
    await pass(2_400);
    expect(given.isSilent).toBe(false);
    await pass(200);
    expect(given.isSilent).toBe(true);
  });

  test('does not grow in a pause', async () => {
    const { given } = listening();
    await pass(2_900);
    for (let second = 0; second < 10; second++) {
      given.paused += 1_000;
      await pass(1_000);
    }
    expect(given.isSilent).toBe(false);
    await pass(200);
    expect(given.isSilent).toBe(true);
  });

  test('is not waited for any more when the recording has ended', async () => {
    const { given } = listening();
    const reason = new Error('ended');
    given.stop.abort(reason);
    await pass();
    expect(given.reason).toBe(reason);
    expect(given.events.size).toBe(0);
  });
});
