import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { asteriskRoot, libraryDir } from '../core/local-tool.ts';
import { packageRoot } from '../core/package-files.ts';
import { onAbort } from '../core/wait.ts';

const script = join(packageRoot, 'docker', 'asterisk-local.sh');

/** ARI over the events WebSocket, `outbound_websocket` and all we rely on are there from this version on. */
const oldestVersion = [22, 5] as const;

export interface InstallOptions {
  /** Told each step of a first installation; nothing when there is nothing to do. */
  readonly onProgress?: (line: string) => void;
  /** SIPp as well. */
  readonly withTestTools?: boolean;
  readonly signal?: AbortSignal;
}

/** An Asterisk could not be brought here; the message is one line that says what to do. */
export class InstallError extends Error {
  override readonly name = 'InstallError';
}

/**
 * Makes sure that there is an Asterisk: the folder, or the machine's own where that is new enough and espeak-ng and sox
 * are there too.
 * @throws InstallError
 */
export async function installAsterisk(options: InstallOptions = {}): Promise<void> {
  const hasFolder = libraryDir() !== undefined;
  if (!hasFolder && !options.withTestTools && (await hasSuitableAsterisk())) return;
  await runScript(options);
}

/** Whether `asterisk -V` prints a version we can work with, such as `Asterisk 22.10.1+dfsg`. */
export function isSuitableVersion(text: string): boolean {
  const match = /^Asterisk (?:certified[/-])?(\d+)\.(\d+)/.exec(text);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > oldestVersion[0] || (major === oldestVersion[0] && minor >= oldestVersion[1]);
}

async function hasSuitableAsterisk(): Promise<boolean> {
  if (!['asterisk', 'espeak-ng', 'sox'].every(isInPath)) return false;
  try {
    const { stdout } = await promisify(execFile)('asterisk', ['-V'], { env: pathWithSbin(), timeout: 5_000 });
    return isSuitableVersion(stdout);
  } catch {
    return false;
  }
}

function isInPath(program: string): boolean {
  return (pathWithSbin().PATH ?? '')
    .split(delimiter)
    .some((directory) => existsSync(join(directory, program)));
}

/** Debian keeps `asterisk` in /usr/sbin, which is not in a user's PATH. */
export function pathWithSbin(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return { ...env, PATH: [env.PATH ?? '/usr/bin:/bin', '/usr/local/sbin', '/usr/sbin'].join(delimiter) };
}

async function runScript({ onProgress, withTestTools, signal }: InstallOptions): Promise<void> {
  signal?.throwIfAborted();
  const child = spawn('bash', [script, ...(withTestTools ? ['--test'] : [])], {
    env: { ...process.env, ARIFLOW_ASTERISK_ROOT: asteriskRoot() },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const errors: string[] = [];
  createInterface(child.stdout).on('line', (line) => onProgress?.(line));
  createInterface(child.stderr).on('line', (line) => errors.push(line));
  // The group, not only the script: apt-get and dpkg go with it.
  using _ = signal && onAbort(signal, () => process.kill(-(child.pid ?? 0), 'SIGTERM'));
  const code = await new Promise<number | null>((resolveCode, reject) => {
    child.once('error', reject);
    child.once('close', resolveCode);
  });
  signal?.throwIfAborted();
  if (code !== 0) throw new InstallError(errors.at(-1) ?? `asterisk: ${script} ended with ${code}`);
}
