import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { nodeOptions as usualOptions } from '../../src/up/node-options.ts';
import { freePort } from './free-port.ts';
import { eventually } from './until.ts';

export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly time: number;
  readonly [key: string]: unknown;
}

export interface DaemonOptions {
  /** How long it may take to be ready; 60 s. 0 does not wait. */
  readonly readyWithin?: number;
  /** The program, from the root of the project; `dist/main.js`. */
  readonly entry?: string;
  readonly args?: readonly string[];
  /** What Node.js runs it with; as `up` does. */
  readonly nodeOptions?: readonly string[];
  readonly signal?: AbortSignal;
}

/** pino's `warn`. */
const warn = 40;

const root = resolve(import.meta.dirname, '..', '..');

/** A tester that dies must not leave a daemon behind. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/** Starts the daemon as a process of its own; resolves when `/readyz` answers 200. A free API port is chosen. */
export async function spawnDaemon(
  env: Readonly<Record<string, string>>,
  options: DaemonOptions = {},
): Promise<Daemon> {
  const {
    entry = 'dist/main.js',
    args = [],
    nodeOptions = usualOptions,
    readyWithin = 60_000,
    signal,
  } = options;
  const port = Number(env.ARIFLOW_API_PORT ?? (await freePort('tcp')));
  const child = spawn(process.execPath, [...nodeOptions, resolve(root, entry), ...args], {
    cwd: root,
    // Nothing of the tester's own configuration reaches the daemon, but where the programs are.
    env: {
      ...foreign(process.env),
      NODE_COMPILE_CACHE: join(tmpdir(), 'ariflow-test-compiled'), // half the processor of a start
      ARIFLOW_API_HOST: '127.0.0.1',
      ...env,
      ARIFLOW_API_PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const daemon = new Daemon(child, port);
  try {
    if (readyWithin > 0) await daemon.ready(readyWithin, signal);
    return daemon;
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}

/** A running daemon. */
export class Daemon implements AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** JSON lines of stdout, in order. */
  readonly log: LogLine[] = [];
  /** Lines of stdout that are no JSON. */
  readonly otherOutput: string[] = [];
  readonly errorOutput: string[] = [];
  /** Resolves when the process is gone and all its output was read. */
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  readonly #child: ChildProcess;
  #hasExited = false;

  constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
    this.pid = child.pid ?? 0;
    collect(child.stdout, (line) => this.#read(line));
    collect(child.stderr, (line) => this.errorOutput.push(line));
    living.add(child);
    this.exited = once(child, 'close').then(([code, signal]) => {
      this.#hasExited = true;
      living.delete(child);
      return { code: code as number | null, signal: signal as NodeJS.Signals | null }; // as documented for 'close'
    });
  }

  get isRunning(): boolean {
    return !this.#hasExited;
  }

  async ready(timeout = 60_000, signal?: AbortSignal): Promise<void> {
    const what = () => `the daemon to be ready\n${this.describe()}`;
    await eventually(() => this.#isReady(), { timeout, what, ...(signal && { signal }) });
  }

  kill(signal: NodeJS.Signals = 'SIGTERM'): void {
    this.#child.kill(signal);
  }

  /** SIGTERM, and SIGKILL for one that does not obey in time. */
  async stop(within = 20_000): Promise<void> {
    if (this.#hasExited) return;
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), within);
    try {
      await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Lines of level warn and above, and output that is no log at all, but for those the test expects. */
  unexpectedLogLines(expected: readonly RegExp[] = []): string[] {
    const lines = this.log.filter(({ level }) => level >= warn).map((line) => JSON.stringify(line));
    return [...lines, ...this.otherOutput, ...this.errorOutput].filter(
      (line) => !expected.some((pattern) => pattern.test(line)),
    );
  }

  /** The last words, for errors. */
  describe(): string {
    const log = this.log.slice(-15).map((line) => JSON.stringify(line));
    const state = this.#hasExited ? `exited: ${this.#child.exitCode ?? this.#child.signalCode}` : 'running';
    return [
      `daemon ${this.pid} (${state})`,
      ...log,
      ...this.otherOutput.slice(-5),
      ...this.errorOutput.slice(-20),
    ].join('\n');
  }

  async #isReady(): Promise<boolean> {
    if (this.#hasExited) throw new Error(`the daemon ended before it was ready\n${this.describe()}`);
    try {
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) });
      await response.body?.cancel();
      return response.status === 200;
    } catch {
      return false;
    }
  }

  #read(line: string): void {
    try {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed === 'object' && parsed !== null && 'level' in parsed)
        this.log.push(parsed as LogLine); // pino's
      else this.otherOutput.push(line);
    } catch {
      this.otherOutput.push(line);
    }
  }
}

/** Nothing of the settings of whoever runs the tests, but where the programs are that it speaks and converts with. */
function foreign(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const isForeign = (key: string): boolean => key === 'ARIFLOW_ASTERISK_ROOT' || !key.startsWith('ARIFLOW_');
  return Object.fromEntries(Object.entries(env).filter(([key]) => isForeign(key)));
}

function collect(stream: Readable | null, take: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on('line', take);
}
