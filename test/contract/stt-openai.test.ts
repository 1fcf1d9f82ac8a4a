import { OpenAi } from '../../src/hearing/openai/openai.ts';
import { sequence } from '../support/greetings.ts';
import { sayNumbers, wordOf } from '../support/spoken-numbers.ts';
import { sttContract } from '../support/stt-contract.ts';
import { TranscriptionServer } from '../support/transcription-server.ts';

/** A longer pause than between two sentences: it is a whole utterance that is asked about. */
const phrases = [[7, 300], [1_200], [5, 6, 4]].map((numbers) => ({
  text: numbers.map(wordOf).join(' '),
  samples: sequence(sayNumbers(...numbers), 300),
}));

sttContract('openai, with a server that takes whole utterances', async () => {
  const server = await TranscriptionServer.open();
  return {
    engine: new OpenAi({ url: server.url, model: 'whisper-1' }),
    request: { language: 'en-US', hints: [] },
    phrases,
    knowsLanguages: false,
    release: async () => server[Symbol.asyncDispose](),
  };
});
