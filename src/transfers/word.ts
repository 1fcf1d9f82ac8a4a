import type { Untaken } from '../calls/trial.ts';

/** What a phone that has asked for a transfer is told of it; Asterisk makes NOTIFYs of 100, 200, 503 and 603 of them. */
export type Word = 'channel_progress' | 'channel_answered' | 'channel_unavailable' | 'channel_declined';

/** Declined is what somebody did not want, or what may not be; else nobody was to be had. */
export function wordFor({ reason, sipCode = 0, code }: Untaken): Word {
  const isDeclined =
    reason === 'busy' || sipCode >= 600 || sipCode === 403 || code === 'DESTINATION_NOT_ALLOWED';
  return isDeclined ? 'channel_declined' : 'channel_unavailable';
}
