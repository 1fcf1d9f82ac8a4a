import { writeFile } from 'node:fs/promises';
import type { TextToSpeechClient } from '@google-cloud/text-to-speech';
import { now } from '../../core/clock.ts';
import type { CloudAccess } from '../../core/cloud-credentials.ts';
import { ActionError } from '../../core/errors.ts';
import type { SynthesisRequest, Tts } from '../tts.ts';
import { allAtOnce } from './all-at-once.ts';
import { plain } from './cloud-ssml.ts';
import { EngineFailure, engineFailure } from './engine-failure.ts';
import { GoogleConnection, grpcCode } from './google-connection.ts';
import { googleLanguage, languageOfVoice } from './google-language.ts';
import { googleSsml } from './google-ssml.ts';
import { piecesOf } from './pieces.ts';
import { BadAudio, checkSamples, readWav, telephoneRate, writeWav } from './wav.ts';

type Asked = NonNullable<Parameters<TextToSpeechClient['synthesizeSpeech']>[0]>;
type Input = NonNullable<Asked['input']>;

interface Voice {
  readonly name: string;
  readonly languages: readonly string[];
}

/** Bytes of a document, as Google counts them. */
const longestSsml = 5_000;
/** In milliseconds. By then somebody else speaks; this ends what nobody hears any more. */
const requestTimeout = 10_000;
/** How long a list of voices holds. */
const voicesHold = 3_600_000;

/** Codes of gRPC. */
const invalidArgument = 3;
const lasting: readonly number[] = [7, 8, 16]; // permission denied, resource exhausted, unauthenticated

/** Google Cloud Text-to-Speech, over gRPC. */
export class Google implements Tts {
  readonly name = 'gcp';
  readonly isRemote = true;
  readonly missing: string | undefined;
  readonly #connection: GoogleConnection;
  #voices: { readonly list: readonly Voice[]; readonly until: number } | undefined;

  constructor(access: CloudAccess) {
    this.#connection = new GoogleConnection(access);
    this.missing = access.missing;
  }

  isAvailable(): boolean {
    return this.missing === undefined;
  }

  async synthesize(request: SynthesisRequest, file: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const spoken = await allAtOnce(
      inputsOf(request),
      (input, each) => this.#speak(input, request, each),
      signal,
    );
    signal.throwIfAborted();
    await writeFile(file, writeWav(Buffer.concat(spoken)));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #speak(input: Input, request: SynthesisRequest, signal: AbortSignal): Promise<Buffer> {
    const audioConfig = { audioEncoding: 'LINEAR16', sampleRateHertz: telephoneRate } as const;
    const asked = { input, voice: voiceOf(request), audioConfig };
    try {
      const [{ audioContent }] = await this.#connection.ask(
        // Of itself it would try again for five minutes, and then say that it took too long.
        (client) => client.synthesizeSpeech(asked, { timeout: requestTimeout, retry: null, signal }),
        signal,
      );
      return samplesOf(audioContent);
    } catch (error) {
      signal.throwIfAborted();
      throw await this.#reasonOf(error, request, signal);
    }
  }

  /** What is wrong with a voice or a language, the refusal does not say: the list of voices does. */
  async #reasonOf(error: unknown, request: SynthesisRequest, signal: AbortSignal): Promise<unknown> {
    if (error instanceof ActionError || error instanceof BadAudio) return engineFailure(this.name, error);
    const code = grpcCode(error);
    const voices = code === invalidArgument && (await this.#listVoices(signal).catch(() => undefined));
    if (voices) return refusal(request, voices, error);
    // Without a code it was never sent: there are no credentials, or none that can be read.
    const duration = code === undefined || lasting.includes(code) ? 'lasting' : 'passing';
    const message = code === undefined ? 'gcp: no access' : `gcp: gRPC code ${code}`;
    return new EngineFailure(duration, message, { cause: error });
  }

  async #listVoices(signal: AbortSignal): Promise<readonly Voice[]> {
    if (this.#voices && this.#voices.until > now()) return this.#voices.list;
    const [{ voices }] = await this.#connection.ask(
      (client) => client.listVoices({}, { timeout: requestTimeout, retry: null, signal }),
      signal,
    );
    const list = (voices ?? []).map(({ name, languageCodes }) => ({
      name: name ?? '',
      languages: languageCodes ?? [],
    }));
    this.#voices = { list, until: now() + voicesHold };
    return list;
  }
}

function inputsOf({ text, ssml, language }: SynthesisRequest): readonly Input[] {
  if (ssml === undefined) return piecesOf(plain(text ?? '')).map((piece) => ({ text: piece }));
  const written = googleSsml(ssml, language);
  if (Buffer.byteLength(written) > longestSsml)
    throw new ActionError('INVALID_TEXT', `gcp takes at most ${longestSsml} bytes of SSML`);
  return [{ ssml: written }];
}

/** A neutral voice it has not. */
function voiceOf({ language, voice, gender }: SynthesisRequest): NonNullable<Asked['voice']> {
  const languageCode = (voice && languageOfVoice(voice)) || googleLanguage(language);
  if (voice) return { languageCode, name: voice };
  return { languageCode, ...((gender === 'male' || gender === 'female') && { ssmlGender: genders[gender] }) };
}

const genders = { male: 'MALE', female: 'FEMALE' } as const;

function samplesOf(content: Uint8Array | string | null | undefined): Buffer {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'base64') : Buffer.from(content ?? []);
  const { rate, channels, samples } = readWav(bytes);
  if (rate !== telephoneRate || channels !== 1) throw new BadAudio('it has another rate');
  checkSamples(samples);
  return samples;
}

function refusal(request: SynthesisRequest, voices: readonly Voice[], cause: unknown): ActionError {
  const { language, voice } = request;
  const base = (tag: string): string => tag.split('-')[0]?.toLowerCase() ?? '';
  const isSpoken = voices.some(({ languages }) =>
    languages.some((each) => base(each) === base(googleLanguage(language))),
  );
  if (voice && !voices.some(({ name }) => name === voice))
    return new ActionError('UNKNOWN_VOICE', 'voice_id: gcp has no such voice', { cause });
  if (!isSpoken) return new ActionError('UNKNOWN_LANGUAGE', `gcp does not speak ${language}`, { cause });
  return new ActionError('INVALID_TEXT', 'gcp does not take this text', { cause });
}
