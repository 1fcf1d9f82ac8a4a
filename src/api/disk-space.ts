import { statfs } from 'node:fs/promises';
import type { DiskSpace } from './present-figures.ts';

/** How much room there is on the disk that a directory is on. */
export async function diskSpace(directory: string): Promise<DiskSpace> {
  const { bsize, blocks, bavail } = await statfs(directory);
  return { size: blocks * bsize, free: bavail * bsize };
}
