import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localTool } from '../../src/core/local-tool.ts';
import { runProcess } from '../../src/core/run-process.ts';
import { sampleRate } from './tones.ts';

export interface Spoken {
  readonly text: string;
  /** One of espeak-ng's, with a variant (`en-us+f3`), or of flite's (`flite:slt`). */
  readonly voice?: string;
  /** Words a minute. */
  readonly speed?: number;
}

/** Speech as a telephone carries it: 8 000 samples a second, without the silence around it. */
export async function speak({ text, voice = 'en-us', speed = 160 }: Spoken): Promise<Int16Array> {
  const [engine, name = ''] = voice.split(':');
  const speech =
    engine === 'flite'
      ? await flite(text, name)
      : await run('espeak-ng', ['-v', voice, '-s', String(speed), '--stdin', '--stdout'], text);
  const raw = ['-t', 'raw', '-e', 'signed', '-b', '16', '-r', String(sampleRate), '-c', '1', '-'];
  const trim = ['silence', '1', '0.02', '0.5%', 'reverse', 'silence', '1', '0.02', '0.5%', 'reverse'];
  const bytes = await run(
    'sox',
    ['-t', 'wav', '-', ...raw, 'band', '1650', '2900', 'norm', '-6', ...trim],
    speech,
  );
  return Int16Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readInt16LE(2 * index));
}

/** It writes into files only. */
async function flite(text: string, voice: string): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'ariflow-flite-'));
  try {
    const file = join(directory, 'speech.wav');
    await run('flite', ['-voice', voice, '-t', text, '-o', file], '');
    return await readFile(file);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Sounds one after the other; a number is so many milliseconds of silence. */
export function sequence(...parts: readonly (Int16Array | number)[]): Int16Array {
  const pieces = parts.map((part) =>
    typeof part === 'number' ? new Int16Array((part * sampleRate) / 1_000) : part,
  );
  const all = new Int16Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

async function run(
  tool: 'espeak-ng' | 'flite' | 'sox',
  args: readonly string[],
  input: string | Buffer,
): Promise<Buffer> {
  const { command, args: before, env } = localTool(tool);
  const program = {
    command,
    args: [...before, ...args],
    env,
    input,
    timeout: 60_000,
    maxOutput: 32 * 1_048_576,
  };
  return runProcess(program, new AbortController().signal);
}
