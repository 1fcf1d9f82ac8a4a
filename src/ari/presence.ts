import { systemTime } from '../core/clock.ts';
import type { Ari } from './ari.ts';

/** A global variable of Asterisk's: when we were here for the last time, in seconds of its clock. */
const variable = 'ARIFLOW_SEEN';

/** Says that we are here: calls wait for us in the dialplan, and where we have been away for a minute they do not any more. */
export async function tellPresence(ari: Ari, signal: AbortSignal): Promise<void> {
  await ari.setGlobalVariable(variable, String(Math.floor(systemTime() / 1_000)), signal);
}
