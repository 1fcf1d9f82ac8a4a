import type { Ari } from '../ari/ari.ts';

/** Of a call. */
interface Asked {
  readonly ari: Ari;
  readonly channelId: string;
  readonly hangupSignal: AbortSignal;
}

/** Asterisk's word for it; before the answer it says neither yes nor no. */
const question = 'CHANNEL(rtp,hold)';

/** Whether Asterisk has a call down as held by its phone, also where the news of that was lost. */
export async function isHeldByPhone({ ari, channelId, hangupSignal }: Asked): Promise<boolean | undefined> {
  try {
    return (await ari.getVariable(channelId, question, hangupSignal)) === '1';
  } catch {
    return undefined;
  }
}
