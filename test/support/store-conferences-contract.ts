import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ConfbridgeRecord } from '../../src/conferences/confbridge-record.ts';
import type { ConferenceRecord } from '../../src/conferences/conference-record.ts';
import type { ConferencecallRecord } from '../../src/conferences/conferencecall-record.ts';
import { neverTime, nowMicros, wireTime, zeroId } from '../../src/core/clock.ts';
import { givenConference } from './fake-conferences.ts';
import type { GivenStore } from './store-folder.ts';
import { allPages } from './store-list-contract.ts';

export function givenConfbridge(fields: Partial<ConfbridgeRecord> = {}): ConfbridgeRecord {
  const now = wireTime();
  return {
    id: randomUUID(),
    customer_id: zeroId,
    reference_type: '',
    reference_id: zeroId,
    type: 'conference',
    status: 'progressing',
    channel_call_ids: {},
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
    max_members: 0,
    ...fields,
  };
}

export function givenConferencecall(fields: Partial<ConferencecallRecord> = {}): ConferencecallRecord {
  const now = wireTime();
  return {
    id: randomUUID(),
    customer_id: zeroId,
    activeflow_id: randomUUID(),
    conference_id: randomUUID(),
    reference_type: 'call',
    reference_id: randomUUID(),
    status: 'joined',
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
    ...fields,
  };
}

const confbridge = (record: ConfbridgeRecord) => ({ kind: 'confbridges', record }) as const;
const conferencecall = (record: ConferencecallRecord) => ({ kind: 'conferencecalls', record }) as const;

