import { writeFile } from 'node:fs/promises';
import type { Response } from 'undici';
import { ActionError } from '../../core/errors.ts';
import { isLanguage } from '../../core/language-names.ts';
import { runSox } from '../../core/sox.ts';
import { undici } from '../../core/undici.ts';
import { orAbort } from '../../core/wait.ts';
import type { SynthesisRequest, Tts } from '../tts.ts';
import { allAtOnce } from './all-at-once.ts';
import { plain } from './cloud-ssml.ts';
import { EngineFailure, engineFailure } from './engine-failure.ts';
import { piecesOf } from './pieces.ts';
import { plainSpeech, type Spoken } from './plain-speech.ts';
import { BadAudio, checkSamples, readWav, telephoneRate, type WavAudio, writeWav } from './wav.ts';

export interface OpenAiOptions {
  /** Where its API begins: `https://api.openai.com/v1`. Without one there is no such engine. */
  readonly url?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly model: string;
  readonly voice: string;
}

/** Bytes of an answer: five minutes at the highest rate there is. */
const largestAnswer = 32 * 1_048_576;
const conversionDeadline = 10_000;
/** Who asks, how often, or that it has no such thing: some servers of this kind only listen. */
const lasting: readonly number[] = [401, 402, 403, 404, 405, 429, 501];
const refusesVoice: readonly number[] = [400, 404, 422];

/**
 * Any server with OpenAI's `/audio/speech`. It is the operator's, who names it in the configuration, so what keeps users' URLs from
 * the inside of a network is not between.
 */
export class OpenAi implements Tts {
  readonly name = 'openai';
  readonly isRemote = true;
  readonly manner: string;
  readonly missing: string | undefined;
  readonly #options: OpenAiOptions;

  constructor(options: OpenAiOptions) {
    this.#options = options;
    this.manner = `${options.model} ${options.voice}`;
    this.missing = options.url === undefined ? 'no server: expected ARIFLOW_OPENAI_URL' : undefined;
  }

  isAvailable(): boolean {
    return this.missing === undefined;
  }

  async synthesize(request: SynthesisRequest, file: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // The server is told no language: its model finds out by the words.
    if (!isLanguage(request.language))
      throw new ActionError('UNKNOWN_LANGUAGE', `no language is called ${request.language}`);
    const voice = request.voice ?? this.#options.voice;
    const parts = await allAtOnce(partsOf(request), (part, each) => this.#say(part, voice, each), signal);
    try {
      await write(joined(parts), file, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw engineFailure(this.name, error);
    }
  }

  /** A pause stays one. */
  async #say(part: Spoken, voice: string, signal: AbortSignal): Promise<WavAudio | number> {
    if ('pause' in part) return part.pause;
    try {
      const response = await orAbort(this.#ask(part.text, voice, signal), signal);
      if (!response.ok) {
        await response.body?.cancel();
        throw this.#refusal(response.status, voice);
      }
      const audio = readWav(await orAbort(wholeOf(response), signal));
      checkSamples(audio.samples);
      return audio;
    } catch (error) {
      signal.throwIfAborted();
      throw engineFailure(this.name, error);
    }
  }

  #ask(input: string, voice: string, signal: AbortSignal): Promise<Response> {
    const { url = '', apiKey, model } = this.#options;
    return undici().fetch(`${url.replace(/\/+$/, '')}/audio/speech`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ model, voice, input, response_format: 'wav' }),
      redirect: 'manual',
      signal,
    });
  }

  #refusal(status: number, voice: string): ActionError {
    if (refusesVoice.includes(status) && voice !== this.#options.voice)
      return new ActionError('UNKNOWN_VOICE', 'voice_id: openai has no such voice');
    const duration = lasting.includes(status) ? 'lasting' : 'passing';
    return new EngineFailure(duration, `openai: the server answered ${status}`);
  }
}

function partsOf({ text, ssml, language }: SynthesisRequest): readonly Spoken[] {
  const spoken = ssml === undefined ? [{ text: text ?? '' }] : plainSpeech(ssml, language);
  if (spoken.length === 0) throw new ActionError('INVALID_TEXT', 'there is nothing to say in it');
  return spoken.flatMap<Spoken>((part) =>
    'pause' in part ? [part] : piecesOf(plain(part.text)).map((piece) => ({ text: piece })),
  );
}

/** Undici heeds the signal only where it waits for something itself. */
async function wholeOf(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > largestAnswer) throw new BadAudio('it is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** All that was said, and the pauses between. */
function joined(parts: readonly (WavAudio | number)[]): WavAudio {
  const audio = parts.find((part) => typeof part !== 'number');
  const { rate, channels } = audio ?? { rate: telephoneRate, channels: 1 };
  const samples = parts.map((part) => {
    if (typeof part === 'number') return Buffer.alloc(2 * channels * Math.round((part * rate) / 1_000));
    if (part.rate !== rate || part.channels !== channels)
      throw new BadAudio('its parts have different rates');
    return part.samples;
  });
  return { rate, channels, samples: Buffer.concat(samples) };
}

async function write(
  { rate, channels, samples }: WavAudio,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  if (rate === telephoneRate && channels === 1) return writeFile(file, writeWav(samples));
  const shape = [
    '-t',
    'raw',
    '-e',
    'signed',
    '-b',
    '16',
    '-L',
    '-r',
    String(rate),
    '-c',
    String(channels),
    '-',
  ];
  const wanted = ['-r', String(telephoneRate), '-c', '1', '-b', '16', '-t', 'wav', file];
  await runSox([...shape, ...wanted], { input: samples, timeout: conversionDeadline }, signal);
}
