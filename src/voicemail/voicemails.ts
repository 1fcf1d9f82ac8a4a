import type { Call } from '../calls/call.ts';
import { neverTime, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { ActionError, AriflowError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { Semaphore } from '../core/semaphore.ts';
import { within } from '../core/wait.ts';
import type { VoicemailsPort } from '../ports/voicemail.ts';
import type { MailboxRecord } from './mailbox-record.ts';
import type { VoicemailEventType, VoicemailRecord } from './voicemail-record.ts';
import type { VoicemailStore } from './voicemail-store.ts';

/** How a recording has ended, as far as a voicemail needs to know. */
export interface OverRecording {
  readonly duration: number;
  /** Whether there is a file of it. */
  readonly isThere: boolean;
}

export interface VoicemailsOptions {
  readonly store: VoicemailStore;
  readonly mailbox: (id: string) => Promise<MailboxRecord | undefined>;
  readonly recordings: {
    /** Resolves when it is over; nothing where there is none. @throws the signal's reason */
    over(id: string, signal: AbortSignal): Promise<OverRecording | undefined>;
    /** @throws AriflowError `NOT_FOUND`, `CONFLICT` */
    delete(id: string): Promise<unknown>;
  };
  /** The latest form of one, also of one that is not shown. */
  readonly find: (id: string) => Promise<VoicemailRecord | undefined>;
  readonly customerId: string;
  readonly onChange: (type: VoicemailEventType | undefined, record: VoicemailRecord) => void;
  /** Resolves when every change told so far is stored. */
  readonly stored: () => Promise<void>;
  readonly scope: Scope;
}

/** What callers have said into mailboxes, and what they are about to say. */
export class Voicemails implements VoicemailsPort {
  readonly #options: VoicemailsOptions;
  /** By id: those whose callers are at it. */
  readonly #open = new Map<string, VoicemailRecord>();
  readonly #settling = new Map<string, Promise<VoicemailRecord | undefined>>();
  /** Two at once are not both the last one that there is room for. */
  readonly #entrance = new Semaphore(1);
  /** By id: the last of those who change one, or delete it. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: VoicemailsOptions) {
    this.#options = options;
  }

  begin(call: Call, mailboxId: string, id: string): Promise<boolean> {
    return this.#entrance.run(async () => {
      const { store, mailbox, find, stored, customerId } = this.#options;
      if (this.#open.has(id) || (await find(id))) return true; // a daemon that died had begun it
      const box = await mailbox(mailboxId);
      if (!box) throw new ActionError('NOT_FOUND', 'there is no such mailbox');
      await stored();
      if ((await store.occupied(box.id)) >= box.max_messages) return false;
      const now = wireTime(nowMicros());
      const { direction, source, destination } = call.record;
      this.#keep(call, {
        id,
        customer_id: customerId,
        mailbox_id: box.id,
        status: 'recording',
        source: direction === 'incoming' ? source : destination,
        call_id: call.id,
        recording_id: zeroId,
        duration: 0,
        tm_create: now,
        tm_update: now,
        tm_delete: now,
      });
      return true;
    });
  }

  follow(id: string, recording_id: string): void {
    const open = this.#open.get(id);
    if (!open || open.recording_id === recording_id) return;
    const followed = { ...open, recording_id };
    this.#open.set(id, followed);
    this.#options.onChange(undefined, followed);
  }

  async settle(id: string): Promise<VoicemailRecord | undefined> {
    const known = this.#settling.get(id);
    if (known) return known;
    const open = this.#open.get(id);
    if (!open) return this.#shown(id);
    const settling = this.#settle(open).finally(() => this.#settling.delete(id));
    this.#settling.set(id, settling);
    return settling;
  }

  async of(mailboxId: string): Promise<readonly VoicemailRecord[]> {
    await this.#options.stored();
    return this.#options.store.ofMailbox(mailboxId);
  }

  /** @throws AriflowError `NOT_FOUND` */
  async get(id: string): Promise<VoicemailRecord> {
    const record = await this.#shown(id);
    if (!record) throw new AriflowError('NOT_FOUND', 'no such voicemail');
    return record;
  }

  /** @throws AriflowError `NOT_FOUND` */
  save(id: string): Promise<VoicemailRecord> {
    return this.#mark(id, 'saved');
  }

  /** As if nobody had heard it. @throws AriflowError `NOT_FOUND` */
  renew(id: string): Promise<VoicemailRecord> {
    return this.#mark(id, 'new');
  }

  /** With its recording. @throws AriflowError `NOT_FOUND`; `CONFLICT` where that is with another daemon */
  delete(id: string): Promise<VoicemailRecord> {
    return this.#inTurn(id, async () => {
      const record = await this.get(id);
      await unless('NOT_FOUND', this.#options.recordings.delete(record.recording_id));
      return this.#delete(record);
    });
  }

  async remove(id: string): Promise<void> {
    await unless('NOT_FOUND', this.delete(id));
  }

  /** Its recording is gone, and so is what was said. */
  async lost(recordingId: string): Promise<void> {
    await this.#options.stored();
    for (const { id } of await this.#options.store.ofRecording(recordingId)) await this.#forget(id);
  }

  /** Those whose recordings were deleted for their age, or to make room. Answers how many there are. */
  async clearLost(): Promise<number> {
    await this.#options.stored();
    const lost = await this.#options.store.withoutRecording();
    for (const { id } of lost) await this.#forget(id);
    return lost.length;
  }

  /** Deletes all that is in a mailbox; only what was left before, where a time is given. Answers how much that is. */
  async clear(mailboxId: string, before = neverTime): Promise<number> {
    let count = 0;
    for (const { id, tm_create } of await this.of(mailboxId)) {
      if (tm_create >= before) continue;
      await unless('CONFLICT', this.remove(id)); // the daemon that has the file deletes it
      count++;
    }
    return count;
  }

  /** Those whose callers were at it when the daemon died: whoever lives goes on, and of the others that is kept which there is. */
  takeUp(left: readonly VoicemailRecord[], callOf: (id: string) => Call | undefined): void {
    for (const record of left) {
      const call = callOf(record.call_id);
      if (call) this.#keep(call, record);
      else {
        this.#open.set(record.id, record);
        this.#settleBeside(record);
      }
    }
  }

  /** When all calls have ended: waits for those that are being settled, at most so long; the next start settles the others. */
  async close(ms: number): Promise<void> {
    await within(Promise.allSettled(this.#settling.values()), ms);
  }

  #keep(call: Call, record: VoicemailRecord): void {
    this.#open.set(record.id, record);
    this.#options.onChange(undefined, record);
    void call.whenEnded.then(() => this.#settleBeside(record));
  }

  #settleBeside({ id }: VoicemailRecord): void {
    if (this.#open.has(id)) this.#options.scope.spawn('voicemail', () => this.settle(id));
  }

  async #settle({ id, recording_id }: VoicemailRecord): Promise<VoicemailRecord | undefined> {
    const { recordings, onChange, scope } = this.#options;
    const over = recording_id === zeroId ? undefined : await recordings.over(recording_id, scope.signal);
    const open = this.#open.get(id);
    if (!open) return undefined;
    this.#open.delete(id);
    const tm_update = wireTime(nowMicros());
    if (!over?.isThere || !(await this.#isWanted(open))) {
      onChange(undefined, { ...open, status: 'dropped', tm_update, tm_delete: tm_update });
      return undefined;
    }
    const { duration } = over;
    const kept = { ...open, status: 'new', duration, tm_update, tm_delete: neverTime } as const;
    onChange('voicemail_created', kept);
    return kept;
  }

  /** Whether its mailbox is there still; where it is not, its recording goes too. A store that is away says nothing. */
  async #isWanted({ mailbox_id, recording_id }: VoicemailRecord): Promise<boolean> {
    const { mailbox, recordings } = this.#options;
    try {
      if (await mailbox(mailbox_id)) return true;
      await recordings.delete(recording_id);
      return false;
    } catch {
      return true;
    }
  }

  #mark(id: string, status: 'new' | 'saved'): Promise<VoicemailRecord> {
    return this.#inTurn(id, async () => {
      const record = await this.get(id);
      if (record.status === status) return record;
      const marked: VoicemailRecord = { ...record, status, tm_update: wireTime(nowMicros()) };
      this.#options.onChange('voicemail_updated', marked);
      return marked;
    });
  }

  #forget(id: string): Promise<void> {
    return this.#inTurn(id, async () => {
      const record = await this.#shown(id);
      if (record) this.#delete(record);
    });
  }

  /** Two who do something to the same one do it one after the other: else the later would write what the earlier has undone. */
  #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(work);
    const over = turn.then(noMore, noMore);
    this.#turns.set(id, over);
    void over.then(() => this.#turns.get(id) === over && this.#turns.delete(id));
    return turn;
  }

  #delete(record: VoicemailRecord): VoicemailRecord {
    const now = wireTime(nowMicros());
    const deleted = { ...record, tm_update: now, tm_delete: now };
    this.#options.onChange('voicemail_deleted', deleted);
    return deleted;
  }

  async #shown(id: string): Promise<VoicemailRecord | undefined> {
    const record = await this.#options.find(id);
    return record?.tm_delete === neverTime ? record : undefined;
  }
}

const noMore = (): void => undefined;

async function unless(reason: AriflowError['reason'], work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AriflowError) || error.reason !== reason) throw error;
  }
}
