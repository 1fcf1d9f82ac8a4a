import { expect } from 'vitest';
import type { Ari } from '../../src/ari/ari.ts';
import type { AriEvent } from '../../src/ari/events.gen.ts';
import type { CallerEnd } from './fake-channel.ts';
import { until } from './until.ts';

/** An Asterisk, fake or real, and a way to it. */
export interface AriHarness {
  readonly ari: Ari;
  /** Every event of the application, oldest first. */
  readonly events: readonly AriEvent[];
  /** Somebody calls a number. */
  dial(number: string, dial?: { readonly headers?: Record<string, string> }): Promise<ContractCaller>;
}

export interface ContractCaller {
  press(digits: string): Promise<void>;
  hangup(): Promise<void>;
  readonly ended: Promise<CallerEnd>;
}

/** A sound that is over soon, and one that is not; the fake must have the same. */
export const shortSound = 'sound:beep';
export const longSound = 'sound:demo-congrats';
export const missingSound = 'sound:no-such-sound';

let lastNumber = 7000;

export async function givenChannel(harness: AriHarness, dial: { headers?: Record<string, string> } = {}) {
  const number = String(++lastNumber);
  const caller = await harness.dial(number, dial);
  const { channel, args } = await until(() =>
    harness.events.find((event) => event.type === 'StasisStart' && event.channel.dialplan.exten === number),
  ).then((event) => event as Extract<AriEvent, { type: 'StasisStart' }>);
  return { number, caller, channel, args, id: channel.id };
}

export async function givenAnswered(harness: AriHarness) {
  const given = await givenChannel(harness);
  await harness.ari.answer(given.id);
  await harnessEvent(harness, 'ChannelStateChange', ({ channel }) => channel.id === given.id);
  return given;
}

export function harnessEvent<T extends AriEvent['type']>(
  harness: AriHarness,
  type: T,
  matches: (event: Extract<AriEvent, { type: T }>) => boolean,
): Promise<Extract<AriEvent, { type: T }>> {
  const look = () =>
    harness.events.find(
      (event): event is Extract<AriEvent, { type: T }> =>
        event.type === type && matches(event as Extract<AriEvent, { type: T }>),
    );
  return until(look, { what: `the event ${type}` });
}

export const finished = (harness: AriHarness, playbackId: string) =>
  harnessEvent(harness, 'PlaybackFinished', ({ playback }) => playback.id === playbackId);

export const started = (harness: AriHarness, playbackId: string) =>
  harnessEvent(harness, 'PlaybackStarted', ({ playback }) => playback.id === playbackId);

export const ended = (harness: AriHarness, channelId: string) =>
  harnessEvent(harness, 'StasisEnd', ({ channel }) => channel.id === channelId);

export const status = (code: number) => expect.objectContaining({ name: 'AriError', status: code });
