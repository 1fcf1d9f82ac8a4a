import { expect, test } from 'vitest';
import type { TraceRecord } from '../../src/calls/diary-entry.ts';
import { nowMicros, wireTime } from '../../src/core/clock.ts';
import {
  type ExternalMediaRecord,
  startedMedia,
  stoppedMedia,
} from '../../src/external-media/external-media-record.ts';
import { leftBehind } from '../../src/storage/left-behind.ts';
import type { GivenStore } from './store-folder.ts';
import { givenCall, givenStored, ofCalls } from './store-records.ts';

const request = {
  externalHost: '203.0.113.5:8000',
  encapsulation: 'rtp',
  connectionType: 'client',
  format: 'ulaw',
  direction: 'both',
} as const;

function givenMedia(id: string, fields: Partial<ExternalMediaRecord> = {}): ExternalMediaRecord {
  const facts = { id, local_ip: '203.0.113.7', local_port: 18_080, media_uri: '' };
  return { ...startedMedia('call', { ...request, id }, facts), ...fields };
}

const media = (record: ExternalMediaRecord) => ({ kind: 'external_medias', record }) as const;

/** What lives, of any kind. */
export function liveContract(given: GivenStore): void {
  test('external media is found after a restart while it runs, and goes with its time when it is over', async () => {
    await using fixture = await given();
    const old = wireTime(nowMicros() - 7_200_000_000);
    const running = givenMedia('running', { tm_create: old });
    const over = stoppedMedia(givenMedia('over', { tm_create: old }), 'hangup');
    await fixture.store.commit({ live: [running, over].map(media) });
    const store = await fixture.reopen();
    expect(await store.external_medias.unfinished()).toEqual([{ record: running, state: {} }]);
    const ofCall = await store.external_medias.list({ size: 9 }, { reference_id: 'call', status: 'stopped' });
    expect(ofCall.result).toEqual([over]);
    const before = Date.now() - 3_600_000;
    expect(await store.expire({ kind: 'external_medias', before, limit: 10 })).toBe(1);
    expect((await store.external_medias.list({ size: 9 })).result).toEqual([running]);
  });

  test('pages of what a call has met are kept in their latest form, by their call, until their time is up', async () => {
    await using fixture = await given();
    const entry = { kind: 'digit', at: 1, end: 1, what: '1' } as const;
    const page = (id: string, call_id: string, hours: number): TraceRecord => {
      const tm_create = wireTime(nowMicros() - hours * 3_600_000_000);
      return { id, call_id, entries: [entry], tm_create };
    };
    const [old, later, others] = [
      page('old', 'call', 3),
      page('later', 'call', 1),
      page('others', 'other', 3),
    ];
    const written = (record: TraceRecord) => ({ kind: 'traces', record }) as const;
    await fixture.store.commit({ live: [old, later, others].map(written) });
    const filled = { ...later, entries: [entry, { ...entry, what: '\u0000' }] };
    await fixture.store.commit({ live: [written(filled)] });
    const store = await fixture.reopen();
    expect((await store.traces.list({ size: 9 }, { call_id: 'call' })).result).toEqual([filled, old]);
    expect(await store.traces.unfinished()).toEqual([]);
    expect(await store.expire({ kind: 'traces', before: Date.now() - 7_200_000, limit: 10 })).toBe(2);
    expect((await store.traces.list({ size: 9 })).result).toEqual([filled]);
  });

  test('a call is known by its channel, unless that came long after it', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const call = givenCall({ tm_create: wireTime(nowMicros()), status: 'hangup' });
    const state = JSON.stringify({ channel: '1700000000.4%2', until: 1 });
    await store.commit({ live: [{ kind: 'calls', record: call, state }] });
    const creationtime = new Date().toISOString().replace('Z', '+0000');
    const later = new Date(Date.now() + 7_200_000).toISOString().replace('Z', '+0000');
    expect(await store.calls.hadChannel({ id: '1700000000.4%2', creationtime })).toBe(true);
    expect(await store.calls.hadChannel({ id: '1700000000.4%2', creationtime: later })).toBe(false);
    expect(await store.calls.hadChannel({ id: '1700000000.4', creationtime })).toBe(false);
    expect(await store.calls.hadChannel({ id: '1700000000.4_2', creationtime })).toBe(false);
  });

  test('what cannot be gone on with is left behind all the same, and that is said once', async () => {
    await using fixture = await given();
    const { store } = fixture;
    const [call, whole, broken] = [givenCall(), givenStored(), givenStored({ state: '{"kept":7}' })];
    const [live] = ofCalls(call);
    if (!live) throw new Error('no call');
    await store.commit({ live: [{ ...live, state: 'broken' }, whole, broken] });
    const lines: object[] = [];
    const log = { warn: (fields: object) => void lines.push(fields) };
    expect(await leftBehind(store, 'calls', log)).toEqual([{ record: call, state: undefined }]);
    const activeflows = await leftBehind(store, 'activeflows', log);
    expect(activeflows.map(({ record }) => record)).toEqual([whole.record, broken.record]);
    expect(activeflows.map(({ state }) => state !== undefined)).toEqual([true, false]);
    expect(lines).toEqual([
      { kind: 'calls', id: call.id },
      { kind: 'activeflows', id: broken.record.id },
    ]);
  });
}
