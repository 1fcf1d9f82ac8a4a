/** "Not yet" on the wire. */
export const never = '9999-01-01 00:00:00.000000';
export const zeroId = '00000000-0000-0000-0000-000000000000';

/** `2022-04-11 00:23:54.724620`, which is UTC, as an instant; nothing where it is not yet. */
export function instantOf(wire: string | undefined): Date | undefined {
  if (!wire || wire.startsWith('9999')) return undefined;
  const date = new Date(`${wire.slice(0, 23).replace(' ', 'T')}Z`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

/** What a field for a local time holds, `2022-04-11T02:23`, as times are on the wire, in UTC; nothing where it is none. */
export function wireOf(local: string): string | undefined {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, 23).replace('T', ' ');
}

const sameDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const otherDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** For people, in their own time zone. */
export function timeText(wire: string | undefined): string {
  const date = instantOf(wire);
  if (!date) return '–';
  const isToday = date.toDateString() === new Date().toDateString();
  return (isToday ? sameDay : otherDay).format(date);
}

/** `0001-01-01 00:01:05.200000`, which is so long after the beginning, as `1:05`. */
export function offsetText(wire: string): string {
  const [hours = 0, minutes = 0, seconds = 0] = wire.slice(11).split(':').map(Number);
  return durationText(((hours * 60 + minutes) * 60 + seconds) * 1_000);
}

/** Milliseconds as `1:05` or `2:03:09`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number: number) => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** `tm_create` → `Created`, `ring_timeout` → `Ring timeout`. */
export function label(key: string): string {
  const known = own(labels, key);
  if (known !== undefined) return known;
  const words = key
    .replace(/^tm_/, '')
    .replace(/_ids?$/, '')
    .replaceAll('_', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

const labels: Readonly<Record<string, string>> = {
  id: 'Id',
  tm_create: 'Created',
  tm_update: 'Changed',
  tm_progressing: 'Answered',
  tm_ringing: 'Rang',
  tm_hangup: 'Ended',
  detail: 'Note',
  uri: 'URL',
  dnd: 'Do not disturb',
  body_type: 'Format',
  end_webhook: 'Webhook at the end',
  on_complete_flow_id: 'Flow behind it',
  http_status: 'HTTP status',
  sip_code: 'SIP code',
  sip_reason: 'SIP reason',
  moh: 'Music on hold',
  timezone: 'Time zone',
  tm_transcript: 'At',
  caller_id: 'Caller id',
  allowed_ips: 'Allowed IPs',
  pin: 'PIN',
  has_pin: 'Has a PIN',
};

/** `digits_receive` → `Digits receive` */
export function actionTitle(type: string): string {
  return own(titles, type) ?? label(type);
}

/** Keys that people write may be names of what every object has: `constructor`. */
function own(words: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

const titles: Readonly<Record<string, string>> = {
  webhook_send: 'Webhook',
  amd: 'Answering machine detection',
  moh: 'Music on hold',
  moh_stop: 'Stop music',
  goto: 'Go to',
  talk: 'Talk',
  digits_receive: 'Receive digits',
  digits_send: 'Send digits',
  confbridge_join: 'Join confbridge',
  conference_join: 'Join conference',
  queue_join: 'Join queue',
  variable_set: 'Set variable',
};

export interface Address {
  readonly type: string;
  readonly target: string;
  readonly target_name?: string;
}

export function addressText({ target, target_name }: Address): string {
  return target_name && target_name !== target ? `${target_name} (${target})` : target || 'unknown';
}

export function isZero(id: unknown): boolean {
  return id === zeroId || id === '' || id === undefined;
}
