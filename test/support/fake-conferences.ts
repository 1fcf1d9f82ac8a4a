import { randomUUID } from 'node:crypto';
import type { ConfbridgeEventType, ConfbridgeRecord } from '../../src/conferences/confbridge-record.ts';
import { Confbridges } from '../../src/conferences/confbridges.ts';
import type { ConferenceEventType, ConferenceRecord } from '../../src/conferences/conference-record.ts';
import type { ConferencecallRecord } from '../../src/conferences/conferencecall-record.ts';
import { Conferencecalls } from '../../src/conferences/conferencecalls.ts';
import { type ConferenceRecords, Conferences } from '../../src/conferences/conferences.ts';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import type { Scope } from '../../src/core/scope.ts';
import type { TellingStore } from '../../src/news/told-records.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { toldTo } from './told-changes.ts';

type Told =
  | { readonly type: ConfbridgeEventType; readonly data: ConfbridgeRecord }
  | { readonly type: ConferenceEventType; readonly data: ConferenceRecord };

export interface FakeConferencesOptions {
  readonly scope: Scope;
  readonly log: Log;
  readonly sounds: Pick<Ports, 'speech' | 'media'>;
}

export function givenConference(fields: Partial<ConferenceRecord> = {}): ConferenceRecord {
  const now = wireTime();
  return {
    id: randomUUID(),
    customer_id: zeroId,
    type: 'conference',
    status: 'progressing',
    name: 'conference',
    detail: '',
    data: {},
    timeout: 0,
    pre_flow_id: zeroId,
    post_flow_id: zeroId,
    tm_end: neverTime,
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
    confbridge_id: randomUUID(),
    max_members: 0,
    ...fields,
  };
}

/** Conferences as the daemon has them, their records in memory. */
export class FakeConferences {
  readonly confbridges: Confbridges;
  readonly conferences: Conferences;
  readonly conferencecalls: Conferencecalls;
  /** Everything told, oldest first. */
  readonly told: Told[] = [];
  readonly records = new Map<string, ConferenceRecord>();
  readonly #calls = new Map<string, ConferencecallRecord>();
  readonly #confbridges = new Map<string, ConfbridgeRecord>();

  constructor({ scope, log, sounds }: FakeConferencesOptions) {
    this.conferencecalls = new Conferencecalls({
      customerId: zeroId,
      onChange: (record) => this.#calls.set(record.id, record),
    });
    this.confbridges = new Confbridges({
      customerId: zeroId,
      scope,
      log,
      find: async (id) => this.#confbridges.get(id),
      speak: (words, signal) => sounds.speech.prompt(words, signal),
      fetch: (url, signal) => sounds.media.fetch(url, signal),
      onChange: (type, data, over) => {
        this.#confbridges.set(data.id, data);
        this.told.push({ type, data });
        if (over) this.told.push({ type: 'conference_deleted', data: over });
      },
      onMember: (...member) => this.conferencecalls.member(...member),
    });
    this.conferences = new Conferences({
      store: this.#store,
      confbridges: this.confbridges,
      conferencecalls: this.conferencecalls,
      scope,
      log,
      told: toldTo(this.#store, (type, data) => this.told.push({ type, data })),
      onOver: (data) => this.told.push({ type: 'conference_deleted', data }),
    });
  }

  get ports(): Pick<Ports, 'confbridges' | 'conferences'> {
    return { confbridges: this.confbridges, conferences: this.conferences };
  }

  /** The statuses of the calls in conferences, in the order the calls came. */
  get statuses(): readonly string[] {
    return [...this.#calls.values()].map(({ status }) => status);
  }

  add(fields: Partial<ConferenceRecord> = {}): ConferenceRecord {
    const conference = givenConference(fields);
    this.records.set(conference.id, conference);
    return conference;
  }

  readonly #store: ConferenceRecords & TellingStore<ConferenceRecord> = {
    insert: async (conference) => {
      this.records.set(conference.id, conference);
    },
    get: async (id) => {
      const conference = this.records.get(id);
      return conference?.tm_delete === neverTime ? conference : undefined;
    },
    update: async (id, change) => {
      const conference = this.records.get(id);
      if (conference?.tm_delete !== neverTime) return undefined;
      const changed = { ...conference, ...change } as ConferenceRecord; // no test sets a field to nothing
      this.records.set(id, changed);
      return changed;
    },
    delete: (id, time, { last } = {}) =>
      this.#store.update(id, { ...last, tm_update: time, tm_delete: time }, {}),
    halfEnded: async () =>
      [...this.records.values()].filter(({ tm_delete, confbridge_id }) => {
        const confbridge = this.#confbridges.get(confbridge_id);
        return tm_delete !== neverTime && confbridge?.tm_delete === neverTime;
      }),
    limited: async () => [...this.records.values()].filter(({ timeout }) => timeout > 0),
  };
}
