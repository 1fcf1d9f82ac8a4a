import { AriError } from '../ari/transport.ts';
import { nowMicros } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { onAbort, within } from '../core/wait.ts';
import type { Call } from './call.ts';
import type { Entry } from './diary-entry.ts';
import { pauseInHold } from './paused-playback.ts';
import { checkMedia, isRecording, type PlaybackState, playbackEnd, playbackState } from './playback-end.ts';
import type { Prompt } from './prompt.ts';

type Ending = 'done' | 'failed' | 'stopped';

/** How long a stopped playback may take to end. */
const stopDeadline = 2_000;

/**
 * Plays one media URI of Asterisk's (`sound:…`, `recording:…`) in the prompt's turn, and waits for its end; the signal, or what
 * skips the prompt, ends it early. Asterisk does not say why a playback failed; its log does.
 * @throws ActionError where Asterisk refuses; the signal's reason
 */
export async function play(prompt: Prompt, media: string, signal: AbortSignal): Promise<Ending> {
  const { call, skip } = prompt;
  try {
    if (!isReady(prompt, media)) await whenReady(prompt, media, AbortSignal.any([signal, skip]));
    signal.throwIfAborted();
    skip.throwIfAborted();
  } catch (error) {
    signal.throwIfAborted();
    if (skip.aborted) return 'stopped';
    throw error;
  }
  const id = prompt.nextId();
  const ask = async (): Promise<void> => {
    prompt.asks();
    await request(call, id, media, signal);
  };
  const heard = call.diary.note({ kind: 'playback', at: nowMicros(), what: nameOf(media) });
  const ending = await hear(call, { id, ask, heard }, { signal, skip });
  prompt.goBehind();
  return ending;
}

/**
 * Waits for the end of what a daemon that died had asked for last: what Asterisk knows no more was heard. Nothing where it had
 * asked for nothing. @throws the signal's reason
 */
export async function hearOut(prompt: Prompt, signal: AbortSignal): Promise<Ending | undefined> {
  const id = prompt.takeLeft();
  if (id === undefined) return undefined;
  const heard = prompt.call.diary.open('playback');
  const ending = await hear(prompt.call, { id, heard }, { signal, skip: prompt.skip });
  prompt.goBehind();
  return ending;
}

/** Nothing that `whenReady` waits for is to be waited for, as of most prompts. */
function isReady({ call, isFirst }: Prompt, media: string): boolean {
  return isFirst && !isRecording(media) && call.record.direction === 'incoming' && !call.hold.isAwaited;
}

async function whenReady(prompt: Prompt, media: string, signal: AbortSignal): Promise<void> {
  const { call } = prompt;
  await prompt.turn(signal);
  await checkMedia(call.ari, media, signal);
  // Nobody hears anything before he has taken the call.
  if (call.record.direction === 'outgoing') await call.answer(signal);
  // While his phone holds he would hear nothing of it.
  await call.hold.over(signal);
}

interface Ends {
  readonly signal: AbortSignal;
  readonly skip: AbortSignal;
}

/** `ask` asks for it, where nobody has before. */
interface Playing {
  readonly id: string;
  readonly ask?: (() => Promise<void>) | undefined;
  /** In the diary of the call. */
  readonly heard: Entry | undefined;
}

async function hear(call: Call, { id, ask, heard }: Playing, { signal, skip }: Ends): Promise<Ending> {
  // For the call's life, not the caller's: a stopped playback must have ended before the next one starts, or the stop hits that.
  using finished = call.expect('PlaybackFinished', ({ playback }) => playback.id === id, call.hangupSignal);
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    void call.ari.endPlayback(id);
  };
  try {
    // From a start on it may have been asked for although that was not written down yet.
    const left = ask && !call.ari.left.isAwaited ? 'gone' : await leftState(call, { id, ask }, signal);
    if (left === 'gone' && !ask) return 'done';
    using _hold = pauseInHold(call, id, left === 'gone' ? undefined : left);
    if (left === 'gone') await ask?.();
    using _skip = onAbort(skip, stop);
    const state = await playbackEnd(call.ari, id, finished.event, signal);
    const ending = isStopped ? 'stopped' : state;
    if (heard && ending !== 'done') heard.data = { result: ending };
    return ending;
  } catch (error) {
    // With a call that is hung up it ends by itself, but a response to the caller would be noted behind it.
    if (signal.aborted && !(call.hangupSignal.aborted && call.isUp)) {
      stop();
      await within(finished.event, stopDeadline).catch(() => undefined);
    }
    throw error;
  } finally {
    if (heard) heard.end = nowMicros();
  }
}

/** How a playback is that a daemon which died may have asked for. */
async function leftState(
  call: Call,
  { id, ask }: Omit<Playing, 'heard'>,
  signal: AbortSignal,
): Promise<PlaybackState> {
  return (await playbackState(call.ari, id, signal)) ?? (ask ? 'gone' : 'going on');
}

/** Where our own files lie is nobody's business. */
function nameOf(media: string): string {
  return media.replace(/:\/.*\//, ':');
}

async function request(call: Call, id: string, media: string, signal: AbortSignal): Promise<void> {
  try {
    await call.ari.play(call.channelId, id, media, signal);
  } catch (cause) {
    signal.throwIfAborted();
    // Without an answer it may be playing all the same.
    if (cause instanceof AriError && cause.status === 0) void call.ari.endPlayback(id);
    throw new ActionError('PLAYBACK_FAILED', 'Asterisk does not play to this call', { cause });
  }
}
