import type { Ari } from '../ari/ari.ts';
import type { SideChannel } from '../calls/side-channel.ts';
import { ActionError } from '../core/errors.ts';
import { within } from '../core/wait.ts';

/** How long a speaker may be silent before Asterisk says that he has finished, in milliseconds. */
const noticed = 500;

/** Asterisk's own measure of what is louder than silence. */
const threshold = 256;

/** The least that is waited, so that a pause does not turn waiting into asking. */
const step = 50;

/**
 * Lets Asterisk tell when somebody talks on a channel. It must not be recording yet: its thread would not answer.
 * @throws ActionError `RECORDING_FAILED`; the signal's reason
 */
export async function listenForTalk(ari: Ari, ear: SideChannel, signal: AbortSignal): Promise<void> {
  try {
    await ari.setVariable(ear.channelId, 'TALK_DETECT(set)', `${noticed},${threshold}`, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('RECORDING_FAILED', 'Asterisk does not listen for silence', { cause });
  }
}

export interface Silence {
  /** Of what ends it, in milliseconds. */
  readonly length: number;
  /** Milliseconds of recording so far: pauses do not count. */
  readonly elapsed: () => number;
  /** By that, when it began; with the recording, where missing. */
  readonly since?: number;
  /** Told when it has begun by that; nothing while somebody talks. */
  readonly onChange?: (since: number | undefined) => void;
}

/** Resolves when nobody has talked for so long; rejects with the signal's reason. */
export async function untilSilent(
  ear: SideChannel,
  { length, elapsed, since = 0, onChange }: Silence,
  signal: AbortSignal,
): Promise<void> {
  let silentSince = since;
  for (;;) {
    const remaining = length - (elapsed() - silentSince);
    if (remaining <= 0) return;
    using started = ear.expect('ChannelTalkingStarted', () => true, signal);
    using finished = ear.expect('ChannelTalkingFinished', () => true, signal);
    if (!(await within(started.event, Math.max(step, remaining), signal))) continue;
    onChange?.(undefined);
    await finished.event;
    silentSince = elapsed() - noticed;
    onChange?.(silentSince);
  }
}
