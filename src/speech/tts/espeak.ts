import { ActionError } from '../../core/errors.ts';
import { localTool } from '../../core/local-tool.ts';
import { runProcess } from '../../core/run-process.ts';
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
    const speech = await this.#run(
      'espeak-ng',
      [...(request.ssml ? ['-m'] : []), '-v', voice, '--stdin', '--stdout'],
      request.ssml ?? request.text ?? '',
      signal,
    );
    // Streamed WAV carries no true length, so it is always written anew.
    await this.#run(
      'sox',
      ['-t', 'wav', '-', '-r', '8000', '-c', '1', '-b', '16', '-t', 'wav', file],
      speech,
      signal,
    );
  }

  async #voice({ language, voice, gender }: SynthesisRequest, signal: AbortSignal): Promise<string> {
    if (voice && /^[A-Za-z0-9_-]{1,32}(\+[A-Za-z0-9]{1,16})?$/.test(voice)) return voice;
    const voices = await this.#knownVoices(signal);
    const wanted = language.toLowerCase();
    const found = voices.get(wanted) ?? voices.get(wanted.split('-')[0] ?? '');
    if (!found) throw new ActionError('UNKNOWN_LANGUAGE', `the local engine does not speak ${language}`);
    return gender === 'female' ? `${found}+f3` : gender === 'male' ? `${found}+m3` : found;
  }

  /** Language → voice, as espeak-ng lists them; asked once. */
  #knownVoices(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    this.#voices ??= this.#run('espeak-ng', ['--voices'], '', signal).then(parseVoices, (error: unknown) => {
      this.#voices = undefined;
      throw error;
    });
    return this.#voices;
  }

  async #run(
    tool: 'espeak-ng' | 'sox',
    args: readonly string[],
    input: string | Buffer,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const { command, args: before, env } = localTool(tool);
    try {
      return await runProcess(
        { command, args: [...before, ...args], env, input, timeout: deadline, maxOutput: largestSpeech },
        signal,
      );
    } catch (cause) {
      throw new ActionError('SPEECH_FAILED', `${tool} failed`, { cause });
    }
  }
}

/** Lines of `Pty Language Age/Gender VoiceName File Other-Languages`. */
function parseVoices(listing: Buffer): ReadonlyMap<string, string> {
  const voices = new Map<string, string>();
  for (const line of String(listing).split('\n').slice(1)) {
    const [, language] = line.trim().split(/\s+/);
    if (!language) continue;
    voices.set(language.toLowerCase(), language);
    const base = language.toLowerCase().split('-')[0] ?? '';
    if (!voices.has(base)) voices.set(base, language);
  }
  // English without a region is American, as everywhere else.
  if (voices.has('en-us')) voices.set('en', 'en-us');
  return voices;
}
