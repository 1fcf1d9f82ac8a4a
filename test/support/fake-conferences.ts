import { randomUUID } from 'node:crypto';
import type { Call } from '../../src/calls/call.ts';
import type { ConfbridgeWriter } from '../../src/conferences/confbridge.ts';
import type { ConfbridgeEventType, ConfbridgeRecord } from '../../src/conferences/confbridge-record.ts';
import {
  type ConfbridgeState,
  type ConferencecallState,
  confbridgeState,
  conferencecallState,
} from '../../src/conferences/confbridge-state.ts';
import { Confbridges } from '../../src/conferences/confbridges.ts';
import type { ConferenceEventType, ConferenceRecord } from '../../src/conferences/conference-record.ts';
import type { ConferencecallRecord } from '../../src/conferences/conferencecall-record.ts';
import { Conferencecalls } from '../../src/conferences/conferencecalls.ts';
import { type ConferenceRecords, Conferences } from '../../src/conferences/conferences.ts';
import { goOnWithRooms } from '../../src/conferences/left-behind.ts';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import type { Scope } from '../../src/core/scope.ts';
import type { TellingStore } from '../../src/news/told-records.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { toldTo } from '../../src/simulator/memory/told.ts';
import { LiveRows } from './live-rows.ts';

type Told =
  | { readonly type: ConfbridgeEventType; readonly data: ConfbridgeRecord }
  | { readonly type: ConferenceEventType; readonly data: ConferenceRecord };

export interface FakeConferencesOptions {
  readonly scope: Scope;
  readonly log: Log;
  readonly sounds: Pick<Ports, 'speech' | 'media'>;
  /** Those of the life before, which was killed. */
  readonly before?: FakeConferences | undefined;
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
    music: '',
    ...fields,
  };
}

/** Conferences as the daemon has them, their records in memory. */
export class FakeConferences {
  readonly confbridges: Confbridges;
  readonly conferences: Conferences;
  readonly conferencecalls: Conferencecalls;
  /** Everything told, oldest first. */
  readonly told: Told[];
  readonly records: Map<string, ConferenceRecord>;
  readonly #calls: LiveRows<ConferencecallRecord, ConferencecallState>;
  readonly #confbridges: LiveRows<ConfbridgeRecord, ConfbridgeState>;
  #isDead = false;

  constructor({ scope, log, sounds, before }: FakeConferencesOptions) {
    this.told = [...(before?.told ?? [])];
    this.records = new Map(before?.records);
    this.#calls = new LiveRows(before?.rows.calls);
    this.#confbridges = new LiveRows(before?.rows.confbridges);
    this.conferencecalls = new Conferencecalls({ customerId: zeroId, onChange: this.#callChanged });
    this.confbridges = new Confbridges({
      customerId: zeroId,
      scope,
      log,
      find: async (id) => this.#confbridges.get(id),
      speak: (words, signal) => sounds.speech.prompt(words, signal),
      fetch: (url, signal) => sounds.media.fetch(url, signal),
      onChange: this.#changed,
      onMember: (...member) => this.conferencecalls.member(...member),
    });
    this.conferences = new Conferences({
      store: this.#store,
      confbridges: this.confbridges,
      conferencecalls: this.conferencecalls,
      scope,
      log,
      told: toldTo(this.#store, (type, data) => this.#tell({ type, data })),
      onOver: (data) => this.#tell({ type: 'conference_deleted', data }),
    });
  }

  /** What is stored of those who meet, and of where. */
  get rows() {
    return { calls: this.#calls, confbridges: this.#confbridges };
  }

  /** Nothing of it reaches the store any more. */
  die(): void {
    this.#isDead = true;
    this.#calls.freeze();
    this.#confbridges.freeze();
  }

  /** What is left of the life before goes on. */
  goOn(calls: {
    readonly callOf: (id: string) => Call | undefined;
    readonly whenCompared: Promise<void>;
  }): void {
    const confbridges = this.#confbridges
      .left(({ channel_call_ids }) => Object.keys(channel_call_ids).length > 0)
      .map(({ record, state }) => ({ record, state: confbridgeState.parse(state) }));
    const conferencecalls = this.#calls
      .left(({ status }) => status !== 'leaved')
      .map(({ record, state }) => ({ record, state: conferencecallState.parse(state) }));
    const { confbridges: rooms, conferencecalls: times, conferences } = this;
    const tell = {
      confbridge: this.#changed,
      conferencecall: (record: ConferencecallRecord) => this.#callChanged(record),
    };
    const goOn = { confbridges: rooms, conferencecalls: times, conferences, tell };
    goOnWithRooms({ confbridges, conferencecalls }, goOn, calls);
  }

  readonly #changed: ConfbridgeWriter = (type, data, over, state) => {
    if (!this.#isDead) this.#confbridges.write(data, state);
    if (type) this.#tell({ type, data });
    if (over) this.#tell({ type: 'conference_deleted', data: over });
  };

  readonly #callChanged = (record: ConferencecallRecord, state?: ConferencecallState): void => {
    if (!this.#isDead) this.#calls.write(record, () => state ?? {});
  };

  #tell(told: Told): void {
    if (!this.#isDead) this.told.push(told);
  }

  get ports(): Pick<Ports, 'confbridges' | 'conferences'> {
    return { confbridges: this.confbridges, conferences: this.conferences };
  }

  /** The calls in conferences, in the order they came. */
  get callRecords(): readonly ConferencecallRecord[] {
    return this.#calls.records;
  }

  /** The statuses of the calls in conferences, in the order the calls came. */
  get statuses(): readonly string[] {
    return this.#calls.records.map(({ status }) => status);
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
