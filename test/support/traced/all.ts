import { askingScenes } from './asking.ts';
import { keyScenes } from './keys.ts';
import { otherScenes } from './others.ts';
import { partyScenes } from './parties.ts';
import type { Scene, There } from './scene.ts';
import { serverScenes } from './servers.ts';

/** Calls of all kinds, more than a hundred. Their names do not depend on what there is. */
export function tracedScenes(there: There): Readonly<Record<string, Scene>> {
  return {
    ...keyScenes,
    ...askingScenes,
    ...serverScenes(there),
    ...partyScenes(there),
    ...otherScenes(there),
  };
}
