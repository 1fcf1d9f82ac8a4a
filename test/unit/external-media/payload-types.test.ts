import { expect, test } from 'vitest';
import { wireFormat } from '../../../src/external-media/formats.ts';
import { PayloadTypes } from '../../../src/external-media/payload-types.ts';
import type { RtpPacket } from '../../../src/external-media/rtp-packet.ts';

interface Stream {
  readonly payloadType: number;
  readonly size: number;
  /** Of the timestamps. */
  readonly step: number;
  readonly sequenceStep?: number;
}

function packets({ payloadType, size, step, sequenceStep = 1 }: Stream, count: number): RtpPacket[] {
  return Array.from({ length: count }, (_, index) => ({
    payloadType,
    marker: index === 0,
    sequence: (65_534 + index * sequenceStep) & 0xffff,
    timestamp: (0xffff_ff00 + index * step) >>> 0,
    ssrc: 7,
    payload: Buffer.alloc(size),
  }));
}

test.each([
  ['ours', 'slin16', { payloadType: 118, size: 640, step: 320 }, 5],
  ['ours in pieces of any size', 'ulaw', { payloadType: 0, size: 33, step: 33 }, 5],
  ['another dynamic one, of 20 ms', 'slin16', { payloadType: 96, size: 640, step: 320 }, 4],
  ['another dynamic one, of 10 ms', 'slin', { payloadType: 127, size: 160, step: 80 }, 4],
  ['G.711 under a dynamic one, of 60 ms', 'alaw', { payloadType: 100, size: 480, step: 480 }, 4],
  ['a static one, which is another codec', 'ulaw', { payloadType: 8, size: 160, step: 160 }, 0],
  ['Opus, by its clock', 'ulaw', { payloadType: 111, size: 160, step: 960 }, 0],
  ['digits', 'ulaw', { payloadType: 101, size: 4, step: 0 }, 0],
  ['what has no whole samples', 'slin16', { payloadType: 96, size: 641, step: 320 }, 0],
  ['a stream with holes only', 'slin16', { payloadType: 96, size: 640, step: 320, sequenceStep: 2 }, 0],
] as const)('%s for %s', (_, format, stream, taken) => {
  const types = new PayloadTypes(wireFormat(format));
  expect(packets(stream, 5).filter((packet) => types.takes(packet))).toHaveLength(taken);
});

test('a peer that sends three seconds of what nobody can hear is hopeless; one that was heard once, or sends digits only, is not', () => {
  const opus = packets({ payloadType: 111, size: 60, step: 960 }, 150);
  const deaf = new PayloadTypes(wireFormat('ulaw'));
  for (const packet of opus.slice(1)) deaf.takes(packet);
  expect(deaf.isHopeless).toBe(false);
  for (const packet of opus.slice(0, 1)) deaf.takes(packet);
  expect(deaf.isHopeless).toBe(true);
  const heard = new PayloadTypes(wireFormat('ulaw'));
  for (const packet of [...packets({ payloadType: 0, size: 160, step: 160 }, 1), ...opus])
    heard.takes(packet);
  expect(heard.isHopeless).toBe(false);
  const digits = new PayloadTypes(wireFormat('ulaw'));
  for (const packet of packets({ payloadType: 101, size: 4, step: 0 }, 500)) digits.takes(packet);
  expect(digits.isHopeless).toBe(false);
});
