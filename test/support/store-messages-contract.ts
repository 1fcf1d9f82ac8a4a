import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { neverTime, nowMicros, wireTime, zeroId } from '../../src/core/clock.ts';
import type { ConversationRecord } from '../../src/messages/conversation-record.ts';
import { type MessageRecord, type TargetStatus, withTarget } from '../../src/messages/message-record.ts';
import { tel } from './given-messages.ts';
import type { GivenStore } from './store-folder.ts';
import { allPages } from './store-list-contract.ts';

export function givenMessage(
  status: TargetStatus = 'queued',
  fields: Partial<MessageRecord> = {},
): MessageRecord {
  const now = wireTime();
  const target = { status, conversation_id: randomUUID(), reason: '', tm_update: now };
  return {
    ...{ id: randomUUID(), customer_id: zeroId, type: 'sms', source: tel('+4930') },
    targets: [{ destination: tel('+49170'), ...target }],
    ...{ text: 'é\n"', medias: [], direction: status === 'received' ? 'inbound' : 'outbound' },
    ...{ tm_create: now, tm_update: now, tm_delete: neverTime },
    ...fields,
  };
}

const old = () => wireTime(nowMicros() - 7_200_000_000);

const written = (record: MessageRecord, state?: object) =>
  ({ kind: 'messages', record, ...(state && { state: JSON.stringify(state) }) }) as const;

/** What was written to people, and by them. */
export function messageContract(given: GivenStore): void {
  test('a message is found after a restart until nothing is left to be tried, with how far that has come', async () => {
    await using fixture = await given();
    const [waiting, sent, received] = [givenMessage(), givenMessage('sent'), givenMessage('received')];
    const half = givenMessage('queued');
    const both = { ...half, targets: [...sent.targets, ...half.targets] };
    const state = { tries: [2], due: [1_700_000_000_000.5] };
    await fixture.store.commit({
      live: [written(waiting, state), written(sent), written(received), written(both)],
    });
    const store = await fixture.reopen();
    expect(await store.messages.unfinished()).toEqual([
      { record: waiting, state },
      { record: both, state: { tries: [], due: [] } },
    ]);
    await store.commit({
      live: [written(withTarget(waiting, 0, { status: 'failed', reason: 'timeout' }, old()))],
    });
    expect((await store.messages.unfinished()).map(({ record }) => record)).toEqual([both]);
  });

  test('a state that cannot be read is none', async () => {
    await using fixture = await given();
    const message = givenMessage();
    await fixture.store.commit({ live: [written(message, { tries: ['x'] })] });
    expect(await fixture.store.messages.unfinished()).toEqual([{ record: message, state: undefined }]);
  });

  test('lists are newest first, by direction; a deleted one is not seen, and not sent', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const all = [givenMessage(), givenMessage('received'), givenMessage('sent'), givenMessage('received')];
    await store.commit({ live: all.map((record) => written(record)) });
    expect(await allPages((page) => store.messages.list(page), 2)).toEqual(all.toReversed());
    const inbound = await store.messages.list({ size: 9 }, { direction: 'inbound' });
    expect(inbound.result).toEqual([all[3], all[1]]);
    const deleted = { ...all[0]!, tm_delete: wireTime() };
    await store.commit({ live: [written(deleted)] });
    expect(await store.messages.get(deleted.id)).toBeUndefined();
    expect(await store.messages.find(deleted.id)).toMatchObject({ record: deleted });
    expect(await store.messages.unfinished()).toEqual([]);
    expect((await store.messages.list({ size: 9 })).result).toHaveLength(3);
  });

  test('an old one goes when it is settled, and not while it waits', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const aged = { tm_create: old() };
    const messages = [givenMessage('queued', aged), givenMessage('sent', aged), givenMessage('received')];
    await store.commit({ live: messages.map((record) => written(record)) });
    const before = Date.now() - 3_600_000;
    expect(await store.expire({ kind: 'messages', before, limit: 10 })).toBe(1);
    expect((await store.messages.list({ size: 9 })).result).toEqual([messages[2], messages[0]]);
  });

  test('a conversation goes when nobody has written for so long', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const conversation = (tm_update: string): ConversationRecord => ({
      ...{ id: randomUUID(), customer_id: zeroId, type: 'message', source: tel('+4930') },
      ...{ destination: tel('+49170'), tm_create: old(), tm_update, tm_delete: neverTime },
    });
    const [silent, lively] = [conversation(old()), conversation(wireTime())];
    await store.commit({
      live: [silent, lively].map((record) => ({ kind: 'conversations', record }) as const),
    });
    expect(await store.conversations.get(lively.id)).toEqual(lively);
    expect((await store.conversations.list({ size: 9 })).result).toHaveLength(2);
    expect(await store.expire({ kind: 'conversations', before: Date.now() - 3_600_000, limit: 10 })).toBe(1);
    expect((await store.conversations.list({ size: 9 })).result).toEqual([lively]);
  });
}
