import { chmodSync } from 'node:fs';
import { join } from 'node:path';

/** What a group may not write and others may not see: files are 0640 and directories 0750 at most. */
export const closedMask = 0o027;

export const directoryMode = 0o750;

/** From now on what this process and its children make is closed to other users, but for the group: Asterisk may be in it. */
export function closeToOthers(): void {
  process.umask(process.umask() | closedMask);
}

/** Closes directories that an earlier version may have left open, and with them what is in there. */
export function closeDirectories(parent: string, names: readonly string[]): void {
  for (const name of names) {
    try {
      chmodSync(join(parent, name), directoryMode);
    } catch {
      // Not there yet, or somebody else's.
    }
  }
}
