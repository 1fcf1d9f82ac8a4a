import type { RtpPacket } from './rtp-packet.ts';

/** RFC 4733: the last packet of an event is sent three times. */
const mostRepeats = 2;

const eventSize = 4;

/** The digits, and the hook flash. */
const lastDigit = 16;

/** Knows the packets of a digit (RFC 4733) that only say how long it has lasted by now. */
export class DigitEvents {
  #last: RtpPacket | undefined;
  #repeats = 0;

  /** Whether a packet belongs to the digit of the one before. */
  goesOn(packet: RtpPacket): boolean {
    const last = this.#last;
    this.#last = packet;
    if (!last || !isSameDigit(packet, last)) {
      this.#repeats = 0;
      return false;
    }
    if (durationOf(packet) > durationOf(last)) {
      this.#repeats = 0;
      return true;
    }
    this.#repeats += 1;
    return this.#repeats <= mostRepeats;
  }
}

function isSameDigit(one: RtpPacket, other: RtpPacket): boolean {
  return (
    one.payload.length === eventSize &&
    other.payload.length === eventSize &&
    one.payload.readUInt8(0) === other.payload.readUInt8(0) &&
    one.payload.readUInt8(0) <= lastDigit &&
    one.payloadType === other.payloadType &&
    one.ssrc === other.ssrc &&
    one.timestamp === other.timestamp
  );
}

function durationOf({ payload }: RtpPacket): number {
  return payload.readUInt16BE(2);
}
