import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Call } from '../calls/call.ts';
import { ActionError } from '../core/errors.ts';
import { Groups } from '../core/groups.ts';
import type { PortRange } from '../core/port-range.ts';
import type { AddressPolicy } from '../http/address-policy.ts';
import type {
  ExternalMediaFacts,
  ExternalMediaNews,
  ExternalMediaPort,
  ExternalMediaRequest,
} from '../ports/external-media.ts';
import { connectAudioSocket } from './audiosocket.ts';
import { ExternalMedia, type ExternalMediaOptions, type LeftExternalMedia } from './external-media.ts';
import { factsOf, stoppedMedia } from './external-media-record.ts';
import type { ExternalMediaState } from './external-media-state.ts';
import { hostAddress } from './host-address.ts';
import type { Peer, PeerOptions } from './peer.ts';
import { addressTowards, type LeftRtp, openRtp } from './rtp.ts';
import { connectWebSocket } from './web-socket.ts';

export interface ExternalMediasOptions {
  readonly policy: Pick<AddressPolicy, 'allows'>;
  readonly ariUrl: string;
  /** The address hosts come to; `0.0.0.0` is any of this machine. */
  readonly host: string;
  /** Those RTP is listened for at. */
  readonly ports: PortRange;
  /** How many may run at once: each is a hundred packets a second through this process. */
  readonly concurrent: number;
  /** What others see this machine as, behind NAT. */
  readonly externalAddress?: string | undefined;
  /** One has begun, ended, or is to be gone on with by something else than before. */
  readonly onChange: ExternalMediaOptions['onChange'];
  /** An RTP packet has come from a stranger. */
  readonly onStranger?: () => void;
}

type Starting = Parameters<ExternalMediaPort['start']>;

/** One that was not over when the daemon died; without its state where that cannot be read. */
export interface LeftBehind extends Pick<LeftExternalMedia, 'record'> {
  readonly state: ExternalMediaState | undefined;
}

/** Those of the same daemon that live on. */
export interface Survivors {
  readonly callOf: (id: string) => Call | undefined;
  /** Resolves when it is known of each call whether Asterisk has it. */
  readonly whenCompared: Promise<void>;
  /** Tells of one in the name of its activeflow. */
  readonly tellOf: (activeflowId: string, callId: string) => ExternalMediaNews;
}

const mostPerCall = 5;

/** All external media there is. */
export class ExternalMedias {
  readonly #options: ExternalMediasOptions;
  readonly #running = new Map<string, ExternalMedia>();
  readonly #byCall = new Groups<Call, ExternalMedia>();

  constructor(options: ExternalMediasOptions) {
    this.#options = options;
  }

  /** How many there are, begun or about to. */
  get size(): number {
    return this.#running.size;
  }

  /** @throws ActionError why there is none; the signal's reason */
  async start(...[call, request, tell, signal]: Starting): Promise<ExternalMediaFacts> {
    const known = this.#running.get(request.id)?.facts;
    if (known) return known;
    if (this.#byCall.of(call).length >= mostPerCall)
      throw new ActionError('TOO_MANY_EXTERNAL_MEDIA', `a call has at most ${mostPerCall} external media`);
    if (this.#running.size >= this.#options.concurrent)
      throw new ActionError('TOO_MANY_EXTERNAL_MEDIA', 'there is too much external media at once');
    return this.#add(call, request, tell).open(signal);
  }

  /** Goes on with what a daemon that died has left, where its call lives on; the rest is over. */
  takeUp(left: readonly LeftBehind[], { callOf, whenCompared, tellOf }: Survivors): void {
    for (const { record, state } of left) {
      const call = callOf(record.reference_id);
      const { request, activeflowId } = state ?? {};
      const tell = activeflowId === undefined ? undefined : tellOf(activeflowId, record.reference_id);
      if (call && request && state && tell) {
        void this.#add(call, request, tell, { record, state }).goOn(whenCompared);
        continue;
      }
      this.#options.onChange(stoppedMedia(record, 'failed'), () => ({}));
      tell?.stopped(factsOf(record), 'failed');
    }
  }

  #add(
    call: Call,
    request: ExternalMediaRequest,
    tell: ExternalMediaNews,
    left?: LeftExternalMedia,
  ): ExternalMedia {
    const { ariUrl, onChange, onStranger } = this.#options;
    const leftRtp = left && { port: left.record.local_port, came: left.state.came };
    const media: ExternalMedia = new ExternalMedia({
      ...{ call, request, ariUrl, tell, left, onChange, onStranger },
      openPeer: this.#peerOf(request, leftRtp),
      onGone: () => {
        this.#running.delete(media.id);
        this.#byCall.delete(call, media);
      },
    });
    this.#running.set(media.id, media);
    this.#byCall.add(call, media);
    return media;
  }

  /** Ends this one of the call's, or all; resolves when nothing is left of them. */
  async stop(call: Call, id: string): Promise<void> {
    const those = this.#byCall.of(call).filter((media) => id === '' || media.id === id);
    await Promise.all(those.map((media) => media.end('stopped')));
  }

  #peerOf(request: ExternalMediaRequest, left?: LeftRtp): ExternalMediaOptions['openPeer'] {
    const { externalHost, encapsulation, connectionType } = request;
    const { policy } = this.#options;
    switch (encapsulation) {
      case 'rtp':
        return (peer) => this.#rtp(request, peer, left);
      case 'audiosocket':
        return async (peer) =>
          connectAudioSocket(await hostAddress(externalHost, policy, peer.scope.signal), peer);
      case 'none':
        return connectionType === 'server'
          ? undefined
          : (peer) => connectWebSocket(externalHost, policy, peer);
      default:
        return encapsulation satisfies never;
    }
  }

  #rtp(request: ExternalMediaRequest, peer: PeerOptions, left?: LeftRtp): Promise<Peer> {
    return request.connectionType === 'server'
      ? this.#rtpServer(request, peer, left)
      : this.#rtpClient(request, peer, left);
  }

  async #rtpClient(
    { externalHost }: ExternalMediaRequest,
    peer: PeerOptions,
    left: LeftRtp | undefined,
  ): Promise<Peer> {
    const { policy, ports, externalAddress } = this.#options;
    const target = await hostAddress(externalHost, policy, peer.scope.signal);
    const listensAt = await addressTowards(target);
    const localIp = isPublic(target.address) ? (externalAddress ?? listensAt) : listensAt;
    return openRtp({ listensAt, ports, localIp, host: { ...target, comes: false }, left }, peer);
  }

  /** Without a port, the one it will come from is its own affair. */
  async #rtpServer(
    { externalHost }: ExternalMediaRequest,
    peer: PeerOptions,
    left: LeftRtp | undefined,
  ): Promise<Peer> {
    const { policy, ports, externalAddress } = this.#options;
    const hasPort = /:\d+$/.test(externalHost);
    const named = hasPort ? externalHost : `${externalHost}:1`;
    const { address, port } = await hostAddress(named, policy, peer.scope.signal);
    const listensAt = this.#listensAt();
    const host = { address, port: hasPort ? port : 0, comes: true };
    return openRtp({ listensAt, ports, localIp: externalAddress ?? listensAt, host, left }, peer);
  }

  #listensAt(): string {
    const { host } = this.#options;
    if (host !== '0.0.0.0') return host;
    const found = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal);
    return found?.address ?? '127.0.0.1';
  }
}

function isPublic(address: string): boolean {
  return ipaddr.parse(address).range() === 'unicast';
}
