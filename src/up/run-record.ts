import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { identityOf, isRunning, type ProcessIdentity, signalProcess } from '../asterisk/process-identity.ts';
import { sleep } from '../core/wait.ts';
import { UpError } from './problems.ts';

const identity = z.object({ pid: z.int(), started: z.string() });
const schema = z.object({ up: identity, asterisk: identity.optional(), daemon: identity.optional() });

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
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'up.json');
  const own = identityOf(process.pid);
  if (!own) throw new UpError('this machine has no /proc: use docker compose -f docker/compose.yaml up');
  let record: Recorded = { up: own };
  const leftovers: Recorded[] = [];
  while (!create(file, record)) {
    const former = read(file);
    if (former && isRunning(former.up)) {
      throw new UpError(`already up in ${dataDir} (process ${former.up.pid}): stop that one first`);
    }
    const taken = takeAway(file);
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
function takeAway(file: string): Recorded | undefined {
  const aside = `${file}.former.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return undefined;
  }
  const former = read(aside);
  rmSync(aside);
  return former;
}

function write(file: string, record: Recorded): string {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  return temporary;
}

function read(file: string): Recorded | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
