import { frameMs, type WireFormat } from './formats.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** RFC 3551: from here on a type means what the two ends have agreed on, below each is one codec. */
const firstDynamic = 96;

/** Less than so many milliseconds, or bytes, are a digit or noise, not audio. */
const shortest = 10;

/** So many packets nobody can hear, three seconds, are no accident. */
const mostUnheard = 150;

/**
 * Which payload types a peer sends the format in. Nothing was agreed on: ours is always good, and another dynamic one as soon
 * as two packets in a row look like the format, by their sizes and the step of their timestamps.
 */
export class PayloadTypes {
  readonly #format: WireFormat;
  #adopted: number | undefined;
  #last: RtpPacket | undefined;
  #unheard = 0;
  #hasTaken = false;

  constructor(format: WireFormat) {
    this.#format = format;
  }

  /** Whether the peer sends audio, and none of it in the format. */
  get isHopeless(): boolean {
    return !this.#hasTaken && this.#unheard >= mostUnheard;
  }

  /** Whether this is audio in the format. */
  takes(packet: RtpPacket): boolean {
    if (!this.#isKnown(packet)) {
      if (packet.payload.length > shortest) this.#unheard += 1;
      return false;
    }
    this.#hasTaken = true;
    return true;
  }

  #isKnown(packet: RtpPacket): boolean {
    const { payloadType } = packet;
    if (payloadType === this.#format.payloadType || payloadType === this.#adopted) return true;
    if (payloadType < firstDynamic) return false;
    const last = this.#last;
    this.#last = packet;
    if (last === undefined || !this.#follows(packet, last)) return false;
    this.#adopted = payloadType;
    return true;
  }

  #follows(packet: RtpPacket, last: RtpPacket): boolean {
    const samples = this.#samplesOf(last);
    return (
      samples !== undefined &&
      this.#samplesOf(packet) !== undefined &&
      packet.payloadType === last.payloadType &&
      packet.ssrc === last.ssrc &&
      ((packet.sequence - last.sequence) & 0xffff) === 1 &&
      (packet.timestamp - last.timestamp) >>> 0 === samples
    );
  }

  /** How many there are in it; `undefined` where these are no whole milliseconds of the format. */
  #samplesOf({ payload }: RtpPacket): number | undefined {
    const { frameSize, samplesPerSecond } = this.#format;
    const milliseconds = payload.length / (frameSize / frameMs);
    if (!Number.isInteger(milliseconds) || milliseconds < shortest) return undefined;
    return (milliseconds * samplesPerSecond) / 1_000;
  }
}
