import { expect, test } from 'vitest';
import { wireTime } from '../../../src/core/clock.ts';
import { Mailboxes } from '../../../src/voicemail/mailboxes.ts';
import { hashPin } from '../../../src/voicemail/pin.ts';
import { givenStore } from '../../support/store-folder.ts';
import { givenMailbox } from '../../support/store-records.ts';

async function given() {
  const folder = await givenStore();
  const { mailboxes: store } = folder.store;
  const mailbox = givenMailbox({ extension: '1001', pin_hash: await hashPin('4711') });
  await store.insert(mailbox);
  return { folder, store, id: mailbox.id, mailboxes: new Mailboxes(store) };
}

test('a mailbox is found by its id and by its phone, without what opens it', async () => {
  const { folder, id, mailboxes } = await given();
  await using _ = folder;
  const mailbox = await mailboxes.mailbox(id);
  expect(mailbox).toMatchObject({ id, has_pin: true });
  expect(JSON.stringify(mailbox)).not.toContain('scrypt');
  expect(await mailboxes.mailboxOf('1001')).toEqual(mailbox);
  for (const extension of ['1002', ''])
    await expect(mailboxes.mailboxOf(extension)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('after ten wrong PINs in a row, however many come at once, none is looked at for a while', async () => {
  const { folder, store, id, mailboxes } = await given();
  await using _ = folder;
  expect(await mailboxes.checkPin(id, '0000')).toBe('wrong');
  expect(await mailboxes.checkPin(id, '4711')).toBe('right');
  const guesses = await Promise.all(Array.from({ length: 14 }, () => mailboxes.checkPin(id, '1234')));
  expect(guesses.filter((verdict) => verdict === 'wrong')).toHaveLength(10);
  expect(guesses.filter((verdict) => verdict === 'locked')).toHaveLength(4);
  expect(await mailboxes.checkPin(id, '4711')).toBe('locked');
  await store.update(id, { tm_unlock: wireTime((Date.now() - 1_000) * 1_000), tm_update: wireTime() });
  expect(await mailboxes.checkPin(id, '4711')).toBe('right');
  expect(await store.get(id)).toMatchObject({ wrong_pins: 0, tm_unlock: '' });
});

test('a mailbox without a PIN is opened by none', async () => {
  const { folder, store, mailboxes } = await given();
  await using _ = folder;
  const open = givenMailbox();
  await store.insert(open);
  expect(await mailboxes.checkPin(open.id, '')).toBe('wrong');
});
