import { millisOf } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Address } from './address.ts';
import type { CallRecord } from './call-record.ts';

/** The beginning of a call in the log. `log` is no child: one for two lines a call would cost more than the lines. */
export function logStarted(log: Log, record: CallRecord, channel: string): void {
  const { id: call, flow_id: flow, activeflow_id: activeflow, master_call_id: master, direction } = record;
  const [from, to] = [lastDigits(record.source), lastDigits(record.destination)];
  log.info({ call, channel, flow, activeflow, master, direction, from, to }, 'call_started');
}

/** Its end: how long there was a call, in milliseconds, and why there is none any more. */
export function logEnded(log: Log, record: CallRecord, channel?: string): void {
  const { id: call, hangup_by: by, hangup_reason: reason, sip_code: code, hangup_cause: cause } = record;
  const duration = Math.max(0, millisOf(record.tm_hangup) - millisOf(record.tm_create));
  log.info({ call, channel, by, reason, duration, code, cause }, 'call_ended');
}

/** The last two digits of a number, by which its owner knows it again; of one that has no more than two, none. */
export function lastDigits({ type, target }: Pick<Address, 'type' | 'target'>): string {
  const number = type === 'sip' ? userOf(target) : target;
  const digits = type === 'agent' ? '' : number.replace(/[^0-9]/g, '');
  return digits.length > 2 ? digits.slice(-2) : '';
}

/** What stands before the host; there is none where the host is all. */
function userOf(uri: string): string {
  const user = uri.replace(/^sips?:/i, '');
  return user.slice(0, Math.max(0, user.lastIndexOf('@')));
}
