import { readFileSync, statSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in clock ticks since boot, and which boot that was. */
  readonly started: string;
}

/** Who has this pid now, or nothing where nobody has; a process that has ended but was not waited for counts as gone. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  try {
    const started = startOf(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (started === undefined) return undefined;
    return { pid, started: `${started}@${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}` };
  } catch {
    return undefined;
  }
}

/** When a process of which `/proc/PID/stat` says this has started; nothing of one that has ended. */
export function startOf(stat: string): string | undefined {
  // The second field is the program's name in parentheses, which may contain blanks and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, threads] = [fields[0], Number(fields[17])];
  // Its first thread may have ended before the others, which still hold its ports.
  const hasEnded = state === 'X' || (state === 'Z' && threads <= 1);
  return hasEnded ? undefined : fields[19];
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.started === identity.started;
}

/** A folder that cannot be mistaken for a copy of it: what a record in it says is true of this one only. */
export function folderIdentity(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  return `${dev}:${ino}`;
}

/** Sends a signal to exactly this process, and its group where it leads one; does nothing when it is gone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  for (const target of signal === 'SIGKILL' ? [-identity.pid, identity.pid] : [identity.pid]) {
    try {
      process.kill(target, signal);
    } catch {
      // It ended just now, or leads no group.
    }
  }
}
