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

/** Somebody who may talk, as Asterisk tells of the channel that hears him. */
export interface Talker {
  readonly expect: SideChannel['expect'];
  /** Whether he does just now. */
  readonly isTalking: boolean;
}

/**
 * Lets Asterisk tell when somebody talks on a channel. It must not be recording yet: its thread would not answer. From here on it is known
 * whether he talks: whoever has begun before the beep begins no more behind it, and is not silent.
 * @throws ActionError `RECORDING_FAILED`; the signal's reason
 */
export async function listenForTalk(ari: Ari, ear: SideChannel, signal: AbortSignal): Promise<Talker> {
  let isTalking = false;
  const note = (isNow: boolean) => (): boolean => {
    isTalking = isNow;
    return false; // never enough: each time counts, until the signal
  };
  ear.expect('ChannelTalkingStarted', note(true), signal);
  ear.expect('ChannelTalkingFinished', note(false), signal);
  try {
    await ari.setVariable(ear.channelId, 'TALK_DETECT(set)', `${noticed},${threshold}`, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('RECORDING_FAILED', 'Asterisk does not listen for silence', { cause });
  }
  return {
    expect: ear.expect,
    get isTalking() {
      return isTalking;
    },
  };
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
  talker: Talker,
  { length, elapsed, since = 0, onChange }: Silence,
  signal: AbortSignal,
): Promise<void> {
  let silentSince = since;
  for (;;) {
    const remaining = length - (elapsed() - silentSince);
    if (remaining <= 0) return;
    using started = talker.expect('ChannelTalkingStarted', () => true, signal);
    using finished = talker.expect('ChannelTalkingFinished', () => true, signal);
    if (!talker.isTalking && !(await within(started.event, Math.max(step, remaining), signal))) continue;
    onChange?.(undefined);
    await finished.event;
    silentSince = elapsed() - noticed;
    onChange?.(silentSince);
  }
}
