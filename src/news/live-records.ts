import type { ConfbridgeRecord } from '../conferences/confbridge-record.ts';
import type { ConferencecallRecord } from '../conferences/conferencecall-record.ts';
import type { QueuecallRecord } from '../queues/queuecall-record.ts';
import type { RecordingRecord } from '../recordings/recording-record.ts';

/** A record of what lives in this daemon, which alone writes it: in its latest form, in batches. Later kinds add theirs here. */
export type LiveRecord =
  | { readonly kind: 'queuecalls'; readonly record: QueuecallRecord }
  | { readonly kind: 'confbridges'; readonly record: ConfbridgeRecord }
  | { readonly kind: 'conferencecalls'; readonly record: ConferencecallRecord }
  | { readonly kind: 'recordings'; readonly record: RecordingRecord };

export type LiveKind = LiveRecord['kind'];

export type LiveRecordOf<K extends LiveKind> = Extract<LiveRecord, { kind: K }>['record'];
