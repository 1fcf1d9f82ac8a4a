import { Confbridges, type ConfbridgesOptions } from '../../src/conferences/confbridges.ts';
import { Conferencecalls } from '../../src/conferences/conferencecalls.ts';
import { Conferences } from '../../src/conferences/conferences.ts';
import { zeroId } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import type { Recorder } from '../../src/news/recorder.ts';
import { toldTo } from '../../src/simulator/memory/told.ts';
import type { Store } from '../../src/storage/store.ts';

export interface StoreConferences extends AsyncDisposable {
  readonly confbridges: Confbridges;
  readonly conferences: Conferences;
  readonly conferencecalls: Conferencecalls;
  /** The types of what was told of conferences and confbridges, oldest first. */
  readonly told: string[];
}

/** Conferences on a real store, in which nobody meets: there is no Asterisk. */
export function storeConferences(store: Store, recorder: Recorder, log: Log): StoreConferences {
  const scope = new Scope((error) => {
    throw error;
  });
  const told: string[] = [];
  const onChange: ConfbridgesOptions['onChange'] = (type, record, over) => {
    if (type) told.push(type);
    if (over) told.push('conference_deleted');
    recorder.record({ live: { kind: 'confbridges', record } });
  };
  const confbridges = new Confbridges({
    customerId: zeroId,
    scope,
    log,
    find: async (id) => (recorder.latest('confbridges', id) ?? (await store.confbridges.find(id)))?.record,
    speak: async () => 'sound:spoken',
    fetch: async () => 'sound:fetched',
    onChange,
    onMember: () => undefined,
  });
  const conferencecalls = new Conferencecalls({
    customerId: zeroId,
    onChange: (record) => recorder.record({ live: { kind: 'conferencecalls', record } }),
  });
  const { conferences: records } = store;
  const conferences = new Conferences({
    store: records,
    confbridges,
    conferencecalls,
    scope,
    log,
    told: toldTo(records, (type) => told.push(type)),
    onOver: () => told.push('conference_deleted'),
  });
  return { confbridges, conferences, conferencecalls, told, [Symbol.asyncDispose]: () => scope.close() };
}
