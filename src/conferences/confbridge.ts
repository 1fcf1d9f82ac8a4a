import type { IdOf } from '../ari/ids.ts';
import { ignoreGone } from '../ari/transport.ts';
import type { Call } from '../calls/call.ts';
import { nowMicros, wireTime } from '../core/clock.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort, within } from '../core/wait.ts';
import type { RoomBridge } from '../ports/room-bridge.ts';
import type { ConfbridgeEventType, ConfbridgeRecord, Participant } from './confbridge-record.ts';
import type { ConferenceRecord } from './conference-record.ts';
import { type Prepare, Room } from './room.ts';

export interface ConfbridgeOptions {
  readonly scope: Scope;
  readonly log: Log;
  /** `over`: the conference that ends with it. */
  readonly onChange: (type: ConfbridgeEventType, record: ConfbridgeRecord, over?: ConferenceRecord) => void;
}

/** How a call joins. */
export interface Joining {
  /** The others do not hear it. */
  readonly isMuted: boolean;
  /** Where so many are in it, the call is refused; 0: no limit but the confbridge's own. */
  readonly maxMembers: number;
  /** Called when it is in. */
  readonly onJoined: () => void;
}

interface Member {
  readonly call: Call;
  /** Resolved when it is to leave. */
  readonly out: PromiseWithResolvers<void>;
  readonly hasLeft: PromiseWithResolvers<void>;
  isMuted: boolean;
  /** Where it is, or is about to be. */
  room?: Room;
  /** When it came in; not yet where missing. */
  tmJoin?: string;
}

/** How long it may take a member to be out who is to leave. */
const patience = 5_000;

/** That a call has left can be lost with the connection; this often Asterisk is asked whether it is still in. */
const checkInterval = 60_000;

/** A confbridge with calls in it, or on their way in or out. */
export class Confbridge {
  readonly #options: ConfbridgeOptions;
  readonly #members = new Map<string, Member>();
  #record: ConfbridgeRecord;
  #room: { readonly scope: Scope; readonly opened: Promise<Room> } | undefined;

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

  /**
   * Brings a call in and resolves when it has left, whoever wanted that; rejects with the signal's reason.
   * @throws ActionError `CONFBRIDGE_FULL`, `BRIDGE_FAILED`, `MUTE_FAILED`
   */
  async join(call: Call, joining: Joining, signal: AbortSignal): Promise<void> {
    const member = this.#seat(call, joining);
    try {
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
    return true;
  }

  /** Plays to all, one after the other; false where there is nobody. */
  async announce(media: readonly string[], prepare?: Prepare): Promise<boolean> {
    const room = this.#inside.length > 0 ? await this.#room?.opened : undefined;
    room?.announce(media, prepare);
    return room !== undefined;
  }

  /** Its bridge, as long as somebody is in it. */
  async bridge(): Promise<RoomBridge | undefined> {
    const room = this.#inside.length > 0 ? await this.#room?.opened : undefined;
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

  get #inside(): readonly Member[] {
    return [...this.#members.values()].filter(({ tmJoin }) => tmJoin !== undefined);
  }

  #seat(call: Call, { isMuted, maxMembers }: Joining): Member {
    const limits = [maxMembers, this.#record.max_members].filter((limit) => limit > 0);
    if (this.#members.size >= Math.min(...limits))
      throw new ActionError('CONFBRIDGE_FULL', 'as many calls as may be are in it already');
    const member = {
      call,
      isMuted,
      out: Promise.withResolvers<void>(),
      hasLeft: Promise.withResolvers<void>(),
    };
    this.#members.set(call.id, member);
    return member;
  }

  /** The bridge in Asterisk, made for the first who comes. */
  #open(call: Call): Promise<Room> {
    if (!this.#room) {
      const scope = this.#options.scope.child();
      const { log } = this.#options;
      // A room that was there before, under another daemon perhaps, may not be gone yet: it was made for another step.
      const words = [this.#record.id, call.id, call.steps.last];
      const id: IdOf = (kind, ...key) => call.ari.id(kind, ...words, ...key);
      this.#room = { scope, opened: Room.open(call, { id, scope, log }) };
    }
    return this.#room.opened;
  }

  async #stay(member: Member, room: Room, { onJoined }: Joining, signal: AbortSignal): Promise<void> {
    const { call, out } = member;
    member.room = room; // from here on it is put out again, unmuted too
    if (member.isMuted) await setMute(call, true, signal);
    await room.bridge.add(call, signal);
    using _hearing = call.incoming.keep();
    member.tmJoin = wireTime(nowMicros());
    this.#membersChanged(room);
    onJoined();
    const gone = Promise.race([room.bridge.whenLeft(call), out.promise]).then(() => true);
    while (!(await within(gone, checkInterval, signal)) && (await room.has(call.channelId, signal)));
  }

  /** The member is out, and so is everything that was for it; the last one takes the bridge along. */
  async #vacate(member: Member): Promise<void> {
    const { call, room, hasLeft } = member;
    // Whoever is being hung up leaves by himself.
    if (room && !call.hangupSignal.aborted) await putOut(member, room);
    this.#members.delete(call.id);
    if (room && member.tmJoin !== undefined) this.#left(room);
    if (this.isEmpty) await this.#close();
    hasLeft.resolve();
  }

  #left(room: Room): void {
    this.#membersChanged(room);
    const [last, ...others] = this.#inside;
    if (this.#record.type === 'connect' && others.length === 0) last?.out.resolve();
  }

  async #close(): Promise<void> {
    const room = this.#room;
    this.#room = undefined;
    await room?.scope.close();
  }

  #membersChanged(room: Room): void {
    const inside = this.#inside;
    const channels = inside.map(({ call }) => [call.channelId, call.id] as const);
    this.#tell('confbridge_updated', { channel_call_ids: Object.fromEntries(channels) });
    room.setMusic(inside.length === 1 && this.#record.type === 'conference');
  }

  #tell(type: ConfbridgeEventType, change: Partial<ConfbridgeRecord>, over?: ConferenceRecord): void {
    this.#record = { ...this.#record, ...change, tm_update: wireTime(nowMicros()) };
    this.#options.onChange(type, this.#record, over);
  }
}

/** Lets members leave, and waits until they have. */
async function dismiss(members: readonly Member[]): Promise<void> {
  for (const { out } of members) out.resolve();
  await within(Promise.all(members.map(({ hasLeft }) => hasLeft.promise)), patience);
}

/** Not hung up, the call goes on elsewhere, and as it was. */
async function putOut({ call, isMuted }: Member, { bridge }: Room): Promise<void> {
  await orWarned(call, bridge.remove(call, call.hangupSignal));
  if (isMuted) await orWarned(call, setMute(call, false, call.hangupSignal));
}

/** Goes on after a failure: it must not keep the rest from being done. */
async function orWarned(call: Call, step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (!call.hangupSignal.aborted) call.log.warn({ error: messageOf(error) }, 'confbridge_not_left');
  }
}

/** @throws ActionError `MUTE_FAILED`; the signal's reason */
async function setMute({ ari, channelId }: Call, isMuted: boolean, signal: AbortSignal): Promise<void> {
  try {
    await ignoreGone(isMuted ? ari.mute(channelId, 'in', signal) : ari.unmute(channelId, 'in', signal));
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('MUTE_FAILED', `Asterisk does not ${isMuted ? '' : 'un'}mute this call`, { cause });
  }
}
