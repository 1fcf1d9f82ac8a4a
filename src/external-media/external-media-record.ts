import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import type {
  ExternalMediaFacts,
  ExternalMediaReason,
  ExternalMediaRequest,
} from '../ports/external-media.ts';

/** External media as the store keeps it, from the moment it began; nobody is shown it. */
export interface ExternalMediaRecord extends ExternalMediaFacts {
  readonly reference_type: 'call';
  /** The call. */
  readonly reference_id: string;
  readonly status: 'started' | 'stopped';
  /** Of a URL the host alone: the rest may be secret. */
  readonly external_host: string;
  readonly encapsulation: ExternalMediaRequest['encapsulation'];
  readonly connection_type: ExternalMediaRequest['connectionType'];
  readonly format: ExternalMediaRequest['format'];
  readonly direction: ExternalMediaRequest['direction'];
  /** Why it is over; empty while it is not. */
  readonly reason: '' | ExternalMediaReason;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
}

export function startedMedia(
  callId: string,
  { externalHost, encapsulation, connectionType, format, direction }: ExternalMediaRequest,
  { id, ...facts }: ExternalMediaFacts,
): ExternalMediaRecord {
  const now = wireTime(nowMicros());
  return {
    id,
    reference_type: 'call',
    reference_id: callId,
    status: 'started',
    external_host: hostIn(externalHost),
    encapsulation,
    connection_type: connectionType,
    format,
    direction,
    ...facts,
    reason: '',
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
  };
}

/** What is told of it. */
export function factsOf({ id, local_ip, local_port, media_uri }: ExternalMediaRecord): ExternalMediaFacts {
  return { id, local_ip, local_port, media_uri };
}

export function stoppedMedia(record: ExternalMediaRecord, reason: ExternalMediaReason): ExternalMediaRecord {
  const now = wireTime(nowMicros());
  return { ...record, status: 'stopped', reason, tm_update: now, tm_delete: now };
}

function hostIn(written: string): string {
  return /^(?:\w+:\/\/)?(?:[^@/]*@)?([^/?#]*)/.exec(written)?.[1] ?? '';
}
