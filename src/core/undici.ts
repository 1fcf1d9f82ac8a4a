import type * as Undici from 'undici';
import { whenNeeded } from './when-needed.ts';

/** A hundred modules: a daemon whose ARI is a WebSocket, and that tells nobody anything, makes no request of its own. */
export const undici = whenNeeded<typeof Undici>('undici');
