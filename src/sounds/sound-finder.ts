import { within } from '../core/wait.ts';
import type { Sounds } from './sounds.ts';

/** How long Asterisk may take to say whether it has a sound, in milliseconds; it looks through all of them each time. */
const patience = 1_000;

/** Finds out which sounds of one flow there are. From Asterisk's first silence on what it may have is taken to be there. */
export function soundFinder(
  own: Pick<Sounds, 'has'>,
  ofAsterisk: (name: string) => Promise<boolean | undefined>,
): (name: string) => Promise<boolean> {
  let isSilent = false;
  return async (name) => {
    if ((await own.has(name)) || isSilent) return true;
    const answer = await within(ofAsterisk(name), patience);
    isSilent = answer === undefined;
    return answer !== false;
  };
}
