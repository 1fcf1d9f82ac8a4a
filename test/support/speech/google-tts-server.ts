import { createRequire } from 'node:module';
import { setTimeout as pause } from 'node:timers/promises';
import * as grpc from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { wavTone } from '../audio-files.ts';
import { garbage, type SpeechFault, slowAnswer } from './speech-fault.ts';
import { spokenLength } from './spoken-length.ts';

/** As it comes over the wire. */
export interface GoogleAsked {
  readonly input: { readonly text?: string; readonly ssml?: string };
  readonly voice: { readonly languageCode: string; readonly name: string; readonly ssmlGender: string };
  readonly audioConfig: { readonly audioEncoding: string; readonly sampleRateHertz: number };
}

/** What Google's own page lists; it refuses a document with any other. */
const elements: readonly string[] = 'speak break say-as p s sub prosody emphasis phoneme voice lang'.split(
  ' ',
);

const voices = [
  { name: 'en-US-Wavenet-D', languageCodes: ['en-US'], ssmlGender: 'MALE', naturalSampleRateHertz: 24_000 },
  { name: 'en-US-Wavenet-F', languageCodes: ['en-US'], ssmlGender: 'FEMALE', naturalSampleRateHertz: 24_000 },
  { name: 'de-DE-Wavenet-B', languageCodes: ['de-DE'], ssmlGender: 'MALE', naturalSampleRateHertz: 24_000 },
];

/** Google Cloud Text-to-Speech as its SDK meets it: gRPC, by Google's own definition; what it says is a tone as long as the words. */
export class GoogleTtsServer implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Oldest first. */
  readonly asked: GoogleAsked[] = [];
  /** How often its voices were asked for. */
  listed = 0;
  fault: SpeechFault | undefined;
  readonly #server: grpc.Server;
  readonly #frequency: number;

  private constructor(server: grpc.Server, port: number, frequency: number) {
    this.#server = server;
    this.#frequency = frequency;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(frequency = 440): Promise<GoogleTtsServer> {
    const server = new grpc.Server();
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    const google = new GoogleTtsServer(server, port, frequency);
    server.addService(serviceDefinition(), {
      listVoices: (_: unknown, answer: grpc.sendUnaryData<unknown>) => {
        google.listed++;
        answer(null, { voices });
      },
      synthesizeSpeech: (call: { readonly request: GoogleAsked }, answer: grpc.sendUnaryData<unknown>) =>
        void google.#answer(call.request).then(
          (audioContent) => audioContent && answer(null, { audioContent }),
          (error: Partial<grpc.StatusObject>) => answer(error),
        ),
    });
    return google;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }

  /** Nothing where it never answers. */
  async #answer(asked: GoogleAsked): Promise<Buffer | undefined> {
    this.asked.push(asked);
    const problem = problemOf(asked);
    if (problem) throw { code: grpc.status.INVALID_ARGUMENT, details: problem };
    const rate = asked.audioConfig.sampleRateHertz;
    const wav = wavTone({ rate, length: spokenLength(asked.input), frequency: this.#frequency });
    switch (this.fault) {
      case undefined:
        return wav;
      case 'quota':
        throw { code: grpc.status.RESOURCE_EXHAUSTED, details: 'Quota exceeded' };
      case 'expired':
        throw {
          code: grpc.status.UNAUTHENTICATED,
          details: 'Request had invalid authentication credentials',
        };
      case 'unavailable':
        throw { code: grpc.status.UNAVAILABLE, details: 'The service is currently unavailable' };
      case 'slow':
        await pause(slowAnswer, undefined, { ref: false });
        return wav;
      case 'silent':
        return undefined;
      case 'garbage':
        return garbage();
      case 'cut':
        return wav.subarray(0, wav.length / 2);
      default:
        return this.fault satisfies never;
    }
  }
}

function serviceDefinition(): grpc.ServiceDefinition {
  const definition: unknown = createRequire(import.meta.url)(
    '@google-cloud/text-to-speech/build/protos/protos.json',
  );
  const options = { keepCase: false, longs: String, enums: String, defaults: true, oneofs: true };
  const root = grpc.loadPackageDefinition(fromJSON(definition as Parameters<typeof fromJSON>[0], options));
  const path = ['google', 'cloud', 'texttospeech', 'v1', 'TextToSpeech'];
  const service = path.reduce<unknown>((place, name) => (place as Record<string, unknown>)[name], root);
  return (service as grpc.ServiceClientConstructor).service; // so the definition has it
}

function problemOf({ input, voice, audioConfig }: GoogleAsked): string | undefined {
  const text = input.ssml ?? input.text ?? '';
  if (Buffer.byteLength(text) > 5_000) return 'input.text is longer than the limit of 5000 bytes';
  if (audioConfig.audioEncoding !== 'LINEAR16') return 'only LINEAR16 is expected here';
  const unknown = [...(input.ssml ?? '').matchAll(/<([a-z-]+)/g)].find(
    ([, name = '']) => !elements.includes(name),
  );
  if (unknown) return `Invalid SSML: ${unknown[0]}`;
  if (voice.name !== '' && !voices.some(({ name }) => name === voice.name))
    return `Voice '${voice.name}' does not exist.`;
  return voices.some(({ languageCodes }) => languageCodes.includes(voice.languageCode))
    ? undefined
    : 'no voice';
}
