import type { Ari } from '../ari/ari.ts';
import type { ChannelTransfer, StasisStart } from '../ari/events.gen.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { CallRecord } from './call-record.ts';
import type { LeftCall, WrittenCallState } from './call-state.ts';
import type { PageWriter } from './diary.ts';
import type { NewCall } from './first-record.ts';
import type { Written } from './whereabouts.ts';

export type CallEventType =
  | 'call_created'
  | 'call_ringing'
  | 'call_answered'
  | 'call_updated'
  | 'call_transferred'
  | 'call_expiring'
  | 'call_hungup';

/** Takes a new form of a call. Nobody is told of what has no type: it is only written down. */
export type CallWriter = (
  type: CallEventType | undefined,
  record: CallRecord,
  state: () => WrittenCallState,
) => void;

export interface CallOptions extends NewCall {
  readonly ari: Ari;
  readonly channelId: string;
  /** One that a daemon which died has left behind goes on as it was. */
  readonly left?: LeftCall | undefined;
  /** Whether it was answered before it came to us. */
  readonly isUp?: boolean;
  /** Closed when the call is over. */
  readonly scope: Scope;
  readonly log: Log;
  /** No call lives longer, in milliseconds. */
  readonly maxDuration: number;
  /** Its party wants to be replaced by another one (REFER). */
  readonly onTransfer: (event: ChannelTransfer) => void;
  /** The dialplan has given it back to us. */
  readonly onReturn: (event: StasisStart) => void;
  /** Told of every change, in order, once the call has been announced. */
  readonly onChange: CallWriter;
  /** Resolves when what was told of it is in the store. */
  readonly written?: Written | undefined;
  /** Takes what is told of it beside that. */
  readonly onPage?: PageWriter | undefined;
}
