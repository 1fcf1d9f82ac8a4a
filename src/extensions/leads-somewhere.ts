import type { Handling } from './extension-record.ts';

/** Whether a call to a phone rings anywhere just now: there, or where its owner wants his calls. */
export function leadsSomewhere({ dnd, forward }: Handling, isRegistered: boolean): boolean {
  const { always, busy, unavailable } = forward;
  if (always !== null) return true;
  if (dnd) return busy !== null;
  return isRegistered || unavailable !== null;
}
