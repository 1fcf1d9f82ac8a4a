import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../core/errors.ts';
import { folderIdentity, identityOf, isRunning, type ProcessIdentity } from '../core/process-identity.ts';

/** Who holds it, and in which folder: the lock in a copy of that is nobody's. */
interface Holder extends ProcessIdentity {
  readonly folder?: string;
}

/**
 * Makes us the only daemon of a data directory: a second one would take the first one's live calls for left behind, and end
 * them. A lock of a daemon that is gone does not count.
 * @throws ConfigurationError while another one runs there.
 */
export function lockDataDir(dataDir: string): Disposable {
  const file = join(dataDir, 'daemon.lock');
  const own = identityOf(process.pid);
  if (!own) return { [Symbol.dispose]: () => undefined }; // no /proc: nobody could tell a dead daemon from a living one
  const folder = folderIdentity(dataDir);
  while (!create(file, { ...own, folder })) {
    const holder = read(file);
    if (holder && (holder.folder ?? folder) === folder && isRunning(holder)) {
      throw new ConfigurationError(
        `another ariflow (process ${holder.pid}) is at work in ${dataDir}: stop it, or set another ARIFLOW_DATA_DIR`,
      );
    }
    rmSync(file, { force: true, recursive: true });
  }
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) };
}

/** False where there is a lock already. */
function create(file: string, own: Holder): boolean {
  try {
    writeFileSync(file, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder; // ours, or not worth keeping
  } catch {
    return undefined;
  }
}
