import type { Ari } from '../ari/ari.ts';
import type { IdOf } from '../ari/ids.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { PromptLine } from './prompt-line.ts';

/** A call, as far as it matters here. */
export interface Warned {
  readonly ari: Ari;
  readonly channelId: string;
  readonly scope: Scope;
  readonly hangupSignal: AbortSignal;
  readonly prompts: PromptLine;
  readonly resourceId: IdOf;
  readonly log: Log;
}

/** The party of a call hears a beep, behind what it hears just now: its time is nearly up. */
export function warnOfEnd(call: Warned): void {
  if (!call.hangupSignal.aborted) call.scope.spawn('warning', () => beep(call));
}

async function beep({ ari, channelId, prompts, resourceId, hangupSignal, log }: Warned): Promise<void> {
  try {
    await prompts.whenHeard(hangupSignal);
    await ari.play(channelId, resourceId('playback'), 'sound:beep', hangupSignal);
  } catch (error) {
    if (!hangupSignal.aborted) log.warn({ error: messageOf(error) }, 'warning_not_played');
  }
}
