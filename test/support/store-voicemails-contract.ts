import { expect, test } from 'vitest';
import { neverTime } from '../../src/core/clock.ts';
import type { VoicemailRecord } from '../../src/voicemail/voicemail-record.ts';
import type { GivenStore } from './store-folder.ts';
import { givenRecording } from './store-recordings-contract.ts';
import { givenMailbox, givenVoicemail } from './store-records.ts';

const written = (record: VoicemailRecord) => ({ kind: 'voicemails', record }) as const;

const at = (second: number) => `2022-04-11 00:23:${second}.000000`;

/** Mailboxes, and what is in them. */
export function voicemailContract(given: GivenStore): void {
  test('a mailbox is found by its phone, which has one only', async () => {
    await using fixture = await given();
    const { mailboxes } = fixture.store;
    const [box, none, other] = [givenMailbox({ extension: '1001' }), givenMailbox(), givenMailbox()];
    for (const one of [box, none, other]) await mailboxes.insert(one);
    expect(await mailboxes.ofExtension('1001')).toEqual(box);
    expect(await mailboxes.ofExtension('1002')).toBeUndefined();
    const taken = { problem: 'conflict' };
    await expect(mailboxes.insert(givenMailbox({ extension: '1001' }))).rejects.toMatchObject(taken);
    await expect(mailboxes.update(other.id, { extension: '1001', tm_update: at(59) })).rejects.toMatchObject(
      taken,
    );
    await mailboxes.delete(box.id, at(59));
    expect(await mailboxes.update(other.id, { extension: '1001', tm_update: at(59) })).toBeDefined();
  });

  test('what is in a mailbox is counted and listed, without what nobody is shown', async () => {
    await using fixture = await given();
    const { voicemails } = fixture.store;
    const mailbox_id = 'box';
    const [first, second, being, dropped, deleted, elsewhere] = [
      givenVoicemail({ mailbox_id, tm_create: at(10), status: 'saved' }),
      givenVoicemail({ mailbox_id, tm_create: at(11) }),
      givenVoicemail({ mailbox_id, tm_create: at(12), status: 'recording', tm_delete: at(12) }),
      givenVoicemail({ mailbox_id, tm_create: at(13), status: 'dropped', tm_delete: at(13) }),
      givenVoicemail({ mailbox_id, tm_create: at(14), tm_delete: at(15) }),
      givenVoicemail({ mailbox_id: 'other', tm_create: at(16) }),
    ];
    const live = [first, second, being, dropped, deleted, elsewhere].map(written);
    await fixture.store.commit({ live });
    expect(await voicemails.ofMailbox(mailbox_id)).toEqual([first, second]);
    expect(await voicemails.occupied(mailbox_id)).toBe(3);
    expect(await voicemails.occupied('none')).toBe(0);
    expect(await voicemails.ofRecording(first.recording_id)).toEqual([first]);
    expect(await voicemails.ofRecording(deleted.recording_id)).toEqual([]);
    expect([...(await voicemails.mailboxIds())].sort()).toEqual(['box', 'other']);
    const listed = async (filter: Parameters<typeof voicemails.list>[1]) =>
      (await voicemails.list({ size: 9 }, filter)).result;
    expect(await listed({})).toEqual([elsewhere, second, first]);
    expect(await listed({ mailbox_id, status: 'saved' })).toEqual([first]);
    const store = await fixture.reopen();
    expect(await store.voicemails.unfinished()).toEqual([{ record: being, state: {} }]);
    expect(await store.voicemails.get(being.id)).toBeUndefined();
    expect(await store.voicemails.find(being.id)).toMatchObject({ record: being });
  });

  test('those are found of which there is nothing to be heard any more', async () => {
    await using fixture = await given();
    const { voicemails } = fixture.store;
    const [there, deleted, gone, dropped] = [
      givenRecording({ status: 'done' }),
      givenRecording({ status: 'done', tm_delete: at(20) }),
      givenRecording(),
      givenRecording(),
    ];
    const of = ({ id: recording_id }: { readonly id: string }, fields: Partial<VoicemailRecord> = {}) =>
      givenVoicemail({ recording_id, ...fields });
    const left = [of(there), of(deleted), of(gone), of(dropped, { status: 'dropped', tm_delete: at(13) })];
    await fixture.store.commit({
      live: [
        ...[there, deleted].map((record) => ({ kind: 'recordings', record }) as const),
        ...left.map(written),
      ],
    });
    const found = await voicemails.withoutRecording();
    expect(found.map(({ id }) => id).sort()).toEqual(
      left
        .slice(1, 3)
        .map(({ id }) => id)
        .sort(),
    );
  });

  test('those that are old enough are deleted, and none whose caller is at it', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const old = { tm_create: at(10) };
    const live = [
      givenVoicemail(old),
      givenVoicemail({ ...old, status: 'dropped', tm_delete: at(11) }),
      givenVoicemail({ ...old, status: 'recording', tm_delete: at(10) }),
      givenVoicemail({ tm_create: neverTime }),
    ];
    await store.commit({ live: live.map(written) });
    const before = Date.parse('2022-05-01');
    expect(await store.expire({ kind: 'voicemails', before, limit: 9 })).toBe(2);
  });
}
