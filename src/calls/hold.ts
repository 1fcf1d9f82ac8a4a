import type { Call } from './call.ts';

/** Whether Asterisk tells the phone of a hold; else it plays music to it instead, as it is to where another party holds. */
const toldToPhone = 'PJSIP_MOH_PASSTHROUGH()';

/** Tells the phone of a call, by re-INVITE, that it is on hold, or is no longer. What it does then is its own affair. */
export async function setHold(call: Call, isOnHold: boolean, signal: AbortSignal): Promise<void> {
  // Asterisk would wait for that before it answers, and others' requests with it.
  await call.prompts.whenHeard(signal);
  const undo = (): Promise<void> => undoHold(call);
  if (isOnHold) await call.orders.give('hold', () => tell(call, true), undo);
  else await call.orders.takeBack('hold', undo);
}

/** Tells it that it is no longer on hold. */
export function undoHold(call: Call): Promise<void> {
  return tell(call, false);
}

async function tell(call: Call, isOnHold: boolean): Promise<void> {
  const { ari, channelId, hangupSignal: signal } = call;
  await ari.setVariable(channelId, toldToPhone, 'yes', signal);
  await (isOnHold ? ari.hold(channelId, signal) : ari.unhold(channelId, signal));
  call.orders.stands('held', isOnHold);
  await ari.setVariable(channelId, toldToPhone, 'no', signal);
}
