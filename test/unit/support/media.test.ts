import { describe, expect, test } from 'vitest';
import { dtmfDigit, dtmfFrequencies, dtmfTones } from '../../support/dtmf-tones.ts';
import { decode, encode } from '../../support/g711.ts';
import { Heard } from '../../support/heard.ts';
import { formatRtp, parseRtp } from '../../support/rtp-packet.ts';
import { answerDirection, formatSdp, parseSdp } from '../../support/sdp.ts';
import { DigitReceiver, digitSlots, formatEvent } from '../../support/telephone-event.ts';
import { dominantFrequency, goertzel, loudness, soundShare, tone } from '../../support/tones.ts';
import { wallTime } from '../../support/wall-time.ts';

const asterisk = [
  'v=0',
  'o=- 1 3 IN IP4 127.0.0.1',
  's=Asterisk',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 20104 RTP/AVP 0 8 9 101',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:9 G722/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=ptime:20',
  'a=maxptime:140',
  'a=sendrecv',
  '',
].join('\r\n');

describe('SDP', () => {
  test('of Asterisk is read', () => {
    expect(parseSdp(asterisk)).toEqual({
      address: { host: '127.0.0.1', port: 20_104 },
      codecs: [
        { codec: 'ulaw', payloadType: 0 },
        { codec: 'alaw', payloadType: 8 },
      ],
      telephoneEvent: 101,
      direction: 'sendrecv',
    });
  });

  test('needs no rtpmap for static types, prefers the address of the stream, and skips video', () => {
    const text =
      'v=0\r\nc=IN IP4 10.0.0.1\r\na=sendonly\r\nm=video 9 RTP/AVP 96\r\nm=audio 4000 RTP/AVP 8 0\r\nc=IN IP4 127.0.0.1\r\n';
    expect(parseSdp(text)).toEqual({
      address: { host: '127.0.0.1', port: 4_000 },
      codecs: [
        { codec: 'alaw', payloadType: 8 },
        { codec: 'ulaw', payloadType: 0 },
      ],
      telephoneEvent: undefined,
      direction: 'sendonly',
    });
    expect(() => parseSdp('v=0\r\nm=video 9 RTP/AVP 96\r\n')).toThrow(SyntaxError);
  });

  test('that we write is read back the same', () => {
    const audio = parseSdp(asterisk);
    expect(parseSdp(formatSdp({ ...audio, direction: 'inactive' }, { id: 1, version: 2 }))).toEqual({
      ...audio,
      direction: 'inactive',
    });
  });

  test('answers a direction with its opposite', () => {
    const offers = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;
    expect(offers.map((offer) => answerDirection(offer))).toEqual([
      'sendrecv',
      'recvonly',
      'sendonly',
      'inactive',
    ]);
    expect(offers.map((offer) => answerDirection(offer, 'sendonly'))).toEqual([
      'sendonly',
      'inactive',
      'sendonly',
      'inactive',
    ]);
  });
});

describe('Goertzel', () => {
  test.each([300, 440, 1_000, 1_200, 3_300])('finds a tone of %i Hz and no other', (frequency) => {
    const samples = tone(frequency, 1_600);
    expect(goertzel(samples, frequency)).toBeGreaterThan(0.98);
    expect(goertzel(samples, frequency + 100)).toBeLessThan(0.02);
    expect(dominantFrequency(samples)).toBe(frequency);
  });

  test('still does after G.711', () => {
    for (const codec of ['ulaw', 'alaw'] as const) {
      const samples = decode(codec, encode(codec, tone(1_200, 800)));
      expect(goertzel(samples, 1_200)).toBeGreaterThan(0.95);
      expect(loudness(samples)).toBeCloseTo(8_000 / Math.SQRT2, -3);
    }
  });

  test('halves a pair of tones, and finds nothing in silence or noise', () => {
    expect(goertzel(tone([697, 1_209], 1_600), 697)).toBeCloseTo(0.5, 1);
    expect(goertzel(new Int16Array(800), 1_000)).toBe(0);
    expect(dominantFrequency(new Int16Array(800))).toBeUndefined();
    const noise = Int16Array.from(
      { length: 1_600 },
      (_, index) => ((index * 7_919) % 16_001) * ((index % 3) - 1),
    );
    expect(goertzel(noise, 1_010)).toBeLessThan(0.1);
  });

  test('of a tone that was torn is asked piece by piece', () => {
    const torn = Int16Array.of(...tone(1_010, 555), ...new Int16Array(777), ...tone(1_010, 1_111));
    expect(goertzel(torn, 1_010)).toBeLessThan(0.7);
    expect(soundShare(torn, 1_010)).toBeGreaterThan(0.9);
    expect(soundShare(torn, 1_160)).toBeLessThan(0.1);
    const two = Int16Array.of(...tone(1_010, 1_600), ...tone(500, 800));
    expect(soundShare(two, 1_010)).toBeCloseTo(2 / 3, 1);
    expect(soundShare(new Int16Array(800), 1_010)).toBe(0);
  });

  test('joins frames of a tone without a click', () => {
    const frames = [0, 160, 320].flatMap((offset) => [...tone(437, 160, { offset })]);
    expect(Int16Array.from(frames)).toEqual(tone(437, 480));
  });

  test('tells all sixteen keys', () => {
    const keys = '123A456B789C*0#D';
    expect([...keys].map((key) => dtmfDigit(dtmfTones(key).subarray(0, 240))).join('')).toBe(keys);
    expect(dtmfFrequencies('5')).toEqual([770, 1_336]);
    expect(dtmfDigit(tone(770, 240))).toBeUndefined();
    expect(() => dtmfFrequencies('x')).toThrow(RangeError);
  });
});

