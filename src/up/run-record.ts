import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { makeDirectory } from '../core/make-directory.ts';
import {
  folderIdentity,
  identityOf,
  isRunning,
  type ProcessIdentity,
  signalProcess,
} from '../core/process-identity.ts';
import { sleep } from '../core/wait.ts';
import { UpError } from './exit-codes.ts';

const identity = z.object({ pid: z.int(), started: z.string() });
const schema = z.object({
  up: identity,
  asterisk: identity.optional(),
  daemon: identity.optional(),
  /** Where the record was written: in a copy of that folder it speaks of somebody else's processes. */
  folder: z.string(),
});

type Recorded = z.output<typeof schema>;

/** Which processes this `up` answers for, on disk: should it be killed, the next one ends them. */
export interface RunRecord extends Disposable {
  note(name: 'asterisk' | 'daemon', pid: number): void;
}

const patience = 5_000;
const pollEvery = 20;

/**
 * Makes us the only `up` of a data directory, and ends what a killed one left running there.
 * @throws UpError when another one is running.
 */
export async function claimDataDir(dataDir: string, print: (line: string) => void): Promise<RunRecord> {
  makeDirectory(dataDir);
  const file = join(dataDir, 'up.json');
  const own = identityOf(process.pid);
  if (!own) throw new UpError('this machine has no /proc: use docker compose -f docker/compose.yaml up');
  const folder = folderIdentity(dataDir);
  let record: Recorded = { up: own, folder };
  const leftovers: Recorded[] = [];
  while (!create(file, record)) {
    const former = read(file, folder);
    if (former && isRunning(former.up)) {
      throw new UpError(`already up in ${dataDir} (process ${former.up.pid}): stop that one first`);
    }
    const taken = takeAway(file, folder);
    if (taken && isRunning(taken.up)) {
      // Somebody else took the dead run's place between our two looks.
      replace(file, taken);
      throw new UpError(`already up in ${dataDir} (process ${taken.up.pid}): stop that one first`);
    }
    if (taken) leftovers.push(taken);
  }
  for (const former of leftovers) await endLeftovers(former, print);
  return {
    note(name, pid) {
      const noted = identityOf(pid);
      const { [name]: _former, ...others } = record;
      record = noted ? { ...others, [name]: noted } : others;
      replace(file, record);
    },
    [Symbol.dispose]: () => rmSync(file, { force: true }),
  };
}

/** The daemon that a running `up` of this data directory has last started. */
export function recordedDaemon(dataDir: string): ProcessIdentity | undefined {
  if (!existsSync(dataDir)) return undefined;
  const record = read(join(dataDir, 'up.json'), folderIdentity(dataDir));
  return record && isRunning(record.up) ? record.daemon : undefined;
}

async function endLeftovers(former: Recorded, print: (line: string) => void): Promise<void> {
  for (const leftover of [former.daemon, former.asterisk]) {
    if (!leftover || !isRunning(leftover)) continue;
    print(`ending process ${leftover.pid}, which a killed run left behind`);
    signalProcess(leftover, 'SIGTERM');
    if (!(await isGoneWithin(leftover, patience))) signalProcess(leftover, 'SIGKILL');
    if (!(await isGoneWithin(leftover, patience))) throw new UpError(`process ${leftover.pid} does not end`);
  }
}

async function isGoneWithin(leftover: ProcessIdentity, ms: number): Promise<boolean> {
  const deadline = Date.now() + ms;
  const never = new AbortController().signal;
  while (isRunning(leftover)) {
    if (Date.now() > deadline) return false;
    await sleep(pollEvery, never);
  }
  return true;
}

/** Makes the file whole or not at all; false where there is one already. */
function create(file: string, record: Recorded): boolean {
  const temporary = write(file, record);
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(temporary);
  }
}

function replace(file: string, record: Recorded): void {
  renameSync(write(file, record), file);
}

/** Removes a dead run's file; of several that try only one gets it, and with it the processes to end. */
function takeAway(file: string, folder: string): Recorded | undefined {
  const aside = `${file}.former.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const former = read(aside, folder);
  rmSync(aside, { recursive: true });
  return former;
}

function write(file: string, record: Recorded): string {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  return temporary;
}

/** Nothing where it is none, or came with a copy of another folder. */
function read(file: string, folder: string): Recorded | undefined {
  try {
    const record = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
    return record.folder === folder ? record : undefined;
  } catch {
    return undefined;
  }
}
