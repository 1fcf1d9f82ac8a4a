/** A channel to make, with an id of ours. */
export interface Creation {
  readonly channelId: string;
  /** A dial string of Asterisk's, `PJSIP/1001`; never anybody's text. */
  readonly endpoint: string;
  readonly appArgs?: string;
  /** The channel whose caller this one is for: shares its formats. */
  readonly originator?: string;
  /** Set before the INVITE goes out; `PJSIP_HEADER(add,X-Name)` adds a header to it. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface Origination extends Creation {
  /** For `Local/…`: the id of the other half. */
  readonly otherChannelId?: string;
  readonly callerId?: string;
  /** Seconds. */
  readonly timeout?: number;
}

/** Which way, seen from the channel: `in` is what its party says, `out` what it hears. */
export type Direction = 'in' | 'out' | 'both';

/** A channel that carries a call's audio elsewhere. */
export interface ExternalMedia {
  readonly channelId: string;
  /** `host:port`, or the name of a websocket client's section. */
  readonly externalHost?: string;
  readonly encapsulation: 'rtp' | 'audiosocket' | 'none';
  readonly transport: 'udp' | 'tcp' | 'websocket';
  readonly connectionType: 'client' | 'server';
  readonly format: string;
  /** AudioSocket: a UUID; RTP: the arguments of its `StasisStart`. */
  readonly data?: string;
  /** Options of Asterisk's WebSocket channel. */
  readonly transportData?: string;
}

/** Where the dialplan goes on. */
export interface DialplanPlace {
  readonly context: string;
  readonly extension: string;
  readonly priority: number;
}

/** What Asterisk counts of a SIP channel's audio. */
export interface RtpStatistics {
  /** SSRC of what it receives; 0 before the first packet. */
  readonly remote_ssrc: number;
  /** Packets received of that stream. */
  readonly rxcount: number;
  /** Packets of it that did not come, as of Asterisk's last RTCP report. */
  readonly rxploss: number;
}

/** A text message outside of any call. */
export interface MessageToSend {
  /** `pjsip:<endpoint>`, `pjsip:<endpoint>/sip:user@host:port`; never anybody's text. */
  readonly to: string;
  /** The user of the From header. */
  readonly from: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Digits to send; durations in milliseconds. */
export interface DtmfToSend {
  readonly digits: string;
  readonly duration: number;
  readonly between: number;
}
