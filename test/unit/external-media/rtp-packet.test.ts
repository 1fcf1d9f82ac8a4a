import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatRtp, isLate, parseRtp } from '../../../src/external-media/rtp-packet.ts';
import * as independent from '../../support/rtp-packet.ts';

const packet = {
  payloadType: 8,
  marker: true,
  sequence: 65_535,
  timestamp: 0xffff_fff0,
  ssrc: 0xdead_beef,
  payload: Buffer.from('audio'),
};

test('a packet is read by others as it was written, and by us as others write it', () => {
  expect(independent.parseRtp(formatRtp(packet))).toMatchObject({ ...packet, payload: packet.payload });
  expect(parseRtp(independent.formatRtp(packet))).toEqual(packet);
});

test('sources, an extension and padding are not taken for audio', () => {
  const header = Buffer.from([0x80 | 0x20 | 0x10 | 2, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]);
  const sources = Buffer.alloc(8, 1);
  const extension = Buffer.from([0, 0, 0, 1, 9, 9, 9, 9]);
  const datagram = Buffer.concat([header, sources, extension, Buffer.from('audio'), Buffer.from([0, 0, 3])]);
  expect(parseRtp(datagram)).toMatchObject({
    sequence: 1,
    timestamp: 2,
    ssrc: 3,
    payload: Buffer.from('audio'),
  });
});

test('any bytes at all are a packet inside them, or none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const parsed = parseRtp(Buffer.from(bytes));
      expect(parsed === undefined || parsed.payload.length <= bytes.length - 12).toBe(true);
    }),
  );
});

test.each([
  [10, 10, true],
  [9, 10, true],
  [65_535, 3, true],
  [11, 10, false],
  [0, 65_535, false],
  [30_000, 10, false],
  [10, 30_000, false],
])('sequence %d after %d: late is %s', (sequence, newest, late) => {
  expect(isLate(sequence, newest)).toBe(late);
});
