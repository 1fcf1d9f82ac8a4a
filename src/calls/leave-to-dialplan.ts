import type { DialplanPlace } from '../ari/requests.ts';
import type { Call } from './call.ts';

/** The variables by which dialplans (ours, the documented one) know a channel that was with us before. */
const reentryGuards = ['ARIFLOW_TRIES', 'ARIFLOW_TAKEN'];

/** Gives a call to Asterisk's dialplan, and follows it there until its end. */
export async function leaveToDialplan(call: Call, place: DialplanPlace, signal: AbortSignal): Promise<void> {
  const { ari, channelId } = call;
  using _ = await call.prompts.cutOff(signal);
  await call.orders.undo();
  await ari.subscribe(channelId, signal);
  // Else the dialplan would take a call that comes back to us for one whose end it has to do.
  for (const guard of reentryGuards) await ari.setVariable(channelId, guard, '', signal);
  call.whereabouts.goElsewhere();
  try {
    await call.whereabouts.known(signal);
    await ari.continueInDialplan(channelId, place, signal);
    call.referral.trial?.taken();
  } catch (error) {
    call.whereabouts.comeBack();
    throw error;
  }
}
