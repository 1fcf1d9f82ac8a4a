import { ActionError, messageOf } from '../../core/errors.ts';
import { localTool } from '../../core/local-tool.ts';
import { runProcess } from '../../core/run-process.ts';
import { runSox } from '../../core/sox.ts';
import { orAbort } from '../../core/wait.ts';
import type { SynthesisRequest, Tts } from '../tts.ts';
import { checkScripts } from './espeak-scripts.ts';
import { espeakSsml } from './espeak-ssml.ts';
import { cleanText, speakNumbers, withoutPhonemes } from './espeak-text.ts';
import { chooseVoice, type Installed, parseInstalled, voiceOf } from './espeak-voices.ts';

/** 22.05 kHz and 16 bit make 44 kB a second: twelve minutes of speech. */
const largestSpeech = 32 * 1_048_576;
const deadline = 10_000;

/** The local engine: espeak-ng, brought to telephone quality by sox. Text goes through standard input, never into an argument. */
export class Espeak implements Tts {
  readonly name = 'local';
  #installed: Promise<Installed> | undefined;

  isAvailable(): boolean {
    return true;
  }

  async synthesize(request: SynthesisRequest, file: string, signal: AbortSignal): Promise<void> {
    const installed = await orAbort(this.#known(), signal);
    const voice = chooseVoice(installed, request);
    const text =
      request.ssml === undefined
        ? withoutPhonemes(speakNumbers(cleanText(request.text ?? '')))
        : espeakSsml(request.ssml, voice);
    checkScripts(text, voice.language);
    const options = [...(installed.drawsLots ? ['-D'] : []), ...(request.ssml === undefined ? [] : ['-m'])];
    const input = await espeak([...options, '-v', voice.name, '--stdin', '--stdout'], text, signal);
    // Streamed WAV carries no true length, so it is always written anew.
    const convert = ['-t', 'wav', '-', '-r', '8000', '-c', '1', '-b', '16', '-t', 'wav', file];
    await runSox(convert, { input, timeout: deadline }, signal).catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new ActionError('SPEECH_FAILED', 'sox failed', { cause });
    });
  }

  /** Whether it has a voice for a language. @throws ActionError `SPEECH_FAILED` where it is not installed */
  async speaks(): Promise<(language: string) => boolean> {
    const installed = await this.#known();
    return (language) => voiceOf(installed, language) !== undefined;
  }

  /** What is wrong with the name of a voice. @throws ActionError `SPEECH_FAILED` where it is not installed */
  async voiceProblem(): Promise<(voice: string) => string | undefined> {
    const installed = await this.#known();
    return (voice) => {
      try {
        chooseVoice(installed, { language: 'en', voice });
        return undefined;
      } catch (error) {
        return messageOf(error).replace('voice_id: ', '');
      }
    };
  }

  /** What is installed; asked once, for all who want to know: not with one's signal. */
  #known(): Promise<Installed> {
    this.#installed ??= askWhatIsInstalled().catch((error: unknown) => {
      this.#installed = undefined;
      throw error;
    });
    return this.#installed;
  }
}

async function askWhatIsInstalled(): Promise<Installed> {
  const { signal } = new AbortController(); // each question has its deadline
  const questions = ['--voices', '--voices=variant', '--version'];
  const answers = await Promise.all(questions.map((question) => espeak([question], '', signal)));
  const [voices = '', variants = '', version = ''] = answers.map(String);
  return parseInstalled(voices, variants, version);
}

/** @throws ActionError `SPEECH_FAILED` */
async function espeak(args: readonly string[], input: string, signal: AbortSignal): Promise<Buffer> {
  const tool = localTool('espeak-ng');
  const bounds = { timeout: deadline, maxOutput: largestSpeech };
  try {
    return await runProcess({ ...tool, ...bounds, args: [...tool.args, ...args], input }, signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ActionError('SPEECH_FAILED', 'espeak-ng failed', { cause });
  }
}