describe('RTP', () => {
  const packet = {
    payloadType: 101,
    marker: true,
    sequence: 65_535,
    timestamp: 4_294_967_295,
    ssrc: 3_735_928_559,
  };

  test('is read as it was written', () => {
    const payload = Buffer.from([1, 2, 3]);
    expect(parseRtp(formatRtp({ ...packet, payload }))).toEqual({ ...packet, payload });
  });

  test('is read behind CSRCs and an extension, without its padding', () => {
    const bytes = formatRtp({
      ...packet,
      payload: Buffer.from([0, 0, 0, 9, 0xbe, 0xde, 0, 1, 0, 0, 0, 0, 7, 8, 0, 2]),
    });
    bytes[0] = 0x80 | 0x20 | 0x10 | 1;
    expect(parseRtp(bytes)?.payload).toEqual(Buffer.from([7, 8]));
  });

  test('is neither RTCP nor rubbish', () => {
    const bytes = formatRtp({ ...packet, payload: Buffer.alloc(20) });
    bytes[1] = 200;
    expect(parseRtp(bytes)).toBeUndefined();
    expect(parseRtp(Buffer.from('hello'))).toBeUndefined();
  });

  test('has digits of whole slots, each ended once', () => {
    const slots = digitSlots('1#', { duration: 60, gap: 40 });
    expect(slots.filter((slot) => slot === 'gap')).toHaveLength(4);
    expect(slots.filter((slot) => slot !== 'gap' && slot.isEnd)).toHaveLength(2);
    expect(slots).toHaveLength(10);
    expect(() => digitSlots('1x')).toThrow(RangeError);
  });

  test('has one digit per timestamp, however often it is reported', () => {
    const receiver = new DigitReceiver();
    for (const [duration, isEnd] of [
      [160, false],
      [320, false],
      [480, true],
      [480, true],
      [480, true],
    ] as const) {
      receiver.receive(formatEvent({ digit: '7', duration, isEnd }), 1_000);
    }
    receiver.receive(formatEvent({ digit: '7', duration: 160, isEnd: false }), 2_000);
    expect(receiver.digits).toMatchObject([
      { digit: '7', duration: 60 },
      { digit: '7', duration: 20, endedAt: undefined },
    ]);
    expect(receiver.digits[0]?.endedAt).toBeDefined();
  });
});

describe('what was heard', () => {
  const given = (frames: readonly { timestamp: number; samples: Int16Array; sequence?: number }[]) => {
    const heard = new Heard([]);
    frames.forEach(({ timestamp, samples, sequence }, index) => {
      heard.count({ ssrc: 1, sequence: sequence ?? index, timestamp });
      heard.add(timestamp, samples);
    });
    return heard;
  };
  const frames = (frequency: number, count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => ({
      timestamp: (from + index) * 160,
      samples: frequency === 0 ? new Int16Array(160) : tone(frequency, 160, { offset: index * 160 }),
    }));

  test('lies where its timestamps put it, though it came in one burst', () => {
    const heard = given([...frames(600, 3), ...frames(0, 2, 3)]);
    expect(heard.toneAt(600, (heard.endedAt ?? 0) - 100, (heard.endedAt ?? 0) - 40)).toBeGreaterThan(0.95);
    expect(heard.toneAt(600, (heard.endedAt ?? 0) - 40, heard.endedAt)).toBe(0);
    expect(heard.sounds()).toMatchObject([{ frequency: 600 }]);
    expect(heard.firstSoundAt()).toBeCloseTo((heard.endedAt ?? 0) - 100, 3);
  });

  test('is one sound where the process was held up in the middle of it', () => {
    const heard = new Heard([]);
    const all = frames(600, 40);
    for (const { timestamp, samples } of all.slice(0, 10)) heard.add(timestamp, samples);
    const end = heard.endedAt ?? 0;
    const until = wallTime() + 400;
    while (wallTime() < until); // a stall, and then everything at once
    for (const { timestamp, samples } of all.slice(10)) heard.add(timestamp, samples);
    expect(heard.sounds()).toMatchObject([{ frequency: 600 }]);
    expect(heard.endedAt).toBeCloseTo(end + 600, 3);
  });

  test('is counted: what was lost, came late or came twice', () => {
    const samples = new Int16Array(160);
    const heard = given(
      [0, 1, 4, 3, 3, 65_535, 5].map((sequence) => ({ timestamp: sequence * 160, samples, sequence })),
    );
    expect(heard.packets).toBe(7);
    expect(heard.lost).toBeLessThanOrEqual(1);
    expect(heard.reordered).toBeGreaterThan(0);
  });

  test('is silence where nothing came', () => {
    const heard = new Heard([]);
    expect(heard.silentSince(wallTime() - 1_000)).toBe(true);
    expect(heard.isReceiving()).toBe(false);
    expect(heard.samples(0, 10)).toEqual(new Int16Array(80));
    expect(heard.sounds()).toEqual([]);
  });
});
