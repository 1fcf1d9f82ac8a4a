import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Ari } from '../../../src/ari/ari.ts';
import type { AriEvent } from '../../../src/ari/events.gen.ts';
import type { SideChannel } from '../../../src/calls/side-channel.ts';
import { Expectations } from '../../../src/core/expectations.ts';
import { listenForTalk, untilSilent } from '../../../src/recordings/silence.ts';
import { pass } from '../../support/call-fixture.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Asterisk, which says of who talks already that he begins as soon as it is asked. */
function asked(events: Expectations<AriEvent>, talksAlready: boolean): Ari {
  const setVariable = async (): Promise<void> => {
    if (talksAlready) events.deliver({ type: 'ChannelTalkingStarted' } as AriEvent);
  };
  return { setVariable } as unknown as Ari; // all that is asked of it
}

/** Listens for 3 s of silence to somebody whose talking the test decides. */
async function listening({ talksAlready = false } = {}) {
  const events = new Expectations<AriEvent>();
  const expectation: SideChannel['expect'] = (...wanted) => events.expect(...wanted);
  const channel = { channelId: 'ear', expect: expectation } as SideChannel; // all that is asked of it
  const stop = new AbortController();
  const began = performance.now();
  const given = { isSilent: false, paused: 0, events, stop, reason: undefined as unknown };
  const elapsed = (): number => performance.now() - began - given.paused;
  const talker = await listenForTalk(asked(events, talksAlready), channel, stop.signal);
  untilSilent(talker, { length: 3_000, elapsed }, stop.signal).then(
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
    const { given } = await listening();
    await pass(2_900);
    expect(given.isSilent).toBe(false);
    await pass(150);
    expect(given.isSilent).toBe(true);
    given.stop.abort();
    expect(given.events.size).toBe(0);
  });

  test('is none where somebody has talked since before it was waited for', async () => {
    const { given, say } = await listening({ talksAlready: true });
    await pass(60_000);
    expect(given.isSilent).toBe(false);
    say('ChannelTalkingFinished');
    await pass(2_400);
    expect(given.isSilent).toBe(false);
    await pass(200);
    expect(given.isSilent).toBe(true);
  });

  test('is counted from the last word, of which Asterisk tells half a second later', async () => {
    const { given, say } = await listening();
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
    const { given } = await listening();
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
    const { given } = await listening();
    const reason = new Error('ended');
    given.stop.abort(reason);
    await pass();
    expect(given.reason).toBe(reason);
    expect(given.events.size).toBe(0);
  });
});
