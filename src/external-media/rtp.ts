import { randomInt } from 'node:crypto';
import { isIP } from 'node:net';
import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { PortRange } from '../core/port-range.ts';
import { after } from '../core/wait.ts';
import { isLinear, type WireFormat } from './formats.ts';
import type { HostAddress } from './host-address.ts';
import { PayloadTypes } from './payload-types.ts';
import { arrivalTimeout, type Peer, type PeerOptions } from './peer.ts';
import { formatRtp, isLate, parseRtp, type RtpPacket } from './rtp-packet.ts';
import { type RtpPort, takeRtpPort, takeSameRtpPort } from './rtp-port.ts';

export interface RtpEndOptions {
  /** The address to listen at. */
  readonly listensAt: string;
  /** One of these is taken. */
  readonly ports: PortRange;
  /** What the peer sees it as. */
  readonly localIp: string;
  /** Who is at the other end. */
  readonly host: RtpHost;
  /** One that a daemon which died has left goes on where its host sends to, and sends to where that came from. */
  readonly left?: LeftRtp | undefined;
}

export interface LeftRtp {
  readonly port: number;
  readonly came: HostAddress | undefined;
}

/**
 * Where we send to, whatever port its packets come from; or who comes to us: by its address, and its port where that is not 0. What
 * it sends from first is where the audio goes, and nobody else is heard any more.
 */
export interface RtpHost extends HostAddress {
  readonly comes: boolean;
}

/** So long a host that came to us has to be silent until another port of its may be it, in milliseconds. */
const forgetTime = 5_000;

/** An RTP end of our own. @throws ActionError `NO_PORT` */
export async function openRtp(rtp: RtpEndOptions, peer: PeerOptions): Promise<Peer> {
  const { listensAt, ports, left } = rtp;
  const taken = await (left ? takeSameRtpPort(listensAt, left.port) : takeRtpPort(listensAt, ports));
  peer.scope.defer(() => taken.socket.close());
  return new RtpEnd(taken, rtp, peer);
}

/** The address this machine speaks to another one from. */
export async function addressTowards({ address, port }: HostAddress): Promise<string> {
  const probe = DgramAsPromised.createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  probe.socket.once('error', reject).once('connect', resolve);
  try {
    probe.socket.connect(port, address); // says nothing to anybody
    await promise;
    return probe.address().address;
  } catch (cause) {
    throw new ActionError('UNREACHABLE', 'there is no way to the host', { cause });
  } finally {
    await probe.close();
  }
}

class RtpEnd implements Peer {
  readonly localIp: string;
  readonly localPort: number;
  readonly #socket: SocketAsPromised;
  readonly #endSignal: AbortSignal;
  readonly #format: WireFormat;
  readonly #host: RtpHost;
  readonly #types: PayloadTypes;
  readonly #isHeard: boolean;
  readonly #onAudio: (bytes: Buffer) => void;
  readonly #onEnd: PeerOptions['onEnd'];
  readonly #onCame: PeerOptions['onCame'];
  readonly #onStranger: PeerOptions['onStranger'];
  readonly #ssrc = randomInt(2 ** 32);
  readonly #arrival: Disposable | undefined;
  #sequence = randomInt(2 ** 16);
  #timestamp = randomInt(2 ** 32);
  #isFirst = true;
  #target: HostAddress | undefined;
  /** When the host was heard last. */
  #heardAt = 0;
  #newest: Pick<RtpPacket, 'sequence' | 'ssrc'> | undefined;

  constructor({ socket, port }: RtpPort, rtp: RtpEndOptions, peer: PeerOptions) {
    const { format, scope, isHeard, onAudio, onEnd, onCame, onStranger } = peer;
    this.localIp = rtp.localIp;
    this.localPort = port;
    this.#socket = socket;
    this.#endSignal = scope.signal;
    this.#format = format;
    this.#host = rtp.host;
    this.#target = rtp.host.comes ? rtp.left?.came : rtp.host;
    this.#types = new PayloadTypes(format);
    this.#isHeard = isHeard;
    this.#onAudio = onAudio;
    this.#onEnd = onEnd;
    this.#onCame = onCame;
    this.#onStranger = onStranger;
    socket.socket.on('error', () => onEnd('peer_failed'));
    socket.socket.on('message', (datagram, { address, port }) => this.#receive(datagram, { address, port }));
    if (this.#target) return;
    this.#arrival = after(arrivalTimeout, () => onEnd('timeout'));
    scope.defer(() => this.#arrival?.[Symbol.dispose]());
  }

  sendAudio(frame: Buffer): void {
    const { payloadType, samplesPerSecond } = this.#format;
    const packet = {
      payloadType,
      marker: this.#isFirst,
      sequence: this.#sequence++,
      timestamp: this.#timestamp,
      ssrc: this.#ssrc,
      payload: this.#swapped(frame),
    };
    this.#timestamp += Math.round((frame.length / this.#format.frameSize) * (samplesPerSecond / 50));
    if (!this.#target || this.#endSignal.aborted) return;
    this.#isFirst = false;
    this.#socket.socket.send(formatRtp(packet), this.#target.port, this.#target.address);
  }

  sendText(): void {
    // There are no words in RTP.
  }

  #receive(datagram: Buffer, from: HostAddress): void {
    if (!this.#isHost(from)) return this.#onStranger?.();
    const packet = parseRtp(datagram);
    if (!packet) return;
    if (this.#host.comes) this.#hasCome(from);
    if (!this.#types.takes(packet))
      return this.#types.isHopeless && this.#isHeard ? this.#onEnd('peer_failed') : undefined;
    const { sequence, ssrc, payload } = packet;
    // A packet of a stream that begins anew is as good as any; one that comes too late is played no more.
    if (this.#newest?.ssrc === ssrc && isLate(sequence, this.#newest.sequence)) return;
    this.#newest = { sequence, ssrc };
    this.#onAudio(this.#swapped(payload));
  }

  /** Who says it is at port 0 cannot be answered. */
  #isHost({ address, port }: HostAddress): boolean {
    if (port === 0 || address !== this.#host.address) return false;
    if (!this.#host.comes) return true;
    if (this.#host.port !== 0) return port === this.#host.port;
    const isFree = !this.#target || now() - this.#heardAt > forgetTime;
    return isFree || port === this.#target?.port;
  }

  #hasCome(from: HostAddress): void {
    this.#arrival?.[Symbol.dispose]();
    const { address, port } = this.#target ?? {};
    this.#target = from;
    this.#heardAt = now();
    if (address !== from.address || port !== from.port) this.#onCame?.(from);
  }

  /** Linear samples have their high byte first in RTP, and their low byte first everywhere else. */
  #swapped(bytes: Buffer): Buffer {
    if (!isLinear(this.#format.format)) return bytes;
    return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
  }
}
