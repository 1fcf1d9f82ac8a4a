export type AudioKind = 'wav' | 'mp3' | 'ogg';

/** So much tells whether frames of an MP3 begin: two of the longest fit. */
export const tellingBytes = 4_096;
/** Zeros in front of what a file is; players pass over them. */
const mostZeros = 65_536;

/** What a file is by its beginning; `unknown` while more of it may tell. */
export type Verdict = AudioKind | 'neither' | 'unknown';

/**
 * What a file is by its first bytes, or by `isAll` there are, whatever its name and its server say. Of an MP3 that begins with
 * a tag, only what is behind the tag tells whether it is one.
 */
export function audioKind(head: Buffer, isAll = true): Verdict {
  const magic = head.toString('latin1', 0, 4);
  if ((magic === 'RIFF' || magic === 'RF64') && head.toString('latin1', 8, 12) === 'WAVE') return 'wav';
  if (tagLength(head) > 0) return 'mp3';
  if (magic === 'OggS') return beginsWithVorbis(head, isAll);
  const zeros = leadingZeros(head);
  const isEnough = isAll || zeros > mostZeros || head.length - zeros >= tellingBytes;
  if (!isEnough) return 'unknown';
  return zeros <= mostZeros && beginsWithFrames(head.subarray(zeros)) ? 'mp3' : 'neither';
}

/** Where the first page of an Ogg begins with what is in it, behind its own header and the length of the one piece there is. */
const firstPacket = 28;
const vorbis = '\u0001vorbis';

/** An Ogg may have anything in it; of what is in there first, its first page has the beginning. */
function beginsWithVorbis(head: Buffer, isAll: boolean): Verdict {
  const end = firstPacket + vorbis.length;
  if (head.length < end) return isAll ? 'neither' : 'unknown';
  return head.toString('latin1', firstPacket, end) === vorbis ? 'ogg' : 'neither';
}

/** How many bytes of these are zero before the first that is not. */
export function leadingZeros(bytes: Buffer): number {
  const first = bytes.findIndex((byte) => byte !== 0);
  return first < 0 ? bytes.length : first;
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
