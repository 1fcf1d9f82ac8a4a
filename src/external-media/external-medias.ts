import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import type { Call } from '../calls/call.ts';
import { ActionError } from '../core/errors.ts';
import type { PortRange } from '../core/port-range.ts';
import type { AddressPolicy } from '../http/address-policy.ts';
import type { ExternalMediaFacts, ExternalMediaPort, ExternalMediaRequest } from '../ports/external-media.ts';
import { connectAudioSocket } from './audiosocket.ts';
import { ExternalMedia, type ExternalMediaOptions } from './external-media.ts';
import type { ExternalMediaRecord } from './external-media-record.ts';
import { hostAddress } from './host-address.ts';
import type { Peer, PeerOptions } from './peer.ts';
import { addressTowards, openRtp } from './rtp.ts';
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
  /** One has begun, or ended. */
  readonly onChange: (record: ExternalMediaRecord) => void;
  /** An RTP packet has come from a stranger. */
  readonly onStranger?: () => void;
}

type Starting = Parameters<ExternalMediaPort['start']>;

const mostPerCall = 5;

/** All external media there is. */
export class ExternalMedias {
  readonly #options: ExternalMediasOptions;
  readonly #running = new Map<string, ExternalMedia>();

  constructor(options: ExternalMediasOptions) {
    this.#options = options;
  }

  /** How many there are, begun or about to. */
  get size(): number {
    return this.#running.size;
  }

  /** @throws ActionError why there is none; the signal's reason */
  async start(...[call, request, tell, signal]: Starting): Promise<ExternalMediaFacts> {
    if (this.#of(call).length >= mostPerCall)
      throw new ActionError('TOO_MANY_EXTERNAL_MEDIA', `a call has at most ${mostPerCall} external media`);
    if (this.#running.size >= this.#options.concurrent)
      throw new ActionError('TOO_MANY_EXTERNAL_MEDIA', 'there is too much external media at once');
    const media: ExternalMedia = new ExternalMedia({
      call,
      request,
      ariUrl: this.#options.ariUrl,
      openPeer: this.#peerOf(request),
      tell,
      onChange: this.#options.onChange,
      onStranger: this.#options.onStranger,
      onGone: () => this.#running.delete(media.id),
    });
    this.#running.set(media.id, media);
    return media.open(signal);
  }

  /** Ends this one of the call's, or all; resolves when nothing is left of them. */
  async stop(call: Call, id: string): Promise<void> {
    const those = this.#of(call).filter((media) => id === '' || media.id === id);
    await Promise.all(those.map((media) => media.end('stopped')));
  }

  #of(call: Call): ExternalMedia[] {
    return [...this.#running.values()].filter((media) => media.call === call);
  }

  #peerOf(request: ExternalMediaRequest): ExternalMediaOptions['openPeer'] {
    const { externalHost, encapsulation, connectionType } = request;
    const { policy } = this.#options;
    switch (encapsulation) {
      case 'rtp':
        return (peer) => this.#rtp(request, peer);
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

  #rtp(request: ExternalMediaRequest, peer: PeerOptions): Promise<Peer> {
    return request.connectionType === 'server'
      ? this.#rtpServer(request, peer)
      : this.#rtpClient(request, peer);
  }

  async #rtpClient({ externalHost }: ExternalMediaRequest, peer: PeerOptions): Promise<Peer> {
    const { policy, ports, externalAddress } = this.#options;
    const target = await hostAddress(externalHost, policy, peer.scope.signal);
    const listensAt = await addressTowards(target);
    const localIp = isPublic(target.address) ? (externalAddress ?? listensAt) : listensAt;
    return openRtp({ listensAt, ports, localIp, host: { ...target, comes: false } }, peer);
  }

  /** Without a port, the one it will come from is its own affair. */
  async #rtpServer({ externalHost }: ExternalMediaRequest, peer: PeerOptions): Promise<Peer> {
    const { policy, ports, externalAddress } = this.#options;
    const hasPort = /:\d+$/.test(externalHost);
    const named = hasPort ? externalHost : `${externalHost}:1`;
    const { address, port } = await hostAddress(named, policy, peer.scope.signal);
    const listensAt = this.#listensAt();
    const host = { address, port: hasPort ? port : 0, comes: true };
    return openRtp({ listensAt, ports, localIp: externalAddress ?? listensAt, host }, peer);
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
