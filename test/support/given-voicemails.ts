import { randomUUID } from 'node:crypto';
import type { Call } from '../../src/calls/call.ts';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import { ActionError, AriflowError } from '../../src/core/errors.ts';
import type { Scope } from '../../src/core/scope.ts';
import type { Mailbox, MailboxesPort } from '../../src/ports/voicemail.ts';
import type { VoicemailEventType, VoicemailRecord } from '../../src/voicemail/voicemail-record.ts';
import { Voicemails } from '../../src/voicemail/voicemails.ts';
import type { GivenRecordings } from './given-recordings.ts';
import { LiveRows } from './live-rows.ts';
import { givenRecording } from './store-recordings-contract.ts';
import { givenMailbox, givenVoicemail } from './store-records.ts';

interface FakeMailbox extends Mailbox {
  readonly pin: string;
  readonly max_messages: number;
  readonly extension: string;
}

export interface GivenVoicemailsOptions {
  readonly recordings: GivenRecordings;
  readonly scope: Scope;
  readonly before?: GivenVoicemails | undefined;
}

/** Mailboxes and what is in them, without a database; a PIN is looked at without a hash. */
export class GivenVoicemails {
  readonly boxes: Map<string, FakeMailbox>;
  /** The PINs that were tried, oldest first. */
  readonly tried: string[] = [];
  /** Everything told of voicemails, oldest first. */
  readonly told: { readonly type: VoicemailEventType; readonly data: VoicemailRecord }[] = [];
  readonly rows: LiveRows<VoicemailRecord, undefined>;
  readonly voicemails: Voicemails;
  readonly #recordings: GivenRecordings;
  #isDead = false;

  constructor({ recordings, scope, before }: GivenVoicemailsOptions) {
    this.boxes = before?.boxes ?? new Map();
    this.rows = new LiveRows(before?.rows);
    this.told.push(...(before?.told ?? []));
    this.#recordings = recordings;
    const all = () => this.rows.records;
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
      mailbox: async (id) => {
        const box = this.boxes.get(id);
        return box && givenMailbox({ id, max_messages: box.max_messages });
      },
      recordings: {
        over: async (id, signal) => {
          const record = await recordings.recordings.whenOver(id, signal).catch((error: unknown) => {
            if (!(error instanceof AriflowError)) throw error;
            return undefined;
          });
          return record && { duration: record.duration, isThere: record.status === 'done' };
        },
        delete: (id) => recordings.recordings.delete(id),
      },
      find: async (id) => this.rows.get(id),
      customerId: zeroId,
      onChange: (type, data) => {
        if (this.#isDead) return;
        this.rows.write(data);
        if (type) this.told.push({ type, data });
      },
      stored: async () => undefined,
      scope: scope.child(),
    });
  }

  readonly mailboxes: MailboxesPort = {
    mailbox: async (id) => found(this.boxes.get(id)),
    mailboxOf: async (extension) =>
      found([...this.boxes.values()].find((box) => box.extension === extension)),
    checkPin: async (id, pin) => {
      this.tried.push(pin);
      return this.boxes.get(id)?.pin === pin ? 'right' : 'wrong';
    },
  };

  add(fields: Partial<FakeMailbox> = {}): FakeMailbox {
    const { id = randomUUID(), pin = '' } = fields;
    const { name, greeting, language, max_duration, max_messages, extension } = givenMailbox();
    const usual = { id, name, greeting, language, max_duration, max_messages, extension, pin };
    const box = { ...usual, ...fields, has_pin: pin !== '' };
    this.boxes.set(id, box);
    return box;
  }

  /** Something that somebody has said before. */
  leave(mailboxId: string, fields: Partial<VoicemailRecord> = {}): VoicemailRecord {
    const recording = givenRecording();
    this.#recordings.told.push({ type: 'recording_updated', data: recording });
    const tm_create = wireTime();
    const voicemail = givenVoicemail({
      ...{ mailbox_id: mailboxId, recording_id: recording.id, tm_create, tm_update: tm_create },
      ...fields,
    });
    this.rows.write(voicemail);
    return voicemail;
  }

  /** Goes on with what was left. */
  goOn(callOf: (id: string) => Call | undefined): void {
    const left = this.rows.left(({ status }) => status === 'recording');
    this.voicemails.takeUp(
      left.map(({ record }) => record),
      callOf,
    );
  }

  /** Nothing of it reaches anybody any more. */
  die(): void {
    this.#isDead = true;
    this.rows.freeze();
  }

  /** What is in a mailbox, by their status. */
  in(mailboxId: string): readonly VoicemailRecord[] {
    return this.rows.records.filter(
      ({ mailbox_id, tm_delete }) => mailbox_id === mailboxId && tm_delete === neverTime,
    );
  }
}

function found(box: FakeMailbox | undefined): Mailbox {
  if (!box) throw new ActionError('NOT_FOUND', 'there is no such mailbox');
  return box;
}
