import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where the programs are, and what it takes to run them. */
export interface PostgresPrograms {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Of the project: what is fetched is reused by the next run. */
const folder = resolve(import.meta.dirname, '..', '..', '.cache', 'postgres');
const policy = '/usr/sbin/policy-rc.d';

/** Finds PostgreSQL on this machine, or brings it: installed where we are root, else unpacked into a folder. */
export async function installPostgres(): Promise<PostgresPrograms> {
  const found = findPostgres();
  if (found) return found;
  if (process.getuid?.() === 0) await installPackages();
  else await unpackPackages();
  const installed = findPostgres();
  if (!installed) throw new Error('PostgreSQL was installed and is not to be found');
  return installed;
}

function findPostgres(): PostgresPrograms | undefined {
  for (const root of ['/', folder]) {
    const directory = newest(join(root, 'usr/lib/postgresql'));
    if (directory) return { directory, env: root === folder ? librariesOf(root) : {} };
  }
  const directory = (process.env.PATH ?? '')
    .split(delimiter)
    .find((path) => existsSync(join(path, 'initdb')) && existsSync(join(path, 'postgres')));
  return directory === undefined ? undefined : { directory, env: {} };
}

/** Debian keeps each version in a directory of its own. */
function newest(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  return readdirSync(directory)
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(directory, version, 'bin'))
    .find((path) => existsSync(join(path, 'initdb')) && existsSync(join(path, 'postgres')));
}

function librariesOf(root: string): Record<string, string> {
  const libraries = join(root, 'usr/lib');
  const triplet = readdirSync(libraries).find((name) => name.endsWith('-linux-gnu'));
  return { LD_LIBRARY_PATH: join(libraries, triplet ?? '') };
}

/** Without a server: the packages would start one of their own. */
async function installPackages(): Promise<void> {
  const isOurs = !existsSync(policy);
  if (isOurs) await writeFile(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await aptGet(['update']);
    await aptGet(['install', '-y', '--no-install-recommends', 'postgresql']);
  } finally {
    if (isOurs) await rm(policy, { force: true });
  }
}

/** The packages this machine lacks, of its own release, fetched with an apt state of our own and unpacked. */
async function unpackPackages(): Promise<void> {
  const work = `${folder}.${process.pid}`;
  const root = join(work, 'root');
  const archives = join(work, 'cache', 'archives');
  try {
    for (const directory of [root, join(work, 'lists', 'partial'), join(archives, 'partial')])
      await mkdir(directory, { recursive: true });
    const own = {
      'Dir::State::lists': join(work, 'lists'),
      'Dir::Cache': join(work, 'cache'),
      'Debug::NoLocking': 'true',
      'APT::Sandbox::User': '',
    };
    const options = Object.entries(own).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
    await aptGet([...options, 'update']);
    await aptGet([...options, '--download-only', '-y', '--no-install-recommends', 'install', 'postgresql']);
    for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb')))
      await run('dpkg-deb', ['-x', join(archives, file), root]);
    await rename(root, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error; // another run was faster
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function aptGet(args: readonly string[]): Promise<void> {
  await run('apt-get', ['-qq', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    maxBuffer: 10_000_000,
    timeout: 300_000,
  });
}
