export type AudioKind = 'wav' | 'mp3';

/** So much of the beginning of a file tells what it is: two of the longest MP3 frames fit. */
export const tellingBytes = 4_096;

/**
 * What a file is by its first bytes (`tellingBytes` of them, or all there are), whatever its name and its server say;
 * undefined for what is neither. Of an MP3 that begins with a tag, `tagLength` says where to look again.
 */
export function audioKind(head: Buffer): AudioKind | undefined {
  if (head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WAVE') return 'wav';
  return tagLength(head) > 0 || beginsWithFrames(head) ? 'mp3' : undefined;
}

/** The length of the ID3v2 tag at the beginning of an MP3, which may be megabytes; 0 where there is none. */
export function tagLength(head: Buffer): number {
  if (head.length < 10 || head.toString('latin1', 0, 3) !== 'ID3') return 0;
  // Seven bits in each of four bytes.
  const size = head.subarray(6, 10).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  return size + 10;
}

/**
 * Whether these bytes are MPEG audio, layer III: a frame's header, and where that frame ends another one, or the end of
 * all there is. One header alone is found in any random bytes.
 */
export function beginsWithFrames(bytes: Buffer): boolean {
  const length = frameLength(bytes, 0);
  if (length === undefined) return false;
  return length + 4 > bytes.length || frameLength(bytes, length) !== undefined;
}

/** Kilobits a second, by the header's index; 0 is "free", 15 forbidden. */
const bitRates = {
  mpeg1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  mpeg2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const sampleRates = [44_100, 48_000, 32_000];

/** The length of the frame whose header is at `offset`. */
function frameLength(bytes: Buffer, offset: number): number | undefined {
  if (offset + 4 > bytes.length) return undefined;
  const header = bytes.readUInt32BE(offset);
  const isSynchronized = header >>> 21 === 0x7ff;
  const version = (header >>> 19) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const isLayerThree = ((header >>> 17) & 3) === 1;
  if (!isSynchronized || version === 1 || !isLayerThree) return undefined;
  const kilobits = bitRates[version === 3 ? 'mpeg1' : 'mpeg2'][(header >>> 12) & 15];
  const rate = sampleRates[(header >>> 10) & 3];
  if (!kilobits || !rate) return undefined;
  const slower = version === 3 ? 1 : version === 2 ? 2 : 4;
  const padding = (header >>> 9) & 1;
  return Math.floor(((version === 3 ? 144_000 : 72_000) * kilobits) / (rate / slower)) + padding;
}
