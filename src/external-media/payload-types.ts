import { now } from '../core/clock.ts';
import { DigitEvents } from './digit-events.ts';
import { frameMs, type WireFormat } from './formats.ts';
import type { RtpPacket } from './rtp-packet.ts';

/** RFC 3551: from here on a type means what the two ends have agreed on, below each is one codec. */
const firstDynamic = 96;

/** RFC 5761: RTCP on the same port looks as if it were of these types. */
const firstRtcp = 72;
const lastRtcp = 76;

/** Less than so many milliseconds, or bytes, are a digit or noise, not audio. */
const shortest = 10;

/** So many packets nobody can hear, three seconds, are no accident. */
const mostUnheard = 150;

/** Nobody sends so many digits a second. */
const digitsPerSecond = 15;

/** What short packets, fifty a second, come to in three seconds beyond the digits that might be among them. */
const mostShort = 3 * (50 - digitsPerSecond);

/**
 * Which payload types a peer sends the format in. Nothing was agreed on: ours is always good, and another dynamic one as soon
 * as two packets in a row look like the format, by their sizes and the step of their timestamps.
 */
export class PayloadTypes {
  readonly #format: WireFormat;
  #adopted: number | undefined;
  #last: RtpPacket | undefined;
  readonly #digits = new DigitEvents();
  #unheard = 0;
  /** Of short packets, less the digits there was time for. */
  #short = 0;
  #shortAt = 0;
  #hasTaken = false;

  constructor(format: WireFormat) {
    this.#format = format;
  }

  /** Whether the peer sends a stream, and none of it in the format. Digits now and then are none. */
  get isHopeless(): boolean {
    return !this.#hasTaken && (this.#unheard >= mostUnheard || this.#short >= mostShort);
  }

  /** Whether this is audio in the format; `instant` is when it came. */
  takes(packet: RtpPacket, instant = now()): boolean {
    if (this.#isKnown(packet)) {
      this.#hasTaken = true;
      return true;
    }
    if (firstRtcp <= packet.payloadType && packet.payloadType <= lastRtcp) return false;
    if (packet.payload.length > shortest) this.#unheard += 1;
    else if (!this.#digits.goesOn(packet)) this.#countShort(instant);
    return false;
  }

  #countShort(instant: number): void {
    const digits = ((instant - this.#shortAt) / 1_000) * digitsPerSecond;
    this.#short = Math.max(0, this.#short - digits) + 1;
    this.#shortAt = instant;
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
