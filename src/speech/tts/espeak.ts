import { ActionError } from '../../core/errors.ts';
import { localTool } from '../../core/local-tool.ts';
import { runProcess } from '../../core/run-process.ts';
import { runSox } from '../../core/sox.ts';
import { orAbort } from '../../core/wait.ts';
import type { SynthesisRequest, Tts } from '../tts.ts';

/** 22.05 kHz and 16 bit make 44 kB a second: twelve minutes of speech. */
const largestSpeech = 32 * 1_048_576;
const deadline = 10_000;

/** The local engine: espeak-ng, brought to telephone quality by sox. Text goes through standard input, never into an argument. */
export class Espeak implements Tts {
  readonly name = 'local';
  #voices: Promise<ReadonlyMap<string, string>> | undefined;

  isAvailable(): boolean {
    return true;
  }

  async synthesize(request: SynthesisRequest, file: string, signal: AbortSignal): Promise<void> {
    const voice = await this.#voice(request, signal);
    const options = [...(request.ssml ? ['-m'] : []), '-v', voice, '--stdin', '--stdout'];
    const input = await espeak(options, request.ssml ?? request.text ?? '', signal);
    // Streamed WAV carries no true length, so it is always written anew.
    const convert = ['-t', 'wav', '-', '-r', '8000', '-c', '1', '-b', '16', '-t', 'wav', file];
    await runSox(convert, { input, timeout: deadline }, signal).catch((cause: unknown) => {
      throw new ActionError('SPEECH_FAILED', 'sox failed', { cause });
    });
  }

  /** The wanted voice where it is one of ours (`en-gb-scotland`, `de+f2`), else the usual one of the language. */
  async #voice({ language, voice = '', gender }: SynthesisRequest, signal: AbortSignal): Promise<string> {
    const voices = await orAbort(this.#knownVoices(), signal);
    const [, base = '', variant = ''] = /^([A-Za-z0-9-]{1,32})(\+[A-Za-z0-9]{1,16})?$/.exec(voice) ?? [];
    const wanted = voices.get(base.toLowerCase());
    if (wanted) return `${wanted}${variant}`;
    const tag = language.toLowerCase();
    const found = voices.get(tag) ?? voices.get(tag.split('-')[0] ?? '');
    if (!found) throw new ActionError('UNKNOWN_LANGUAGE', `the local engine does not speak ${language}`);
    return gender === 'female' ? `${found}+f3` : gender === 'male' ? `${found}+m3` : found;
  }

  /** Language → voice, as espeak-ng lists them; asked once. */
  #knownVoices(): Promise<ReadonlyMap<string, string>> {
    // For all who want to know: not one's signal.
    this.#voices ??= espeak(['--voices'], '', AbortSignal.timeout(deadline)).then(
      parseVoices,
      (error: unknown) => {
        this.#voices = undefined;
        throw error;
      },
    );
    return this.#voices;
  }
}

/** @throws ActionError `SPEECH_FAILED` */
async function espeak(args: readonly string[], input: string, signal: AbortSignal): Promise<Buffer> {
  const tool = localTool('espeak-ng');
  const bounds = { timeout: deadline, maxOutput: largestSpeech };
  try {
    return await runProcess({ ...tool, ...bounds, args: [...tool.args, ...args], input }, signal);
  } catch (cause) {
    throw new ActionError('SPEECH_FAILED', 'espeak-ng failed', { cause });
  }
}

interface Voice {
  readonly name: string;
  /** Of several that speak a language the lowest is the usual one; 0: the language's own. */
  readonly rank: number;
}

/** Language → voice, from lines of `Pty Language Age/Gender VoiceName File Other-Languages`, the last like `(zh 5)(zh-cmn 5)`. */
function parseVoices(listing: Buffer): ReadonlyMap<string, string> {
  const voices = new Map<string, Voice>();
  const add = (language: string, voice: Voice): void => {
    const known = voices.get(language.toLowerCase());
    if (!known || voice.rank < known.rank) voices.set(language.toLowerCase(), voice);
  };
  for (const line of String(listing).split('\n').slice(1)) {
    const [, name] = line.trim().split(/\s+/);
    if (!name) continue;
    add(name, { name, rank: 0 });
    for (const [, language = '', rank] of line.matchAll(/\(([A-Za-z][\w-]*) (\d+)\)/g))
      add(language, { name, rank: Number(rank) });
    add(name.split('-')[0] ?? '', { name, rank: Number.MAX_VALUE });
  }
  // English without a region is American, as everywhere else.
  const american = voices.get('en-us');
  if (american) voices.set('en', american);
  return new Map([...voices].map(([language, { name }]) => [language, name]));
}