/** Where calls meet. */
export function conferencesContract(given: GivenStore): void {
  test('the conferences with an end are known, as long as they live', async () => {
    await using fixture = await given();
    const { conferences } = fixture.store;
    const [endless, timed, over] = [0, 60, 60].map((timeout) => givenConference({ timeout }));
    for (const conference of [endless, timed, over]) if (conference) await conferences.insert(conference);
    await conferences.delete(over?.id ?? '', wireTime());
    const store = await fixture.reopen();
    expect(await store.conferences.limited()).toEqual([timed]);
    await store.conferences.update(timed?.id ?? '', { timeout: 0, tm_update: wireTime() });
    expect(await store.conferences.limited()).toEqual([]);
  });

  test('a conference that is over while its confbridge is not has ended by half', async () => {
    await using fixture = await given();
    const { conferences } = fixture.store;
    const [living, half, whole] = [givenConference(), givenConference(), givenConference()];
    for (const conference of [living, half, whole]) await conferences.insert(conference);
    const itsBridge = ({ id, confbridge_id }: ConferenceRecord, tm_delete = neverTime) =>
      confbridge(
        givenConfbridge({ id: confbridge_id, reference_type: 'conference', reference_id: id, tm_delete }),
      );
    await fixture.store.commit({ live: [itsBridge(living), itsBridge(half), itsBridge(whole, wireTime())] });
    expect(await conferences.halfEnded()).toEqual([]);
    const ended = await conferences.delete(half.id, wireTime());
    await conferences.delete(whole.id, wireTime());
    const store = await fixture.reopen();
    expect(await store.conferences.halfEnded()).toEqual([ended]);
  });

  describe('a confbridge', () => {
    test('expires when it was deleted, or nobody has been in it for so long', async () => {
      await using fixture = await given();
      const tm_update = wireTime(nowMicros() - 7_200_000_000);
      const old = (fields: Partial<ConfbridgeRecord> = {}) =>
        givenConfbridge({ tm_create: tm_update, tm_update, ...fields });
      const ofConference = { reference_type: 'conference', reference_id: randomUUID() } as const;
      const kept = [
        old({ channel_call_ids: { channel: 'call' } }),
        old(ofConference),
        old({ tm_update: wireTime() }),
        old({ tm_delete: wireTime() }),
      ];
      const gone = [old(), old({ ...ofConference, tm_delete: tm_update })];
      await fixture.store.commit({ live: [...kept, ...gone].map(confbridge) });
      const request = { kind: 'confbridges', before: Date.now() - 3_600_000, limit: 1 } as const;
      expect(await fixture.store.expire(request)).toBe(1);
      expect(await fixture.store.expire(request)).toBe(1);
      expect(await fixture.store.expire(request)).toBe(0);
      const found = [...kept, ...gone].map(
        async ({ id }) => (await fixture.store.confbridges.find(id))?.record,
      );
      expect(await Promise.all(found)).toEqual([...kept, undefined, undefined]);
    });

    test('is replaced by its later form, and found with its keys in their order', async () => {
      await using fixture = await given();
      const record = givenConfbridge();
      const later = { ...record, channel_call_ids: { b: 'x', a: 'y' }, tm_update: wireTime() };
      await fixture.store.commit({ live: [confbridge(record), confbridge(later)] });
      expect(JSON.stringify((await fixture.store.confbridges.find(record.id))?.record)).toBe(
        JSON.stringify(later),
      );
      expect(await fixture.store.confbridges.find('nobody')).toBeUndefined();
    });

    test('that was deleted is not listed, and may be made again', async () => {
      await using fixture = await given();
      const { confbridges } = fixture.store;
      const [first, second] = [givenConfbridge(), givenConfbridge()];
      const deleted = { ...first, tm_delete: wireTime() };
      await fixture.store.commit({ live: [first, second, deleted].map(confbridge) });
      expect((await confbridges.list({ size: 10 })).result).toEqual([second]);
      expect((await confbridges.find(first.id))?.record).toEqual(deleted);
      expect(await confbridges.get(first.id)).toBeUndefined();
      await fixture.store.commit({ live: [confbridge({ ...first, tm_create: wireTime() })] });
      expect(await allPages((page) => confbridges.list(page), 1)).toHaveLength(2);
    });

    test('with calls in it is found again after a restart', async () => {
      await using fixture = await given();
      const occupied = givenConfbridge({ channel_call_ids: { channel: 'call' } });
      await fixture.store.commit({ live: [givenConfbridge(), occupied].map(confbridge) });
      const store = await fixture.reopen();
      expect(await store.confbridges.unfinished()).toEqual([{ record: occupied, state: {} }]);
      await store.commit({ live: [confbridge({ ...occupied, channel_call_ids: {} })] });
      expect(await store.confbridges.unfinished()).toEqual([]);
    });
  });

  describe('a call in a conference', () => {
    test('is listed with others of its conference, newest first', async () => {
      await using fixture = await given();
      const { conferencecalls } = fixture.store;
      const conference_id = randomUUID();
      const [first, other, last] = [
        givenConferencecall({ conference_id }),
        givenConferencecall(),
        givenConferencecall({ conference_id }),
      ];
      await fixture.store.commit({ live: [first, other, last].map(conferencecall) });
      const ids = async (filter: object) =>
        (await conferencecalls.list({ size: 10 }, filter)).result.map(({ id }) => id);
      expect(await ids({})).toEqual([last.id, other.id, first.id]);
      expect(await ids({ conference_id })).toEqual([last.id, first.id]);
      expect(await conferencecalls.get(other.id)).toEqual(other);
    });

    test('that had not left is found after a restart; one that had expires when it is old', async () => {
      await using fixture = await given();
      const old = wireTime(nowMicros() - 7_200_000_000);
      const [left, inside] = (['leaved', 'joined'] as const).map((status) =>
        givenConferencecall({ status, tm_create: old }),
      ) as [ConferencecallRecord, ConferencecallRecord];
      await fixture.store.commit({ live: [left, inside].map(conferencecall) });
      const store = await fixture.reopen();
      expect(await store.conferencecalls.unfinished()).toEqual([{ record: inside, state: {} }]);
      const before = Date.now() - 3_600_000;
      expect(await store.expire({ kind: 'conferencecalls', before, limit: 10 })).toBe(1);
      expect((await store.conferencecalls.list({ size: 10 })).result).toEqual([inside]);
    });
  });
}
