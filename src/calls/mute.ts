import type { Ari } from '../ari/ari.ts';
import type { Direction } from '../ari/requests.ts';
import type { Log } from '../core/log.ts';
import { give, inTurn, takeBack } from './standing-orders.ts';

/** What of a call matters here; bridges, which calls know, let a muted one hear again. */
interface Muted {
  readonly ari: Ari;
  readonly channelId: string;
  readonly hangupSignal: AbortSignal;
  readonly log: Log;
}

/** The calls whose party hears nothing. */
const deaf = new WeakSet<object>();

/** `in`: nobody hears the party of a call; `out`: the party hears nothing. */
export async function mute(call: Muted, direction: Direction): Promise<void> {
  const { ari, channelId, hangupSignal } = call;
  const order = (): Promise<void> => {
    if (direction !== 'in') deaf.add(call);
    return ari.mute(channelId, direction, hangupSignal);
  };
  await give(call, 'mute', order, () => sendUnmute(call, 'both'));
}

export async function unmute(call: Muted, direction: Direction): Promise<void> {
  const order = (): Promise<void> => sendUnmute(call, direction);
  // The other way may still be muted.
  if (direction === 'both') await takeBack(call, 'mute', order);
  else await inTurn(call, order);
}

/** Whoever is muted `out` is sent what there is while `task` runs: to him Asterisk sends nothing, not even silence. */
export async function sentMeanwhile<T>(call: Muted, task: () => Promise<T>): Promise<T> {
  const { ari, channelId, hangupSignal } = call;
  await inTurn(call, async () => {
    if (deaf.has(call)) await ari.unmute(channelId, 'out', hangupSignal);
  });
  try {
    return await task();
  } finally {
    await inTurn(call, async () => {
      if (deaf.has(call) && !hangupSignal.aborted) await ari.mute(channelId, 'out', hangupSignal);
    });
  }
}

async function sendUnmute(call: Muted, direction: Direction): Promise<void> {
  const { ari, channelId, hangupSignal } = call;
  await ari.unmute(channelId, direction, hangupSignal);
  if (direction !== 'in') deaf.delete(call);
}
