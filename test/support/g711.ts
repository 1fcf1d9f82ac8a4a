import alawmulaw from 'alawmulaw';

const { alaw, mulaw } = alawmulaw;

export type Codec = 'ulaw' | 'alaw';

/** What SDP calls them, and their static payload types. */
export const codecs = {
  ulaw: { payloadType: 0, rtpmap: 'PCMU', encode: mulaw.encode, table: decodingTable(mulaw.decodeSample) },
  alaw: { payloadType: 8, rtpmap: 'PCMA', encode: alaw.encode, table: decodingTable(alaw.decodeSample) },
} as const;

export function encode(codec: Codec, samples: Int16Array): Uint8Array {
  return codecs[codec].encode(samples);
}

/** By table: a process with many phones decodes thousands of packets a second. */
export function decode(codec: Codec, payload: Uint8Array): Int16Array {
  const { table } = codecs[codec];
  return Int16Array.from(payload, (byte) => table[byte] ?? 0);
}

function decodingTable(decodeSample: (sample: number) => number): Int16Array {
  return Int16Array.from({ length: 256 }, (_, byte) => decodeSample(byte));
}
