import { derivedUuid } from '../core/derived-uuid.ts';

/** What is made in Asterisk, as its id says. */
export type Kind =
  | 'amd'
  | 'announcement'
  | 'bridge'
  | 'contacts'
  | 'echo'
  | 'lamp'
  | 'leg'
  | 'media'
  | 'playback'
  | 'refer'
  | 'snoop'
  | 'text';

type Word = string | number;

/** Gives the ids of what is made for one purpose; `key` tells apart what is of one kind. */
export type IdOf = (kind: Kind, ...key: readonly Word[]) => string;

/** A longer id of a channel Asterisk cuts, in silence, and two might become one. */
const longest = 120;

/**
 * The id of a thing in Asterisk: of an application, and made of the words that say whose it is. The same words give the same id,
 * so that whoever comes after a kill knows what is left by the ids that he would have given himself.
 */
export function asteriskId(app: string, kind: Kind, ...words: readonly Word[]): string {
  const id = [app, kind, ...words].join('-');
  return id.length > longest ? `${app}-${kind}-${derivedUuid(...words)}` : id;
}

/** Whether an id is one of this application's. One whose name goes on where ours ends, `ariflow-bridge`, has its own. */
export function isIdOf(app: string, kind: Kind, id: string): boolean {
  const prefix = `${app}-${kind}-`;
  return id.startsWith(prefix) && !id.slice(prefix.length).includes(`${kind}-`);
}
