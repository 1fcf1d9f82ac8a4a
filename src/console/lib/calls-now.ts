import type { Address } from './format.ts';
import type { WebhookEvent } from './webhook-event.ts';

/** What the page shows of a call. */
export interface Call {
  readonly id: string;
  readonly flow_id: string;
  readonly activeflow_id: string;
  readonly master_call_id: string;
  readonly source: Address;
  readonly destination: Address;
  readonly status: string;
  readonly direction: string;
  readonly action: { readonly id: string; readonly type: string };
  readonly hangup_by: string;
  readonly hangup_reason: string;
  readonly hold: boolean;
  readonly held: boolean;
  readonly mute: string;
  readonly moh: string;
  readonly recording_ids: readonly string[];
  readonly sip_code: number;
  readonly sip_reason: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_progressing: string;
  readonly tm_hangup: string;
}

export type Calls = ReadonlyMap<string, Call>;

/** What was read, but for calls that were told of meanwhile: of those the events know better. */
export function merged(known: Calls, read: readonly Call[], told: ReadonlySet<string>): Calls {
  const calls = new Map<string, Call>();
  for (const call of read) if (!told.has(call.id)) calls.set(call.id, call);
  for (const [id, call] of known) if (told.has(id)) calls.set(id, call);
  return calls;
}

/** The calls after these events: whoever has ended is gone. The same object where none was of a call. */
export function withEvents(calls: Calls, events: readonly WebhookEvent[]): Calls {
  const ofCalls = events.filter(({ type }) => type.startsWith('call_'));
  if (ofCalls.length === 0) return calls;
  const next = new Map(calls);
  for (const { type, data } of ofCalls) {
    const call = data as unknown as Call; // the data of every event of a call
    if (type === 'call_hungup') next.delete(call.id);
    else next.set(call.id, call);
  }
  return next;
}
