import { ActionError } from '../core/errors.ts';
import { noReplyReasons, statusReason } from '../http/reply-reasons.ts';
import type { Chatbot } from '../ports/chatbots.ts';
import type { HttpPort, UserRequest } from '../ports/http.ts';
import { answerPieces, type ToolCall } from './answer-pieces.ts';
import type { Message } from './history.ts';
import { Patience } from './patience.ts';
import { eventData } from './server-events.ts';
import type { Tool } from './tools.ts';

/** What a chatbot is asked. */
export interface Question {
  readonly instructions: string;
  readonly history: readonly Message[];
  readonly tools: readonly Tool[];
}

export interface Asking {
  readonly http: HttpPort;
  /** Given its words as they come. */
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal;
}

/** How long the first piece of an answer is waited for, and each further one, in milliseconds: meanwhile the caller hears nothing. */
const firstPiece = 6_000;
const nextPiece = 5_000;
/** How long a whole answer may take, and how large it may be with all that is around its words. */
const wholeAnswer = 60_000;
const largestAnswer = 1_048_576;
/** Characters: several minutes of speech. */
const longestAnswer = 8_000;

/**
 * Asks a chatbot for its next words; resolves to what it wants to be done, once all of them have come.
 * @throws ActionError why there is no answer, or no more of it; the signal's reason
 */
export async function ask(
  chatbot: Chatbot,
  question: Question,
  { http, onText, signal }: Asking,
): Promise<readonly ToolCall[]> {
  using patience = new Patience(firstPiece, tooLate, signal);
  let calls: readonly ToolCall[] = [];
  let length = 0;
  const take = async (body: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const piece of answerPieces(eventData(body))) {
      patience.renew(nextPiece);
      if ('calls' in piece) calls = piece.calls;
      else {
        length += piece.text.length;
        if (length > longestAnswer)
          throw new ActionError('INVALID_RESPONSE', `the answer is over ${longestAnswer} characters`);
        onText(piece.text);
      }
    }
  };
  const reply = await http.stream(requestOf(chatbot, question), take, patience.signal);
  if ('failure' in reply) throw new ActionError(noReplyReasons[reply.failure], reply.message);
  const { status } = reply;
  if (status === 401 || status === 403)
    throw new ActionError('AUTHENTICATION_FAILURE', `the chat server answered ${status}`);
  if (status !== 200)
    throw new ActionError(statusReason(status) ?? 'INVALID_RESPONSE', `the chat server answered ${status}`);
  return calls;
}

function tooLate(): ActionError {
  return new ActionError('TIMEOUT', 'the chatbot does not answer in time');
}

function requestOf({ url, model, apiKey }: Chatbot, { instructions, history, tools }: Question): UserRequest {
  const messages = [{ role: 'system', content: instructions }, ...history];
  return {
    method: 'POST',
    url: `${url.replace(/\/+$/, '')}/chat/completions`,
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(apiKey !== '' && { authorization: `Bearer ${apiKey}` }),
    },
    body: JSON.stringify({ ...(model !== '' && { model }), messages, tools, stream: true }),
    timeout: wholeAnswer,
    maxBytes: largestAnswer,
  };
}
