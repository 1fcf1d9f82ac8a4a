import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localTool } from '../../src/core/local-tool.ts';
import { freePort } from './free-port.ts';

/** A file in `scenarios/`, without `.xml`. */
export type Scenario =
  | 'answer-and-wait-bye'
  | 'answer-and-press'
  | 'call-and-hangup'
  | 'answer-calls'
  | 'refused-early'
  | 'referred';

export interface SippOptions {
  /** `host:port`; what calls are made to (or, where it answers, nothing needs to be named). */
  readonly remote?: string;
  /** Whom it calls. */
  readonly number?: string;
  /** User of From. */
  readonly from?: string;
  /** Calls in all, calls a second, and calls at the same time. */
  readonly calls?: number;
  readonly rate?: number;
  readonly limit?: number;
  /** How long the side that hangs up, or presses a key, waits with that. */
  readonly holdFor?: number;
  /** Whether each response is timed, not only their mean. */
  readonly isTimed?: boolean;
  /** SIPp is ended after this; 60 s. */
  readonly timeout?: number;
  /** Its own SIP port; a free one where missing. */
  readonly port?: number;
  readonly signal?: AbortSignal;
}

export interface SippResult {
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  readonly elapsed: number;
  /** Calls a second that were reached. */
  readonly rate: number;
  /** Milliseconds from INVITE to 200, on average. */
  readonly answerTime: number;
  /** Milliseconds of each response by the number of its timer in the scenario (`rtd`); none where they are not timed. */
  readonly times: ReadonlyMap<string, readonly number[]>;
  /** 0: every call went well. 1: some did not. null: it was killed. */
  readonly exitCode: number | null;
  /** What -trace_err wrote. */
  readonly errors: string;
}

/** SIPp writes the times of responses beside its scenario. */
const scenarioName = 'scenario.xml';

/** SIPp gets this long to hang up by itself after its timeout. */
const grace = 3_000;

/** Makes (or takes) many calls with SIPp and counts how they went. */
export async function sipp(scenario: Scenario, options: SippOptions = {}): Promise<SippResult> {
  options.signal?.throwIfAborted();
  const directory = await mkdtemp(join(tmpdir(), 'sipp-'));
  try {
    const run = await runSipp(await argumentsOf(scenario, options, directory), directory, options);
    const statistics = await readText(join(directory, 'statistics.csv'));
    const errors = await readText(join(directory, 'errors.log'));
    if (statistics === '')
      throw new Error(`SIPp did not run (exit code ${run.exitCode}): ${run.output}${errors}`);
    return { ...countsOf(statistics), times: await timesIn(directory), exitCode: run.exitCode, errors };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function argumentsOf(scenario: Scenario, options: SippOptions, directory: string): Promise<string[]> {
  const {
    remote,
    number = '100',
    from = 'sipp',
    calls = 1,
    rate = 10,
    limit = calls,
    holdFor = 500,
  } = options;
  const file = join(directory, scenarioName);
  await copyFile(join(import.meta.dirname, 'scenarios', `${scenario}.xml`), file);
  return [
    ...(remote === undefined ? [] : [remote]),
    ...['-sf', file],
    ...['-i', '127.0.0.1', '-p', String(options.port ?? (await freePort('udp')))],
    // The port named in SDP. Nobody listens there: what is played to these calls is lost.
    ...['-mp', String(await freePort('udp'))],
    ...['-s', number, '-key', 'from', from],
    ...['-m', String(calls), '-r', String(rate), '-l', String(limit), '-d', String(holdFor)],
    ...['-timeout', `${Math.ceil((options.timeout ?? 60_000) / 1_000)}s`, '-timeout_error'],
    ...['-trace_err', '-error_file', join(directory, 'errors.log')],
    ...(options.isTimed ? ['-trace_rtt', '-rtt_freq', '200'] : []),
    ...['-trace_stat', '-stf', join(directory, 'statistics.csv'), '-fd', '1'],
    // OPTIONS of a qualifying server are answered; the screen and the terminal are left alone.
    ...['-aa', '-skip_rlimit', '-nostdin'],
  ];
}

async function runSipp(
  args: readonly string[],
  directory: string,
  { signal, timeout = 60_000 }: SippOptions,
) {
  const tool = localTool('sipp');
  const child = spawn(tool.command, [...tool.args, ...args], {
    cwd: directory,
    env: { ...process.env, ...tool.env, TERM: 'dumb' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  // Its screens go to stdout, again and again: only the end matters.
  const keep = (text: Buffer) => {
    output = (output + text.toString()).slice(-2_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(kill, timeout + grace);
  signal?.addEventListener('abort', kill, { once: true });
  process.once('exit', kill);
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null]; // as documented for 'close'
    signal?.throwIfAborted();
    return { exitCode, output };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
    process.off('exit', kill);
  }
}

/** The last line of the statistics; `(C)` is the whole run, `(P)` only the last second. */
function countsOf(statistics: string): Omit<SippResult, 'exitCode' | 'errors' | 'times'> {
  const [header = '', ...lines] = statistics.trim().split('\n');
  const values = lines.at(-1)?.split(';') ?? [];
  const names = header.split(';');
  const value = (name: string) => values[names.indexOf(name)] ?? '';
  return {
    successful: Number(value('SuccessfulCall(C)')),
    failed: Number(value('FailedCall(C)')),
    retransmissions: Number(value('Retransmissions(C)')),
    elapsed: duration(value('ElapsedTime(C)')),
    rate: Number(value('CallRate(C)')),
    answerTime: duration(value('ResponseTime1(C)')),
  };
}

/** Lines of `Date_ms;response_time_ms;rtd_no`. */
async function timesIn(directory: string): Promise<ReadonlyMap<string, readonly number[]>> {
  const file = (await readdir(directory)).find((name) => name.endsWith('_rtt.csv'));
  const [, ...lines] = file === undefined ? [] : (await readText(join(directory, file))).trim().split('\n');
  const rows = lines.map((line) => line.split(';'));
  const byTimer = Map.groupBy(rows, ([, , timer = '']) => timer);
  return new Map([...byTimer].map(([timer, times]) => [timer, times.map(([, time]) => Number(time))]));
}

/** `00:00:01:250000` → 1250. */
function duration(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0, micros = 0] = text.split(':').map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + micros / 1_000;
}

async function readText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '');
}
