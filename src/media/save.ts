import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ActionError } from '../core/errors.ts';
import {
  type AudioKind,
  audioKind,
  beginsWithFrames,
  leadingZeros,
  tagLength,
  tellingBytes,
  type Verdict,
} from './audio-kind.ts';
import { mendWav } from './wav-header.ts';

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
  let kind: Verdict = 'unknown';
  for await (const piece of body) {
    if (kind === 'unknown') {
      head = Buffer.concat([head, piece]);
      kind = audioKind(head, false);
      if (kind === 'neither') throw noAudio();
    }
    hash.update(piece);
    await file.appendFile(piece);
  }
  if (kind === 'unknown') kind = audioKind(head);
  if (kind === 'mp3') await checkFrames(file);
  else if (kind === 'wav') await mendWav(file);
  else throw noAudio();
  return { kind, hash: hash.digest('hex') };
}

/** A tag says nothing of what comes after it: more tags, zeros between them, and the audio in the end. */
async function checkFrames(file: FileHandle): Promise<void> {
  const bytes = Buffer.alloc(tellingBytes);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(bytes, 0, tellingBytes, at);
    const found = bytes.subarray(0, bytesRead);
    const skipped = tagLength(found) || leadingZeros(found);
    if (skipped === 0 && !beginsWithFrames(found)) throw noAudio();
    if (skipped === 0) return;
    at += skipped;
  }
}

function noAudio(): ActionError {
  return new ActionError('INVALID_MEDIA', 'it is neither WAV nor MP3');
}
