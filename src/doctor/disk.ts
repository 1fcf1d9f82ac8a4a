import { statfs } from 'node:fs/promises';
import { messageOf } from '../core/errors.ts';
import { type Finding, good, problem, warning } from './finding.ts';

const gigabyte = 1_000_000_000;
/** An hour of a call is 58 MB of WAV. */
const scarce = 2 * gigabyte;
const least = gigabyte / 5;

/** How much room there is where something is written. */
export async function diskFinding(what: string, directory: string): Promise<Finding> {
  try {
    const { bsize, bavail } = await statfs(directory);
    const free = bsize * bavail;
    const text = `${directory}: ${(free / gigabyte).toFixed(1)} GB free`;
    if (free < least) return problem(what, `${text}: soon nothing can be written down`);
    return free < scarce ? warning(what, text) : good(what, text);
  } catch (error) {
    return problem(what, `${directory}: ${messageOf(error)}`);
  }
}
