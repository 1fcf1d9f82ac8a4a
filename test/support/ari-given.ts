import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Ari } from '../../src/ari/ari.ts';
import type { AriEvent } from '../../src/ari/events.gen.ts';
import type { AriError } from '../../src/ari/transport.ts';
import type { CallerEnd } from '../../src/simulator/asterisk/channel.ts';
import { until } from './until.ts';

/** An Asterisk, fake or real, and a way to it. */
export interface AriHarness {
  readonly ari: Ari;
  /** Every event of the application, oldest first. */
  readonly events: readonly AriEvent[];
  /** Somebody calls a number. */
  dial(number: string, dial?: { readonly headers?: Record<string, string> }): Promise<ContractCaller>;
  /** A dial string of somebody who can be called. */
  endpoint(name: string): string;
  /** That somebody, as soon as he is called. */
  called(name: string): Promise<ContractParty>;
}

export interface ContractCaller {
  press(digits: string): Promise<void>;
  /** His phone holds the call, or takes it back. */
  hold(isOnHold: boolean): Promise<void>;
  hangup(): Promise<void>;
  readonly ended: Promise<CallerEnd>;
}

/** The far end of a leg. */
export interface ContractParty {
  ring(): void;
  /** 183 with a description. */
  progress(): void;
  answer(): unknown;
  /** 200, with a description of media that Asterisk cannot use. */
  answerMute(): unknown;
  refuse(status: number): void;
  hangup(): unknown;
  readonly ended: Promise<CallerEnd>;
}

/** The phones of the configuration that are there and not there. */
export const registeredPhone = '1001';
export const absentPhone = '1002';

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

/** A leg that is being dialled, and whom it calls. */
export async function givenDialled(harness: AriHarness, { bridgeId }: { bridgeId?: string } = {}) {
  const { id, name } = await givenCreated(harness);
  if (bridgeId !== undefined) {
    await harness.ari.bridges.add(bridgeId, id);
    await entered(harness, bridgeId, id);
  }
  await harness.ari.dial(id);
  return { id, party: await harness.called(name) };
}

/** A leg that is made and calls nobody yet. */
export async function givenCreated(harness: AriHarness) {
  const name = `bob-${randomUUID()}`;
  const id = `leg-${randomUUID()}`;
  await harness.ari.create({ channelId: id, endpoint: harness.endpoint(name), appArgs: 'leg,x' });
  await harnessEvent(harness, 'StasisStart', ({ channel }) => channel.id === id);
  return { id, name };
}

/** A leg that is up. */
export async function givenLeg(harness: AriHarness) {
  const { id, party } = await givenDialled(harness);
  await party.answer();
  await up(harness, id);
  return { id, party };
}

export async function givenBridge(harness: AriHarness): Promise<string> {
  const id = `bridge-${randomUUID()}`;
  await harness.ari.bridges.create(id, 'mixing,dtmf_events');
  return id;
}

/** Somebody who listens to a channel. */
export async function givenSnoop(harness: AriHarness, channelId: string): Promise<string> {
  const id = `snoop-${randomUUID()}`;
  await harness.ari.snoop(channelId, id, { spy: 'both', appArgs: 'snoop,x' });
  await harnessEvent(harness, 'StasisStart', ({ channel }) => channel.id === id);
  return id;
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

export const up = (harness: AriHarness, channelId: string) =>
  harnessEvent(
    harness,
    'ChannelStateChange',
    ({ channel }) => channel.id === channelId && channel.state === 'Up',
  );

export const destroyed = (harness: AriHarness, channelId: string) =>
  harnessEvent(harness, 'ChannelDestroyed', ({ channel }) => channel.id === channelId);

export const entered = (harness: AriHarness, bridgeId: string, channelId: string) =>
  harnessEvent(
    harness,
    'ChannelEnteredBridge',
    ({ bridge, channel }) => bridge.id === bridgeId && channel?.id === channelId,
  );

export const left = (harness: AriHarness, bridgeId: string, channelId: string) =>
  harnessEvent(
    harness,
    'ChannelLeftBridge',
    ({ bridge, channel }) => bridge.id === bridgeId && channel.id === channelId,
  );

/** What has been told about a channel, its playbacks and recordings too, in order: `PlaybackFinished failed`. */
export function told(harness: AriHarness, channelId: string): readonly string[] {
  return harness.events.flatMap((event) => {
    if (event.type === 'ChannelVarset' || event.type === 'ChannelDialplan') return [];
    if (event.type === 'Dial') return event.peer.id === channelId ? [`Dial ${event.dialstatus}`] : [];
    if ('playback' in event)
      return event.playback.target_uri === `channel:${channelId}`
        ? [`${event.type} ${event.playback.state}`]
        : [];
    if ('recording' in event)
      return event.recording.target_uri === `channel:${channelId}`
        ? [`${event.type} ${event.recording.state}`]
        : [];
    if (!('channel' in event) || event.channel?.id !== channelId) return [];
    return event.type === 'ChannelStateChange' ? [`${event.type} ${event.channel.state}`] : [event.type];
  });
}

/** Of a change of state and its `Dial`, either comes first. */
export const isNotDial = (event: string) => !event.startsWith('Dial ');

/** A channel that hangs up is there until its thread has ended. */
export async function gone(harness: AriHarness, channelId: string): Promise<void> {
  const look = () => harness.ari.channel(channelId).catch((error: AriError) => error.status);
  await expect.poll(look, { timeout: 30_000 }).toBe(404);
}

export const status = (code: number) => expect.objectContaining({ name: 'AriError', status: code });
