import { readFileSync } from 'node:fs';
import { ConfigurationError } from './errors.ts';

/** With fewer a handful of calls that are recorded or spoken to runs out of them. */
const least = 256;

/** So many are enough for some hundred calls. */
const enough = 1_024;

/**
 * How many files this process may have open, where that is so few that it will be missed. Node has raised its limit to the highest
 * one it may by then.
 * @throws ConfigurationError where it is too few for anything.
 */
export function scarceOpenFiles(limits = readLimits()): number | undefined {
  const most = /^Max open files +(\d+)/m.exec(limits)?.[1];
  if (most === undefined) return undefined;
  if (Number(most) < least)
    throw new ConfigurationError(
      `at most ${most} files and connections may be open at once, and ${enough} are needed: raise the limit (ulimit -n, LimitNOFILE= of systemd, --ulimit nofile= of Docker)`,
    );
  return Number(most) < enough ? Number(most) : undefined;
}

function readLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return ''; // no Linux: nobody can tell
  }
}
