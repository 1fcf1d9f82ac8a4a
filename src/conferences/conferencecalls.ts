import type { Call } from '../calls/call.ts';
import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import { Groups } from '../core/groups.ts';
import type { ConferencecallState, LeftConferencecall } from './confbridge-state.ts';
import type { ConferenceRecord } from './conference-record.ts';
import type { ConferencecallRecord, ConferencecallStatus } from './conferencecall-record.ts';

export interface ConferencecallsOptions {
  readonly customerId: string;
  readonly onChange: (record: ConferencecallRecord, state: ConferencecallState) => void;
}

interface Live {
  readonly record: ConferencecallRecord;
  readonly confbridgeId: string;
}

/** The calls in conferences, or on their way into one. */
export class Conferencecalls {
  readonly #options: ConferencecallsOptions;
  readonly #live = new Map<string, Live>();
  /** The ids of those of each call. */
  readonly #byCall = new Groups<string, string>();

  constructor(options: ConferencecallsOptions) {
    this.#options = options;
  }

  /** One that has not left. */
  get(id: string): ConferencecallRecord | undefined {
    return this.#live.get(id)?.record;
  }

  /** The confbridge of one that has not left. */
  confbridgeOf(id: string): string | undefined {
    return this.#live.get(id)?.confbridgeId;
  }

  /** A call is about to join a conference; at the latest with its end it has left. One that is on its way already, by that id, goes on. */
  begin(
    call: Call,
    { id: conference_id, confbridge_id }: ConferenceRecord,
    { id, activeflow_id }: Pick<ConferencecallRecord, 'id' | 'activeflow_id'>,
  ): void {
    if (this.#live.has(id)) return;
    this.member('left', call.id, confbridge_id); // one whose first flow went elsewhere
    const now = wireTime(nowMicros());
    const record: ConferencecallRecord = {
      id,
      customer_id: this.#options.customerId,
      activeflow_id,
      conference_id,
      reference_type: 'call',
      reference_id: call.id,
      status: 'joining',
      tm_create: now,
      tm_update: now,
      tm_delete: neverTime,
    };
    this.#keep(call, { record, confbridgeId: confbridge_id });
    this.#tell(record, confbridge_id);
  }

  /** One that a daemon which died has left behind goes on, and nobody is told. */
  restore({ record, state }: LeftConferencecall, call: Call): boolean {
    const { confbridge_id: confbridgeId } = state ?? {};
    if (confbridgeId === undefined) return false;
    this.#keep(call, { record, confbridgeId });
    return true;
  }

  /** A call has come into a confbridge, or is out of it. */
  member(moment: 'joined' | 'left', callId: string, confbridgeId: string): void {
    for (const id of this.#byCall.of(callId))
      if (this.confbridgeOf(id) === confbridgeId) this.#become(moment === 'joined' ? 'joined' : 'leaved', id);
  }

  /** It is about to be put out. */
  leaving(id: string): void {
    this.#become('leaving', id);
  }

  #keep(call: Call, live: Live): void {
    const { id } = live.record;
    this.#live.set(id, live);
    this.#byCall.add(call.id, id);
    call.scope.defer(() => this.#become('leaved', id));
  }

  #tell(record: ConferencecallRecord, confbridge_id: string): void {
    this.#options.onChange(record, { confbridge_id });
  }

  #become(status: ConferencecallStatus, id: string): void {
    const live = this.#live.get(id);
    if (!live) return;
    const now = wireTime(nowMicros());
    const isOver = status === 'leaved';
    const record = { ...live.record, status, tm_update: now, tm_delete: isOver ? now : neverTime };
    if (isOver) this.#forget(live);
    else this.#live.set(id, { ...live, record });
    this.#tell(record, live.confbridgeId);
  }
  #forget({ record: { id, reference_id } }: Live): void {
    this.#live.delete(id);
    this.#byCall.delete(reference_id, id);
  }
}
