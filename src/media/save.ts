import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ActionError } from '../core/errors.ts';
import { type AudioKind, audioKind, beginsWithFrames, tagLength, tellingBytes } from './audio-kind.ts';

/** What was saved: what it is, and a hash of it. */
export interface Saved {
  readonly kind: AudioKind;
  readonly hash: string;
}

/**
 * Writes audio to a new file as it comes. What is no audio is refused as soon as its beginning is there, however much follows.
 * @throws ActionError `INVALID_MEDIA`; whatever `body` or the disk throws.
 */
export async function save(body: AsyncIterable<Uint8Array>, path: string): Promise<Saved> {
  await using file = await open(path, 'wx+');
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  for await (const piece of body) {
    if (head.length < tellingBytes) {
      head = Buffer.concat([head, piece]);
      if (head.length >= tellingBytes) kindOf(head);
    }
    hash.update(piece);
    await file.appendFile(piece);
  }
  const kind = kindOf(head);
  if (kind === 'mp3') await checkBehindTag(file, tagLength(head));
  return { kind, hash: hash.digest('hex') };
}

function kindOf(head: Buffer): AudioKind {
  const kind = audioKind(head.subarray(0, tellingBytes));
  if (!kind) throw noAudio();
  return kind;
}

/** A tag says nothing of what comes after it. */
async function checkBehindTag(file: FileHandle, length: number): Promise<void> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(tellingBytes), 0, tellingBytes, length);
  if (!beginsWithFrames(buffer.subarray(0, bytesRead))) throw noAudio();
}

function noAudio(): ActionError {
  return new ActionError('INVALID_MEDIA', 'it is neither WAV nor MP3');
}
