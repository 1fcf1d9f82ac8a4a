import { expect, test } from 'vitest';
import { neverTime } from '../../../src/core/clock.ts';
import { AriflowError } from '../../../src/core/errors.ts';
import { Scope } from '../../../src/core/scope.ts';
import type { VoicemailRecord } from '../../../src/voicemail/voicemail-record.ts';
import { Voicemails } from '../../../src/voicemail/voicemails.ts';
import { givenMailbox, givenVoicemail } from '../../support/store-records.ts';

/** With a store that takes a moment for each answer, and one voicemail in it. */
function given() {
  const record = givenVoicemail();
  const rows = new Map([[record.id, record]]);
  const told: string[] = [];
  const deleted: string[] = [];
  const later = async <T>(read: () => T): Promise<T> => {
    const value = read();
    await new Promise((resolve) => setImmediate(resolve));
    return value;
  };
  const shown = () => [...rows.values()].filter(({ tm_delete }) => tm_delete === neverTime);
  const voicemails = new Voicemails({
    store: {
      ofMailbox: () => later(shown),
      ofRecording: () => later(shown),
      withoutRecording: () => later(shown),
      occupied: async () => 0,
      mailboxIds: async () => [],
    },
    mailbox: async () => givenMailbox(),
    recordings: {
      over: async () => undefined,
      delete: (id) =>
        later(() => {
          if (deleted.includes(id)) throw new AriflowError('NOT_FOUND', 'no such recording');
          deleted.push(id);
        }),
    },
    find: (id) => later(() => rows.get(id)),
    customerId: '',
    onChange: (type, changed: VoicemailRecord) => {
      rows.set(changed.id, changed);
      if (type) told.push(type);
    },
    stored: async () => undefined,
    scope: new Scope(() => undefined),
  });
  return { voicemails, id: record.id, told, shown };
}

test('what two do at once to the same one is done once', async () => {
  const { voicemails, id, told, shown } = given();
  await Promise.all([
    voicemails.remove(id),
    voicemails.remove(id),
    voicemails.lost(''),
    voicemails.clearLost(),
  ]);
  expect([told, shown()]).toEqual([['voicemail_deleted'], []]);
});

test('who saves one that is being deleted does not bring it back', async () => {
  for (const saves of [0, 1, 2, 3]) {
    const { voicemails, id, told, shown } = given();
    const saving: Promise<unknown>[] = [];
    const save = () => saving.push(voicemails.save(id).catch(() => undefined));
    const deleting = voicemails.delete(id);
    for (let turn = 0; turn < saves; turn++) await new Promise((resolve) => setImmediate(resolve));
    save();
    await deleting;
    save();
    await Promise.all(saving);
    expect([saves, told, shown()]).toEqual([saves, ['voicemail_deleted'], []]);
  }
});

test('one that was saved a moment ago is deleted as such', async () => {
  const { voicemails, id, told, shown } = given();
  const [saved, deleted] = await Promise.all([voicemails.save(id), voicemails.delete(id)]);
  expect([saved.status, deleted.status]).toEqual(['saved', 'saved']);
  expect([told, shown()]).toEqual([['voicemail_updated', 'voicemail_deleted'], []]);
});
