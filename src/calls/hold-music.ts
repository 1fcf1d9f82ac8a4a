import { ignoreGone } from '../ari/transport.ts';
import { LifetimeEnded, messageOf } from '../core/errors.ts';
import { betweenPrompts } from './between-prompts.ts';
import type { Call } from './call.ts';
import { chooseMusic, type Music, preferMusic } from './chosen-music.ts';
import { usualClass } from './standing-orders.ts';

const waitOver = new LifetimeEnded('the music is over');

/** How somebody waits. */
export interface Waiting {
  /** What he hears; the usual where missing. */
  readonly music?: Music | undefined;
  readonly signal: AbortSignal;
}

/**
 * Answers if need be, and lets the caller hear music until `work` is over, however it ends; behind what he is still to hear, for
 * which the work does not wait.
 */
export async function withHoldMusic<T>(
  call: Call,
  { music, signal }: Waiting,
  work: () => Promise<T>,
): Promise<T> {
  await call.answer(signal);
  const over = new AbortController();
  const playing = playMusic(call, music, AbortSignal.any([signal, over.signal]));
  try {
    return await work();
  } finally {
    over.abort(waitOver);
    await playing;
    // Not with the signal: that the wait was given up is no reason for the music to go on.
    if (!call.isEnded) await ignoreGone(call.ari.stopMoh(call.channelId)).catch(() => undefined);
    call.orders.stands('moh', ''); // had it been ordered as well, it is over too
    call.silence.resume();
  }
}

/** Music that is ordered: as it is called, and its class in Asterisk. */
export interface OrderedMusic {
  readonly name: string;
  readonly class: string;
}

export const usualMusic: OrderedMusic = { name: usualClass, class: usualClass };

/** Lets the caller hear music behind what he is still to hear, until that is taken back, or something is played to him. */
export async function orderMusic(
  call: Call,
  wanted: OrderedMusic | undefined,
  signal: AbortSignal,
): Promise<void> {
  const stop = (): Promise<void> => stopMusic(call);
  if (!wanted) return call.orders.takeBack('moh', stop);
  await call.prompts.whenHeard(signal);
  await call.orders.give('moh', () => startMusic(call, wanted), stop);
}

async function startMusic(call: Call, { name, class: musicClass }: OrderedMusic): Promise<void> {
  await call.silence.pause();
  try {
    await chooseMusic(call, musicClass, call.hangupSignal);
    await call.ari.startMoh(call.channelId, call.hangupSignal);
    call.orders.stands('moh', name);
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
async function playMusic(call: Call, music: Music | undefined, signal: AbortSignal): Promise<void> {
  const order = async (): Promise<void> => {
    await call.silence.pause();
    await preferMusic(call, music, signal);
    await call.ari.startMoh(call.channelId, signal);
  };
  try {
    await betweenPrompts(call, order, signal);
  } catch (error) {
    if (!signal.aborted) call.log.warn({ error: messageOf(error) }, 'hold_music_failed');
  }
}
