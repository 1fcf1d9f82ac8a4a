import { ignoreGone } from '../ari/transport.ts';
import { LifetimeEnded, messageOf } from '../core/errors.ts';
import { betweenPrompts } from './between-prompts.ts';
import type { Call } from './call.ts';

const waitOver = new LifetimeEnded('the music is over');

/**
 * Answers if need be, and lets the caller hear music until `work` is over, however it ends; behind what he is still to hear, for
 * which the work does not wait.
 */
export async function withHoldMusic<T>(call: Call, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  await call.answer(signal);
  const over = new AbortController();
  const music = playMusic(call, AbortSignal.any([signal, over.signal]));
  try {
    return await work();
  } finally {
    over.abort(waitOver);
    await music;
    // Not with the signal: that the wait was given up is no reason for the music to go on.
    if (!call.isEnded) await ignoreGone(call.ari.stopMoh(call.channelId)).catch(() => undefined);
    call.orders.stands('moh', ''); // had it been ordered as well, it is over too
    call.silence.resume();
  }
}

/** Of Asterisk's: it has no other unless somebody configures one. */
const usualClass = 'default';

/** Lets the caller hear music behind what he is still to hear, until that is taken back, or something is played to him. */
export async function orderMusic(call: Call, isWanted: boolean, signal: AbortSignal): Promise<void> {
  const stop = (): Promise<void> => stopMusic(call);
  if (!isWanted) return call.orders.takeBack('moh', stop);
  await call.prompts.whenHeard(signal);
  await call.orders.give('moh', () => startMusic(call), stop);
}

async function startMusic(call: Call): Promise<void> {
  await call.silence.pause();
  try {
    await call.ari.startMoh(call.channelId, call.hangupSignal);
    call.orders.stands('moh', usualClass);
  } catch (error) {
    call.silence.resume();
    throw error;
  }
}

export async function stopMusic(call: Call): Promise<void> {
  await call.ari.stopMoh(call.channelId, call.hangupSignal);
  call.orders.stands('moh', '');
  call.silence.resume();
}

/** Without music the work is done all the same. */
async function playMusic(call: Call, signal: AbortSignal): Promise<void> {
  const order = async (): Promise<void> => {
    await call.silence.pause();
    await call.ari.startMoh(call.channelId, signal);
  };
  try {
    await betweenPrompts(call, order, signal);
  } catch (error) {
    if (!signal.aborted) call.log.warn({ error: messageOf(error) }, 'hold_music_failed');
  }
}
