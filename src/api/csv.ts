import type { CallRecord } from '../calls/call-record.ts';
import { neverTime, zeroId } from '../core/clock.ts';

/** A line of RFC 4180. */
export function csvLine(values: readonly string[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

/**
 * What a stranger calls himself is text, also where it looks like a formula: tables reckon with what begins so. A number with
 * its plus stays as it is.
 */
function cell(value: string): string {
  const text = /^[=@＝＠＋－\t\r\n]|^[+-](?![\d\s()./-]*$)/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

type Column = readonly [name: string, read: (call: CallRecord) => string];

const columns: readonly Column[] = [
  ['id', ({ id }) => id],
  ['direction', ({ direction }) => direction],
  ['status', ({ status }) => status],
  ['source_type', ({ source }) => source.type],
  ['source', ({ source }) => source.target],
  ['source_name', ({ source }) => source.target_name ?? ''],
  ['destination_type', ({ destination }) => destination.type],
  ['destination', ({ destination }) => destination.target],
  ['destination_name', ({ destination }) => destination.target_name ?? ''],
  ['tm_create', ({ tm_create }) => tm_create],
  ['tm_ringing', ({ tm_ringing }) => orEmpty(tm_ringing)],
  ['tm_progressing', ({ tm_progressing }) => orEmpty(tm_progressing)],
  ['tm_hangup', ({ tm_hangup }) => orEmpty(tm_hangup)],
  ['seconds', secondsOf],
  ['hangup_by', ({ hangup_by }) => hangup_by],
  ['hangup_reason', ({ hangup_reason }) => hangup_reason],
  ['hangup_cause', ({ hangup_cause }) => String(hangup_cause)],
  ['sip_code', ({ sip_code }) => String(sip_code)],
  ['flow_id', ({ flow_id }) => orNone(flow_id)],
  ['activeflow_id', ({ activeflow_id }) => orNone(activeflow_id)],
  ['master_call_id', ({ master_call_id }) => orNone(master_call_id)],
  ['recording_ids', ({ recording_ids }) => recording_ids.join(' ')],
];

/** The names of what stands in a line for a call. */
export const callColumns: readonly string[] = columns.map(([name]) => name);

export function valuesOf(call: CallRecord): readonly string[] {
  return columns.map(([, read]) => read(call));
}

function orEmpty(time: string): string {
  return time === neverTime ? '' : time;
}

function orNone(id: string): string {
  return id === zeroId ? '' : id;
}

/** How long it was answered; nothing of one that lives, 0 of one that nobody answered. */
function secondsOf({ tm_progressing, tm_hangup }: CallRecord): string {
  if (tm_hangup === neverTime) return '';
  if (tm_progressing === neverTime) return '0';
  return ((Date.parse(`${tm_hangup}Z`) - Date.parse(`${tm_progressing}Z`)) / 1_000).toFixed(3);
}
