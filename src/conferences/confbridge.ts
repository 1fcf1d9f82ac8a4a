import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import type { Music } from '../calls/chosen-music.ts';
import { nowMicros, wireTime } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort, within } from '../core/wait.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import type { ConfbridgeEventType, ConfbridgeRecord, Participant } from './confbridge-record.ts';
import type { ConfbridgeState } from './confbridge-state.ts';
import type { ConferenceRecord } from './conference-record.ts';
import { Gate } from './gate.ts';
import { dismiss, leavesBy, type Member, newMember, putOut, setMute } from './member.ts';
import { type Prepare, Room } from './room.ts';

export interface ConfbridgeOptions {
  readonly scope: Scope;
  readonly log: Log;
  readonly onChange: ConfbridgeWriter;
}

/** Changes without a type are no news. `over`: the conference that ends with it. The state is asked for when it is written. */
export type ConfbridgeWriter = (
  type: ConfbridgeEventType | undefined,
  record: ConfbridgeRecord,
  over?: ConferenceRecord,
  state?: () => ConfbridgeState,
) => void;

/** How a call joins. */
export interface Joining {
  /** The others do not hear it. */
  readonly isMuted: boolean;
  /** Where so many are in it, the call is refused; 0: no limit but the confbridge's own. */
  readonly maxMembers: number;
  /** Whether it starts with this call, as with most; one that does not waits with music until it has. */
  readonly startsIt?: boolean | undefined;
  /** Whether the others leave with it. */
  readonly endsIt?: boolean | undefined;
  /** The keys by which its party leaves. */
  readonly leaveKeys?: string | undefined;
  /** Whether the others do not hear what it presses. */
  readonly absorbsDigits?: boolean | undefined;
  /** What it hears while it is alone, or waits; the usual where missing. */
  readonly music?: Music | undefined;
  /** Called when it is in. */
  readonly onJoined: () => void;
}

/** That a call has left can be lost with the connection; this often Asterisk is asked whether it is still in. */
const checkInterval = 60_000;

/** How a confbridge that was left behind goes on. */
export interface Return {
  readonly state: ConfbridgeState;
  /** Those who were in it and live. */
  readonly calls: readonly Call[];
  /** Asterisk has said what it has: the flows go on now. */
  readonly whenCompared: Promise<void>;
}

