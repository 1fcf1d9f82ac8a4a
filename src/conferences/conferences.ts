import type { Call } from '../calls/call.ts';
import { instantOf, neverTime, now, wireTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { at, orAbort } from '../core/wait.ts';
import type { Change, Changes, Told } from '../ports/changes.ts';
import type { ConferenceEntering } from '../ports/conferences.ts';
import type { Confbridges } from './confbridges.ts';
import type { ConferenceEventType, ConferenceRecord } from './conference-record.ts';
import type { Conferencecalls } from './conferencecalls.ts';

/** Conferences whose ends are to be seen to. */
export interface ConferenceEnds {
  /** Every live conference with a `timeout`. */
  limited(): Promise<readonly ConferenceRecord[]>;
  /** Every conference that is over while its confbridge, which this instance wrote last, is not. */
  halfEnded(): Promise<readonly ConferenceRecord[]>;
}

/** What we need of the store, besides the changes that are told. */
export interface ConferenceRecords extends ConferenceEnds, Pick<Changes<ConferenceRecord>, 'delete'> {
  get(id: string): Promise<ConferenceRecord | undefined>;
}

export interface ConferencesOptions {
  readonly store: ConferenceRecords;
  readonly confbridges: Confbridges;
  readonly conferencecalls: Conferencecalls;
  readonly scope: Scope;
  readonly log: Log;
  readonly told: Told<ConferenceEventType, ConferenceRecord>;
  /** One whose end its confbridge has not told is over. */
  readonly onOver: (conference: ConferenceRecord) => void;
}

/** How long until an end that failed, the store being away, is tried again. */
const retryDelay = 5_000;

/** The conferences. Each has a confbridge, and perhaps an end; every change of one is stored and told. */
export class Conferences {
  readonly #options: ConferencesOptions;
  readonly #timers = new Map<string, Disposable>();

  constructor(options: ConferencesOptions) {
    this.#options = options;
    options.scope.defer(() => {
      for (const timer of this.#timers.values()) timer[Symbol.dispose]();
    });
  }

  /** Sees to the ends of the conferences there are; those that have passed meanwhile, or were cut short, come now. */
  async start(): Promise<void> {
    const { store } = this.#options;
    for (const conference of await store.halfEnded())
      await this.#attempt(conference.id, () => this.#close(conference));
    for (const conference of await store.limited()) this.#watch(conference);
  }

  /** The same as soon as those who are in conferences can go. */
  startAfter(isReady: Promise<void>): void {
    this.#options.scope.spawn('conferences', async (signal) => {
      await orAbort(isReady, signal);
      await this.start();
    });
  }

  async create(conference: ConferenceRecord): Promise<void> {
    await this.#options.told('conference_created').insert(conference);
    await this.#haveConfbridge(conference);
    this.#watch(conference);
  }

  async update(id: string, change: Change<ConferenceRecord>): Promise<ConferenceRecord | undefined> {
    const { told, confbridges } = this.#options;
    const conference = await told('conference_updated').update(id, { ...change, tm_update: wireTime() });
    if (!conference) return undefined;
    const { confbridge_id, type, max_members } = conference;
    if (change.type !== undefined || change.max_members !== undefined)
      await confbridges.update(confbridge_id, { type, max_members });
    this.#watch(conference);
    return conference;
  }

  /**
   * Ends a conference: whoever is in it goes on with his flow. `undefined` where there is none, or no more.
   * @throws as the store does, where something points to it and it is not forced
   */
  async end(id: string, isForced = false): Promise<ConferenceRecord | undefined> {
    const { store, told } = this.#options;
    const now = wireTime();
    const last = { status: 'terminated', tm_end: now } as const;
    // The end of a conference is told with that of its confbridge, or with its deletion where there is none.
    const hasConfbridge = await this.#hasConfbridge(id);
    const records = hasConfbridge ? store : told('conference_deleted');
    const conference = await records.delete(id, now, { isForced, last });
    if (!conference) return undefined;
    this.#forget(id);
    // It cannot be ended again: what is left of its end is tried until it is done.
    if (hasConfbridge) await this.#attempt(id, () => this.#close(conference));
    return conference;
  }

  /** A call is about to join; `undefined` where there is no such conference. */
  async enter(call: Call, { id, ...own }: ConferenceEntering): Promise<ConferenceRecord | undefined> {
    const conference = await this.#options.store.get(id);
    if (!conference || call.isEnded) return conference;
    await this.#haveConfbridge(conference);
    this.#watch(conference);
    this.#options.conferencecalls.begin(call, conference, {
      id: own.conferencecallId,
      activeflow_id: own.activeflowId,
    });
    return conference;
  }

  async #hasConfbridge(id: string): Promise<boolean> {
    const { store, confbridges } = this.#options;
    const conference = await store.get(id);
    return conference !== undefined && (await confbridges.get(conference.confbridge_id)) !== undefined;
  }

  async #haveConfbridge({ id, confbridge_id, type, max_members }: ConferenceRecord): Promise<void> {
    const { confbridges } = this.#options;
    if (await confbridges.get(confbridge_id)) return;
    confbridges.create({
      id: confbridge_id,
      reference_type: 'conference',
      reference_id: id,
      type,
      max_members,
    });
  }

  #watch({ id, timeout, tm_create, tm_delete }: ConferenceRecord): void {
    this.#forget(id);
    if (timeout === 0 || tm_delete !== neverTime) return;
    this.#runAt(instantOf(tm_create) + timeout * 1_000, id, () => this.end(id, true)); // its time is over
  }

  async #close(conference: ConferenceRecord): Promise<void> {
    const { confbridges, onOver } = this.#options;
    if (!(await confbridges.delete(conference.confbridge_id, conference))) onOver(conference);
  }

  #runAt(instant: number, id: string, step: () => Promise<unknown>): void {
    const { scope } = this.#options;
    const timer = at(instant, () => scope.spawn('conference-end', () => this.#attempt(id, step)));
    this.#timers.set(id, timer);
  }

  /** Takes a step of a conference's end; one that fails is taken again later. */
  async #attempt(id: string, step: () => Promise<unknown>): Promise<void> {
    const { scope, log } = this.#options;
    try {
      await step();
    } catch (error) {
      log.warn({ conference: id, error: messageOf(error) }, 'conference_not_ended');
      if (!scope.signal.aborted) this.#runAt(now() + retryDelay, id, step);
    }
  }

  #forget(id: string): void {
    this.#timers.get(id)?.[Symbol.dispose]();
    this.#timers.delete(id);
  }
}
