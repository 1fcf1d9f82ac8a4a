import * as z from 'zod';
import { Deadline } from '../../core/deadline.ts';
import { SttError, sttErrorOf } from '../stt.ts';
import { wavOf } from './wav.ts';

/** A server with `/audio/transcriptions`: the operator's own, whoever made it. */
export interface TranscriptionServer {
  /** What `/audio/transcriptions` comes behind: `https://api.openai.com/v1`. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly model: string;
}

export interface Question {
  /** 8 000 a second. */
  readonly samples: Int16Array;
  /** Two letters, or three where the language has no two. */
  readonly language: string;
  /** What is likely to be said; empty where nobody knows. */
  readonly prompt: string;
}

/** How long a server may take for an utterance. */
const longestAnswer = 10_000;

/** Of text that somebody says in seconds. */
const largestAnswer = 256 * 1_024;

const answerShape = z.object({ text: z.string() });

/**
 * Asks what is said; nothing may be, and the text empty.
 * @throws SttError; the signal's reason
 */
export async function transcribe(
  server: TranscriptionServer,
  question: Question,
  signal: AbortSignal,
): Promise<string> {
  using deadline = new Deadline(longestAnswer, signal);
  try {
    const response = await fetch(`${server.url.replace(/\/+$/, '')}/audio/transcriptions`, {
      method: 'POST',
      body: formOf(server, question),
      ...(server.apiKey !== undefined && { headers: { authorization: `Bearer ${server.apiKey}` } }),
      redirect: 'error',
      signal: deadline.signal,
    });
    if (!response.ok) throw await refusal(response);
    return answerShape.parse(JSON.parse(await boundedText(response))).text.trim();
  } catch (error) {
    signal.throwIfAborted();
    throw sttErrorOf(
      error,
      deadline.hasPassed ? 'the server did not answer in time' : 'the server gave no answer',
    );
  }
}

function formOf({ model }: TranscriptionServer, { samples, language, prompt }: Question): FormData {
  const form = new FormData();
  form.set('file', new Blob([wavOf(samples)], { type: 'audio/wav' }), 'speech.wav');
  form.set('model', model);
  form.set('language', language);
  if (prompt !== '') form.set('prompt', prompt);
  form.set('response_format', 'json');
  form.set('temperature', '0');
  return form;
}

/** What it says of it is not read: it may repeat what it was asked. */
async function refusal(response: Response): Promise<SttError> {
  await response.body?.cancel();
  const mayPass = response.status >= 500 || [408, 409, 425, 429].includes(response.status);
  return new SttError(mayPass ? 'passing' : 'lasting', `the server answered ${response.status}`);
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > largestAnswer) throw new SttError('passing', 'the answer of the server is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
