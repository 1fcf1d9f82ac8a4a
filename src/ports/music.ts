import * as z from 'zod';
import type { Music } from '../calls/chosen-music.ts';
import { soundNameIn } from '../calls/media-uri.ts';

export interface MusicPort {
  /**
   * Makes a sound of a user's music on hold, and resolves to its class in Asterisk, which is there for as long as a call may last.
   * @throws ActionError `MOH_FAILED` where there is no such sound, or Asterisk's music is not ours to write; the signal's reason
   */
  class(name: string, signal: AbortSignal): Promise<string>;
}

/** As users name it; empty: the usual. */
export const musicName = z
  .string()
  .max(255)
  .refine(
    (text) => text === '' || soundNameIn(text) !== undefined,
    'expected sound:<name>, of a sound of yours',
  )
  .meta({ examples: ['sound:my/music'] });

export const musicOption = musicName.default('');

/** What a user has named; nothing where that is the usual. */
export function musicOf({ music }: { readonly music: MusicPort }, name: string): Music | undefined {
  return name === '' ? undefined : { name, class: (signal) => music.class(name, signal) };
}
