import { openWav, wavTone } from '../audio-files.ts';
import { HttpSpeechServer, type Refusal } from './http-speech-server.ts';
import { spokenLength } from './spoken-length.ts';

export interface OpenAiAsked {
  readonly model: string;
  readonly voice: string;
  readonly input: string;
  readonly response_format: string;
}

const error = (status: number, message: string): Refusal => ({ status, body: { error: { message } } });

export const openAiKey = 'sk-of-the-tests';

/** A server like OpenAI's: `/v1/audio/speech`, at 24 kHz, in a WAV that does not know how long it is. */
export function openOpenAi(frequency = 440): Promise<HttpSpeechServer<OpenAiAsked>> {
  return HttpSpeechServer.open<OpenAiAsked>({
    contentType: 'audio/wav',
    asked: (path, body, { headers, method }) => {
      if (path !== '/v1/audio/speech' || method !== 'POST') return error(404, 'Not Found');
      if (headers.authorization !== `Bearer ${openAiKey}`) return error(401, 'Incorrect API key provided');
      const asked = body as OpenAiAsked; // as its page has it
      if (asked.input.length > 4_096) return error(400, 'string too long');
      return asked.voice === 'nobody' ? error(400, 'Invalid value: nobody') : asked;
    },
    audio: ({ input }) =>
      openWav(wavTone({ rate: 24_000, length: spokenLength({ text: input }), frequency }), 0xffff_ffff),
    refusals: {
      quota: error(429, 'You exceeded your current quota'),
      expired: error(401, 'Incorrect API key provided'),
      unavailable: error(503, 'The engine is currently overloaded'),
    },
  });
}
