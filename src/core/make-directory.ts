import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory, and what is missing above it, for us alone where no mode is said. Node's own `recursive` never comes
 * back where the system refuses a name in a directory that is there, as in /proc.
 * @throws the system's error
 */
export function makeDirectory(path: string, mode = 0o700): void {
  const missing: string[] = [];
  for (let place = resolve(path); !isDirectory(place); place = dirname(place)) missing.unshift(place);
  for (const place of missing) {
    try {
      mkdirSync(place, { mode });
    } catch (error) {
      if (!isDirectory(place)) throw error; // else somebody else has made it just now
    }
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
