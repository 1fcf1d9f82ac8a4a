import { pollyVoice } from '../../../src/speech/tts/polly-voices.ts';
import { wavTone } from '../audio-files.ts';
import { HttpSpeechServer, type Refusal } from './http-speech-server.ts';
import { spokenLength } from './spoken-length.ts';

export interface PollyAsked {
  readonly Text: string;
  readonly TextType: 'text' | 'ssml';
  readonly VoiceId: string;
  readonly Engine: string;
  readonly OutputFormat: string;
  readonly SampleRate: string;
}

/** What Polly's own page lists; it refuses a document with any other. */
const elements: readonly string[] = 'speak break emphasis lang mark p phoneme prosody s say-as sub w'.split(
  ' ',
);

const error = (status: number, type: string): Refusal => ({
  status,
  headers: { 'x-amzn-errortype': type },
  body: { message: type },
});

/** Amazon Polly as its SDK meets it, over HTTP/1.1; what it says is a tone as long as the words. */
export function openPolly(frequency = 440): Promise<HttpSpeechServer<PollyAsked>> {
  return HttpSpeechServer.open<PollyAsked>({
    contentType: 'audio/pcm',
    asked: (path, body, { headers, method }) => {
      if (path !== '/v1/speech' || method !== 'POST') return error(404, 'UnknownOperationException');
      if (!headers.authorization?.startsWith('AWS4-HMAC-SHA256'))
        return error(403, 'MissingAuthenticationTokenException');
      return problemOf(body as PollyAsked) ?? (body as PollyAsked); // as its SDK writes it
    },
    audio: ({ Text, TextType, SampleRate }) => {
      const length = spokenLength(TextType === 'ssml' ? { ssml: Text } : { text: Text });
      return wavTone({ rate: Number(SampleRate), length, frequency }).subarray(44);
    },
    refusals: {
      quota: error(400, 'ThrottlingException'),
      expired: error(403, 'ExpiredTokenException'),
      unavailable: error(500, 'ServiceFailureException'),
    },
  });
}

function problemOf({ Text, TextType, VoiceId, Engine, OutputFormat }: PollyAsked): Refusal | undefined {
  const voice = pollyVoice(VoiceId);
  if (!voice?.engines.some((engine) => engine === Engine)) return error(400, 'ValidationException');
  if (OutputFormat !== 'pcm') return error(400, 'ValidationException');
  if (Text.length > (TextType === 'ssml' ? 6_000 : 3_000)) return error(400, 'TextLengthExceededException');
  if (TextType === 'text') return undefined;
  const isStrange = [...Text.matchAll(/<([a-z-]+)/g)].some(([, name = '']) => !elements.includes(name));
  const isBeyond = Engine !== 'standard' && /<emphasis|<prosody[^>]* pitch=/.test(Text);
  return isStrange || isBeyond ? error(400, 'InvalidSsmlException') : undefined;
}
