import { rm, writeFile } from 'node:fs/promises';
import { localTool } from '../../core/local-tool.ts';
import { runProcess } from '../../core/run-process.ts';
import type { Model } from './models.ts';

/** What is listened for: files that only pocketsphinx reads. */
export interface ListenedFor {
  readonly model: Model;
  readonly grammar: string;
  readonly dictionary: string;
}

/** Ten seconds of speech take two where the machine has nothing else to do. */
const deadline = 10_000;

/**
 * The words of an utterance; none where nothing was heard that is listened for. `file` is one of its own: a program that Node starts
 * cannot open its standard input by name (nodejs/node#21941).
 * @throws ProcessError; the signal's reason
 */
export async function recognise(
  samples: Int16Array,
  { model, grammar, dictionary }: ListenedFor,
  { file, signal }: { readonly file: string; readonly signal: AbortSignal },
): Promise<string[]> {
  const { args, ...tool } = localTool('pocketsphinx_continuous');
  const options = [
    ...['-infile', file, '-samprate', String(model.rate)],
    ...['-hmm', model.acoustic, '-dict', dictionary, '-jsgf', grammar],
    // To the digits it adds noise: the same each time.
    ...['-seed', '1', '-logfn', '/dev/null'],
  ];
  try {
    await writeFile(file, model.convert(samples), { mode: 0o600, signal });
    const bounds = { timeout: deadline, maxOutput: 65_536 };
    const said = await runProcess({ ...tool, ...bounds, args: [...args, ...options] }, signal);
    return said.toString('latin1').split(/\s+/).filter(Boolean);
  } finally {
    await rm(file, { force: true });
  }
}
