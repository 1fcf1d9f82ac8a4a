import { describe, expect, test } from 'vitest';
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

test('a peer that sends three seconds of what nobody can hear is hopeless; one that was heard once is not', () => {
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
});

test('reports on the stream, on the same port, are no part of it', () => {
  const types = new PayloadTypes(wireFormat('ulaw'));
  for (const payloadType of [72, 73, 74, 75, 76])
    for (const packet of packets({ payloadType, size: 28, step: 0 }, 150))
      expect(types.takes(packet)).toBe(false);
  expect(types.isHopeless).toBe(false);
});

describe('of short packets', () => {
  /** One every 20 ms, from the moment it is on. */
  function sent(all: readonly RtpPacket[], every = 20): PayloadTypes {
    const types = new PayloadTypes(wireFormat('ulaw'));
    for (const [index, packet] of all.entries()) types.takes(packet, 1_000_000 + index * every);
    return types;
  }

  /** A digit as RFC 4733 has it: it grows, and its end is said three times. */
  function digit(event: number, updates: number): RtpPacket[] {
    const durations = [...Array.from({ length: updates }, (_, index) => (index + 1) * 160), 0, 0];
    return durations.map((duration, index) => ({
      payloadType: 101,
      marker: index === 0,
      sequence: index,
      timestamp: event * 10_000,
      ssrc: 7,
      payload: Buffer.from([event, 0x0a, ...bigEndian(duration || updates * 160)]),
    }));
  }

  const bigEndian = (value: number): number[] => [value >> 8, value & 0xff];

  test.each([
    ['four bytes of a type nobody has agreed on', { payloadType: 101, size: 4, step: 160 }],
    ['the same ones again and again', { payloadType: 101, size: 4, step: 0 }],
    ['one byte of a static type', { payloadType: 13, size: 1, step: 160 }],
    ['nothing at all', { payloadType: 96, size: 0, step: 160 }],
  ])('%s, fifty times a second, are hopeless in three seconds', (_, stream) => {
    expect(sent(packets(stream, 140)).isHopeless).toBe(false);
    expect(sent(packets(stream, 155)).isHopeless).toBe(true);
    expect(sent(packets(stream, 500), 100).isHopeless).toBe(false);
  });

  test('what looks like another digit each time is hopeless as well', () => {
    const events = packets({ payloadType: 101, size: 0, step: 160 }, 155).map((packet, index) => ({
      ...packet,
      payload: Buffer.from([index % 16, 0x0a, 0, 160]),
    }));
    expect(sent(events).isHopeless).toBe(true);
  });

  test('digits are not: one after the other, nor one that is held', () => {
    const dialled = Array.from({ length: 400 }, (_, index) => digit(index % 16, 4)).flat();
    expect(sent(dialled).isHopeless).toBe(false);
    expect(sent(digit(5, 400)).isHopeless).toBe(false);
  });
});
