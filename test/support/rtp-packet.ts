export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

export function formatRtp(packet: RtpPacket): Buffer {
  const header = Buffer.alloc(12);
  header[0] = 0x80;
  header[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  header.writeUInt16BE(packet.sequence & 0xffff, 2);
  header.writeUInt32BE(packet.timestamp >>> 0, 4);
  header.writeUInt32BE(packet.ssrc >>> 0, 8);
  return Buffer.concat([header, packet.payload]);
}

/** undefined for what is not RTP: RTCP on the same port, STUN, rubbish. */
export function parseRtp(datagram: Buffer): RtpPacket | undefined {
  const [first = 0, second = 0] = datagram;
  if (datagram.length < 12 || first >> 6 !== 2 || isRtcp(datagram)) return undefined;
  const csrcs = first & 0x0f;
  let start = 12 + 4 * csrcs;
  if (first & 0x10) {
    if (datagram.length < start + 4) return undefined;
    start += 4 + 4 * datagram.readUInt16BE(start + 2);
  }
  const padding = first & 0x20 ? (datagram.at(-1) ?? 0) : 0;
  if (start + padding > datagram.length) return undefined;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: datagram.readUInt16BE(2),
    timestamp: datagram.readUInt32BE(4),
    ssrc: datagram.readUInt32BE(8),
    payload: datagram.subarray(start, datagram.length - padding),
  };
}

export function isRtcp([, second = 0]: Buffer): boolean {
  return second >= 192 && second <= 223;
}

/** STUN and DTLS, which share the port of a browser's audio (RFC 7983). */
export function isNoMedia([first = 0]: Buffer): boolean {
  return first < 128;
}
