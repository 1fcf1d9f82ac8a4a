import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageRoot } from './package-files.ts';

/** How to start a program: the caller's own arguments come after `args`, `env` goes on top of the environment. */
export interface LocalTool {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export type LocalToolName =
  | 'asterisk'
  | 'baresip'
  | 'espeak-ng'
  | 'flite'
  | 'pocketsphinx_continuous'
  | 'sox'
  | 'sipp';

/** The dynamic loader of each architecture: the folder brings its own libc, newer than the machine's. */
const loaders: Partial<Record<NodeJS.Architecture, { triplet: string; loader: string }>> = {
  x64: { triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

/** The folder that docker/asterisk-local.sh makes; it need not exist. */
export function asteriskRoot(env: NodeJS.ProcessEnv = process.env): string {
  return resolve(env.ARIFLOW_ASTERISK_ROOT || join(packageRoot, '.cache', 'asterisk'));
}

/** Where the folder keeps its libraries, or nothing where there is no folder. */
export function libraryDir(root = asteriskRoot()): string | undefined {
  const platform = loaders[process.arch];
  if (!platform) return undefined;
  const directory = join(root, 'usr/lib', platform.triplet);
  return existsSync(join(directory, platform.loader)) ? directory : undefined;
}

/** A program from the folder, started through the folder's own loader; else the one in PATH. */
export function localTool(name: LocalToolName, root = asteriskRoot()): LocalTool {
  const libraries = libraryDir(root);
  const program = join(root, name === 'asterisk' ? 'usr/sbin' : 'usr/bin', name);
  if (!libraries || !existsSync(program)) return { command: name, args: [], env: {} };
  return {
    command: join(libraries, loaders[process.arch]?.loader ?? ''),
    args: ['--library-path', `${libraries}:${join(libraries, 'pulseaudio')}`, program],
    env: name === 'espeak-ng' ? { ESPEAK_DATA_PATH: libraries } : {},
  };
}

/** A file that a package brings: in the folder, where it is there, else where the machine's own packages put it. */
export function localFile(path: string, root = asteriskRoot()): string {
  const inFolder = join(root, path);
  return existsSync(inFolder) ? inFolder : join('/', path);
}
