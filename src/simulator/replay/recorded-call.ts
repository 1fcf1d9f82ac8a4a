import * as z from 'zod';
import { millisOf, neverTime } from '../../core/clock.ts';

const address = z.object({ target: z.string() });

const call = z.object({
  id: z.string(),
  flow_id: z.string(),
  flow_revision: z.int(),
  activeflow_id: z.string(),
  source: address,
  destination: address,
  status: z.string(),
  hangup_by: z.string(),
  hangup_reason: z.string(),
  tm_create: z.string(),
  tm_hangup: z.string(),
});

const data = z.looseObject({
  flow_revision: z.int().optional(),
  next: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  set: z.array(z.object({ name: z.string(), before: z.string(), after: z.string() })).optional(),
  url: z.string().optional(),
  status: z.int().optional(),
  reply: z.string().optional(),
  content_type: z.string().optional(),
  failure: z.string().optional(),
  tm_ringing: z.string().optional(),
  tm_progressing: z.string().optional(),
  hangup_by: z.string().optional(),
  hangup_reason: z.string().optional(),
});

const event = z.object({
  tm: z.string(),
  tm_end: z.string(),
  type: z.string(),
  what: z.string(),
  id: z.string(),
  step: z.int(),
  data,
});

const timeline = z.object({ is_traced: z.boolean(), is_cut: z.boolean(), events: z.array(event) });

/** A call and its timeline, as the API answers them. */
export const answeredCall = z.object({ call, timeline });

export type AnsweredCall = z.output<typeof answeredCall>;

/** The flow that ran on a call first; the call names the last one. */
export function firstFlow({ call, timeline }: AnsweredCall) {
  const first = timeline.events.find(({ type }) => type === 'flow');
  const { flow_id, flow_revision, activeflow_id } = call;
  if (!first) return { flow_id, flow_revision, activeflow_id };
  return {
    flow_id: first.what,
    flow_revision: first.data.flow_revision ?? 0,
    activeflow_id: first.id,
  };
}

/** Something that a call has met. Times are milliseconds since it began; no end: it went on. */
export interface Met {
  readonly at: number;
  readonly end: number;
  readonly type: string;
  readonly what: string;
  readonly id: string;
  readonly step: number;
  readonly data: z.output<typeof data>;
}

/** A call as it was. */
export interface RecordedCall {
  readonly id: string;
  readonly from: string;
  readonly number: string;
  readonly began: Date;
  /** When it was over, in milliseconds since it began. */
  readonly end: number;
  /** Whether its phone has hung up, or somebody has from outside, before the flow was done. */
  readonly isInterrupted: boolean;
  readonly reason: string;
  readonly isCut: boolean;
  readonly met: readonly Met[];
}

/** @throws Error where it cannot be met once more */
export function recordedCall({ call, timeline }: AnsweredCall): RecordedCall {
  if (call.status !== 'hangup') throw new Error('the call goes on');
  if (!timeline.is_traced) throw new Error('the call was not traced: expected one whose flow has trace');
  const since = (time: string): number =>
    time === neverTime ? Number.POSITIVE_INFINITY : between(call.tm_create, time);
  const met = timeline.events.map(
    ({ tm, tm_end, ...rest }): Met => ({ at: since(tm), end: since(tm_end), ...rest }),
  );
  const last = met.findLast(({ type }) => type === 'action');
  return {
    id: call.id,
    from: call.source.target,
    number: call.destination.target,
    began: new Date(`${call.tm_create.slice(0, 23).replace(' ', 'T')}Z`),
    end: since(call.tm_hangup),
    // Some actions are over with the call, in good order.
    isInterrupted: last?.data.next === 'interrupted' || call.hangup_by === 'remote',
    reason: call.hangup_reason,
    isCut: timeline.is_cut,
    met,
  };
}

/** Milliseconds from one time to another, with their fractions. */
export function between(one: string, other: string): number {
  const fraction = (time: string): number => Number(time.slice(23, 26)) / 1_000;
  return millisOf(other) - millisOf(one) + fraction(other) - fraction(one);
}
