import type { FileHandle } from 'node:fs/promises';

const headerLength = 12;
const chunkHeader = 8;
/** More chunks than this before the audio has no file that means well. */
const mostChunks = 100;
/** What follows the audio in some files, and is no audio. */
const trailers = new Set([
  'LIST',
  'id3 ',
  'ID3 ',
  'cue ',
  'fact',
  'smpl',
  'bext',
  'iXML',
  'JUNK',
  'PAD ',
  'afsp',
]);

/**
 * Writes into the header of a WAV what its writer could not know, or had no room for: how much audio there is. One who
 * streams leaves 0 or the largest number there; RF64 keeps the sizes in a chunk of their own. Every player takes these.
 */
export async function mendWav(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const isLarge = (await textAt(file, 0)) === 'RF64';
  const audio = await findAudio(file, size);
  if (!audio) return; // said by whoever reads it
  const rest = size - audio.start;
  const isOpen = audio.length === 0 ? !(await isTrailer(file, audio.start, size)) : audio.length > rest;
  if (isLarge) await file.write('RIFF', 0, 'latin1');
  if (isLarge || isOpen) await writeSize(file, 4, size - chunkHeader);
  if (isLarge || isOpen) await writeSize(file, audio.start - 4, isOpen ? rest : audio.length);
}

/** Where the audio begins, and how long it is by the header. */
async function findAudio(
  file: FileHandle,
  size: number,
): Promise<{ readonly start: number; readonly length: number } | undefined> {
  let at = headerLength;
  let largeLength: number | undefined;
  for (let chunk = 0; chunk < mostChunks && at + chunkHeader <= size; chunk++) {
    const name = await textAt(file, at);
    const length = await sizeAt(file, at + 4);
    const start = at + chunkHeader;
    if (name === 'data') return { start, length: length === 0xffff_ffff ? (largeLength ?? length) : length };
    if (name === 'ds64') {
      // The length of the audio is its second number, of 64 bits.
      largeLength = (await sizeAt(file, start + 8)) + (await sizeAt(file, start + 12)) * 2 ** 32;
      await file.write('JUNK', at, 'latin1');
    }
    at = start + length + (length % 2);
  }
  return undefined;
}

async function isTrailer(file: FileHandle, at: number, size: number): Promise<boolean> {
  if (at >= size) return true;
  return trailers.has(await textAt(file, at)) && at + chunkHeader + (await sizeAt(file, at + 4)) <= size;
}

async function textAt(file: FileHandle, at: number): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, at);
  return buffer.toString('latin1', 0, bytesRead);
}

async function sizeAt(file: FileHandle, at: number): Promise<number> {
  return (await file.read(Buffer.alloc(4), 0, 4, at)).buffer.readUInt32LE();
}

async function writeSize(file: FileHandle, at: number, size: number): Promise<void> {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(size);
  await file.write(bytes, 0, 4, at);
}
