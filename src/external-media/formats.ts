import type { MediaFormat } from '../ports/external-media.ts';

/** How a format goes over the wire. */
export interface WireFormat {
  readonly format: MediaFormat;
  readonly samplesPerSecond: number;
  /** Bytes of 20 ms. */
  readonly frameSize: number;
  /** RTP: as Asterisk numbers them, which are the standard's for G.711. */
  readonly payloadType: number;
}

export const frameMs = 20;

const formats: Readonly<Record<MediaFormat, Omit<WireFormat, 'format'>>> = {
  ulaw: { samplesPerSecond: 8_000, frameSize: 160, payloadType: 0 },
  alaw: { samplesPerSecond: 8_000, frameSize: 160, payloadType: 8 },
  slin: { samplesPerSecond: 8_000, frameSize: 320, payloadType: 10 },
  slin16: { samplesPerSecond: 16_000, frameSize: 640, payloadType: 118 },
};

export function wireFormat(format: MediaFormat): WireFormat {
  return { format, ...formats[format] };
}

/** Sixteen bits a sample, whose bytes have an order. */
export function isLinear(format: MediaFormat): boolean {
  return format === 'slin' || format === 'slin16';
}
