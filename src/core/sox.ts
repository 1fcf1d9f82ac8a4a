import { localTool } from './local-tool.ts';
import { ProcessError, runProcess } from './run-process.ts';

export interface SoxOptions {
  readonly input?: Buffer;
  /** Milliseconds after which it is killed. */
  readonly timeout: number;
}

/** What sox made is not whole: the disk is full. */
export class OutputLost extends ProcessError {
  override readonly name: string = 'OutputLost';
}

/**
 * Runs sox to its end; it writes to a file.
 * @throws ProcessError; the signal's reason.
 */
export async function runSox(
  args: readonly string[],
  { input, timeout }: SoxOptions,
  signal: AbortSignal,
): Promise<void> {
  const tool = localTool('sox');
  const said = await runProcess(
    {
      ...tool,
      // Without dither: what is made twice is the same twice, and silence stays silence.
      args: [...tool.args, '-V1', '-D', ...args],
      ...(input && { input }),
      timeout,
      maxOutput: 65_536,
      withComplaints: true,
    },
    signal,
  );
  // It ends with 0 all the same.
  if (String(said).includes('error writing')) throw new OutputLost('sox could not write its output');
}

/** How many samples of each channel are in an audio file. @throws ProcessError; the signal's reason. */
export async function samplesIn(file: string, signal: AbortSignal): Promise<number> {
  const tool = localTool('sox');
  const args = [...tool.args, '--i', '-s', file];
  return Number(await runProcess({ ...tool, args, timeout: 60_000, maxOutput: 1_024 }, signal));
}
