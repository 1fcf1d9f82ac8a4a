import { randomUUID } from 'node:crypto';
import type { Call } from '../calls/call.ts';
import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import type { ConferenceRecord } from './conference-record.ts';
import type { ConferencecallRecord, ConferencecallStatus } from './conferencecall-record.ts';

export interface ConferencecallsOptions {
  readonly customerId: string;
  readonly onChange: (record: ConferencecallRecord) => void;
}

interface Live {
  readonly record: ConferencecallRecord;
  readonly confbridgeId: string;
}

/** The calls in conferences, or on their way into one. */
export class Conferencecalls {
  readonly #options: ConferencecallsOptions;
  readonly #live = new Map<string, Live>();

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

  /** A call is about to join a conference; at the latest with its end it has left. */
  begin(call: Call, { id: conference_id, confbridge_id }: ConferenceRecord, activeflow_id: string): void {
    this.member('left', call.id, confbridge_id); // one whose first flow went elsewhere
    const now = wireTime(nowMicros());
    const record: ConferencecallRecord = {
      id: randomUUID(),
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
    this.#live.set(record.id, { record, confbridgeId: confbridge_id });
    this.#options.onChange(record);
    call.scope.defer(() => this.#become('leaved', record.id));
  }

  /** A call has come into a confbridge, or is out of it. */
  member(moment: 'joined' | 'left', callId: string, confbridgeId: string): void {
    for (const { record, confbridgeId: its } of this.#live.values()) {
      if (record.reference_id === callId && its === confbridgeId)
        this.#become(moment === 'joined' ? 'joined' : 'leaved', record.id);
    }
  }

  /** It is about to be put out. */
  leaving(id: string): void {
    this.#become('leaving', id);
  }

  #become(status: ConferencecallStatus, id: string): void {
    const live = this.#live.get(id);
    if (!live) return;
    const now = wireTime(nowMicros());
    const isOver = status === 'leaved';
    const record = { ...live.record, status, tm_update: now, tm_delete: isOver ? now : neverTime };
    if (isOver) this.#live.delete(id);
    else this.#live.set(id, { ...live, record });
    this.#options.onChange(record);
  }
}
