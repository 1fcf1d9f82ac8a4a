import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { within } from '../core/wait.ts';

/** How a process ended: one of the two is set. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process we started and must end. */
export interface OwnedProcess {
  readonly pid: number;
  /** Resolves when it has ended, whoever ended it; never rejects. */
  readonly exited: Promise<Exit>;
  /** SIGTERM, and SIGKILL when it has not ended `graceMs` later. Resolves once it is gone. */
  stop(graceMs: number): Promise<void>;
}

export interface ProcessOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
  readonly cwd?: string;
}

/**
 * Starts a process in a group of its own: Ctrl-C in a terminal reaches `up` only, which then ends its children in order.
 * @throws when the program cannot be started at all.
 */
export async function startProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): Promise<OwnedProcess> {
  const child = spawn(command, args, { ...options, detached: true });
  const exited = exitOf(child);
  const pid = await started(child);
  return {
    pid,
    exited,
    async stop(graceMs) {
      child.kill('SIGTERM');
      if ((await within(exited, graceMs)) === undefined) child.kill('SIGKILL');
      await exited;
    },
  };
}

/** "exit code 1", "signal SIGKILL". */
export function describeExit({ code, signal }: Exit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      endGroup(child.pid);
      resolve({ code, signal });
    });
  });
}

/** A killed process cannot end what it started itself (a conversion, a speech engine). */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left: the normal case.
  }
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', () => resolve(child.pid ?? 0));
  });
}
