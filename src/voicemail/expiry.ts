import { now, wireTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { sleep } from '../core/wait.ts';
import type { MailboxRecord } from './mailbox-record.ts';
import type { VoicemailStore } from './voicemail-store.ts';
import type { Voicemails } from './voicemails.ts';

export interface ExpiryOptions {
  readonly voicemails: Pick<Voicemails, 'clear' | 'clearLost'>;
  readonly store: Pick<VoicemailStore, 'mailboxIds'>;
  readonly mailbox: (id: string) => Promise<MailboxRecord | undefined>;
  /** How long recordings are kept, in milliseconds: no voicemail is for longer. */
  readonly longest: number;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

const interval = 10 * 60_000;
const day = 24 * 3_600_000;
/** What goes for its age is told of here; so it goes before the store forgets it, and its recording. */
const lead = 2 * interval;

/** Deletes, every few minutes, what has been in a mailbox for longer than that keeps it. */
export async function expireForEver(options: ExpiryOptions, signal: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(interval, signal);
    await expireVoicemails(options);
  }
}

/** Once; what fails is tried again the next time. What a mailbox had that was deleted goes as well, and what cannot be heard any more. */
export async function expireVoicemails(options: ExpiryOptions): Promise<void> {
  const { voicemails, store, mailbox, longest, log } = options;
  try {
    let count = await voicemails.clearLost();
    for (const id of await store.mailboxIds())
      count += await voicemails.clear(id, lastTimeOf(await mailbox(id), longest));
    if (count > 0) log.info({ kind: 'voicemails', count }, 'old_records_deleted');
  } catch (error) {
    log.warn({ kind: 'voicemails', error: messageOf(error) }, 'old_records_not_deleted');
  }
}

/** What was left before is deleted. */
function lastTimeOf(mailbox: MailboxRecord | undefined, longest: number): string {
  if (!mailbox) return wireTime();
  const own = mailbox.keep_days > 0 ? mailbox.keep_days * day : longest;
  return wireTime((now() - Math.min(own, longest - lead)) * 1_000);
}
