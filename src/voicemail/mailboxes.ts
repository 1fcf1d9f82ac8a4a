import { neverTime, now, nowMicros, wireTime } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Change } from '../ports/changes.ts';
import type { Mailbox, MailboxesPort } from '../ports/voicemail.ts';
import type { MailboxRecord } from './mailbox-record.ts';
import { isPin } from './pin.ts';

export interface MailboxStore {
  get(id: string): Promise<MailboxRecord | undefined>;
  ofExtension(extension: string): Promise<MailboxRecord | undefined>;
  update(
    id: string,
    change: Change<MailboxRecord>,
    how?: { readonly isExpected?: (record: MailboxRecord) => boolean },
  ): Promise<MailboxRecord | undefined>;
}

/** After so many wrong ones in a row nobody's PIN is looked at for so long, in milliseconds. */
const mostWrong = 10;
const lockTime = 15 * 60_000;

/** The mailboxes, and who may open them. */
export class Mailboxes implements MailboxesPort {
  readonly #store: MailboxStore;

  constructor(store: MailboxStore) {
    this.#store = store;
  }

  async mailbox(id: string): Promise<Mailbox> {
    return shown(await this.#store.get(id));
  }

  async mailboxOf(extension: string): Promise<Mailbox> {
    return shown(extension === '' ? undefined : await this.#store.ofExtension(extension));
  }

  /** Each counts as a wrong one until it has been found right: of many at once none is for nothing. */
  async checkPin(id: string, pin: string): Promise<'right' | 'wrong' | 'locked'> {
    const mailbox = await this.#store.get(id);
    if (!mailbox || isLocked(mailbox)) return 'locked';
    const wrong_pins = mailbox.wrong_pins + 1;
    const tm_unlock = wrong_pins % mostWrong === 0 ? wireTime((now() + lockTime) * 1_000) : mailbox.tm_unlock;
    const counted = await this.#store.update(
      id,
      { wrong_pins, tm_unlock, tm_update: wireTime() },
      { isExpected: (stored) => stored.wrong_pins === mailbox.wrong_pins && !isLocked(stored) },
    );
    if (!counted) return this.checkPin(id, pin); // somebody else has tried meanwhile
    if (!(await isPin(pin, mailbox.pin_hash))) return 'wrong';
    await this.#store.update(id, { wrong_pins: 0, tm_unlock: neverLocked, tm_update: wireTime() });
    return 'right';
  }
}

/** Of a mailbox that nobody has tried to open too often. */
export const neverLocked = '';

function isLocked({ tm_unlock, tm_delete }: MailboxRecord): boolean {
  return tm_delete !== neverTime || tm_unlock > wireTime(nowMicros());
}

function shown(record: MailboxRecord | undefined): Mailbox {
  if (!record) throw new ActionError('NOT_FOUND', 'there is no such mailbox');
  const { id, name, greeting, language, max_duration, pin_hash } = record;
  return { id, name, greeting, language, max_duration, has_pin: pin_hash !== '' };
}
