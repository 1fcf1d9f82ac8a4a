import { neverTime, zeroId } from '../../core/clock.ts';
import { ActionError, AriflowError } from '../../core/errors.ts';
import type { Scope } from '../../core/scope.ts';
import type { Mailbox, MailboxesPort } from '../../ports/voicemail.ts';
import type { Recordings } from '../../recordings/recordings.ts';
import type { VoicemailEventType, VoicemailRecord } from '../../voicemail/voicemail-record.ts';
import { Voicemails } from '../../voicemail/voicemails.ts';
import { byId, type InstalledMailbox } from '../installation.ts';

export interface MemoryVoicemailsOptions {
  readonly mailboxes: readonly InstalledMailbox[];
  readonly recordings: Recordings;
  readonly tell: (type: VoicemailEventType, record: VoicemailRecord) => void;
  readonly scope: Scope;
}

/** Mailboxes and what callers leave in them, in memory. */
export class MemoryVoicemails {
  readonly voicemails: Voicemails;
  readonly #boxes: ReadonlyMap<string, InstalledMailbox>;
  readonly #rows = new Map<string, VoicemailRecord>();

  constructor({ mailboxes, recordings, tell, scope }: MemoryVoicemailsOptions) {
    this.#boxes = byId(mailboxes);
    const all = () => [...this.#rows.values()];
    const shown = () => all().filter(({ tm_delete }) => tm_delete === neverTime);
    this.voicemails = new Voicemails({
      store: {
        ofMailbox: async (id) => shown().filter(({ mailbox_id }) => mailbox_id === id),
        ofRecording: async (id) => shown().filter(({ recording_id }) => recording_id === id),
        withoutRecording: async () => [],
        occupied: async (id) =>
          [...shown(), ...all().filter(({ status }) => status === 'recording')].filter(
            ({ mailbox_id }) => mailbox_id === id,
          ).length,
        mailboxIds: async () => [...new Set(shown().map(({ mailbox_id }) => mailbox_id))],
      },
      mailbox: async (id) => this.#boxes.get(id),
      recordings: {
        over: async (id, signal) => {
          const record = await unlessRefused(recordings.whenOver(id, signal));
          return record && { duration: record.duration, isThere: record.status === 'done' };
        },
        delete: (id) => recordings.delete(id),
      },
      find: async (id) => this.#rows.get(id),
      customerId: zeroId,
      onChange: (type, record) => {
        this.#rows.set(record.id, record);
        if (type) tell(type, record);
      },
      stored: async () => undefined,
      scope: scope.child(),
    });
  }

  readonly mailboxes: MailboxesPort = {
    mailbox: async (id) => shown(this.#boxes.get(id)),
    mailboxOf: async (number) =>
      shown([...this.#boxes.values()].find(({ extension }) => extension === number)),
    checkPin: async (id, pin) => (this.#boxes.get(id)?.pin === pin ? 'right' : 'wrong'),
  };
}

function shown(box: InstalledMailbox | undefined): Mailbox {
  if (!box) throw new ActionError('NOT_FOUND', 'there is no such mailbox');
  const { id, name, greeting, language, max_duration, pin } = box;
  return { id, name, greeting, language, max_duration, has_pin: pin !== '' };
}

async function unlessRefused<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AriflowError) return undefined;
    throw error;
  }
}