/** A confbridge with calls in it, or on their way in or out. */
export class Confbridge {
  readonly #options: ConfbridgeOptions;
  readonly #members = new Map<string, Member>();
  readonly #gate = new Gate();
  readonly #state = (): ConfbridgeState => {
    const inside = this.#inside.map(
      ({ call, isMuted, endsIt, tmJoin = '' }) => [call.id, { isMuted, tmJoin, endsIt }] as const,
    );
    const members = Object.fromEntries(inside);
    return { room: this.#madeFor, announced: this.#announced, isStarted: this.#gate.isOpen, members };
  };
  #record: ConfbridgeRecord;
  #room: { readonly scope: Scope; readonly opened: Promise<Room> } | undefined;
  /** The step its room was made at. */
  #madeFor: ConfbridgeState['room'];
  #announced = 0;
  #hadMusic = false;
  /** Where it was left behind: nothing is made in Asterisk before. */
  #whenCompared: Promise<void> | undefined;

  constructor(record: ConfbridgeRecord, options: ConfbridgeOptions) {
    this.#record = record;
    this.#options = options;
  }

  get record(): ConfbridgeRecord {
    return this.#record;
  }

  /** Whether nobody is in it, nor on the way in or out. */
  get isEmpty(): boolean {
    return this.#members.size === 0;
  }

  get participants(): readonly Participant[] {
    return this.#inside.map(({ call, isMuted, tmJoin = '' }) => {
      return { call_id: call.id, muted: isMuted, tm_join: tmJoin };
    });
  }

  /** Those who were in it are, each until his flow comes for him, or he leaves by `forsake`. */
  goOn({ state, calls, whenCompared }: Return): void {
    const { members = {}, announced = 0, room, isStarted = true } = state;
    if (isStarted) this.#gate.open();
    this.#madeFor = room;
    this.#announced = announced;
    this.#whenCompared = whenCompared;
    const before = Object.keys(this.#record.channel_call_ids).length;
    this.#hadMusic = this.#playsMusicTo(before);
    for (const call of calls) {
      const { isMuted = false, tmJoin = this.#record.tm_update, endsIt = false } = members[call.id] ?? {};
      this.#members.set(call.id, newMember(call, { isMuted, tmJoin, endsIt, isLeft: true }));
    }
    if (calls.length < before) this.#membersChanged();
    // What nobody claims is swept away.
    void whenCompared.then(() => this.#opened()?.catch(() => undefined));
  }

  /** The flow of one who was left behind does not come for him. */
  async forsake(callId: string): Promise<void> {
    const member = this.#members.get(callId);
    if (member?.isLeft) await this.#vacate(member);
  }

  /**
   * Brings a call in and resolves when it has left, whoever wanted that; rejects with the signal's reason.
   * @throws ActionError `CONFBRIDGE_FULL`, `BRIDGE_FAILED`, `MUTE_FAILED`
   */
  async join(call: Call, joining: Joining, signal: AbortSignal): Promise<void> {
    const member = this.#seat(call, joining);
    using _keys = leavesBy(member, joining.leaveKeys);
    try {
      const waits = joining.startsIt === false && member.tmJoin === undefined;
      if (waits && !(await this.#gate.pass(member, signal))) return;
      const room = await orAbort(this.#open(call), signal);
      await this.#stay(member, room, joining, signal);
    } finally {
      await this.#vacate(member);
    }
  }

  /** Lets a call leave, to go on with its flow; false where it is not in here. */
  async kick(callId: string): Promise<boolean> {
    const member = this.#members.get(callId);
    if (member) await dismiss([member]);
    return member !== undefined;
  }

  /** Whether the others hear a call; false where it is not in here. @throws ActionError `MUTE_FAILED` */
  async setMuted(callId: string, isMuted: boolean): Promise<boolean> {
    const member = this.#members.get(callId);
    if (!member) return false;
    await setMute(member.call, isMuted, member.call.hangupSignal);
    member.isMuted = isMuted;
    this.#writeDown();
    return true;
  }

  /** Plays to all, one after the other; false where there is nobody. */
  async announce(media: readonly string[], prepare?: Prepare): Promise<boolean> {
    const room = await this.#opened();
    room?.announce(media, prepare);
    return room !== undefined;
  }

  /** Its bridge, as long as somebody is in it. */
  async bridge(): Promise<RoomBridge | undefined> {
    const room = await this.#opened();
    const calls = (): readonly Call[] => this.#inside.map(({ call }) => call);
    return room && { id: this.#record.id, ari: room.ari, bridge: room.bridge, scope: room.scope, calls };
  }

  change(change: Partial<ConfbridgeRecord>): ConfbridgeRecord {
    this.#tell('confbridge_updated', change);
    return this.#record;
  }

  /** Lets all leave and is no more. */
  async end(conference?: ConferenceRecord): Promise<ConfbridgeRecord> {
    await dismiss([...this.#members.values()]);
    const end = { status: 'terminated', tm_delete: wireTime(nowMicros()) } as const;
    this.#tell('confbridge_deleted', end, conference);
    return this.#record;
  }

  /** Its room, where somebody is in it. */
  #opened(): Promise<Room> | undefined {
    const [first] = this.#inside;
    return first && this.#open(first.call);
  }

  get #inside(): readonly Member[] {
    return [...this.#members.values()].filter(({ tmJoin }) => tmJoin !== undefined);
  }

  #seat(call: Call, { isMuted, maxMembers, endsIt = false, music }: Joining): Member {
    const left = this.#members.get(call.id);
    if (left?.isLeft) {
      left.isLeft = false;
      left.music = music;
      return left;
    }
    const limits = [maxMembers, this.#record.max_members].filter((limit) => limit > 0);
    if (this.#members.size >= Math.min(...limits))
      throw new ActionError('CONFBRIDGE_FULL', 'as many calls as may be are in it already');
    const member = newMember(call, { isMuted, endsIt, music });
    this.#members.set(call.id, member);
    return member;
  }

  /** The bridge in Asterisk, made for the first who comes, or left behind. */
  #open(call: Call): Promise<Room> {
    if (!this.#room) {
      const scope = this.#options.scope.child();
      const whenCompared = this.#whenCompared;
      const opened = whenCompared
        ? whenCompared.then(() => this.#make(call, scope))
        : this.#make(call, scope);
      this.#room = { scope, opened };
    }
    return this.#room.opened;
  }

  #make({ ari, id, steps }: Call, scope: Scope): Promise<Room> {
    // A room that was there before, under another daemon perhaps, may not be gone yet: it was made for another step.
    const { callId, step } = this.#madeFor ?? { callId: id, step: steps.last };
    this.#madeFor = { callId, step };
    const idOf: IdOf = (kind, ...key) => ari.id(kind, this.#record.id, callId, step, ...key);
    return Room.open(ari, {
      id: idOf,
      scope,
      log: this.#options.log,
      hasMusic: this.#hadMusic,
      nextAnnouncement: () => {
        this.#announced++;
        this.#writeDown();
        return this.#announced;
      },
    });
  }

  async #stay(
    member: Member,
    room: Room,
    { onJoined, absorbsDigits, startsIt = true }: Joining,
    signal: AbortSignal,
  ): Promise<void> {
    const { call, out } = member;
    using _hiding = absorbsDigits ? call.digits.hide() : undefined;
    member.room = room; // from here on it is put out again, unmuted too
    if (member.isMuted && member.tmJoin === undefined) await setMute(call, true, signal);
    await room.bridge.add(call, signal, { absorbsDtmf: call.digits.isHiding });
    using _hearing = call.incoming.keep();
    if (startsIt) this.#gate.open();
    if (member.tmJoin === undefined) {
      member.tmJoin = wireTime(nowMicros());
      this.#membersChanged(room);
      onJoined();
    } else this.#setMusic(room);
    const gone = Promise.race([room.bridge.whenLeft(call), out.promise]).then(() => true);
    while (!(await within(gone, checkInterval, signal)) && (await room.has(call.channelId, signal)));
  }

  /** The member is out, and so is everything that was for it; the last one takes the bridge along. */
  async #vacate(member: Member): Promise<void> {
    const { call, room, hasLeft } = member;
    // Whoever is being hung up leaves by himself.
    if (room && !call.hangupSignal.aborted) await putOut(member, room);
    this.#members.delete(call.id);
    if (member.tmJoin !== undefined) this.#left(member);
    if (this.isEmpty) await this.#close();
    hasLeft.resolve();
  }

  #left({ room, endsIt }: Member): void {
    this.#membersChanged(room);
    if (endsIt) for (const { out } of this.#members.values()) out.resolve();
    const [last, ...others] = this.#inside;
    if (this.#record.type === 'connect' && others.length === 0) last?.out.resolve();
  }

  async #close(): Promise<void> {
    const room = this.#room;
    this.#room = undefined;
    this.#madeFor = undefined;
    this.#whenCompared = undefined;
    this.#announced = 0;
    this.#hadMusic = false;
    this.#gate.close();
    await room?.scope.close();
  }

  #membersChanged(room?: Room): void {
    const channels = this.#inside.map(({ call }) => [call.channelId, call.id] as const);
    this.#tell('confbridge_updated', { channel_call_ids: Object.fromEntries(channels) });
    if (room) this.#setMusic(room);
    else void this.#room?.opened.then((opened) => this.#setMusic(opened)).catch(() => undefined);
  }

  #setMusic(room: Room): void {
    const inside = this.#inside;
    room.setMusic(this.#playsMusicTo(inside.length), inside[0]?.music);
  }

  /** Whoever is alone in a conference hears music. */
  #playsMusicTo(members: number): boolean {
    return members === 1 && this.#record.type === 'conference';
  }

  #writeDown(): void {
    this.#options.onChange(undefined, this.#record, undefined, this.#state);
  }

  #tell(type: ConfbridgeEventType, change: Partial<ConfbridgeRecord>, over?: ConferenceRecord): void {
    this.#record = { ...this.#record, ...change, tm_update: wireTime(nowMicros()) };
    this.#options.onChange(type, this.#record, over, this.#state);
  }
}
