/** In the media directory: what Asterisk's `musiconhold.conf` takes in of ours. */
export const musicDirectory = 'music';
export const classesFile = 'classes.conf';

export interface MusicClasses {
  /** The id of the audio that is heard where nobody has named any; empty: Asterisk's own. */
  readonly usual: string;
  /** Of all audio that may be heard. */
  readonly ids: readonly string[];
  /** Where it is for Asterisk, without its ending. */
  readonly pathOf: (id: string) => string;
}

/** Ids are ours: nothing that a user has written is in that file. */
export function classNameOf(id: string): string {
  return `sound-${id}`;
}

/** A class for each, and what the usual one plays. */
export function writtenClasses({ usual, ids, pathOf }: MusicClasses): string {
  const playlist = (head: string, id: string): string => `[${head}\nmode = playlist\nentry = ${pathOf(id)}\n`;
  return [
    '; Sounds as music on hold. The daemon writes this file.\n',
    ...(usual === '' ? [] : [playlist('default](+)', usual)]),
    ...ids.map((id) => playlist(`${classNameOf(id)}]`, id)),
  ].join('\n');
}

/** The ids of all audio that such a file has classes of. */
export function classesIn(text: string): readonly string[] {
  return [...text.matchAll(/^\[sound-([0-9a-f-]{36})\]$/gm)].map(([, id = '']) => id);
}
