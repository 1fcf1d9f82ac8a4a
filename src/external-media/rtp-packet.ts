/** What of an RTP packet (RFC 3550) matters here. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  /** 16 bits. */
  readonly sequence: number;
  /** 32 bits, in samples. */
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

const headerSize = 12;

/** The packet in a datagram; `undefined` where it is none. */
export function parseRtp(datagram: Buffer): RtpPacket | undefined {
  if (datagram.length < headerSize) return undefined;
  const [first, second] = [datagram.readUInt8(0), datagram.readUInt8(1)];
  if (first >> 6 !== 2) return undefined;
  let begin = headerSize + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (datagram.length < begin + 4) return undefined;
    begin += 4 + 4 * datagram.readUInt16BE(begin + 2);
  }
  const end = datagram.length - (first & 0x20 ? datagram.readUInt8(datagram.length - 1) : 0);
  if (end < begin) return undefined;
  return {
    payloadType: second & 0x7f,
    marker: second >= 0x80,
    sequence: datagram.readUInt16BE(2),
    timestamp: datagram.readUInt32BE(4),
    ssrc: datagram.readUInt32BE(8),
    payload: datagram.subarray(begin, end),
  };
}

export function formatRtp({ payloadType, marker, sequence, timestamp, ssrc, payload }: RtpPacket): Buffer {
  const datagram = Buffer.allocUnsafe(headerSize + payload.length);
  datagram.writeUInt8(0x80, 0);
  datagram.writeUInt8((marker ? 0x80 : 0) | payloadType, 1);
  datagram.writeUInt16BE(sequence & 0xffff, 2);
  datagram.writeUInt32BE(timestamp >>> 0, 4);
  datagram.writeUInt32BE(ssrc >>> 0, 8);
  payload.copy(datagram, headerSize);
  return datagram;
}

/** Whether a sequence number lies behind another, a little: a packet that comes late, not a stream that begins anew. */
export function isLate(sequence: number, newest: number): boolean {
  const behind = (newest - sequence) & 0xffff;
  return behind < latest;
}

/** Two seconds of 20 ms. */
const latest = 100;
