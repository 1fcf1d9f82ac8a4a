import { spawn } from 'node:child_process';
import { after, onAbort } from './wait.ts';

export interface ProcessToRun {
  readonly command: string;
  /** Never a user's text: that goes through `input`. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Buffer;
  /** Milliseconds after which it is killed. */
  readonly timeout: number;
  /** Bytes of output after which it is killed. */
  readonly maxOutput: number;
  /** Whether what it complains of is output too. */
  readonly withComplaints?: boolean;
}

/** A subprocess did not do its work; `message` says which and how it ended, never what it was given. */
export class ProcessError extends Error {
  override readonly name: string = 'ProcessError';
}

/** It ran, and ended with an error of its own: of what it was given, more often than not. */
export class ProgramFailed extends ProcessError {
  override readonly name: string = 'ProgramFailed';
}

/** Runs a program to its end and resolves to what it wrote; bounded in time and output, killed with the signal. */
export function runProcess(program: ProcessToRun, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const child = spawn(program.command, [...program.args], {
      env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...program.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    // First of all: without a free file descriptor there is a child that has no pipes, and soon an error.
    child.on('error', (cause) => reject(new ProcessError(`${program.command} cannot be started`, { cause })));
    if (!child.stdout || !child.stderr || !child.stdin) return;
    const output: Buffer[] = [];
    let size = 0;
    let complaint = '';
    let ending: unknown;
    const end = (why: unknown): void => {
      ending ??= why;
      child.kill('SIGKILL');
    };
    const limit = after(program.timeout, () => end(new ProcessError(`${program.command} took too long`)));
    const listening = onAbort(signal, () => end(signal.reason));
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > program.maxOutput) end(new ProcessError(`${program.command} wrote too much`));
      else output.push(chunk);
    };
    child.stdout.on('data', take);
    if (program.withComplaints) child.stderr.on('data', take);
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < 1_000) complaint += String(chunk);
    });
    child.stdin.on('error', () => undefined); // it may end before it has read everything; its exit code tells
    child.on('close', (code) => {
      limit[Symbol.dispose]();
      listening[Symbol.dispose]();
      if (ending !== undefined) return reject(ending);
      if (code !== 0) {
        const kind = code === null ? ProcessError : ProgramFailed; // somebody has killed it
        return reject(new kind(`${program.command} ended with ${code}: ${complaint.trim()}`));
      }
      resolve(Buffer.concat(output));
    });
    child.stdin.end(program.input ?? '');
  });
}
