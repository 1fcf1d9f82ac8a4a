import type { Call } from '../calls/call.ts';

export const mediaFormats = ['ulaw', 'alaw', 'slin', 'slin16'] as const;

export type MediaFormat = (typeof mediaFormats)[number];

export type Encapsulation = 'rtp' | 'audiosocket' | 'none';

/** What a flow says of external media, completed. */
export interface ExternalMediaRequest {
  readonly id: string;
  /** `host:port`, or a `ws:` or `wss:` URL; of a server the host that will come, `host` or `host:port`, and of a WebSocket nobody. */
  readonly externalHost: string;
  readonly encapsulation: Encapsulation;
  readonly connectionType: 'client' | 'server';
  readonly format: MediaFormat;
  /** Seen from the call: `send` its audio goes out, `receive` the host's audio is heard by the caller. */
  readonly direction: 'both' | 'send' | 'receive';
}

/** What is told of external media. */
export interface ExternalMediaFacts {
  readonly id: string;
  /** Where the host reaches us; empty and 0 where it does not come to us. */
  readonly local_ip: string;
  readonly local_port: number;
  /** The WebSocket that the host is to open; empty where there is none. */
  readonly media_uri: string;
}

/** Why it is over: it was stopped, the call was hung up, the host left or never came, one of the two ends broke. */
export type ExternalMediaReason = 'stopped' | 'hangup' | 'peer_closed' | 'peer_failed' | 'timeout' | 'failed';

/** Who is told: of a start once, and then of its end once. */
export interface ExternalMediaNews {
  /** Whose events these are. */
  readonly activeflowId: string;
  started(media: ExternalMediaFacts): void;
  stopped(media: ExternalMediaFacts, reason: ExternalMediaReason): void;
}

export interface ExternalMediaPort {
  /**
   * Carries a call's audio to a host and back, until it is stopped, the host leaves or the call is hung up. One of this id that a
   * daemon which died has begun goes on.
   * @throws ActionError why it does not; the signal's reason.
   */
  start(
    call: Call,
    request: ExternalMediaRequest,
    tell: ExternalMediaNews,
    signal: AbortSignal,
  ): Promise<ExternalMediaFacts>;
  /** Ends this one of the call's, or with an empty id all; resolves when nothing is left of them. */
  stop(call: Call, id: string): Promise<void>;
}
