import type { Scope } from '../core/scope.ts';
import type { WireFormat } from './formats.ts';
import type { HostAddress } from './host-address.ts';

/** Why there is no peer any more, or never was. */
export type PeerEnd = 'peer_closed' | 'peer_failed' | 'timeout';

export interface PeerOptions {
  /** Of the external media; a UUID. */
  readonly id: string;
  readonly format: WireFormat;
  /** The peer is let go of when this is closed. */
  readonly scope: Scope;
  /** Whether anybody is to hear what it says. */
  readonly isHeard: boolean;
  /** What the peer says, in pieces of any size; 16-bit samples with the low byte first, as Asterisk takes them. */
  readonly onAudio: (bytes: Buffer) => void;
  /** What it says in words, where it can. */
  readonly onText?: (text: string) => void;
  /** The host that was to come to us has come, from there. */
  readonly onCame?: (from: HostAddress) => void;
  /** A packet has come from somewhere else; nobody hears it. */
  readonly onStranger?: () => void;
  /** It is gone; told once at most. */
  readonly onEnd: (why: PeerEnd) => void;
}

/** The other end of external media, whatever it speaks. */
export interface Peer {
  /** Where it can reach us; empty and 0 where it does not come to us. */
  readonly localIp: string;
  readonly localPort: number;
  /** A frame of the call's audio. What cannot be sent now is lost. */
  sendAudio(frame: Buffer): void;
  /** What Asterisk says about the audio. */
  sendText(text: string): void;
}

/** More than so many bytes a peer has not taken are seconds of audio: what comes now would come too late. */
export const mostUnsent = 65_536;

/** How long a peer may take to accept a connection, in milliseconds. */
export const connectTimeout = 5_000;

/** How long a connection may take to be closed in order. */
export const closeTimeout = 1_000;

/** How long a connection may stay open when both have said good-bye. */
export const farewellTimeout = 200;

/** How long we wait for a peer that is to come to us. */
export const arrivalTimeout = 60_000;
