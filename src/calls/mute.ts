import type { Direction } from '../ari/ari.ts';
import type { Call } from './call.ts';
import { give, takeBack } from './standing-orders.ts';

/** `in`: nobody hears the party of a call; `out`: the party hears nothing. */
export async function mute(call: Call, direction: Direction): Promise<void> {
  const { ari, channelId, hangupSignal } = call;
  const order = (): Promise<void> => ari.mute(channelId, direction, hangupSignal);
  await give(call, 'mute', order, () => ari.unmute(channelId, 'both', hangupSignal));
}

export async function unmute(call: Call, direction: Direction): Promise<void> {
  const { ari, channelId, hangupSignal } = call;
  const order = (): Promise<void> => ari.unmute(channelId, direction, hangupSignal);
  // The other way may still be muted.
  if (direction === 'both') await takeBack(call, 'mute', order);
  else await order();
}
