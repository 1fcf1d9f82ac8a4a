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
import { isOneStream } from './ogg-streams.ts';
import { mendWav } from './wav-header.ts';

/** What was saved: what it is, and a hash of it. */
export interface Saved {
  readonly kind: AudioKind;
  readonly hash: string;
}

/** From URLs. */
const usualKinds: readonly AudioKind[] = ['wav', 'mp3'];

/**
 * Writes audio of one of these kinds to a new file as it comes. What is none is refused as soon as its beginning is there, however
 * much follows.
 * @throws ActionError `INVALID_MEDIA`; whatever `body` or the disk throws.
 */
export async function save(
  body: AsyncIterable<Uint8Array>,
  path: string,
  kinds = usualKinds,
): Promise<Saved> {
  await using file = await open(path, 'wx+');
  const hash = createHash('sha256');
  let head = Buffer.alloc(0);
  let kind: Verdict = 'unknown';
  for await (const piece of body) {
    if (kind === 'unknown') {
      head = Buffer.concat([head, piece]);
      kind = audioKind(head, false);
      if (kind !== 'unknown' && !isOneOf(kinds, kind)) throw noAudio(kinds);
    }
    hash.update(piece);
    await file.appendFile(piece);
  }
  if (kind === 'unknown') kind = audioKind(head);
  if (!isOneOf(kinds, kind)) throw noAudio(kinds);
  if (kind === 'mp3') await checkFrames(file, kinds);
  if (kind === 'ogg' && !(await isOneStream(file)))
    throw new ActionError('INVALID_MEDIA', 'it has several streams in one Ogg');
  if (kind === 'wav') await mendWav(file);
  return { kind, hash: hash.digest('hex') };
}

/** A tag says nothing of what comes after it: more tags, zeros between them, and the audio in the end. */
async function checkFrames(file: FileHandle, kinds: readonly AudioKind[]): Promise<void> {
  const bytes = Buffer.alloc(tellingBytes);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(bytes, 0, tellingBytes, at);
    const found = bytes.subarray(0, bytesRead);
    const skipped = tagLength(found) || leadingZeros(found);
    if (skipped === 0 && !beginsWithFrames(found)) throw noAudio(kinds);
    if (skipped === 0) return;
    at += skipped;
  }
}

function isOneOf(kinds: readonly AudioKind[], verdict: Verdict): verdict is AudioKind {
  return (kinds as readonly Verdict[]).includes(verdict);
}

const names = { wav: 'WAV', mp3: 'MP3', ogg: 'Ogg Vorbis' } as const;

function noAudio(kinds: readonly AudioKind[]): ActionError {
  return new ActionError('INVALID_MEDIA', `it is neither ${kinds.map((kind) => names[kind]).join(' nor ')}`);
}
