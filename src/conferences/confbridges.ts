import type { Call } from '../calls/call.ts';
import { neverTime, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import { randomUuid } from '../core/random.ts';
import { orAbort } from '../core/wait.ts';
import type { Change } from '../ports/changes.ts';
import type { ConfbridgeJoining } from '../ports/conferences.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import type { SpeechRequest } from '../ports/speech.ts';
import { Confbridge, type ConfbridgeOptions } from './confbridge.ts';
import type { ConfbridgeRecord, Participant } from './confbridge-record.ts';
import type { LeftConfbridge } from './confbridge-state.ts';
import type { ConferenceRecord } from './conference-record.ts';

export interface ConfbridgesOptions extends ConfbridgeOptions {
  readonly customerId: string;
  /** A confbridge as it was last recorded, also one that was deleted. */
  readonly find: (id: string) => Promise<ConfbridgeRecord | undefined>;
  /** Speaks a text into a file Asterisk can play and resolves to its media URI. */
  readonly speak: (words: SpeechRequest, signal: AbortSignal) => Promise<string>;
  /** Makes a user's URL a file Asterisk can play and resolves to its media URI. */
  readonly fetch: (url: string, signal: AbortSignal) => Promise<string>;
  /** Told when a call has come into a confbridge, and when it is out of it or was not let in. */
  readonly onMember: (moment: 'joined' | 'left', callId: string, confbridgeId: string) => void;
}

/** What a new confbridge is. */
export type NewConfbridge = Partial<
  Pick<ConfbridgeRecord, 'id' | 'reference_type' | 'reference_id' | 'type' | 'max_members'>
>;

/** Every confbridge: those with calls in them live here, the others are records only. */
export class Confbridges {
  readonly #options: ConfbridgesOptions;
  readonly #live = new Map<string, Confbridge>();
  readonly #ending = new Map<string, Promise<unknown>>();
  /** Where those are, by their calls, who were left behind, until their flows have come for them. */
  readonly #left = new Map<string, Confbridge>();

  constructor(options: ConfbridgesOptions) {
    this.#options = options;
  }

  /** How many have calls in them. */
  get size(): number {
    return this.#live.size;
  }

  /**
   * Brings a call into a confbridge, made on first use, and resolves when it has left; rejects with the signal's reason.
   * @throws ActionError `CONFBRIDGE_FULL`, `BRIDGE_FAILED`, `NOT_FOUND` where its conference is over
   */
  async join(call: Call, id: string, joining: ConfbridgeJoining, signal: AbortSignal): Promise<void> {
    const { onMember } = this.#options;
    try {
      const left = this.#comeBack(call, id);
      const known = left ? undefined : await this.#lastRecord(id, signal);
      // From here on without a pause, or it may be gone again.
      const confbridge = left ?? this.#forUse(id, known);
      const onJoined = (): void => {
        onMember('joined', call.id, id);
        this.#announceTo(confbridge, joining.announcement);
      };
      await confbridge.join(call, { ...joining, onJoined }, signal).finally(() => this.#release(confbridge));
    } finally {
      onMember('left', call.id, id);
    }
  }

  /**
   * A confbridge that a daemon which died has left behind goes on, and nobody is told; those who have gone with that daemon have
   * left. False where nobody is left in it.
   */
  restore(
    { record, state = {} }: LeftConfbridge,
    callOf: (id: string) => Call | undefined,
    whenCompared: Promise<void>,
  ): boolean {
    const callIds = Object.values(record.channel_call_ids);
    const calls = callIds.map(callOf).filter((call) => call !== undefined);
    if (calls.length === 0 || this.#live.has(record.id)) return false;
    const confbridge = new Confbridge(record, this.#options);
    this.#live.set(record.id, confbridge);
    confbridge.goOn({ state, calls, whenCompared });
    for (const call of calls) {
      this.#left.set(call.id, confbridge);
      call.scope.defer(() => this.#forsake(call, confbridge));
    }
    return true;
  }

  create(fields: NewConfbridge): ConfbridgeRecord {
    const now = wireTime(nowMicros());
    const record: ConfbridgeRecord = {
      id: fields.id ?? randomUuid(),
      customer_id: this.#options.customerId,
      reference_type: fields.reference_type ?? '',
      reference_id: fields.reference_id ?? zeroId,
      type: fields.type ?? 'conference',
      status: 'progressing',
      channel_call_ids: {},
      tm_create: now,
      tm_update: now,
      tm_delete: neverTime,
      max_members: fields.max_members ?? 0,
    };
    this.#options.onChange('confbridge_created', record);
    return record;
  }

  /** The confbridge as it is now. */
  async get(id: string): Promise<ConfbridgeRecord | undefined> {
    const record = this.#live.get(id)?.record ?? (await this.#options.find(id));
    return record?.tm_delete === neverTime ? record : undefined;
  }

  /** Who is in it; `undefined` where there is no such confbridge. */
  async participants(id: string): Promise<readonly Participant[] | undefined> {
    return (await this.get(id)) && (this.#live.get(id)?.participants ?? []);
  }

  async update(
    id: string,
    { type, max_members }: Pick<Change<ConfbridgeRecord>, 'type' | 'max_members'>,
  ): Promise<ConfbridgeRecord | undefined> {
    const known = await this.get(id);
    return this.#known(id, known)?.change({
      ...(type !== undefined && { type }),
      ...(max_members !== undefined && { max_members }),
    });
  }

  /** Lets all who are in it go on with their flows; it is no more, nor is a conference that ends with it. */
  async delete(id: string, conference?: ConferenceRecord): Promise<ConfbridgeRecord | undefined> {
    const known = await this.get(id);
    const confbridge = this.#known(id, known);
    if (!confbridge || this.#ending.has(id)) return undefined;
    this.#live.delete(id);
    const ended = confbridge.end(conference).finally(() => this.#ending.delete(id));
    this.#ending.set(id, ended);
    return ended;
  }

  /** Lets a call leave; resolves when it has, to false where it is not in it. */
  async kick(id: string, callId: string): Promise<boolean> {
    return (await this.#live.get(id)?.kick(callId)) ?? false;
  }

  /** False where the call is not in it. */
  async setMuted(id: string, callId: string, isMuted: boolean): Promise<boolean> {
    return (await this.#live.get(id)?.setMuted(callId, isMuted)) ?? false;
  }

  /** Its bridge in Asterisk; `undefined` where nobody is in it. */
  async bridge(id: string): Promise<RoomBridge | undefined> {
    return this.#live.get(id)?.bridge();
  }

  /** Says something to all; resolves when it is about to be heard, to false where there is nobody. */
  async talk(id: string, words: SpeechRequest): Promise<boolean> {
    const confbridge = this.#live.get(id);
    if (!confbridge) return false;
    return confbridge.announce([await this.#options.speak(words, this.#options.scope.signal)]);
  }

  /** Plays URLs, and media of Asterisk's, to all, one after the other, without the bad ones; false where there is nobody. */
  async play(id: string, urls: readonly string[]): Promise<boolean> {
    const confbridge = this.#live.get(id);
    if (!confbridge) return false;
    const { fetch } = this.#options;
    return confbridge.announce(urls, fetch);
  }

  /** The confbridge that a call was left behind in. */
  #comeBack(call: Call, id: string): Confbridge | undefined {
    const confbridge = this.#left.get(call.id);
    if (confbridge?.record.id !== id) return undefined;
    this.#left.delete(call.id);
    return confbridge;
  }

  /** It has ended before its flow has come for it. */
  async #forsake(call: Call, confbridge: Confbridge): Promise<void> {
    if (!this.#comeBack(call, confbridge.record.id)) return;
    await confbridge.forsake(call.id);
    this.#release(confbridge);
    this.#options.onMember('left', call.id, confbridge.record.id);
  }

  /** When its end is through, where it is ending. */
  async #lastRecord(id: string, signal: AbortSignal): Promise<ConfbridgeRecord | undefined> {
    await orAbort(this.#ending.get(id) ?? Promise.resolve(), signal);
    return orAbort(this.#options.find(id), signal);
  }

  /** @throws ActionError `NOT_FOUND` */
  #forUse(id: string, known: ConfbridgeRecord | undefined): Confbridge {
    const live = this.#live.get(id);
    if (live) return live;
    const isOver = known?.tm_delete !== neverTime;
    if (known && isOver && known.reference_type === 'conference')
      throw new ActionError('NOT_FOUND', 'the conference is over');
    const confbridge = new Confbridge(known && !isOver ? known : this.create({ id }), this.#options);
    this.#live.set(id, confbridge);
    return confbridge;
  }

  /** To change it; with nobody in it only for that. */
  #known(id: string, known: ConfbridgeRecord | undefined): Confbridge | undefined {
    return this.#live.get(id) ?? (known && new Confbridge(known, this.#options));
  }

  #release(confbridge: Confbridge): void {
    const { id } = confbridge.record;
    if (confbridge.isEmpty && this.#live.get(id) === confbridge) this.#live.delete(id);
  }

  #announceTo(confbridge: Confbridge, words: SpeechRequest | undefined): void {
    if (!words) return;
    const { scope, speak, log } = this.#options;
    scope.spawn('announcement', async (signal) => {
      try {
        await confbridge.announce([await speak(words, signal)]);
      } catch (error) {
        if (!signal.aborted) log.warn({ error: messageOf(error) }, 'announcement_failed');
      }
    });
  }
}
