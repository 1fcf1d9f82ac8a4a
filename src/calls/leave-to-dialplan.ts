import type { DialplanPlace } from '../ari/requests.ts';
import type { Call } from './call.ts';
import { silence } from './prompt-line.ts';
import { undoOrders } from './standing-orders.ts';
import { trialOf } from './trial.ts';

/** The variables by which dialplans (ours, the documented one) know a channel that was with us before. */
const reentryGuards = ['ARIFLOW_TRIES', 'ARIFLOW_TAKEN'];

/** Gives a call to Asterisk's dialplan, and follows it there until its end. */
export async function leaveToDialplan(call: Call, place: DialplanPlace, signal: AbortSignal): Promise<void> {
  const { ari, channelId } = call;
  using _ = await silence(call, signal);
  await undoOrders(call);
  await ari.subscribe(channelId, signal);
  // Else the dialplan would take a call that comes back to us for one whose end it has to do.
  for (const guard of reentryGuards) await ari.setVariable(channelId, guard, '', signal);
  call.isElsewhere = true;
  try {
    await ari.continueInDialplan(channelId, place, signal);
    trialOf(call)?.taken();
  } catch (error) {
    call.isElsewhere = false;
    throw error;
  }
}
