import * as z from 'zod';
import { ActionError } from '../core/errors.ts';

/** Something the chatbot wants to be done. */
export const toolCall = z.object({
  name: z.string(),
  /** JSON, as it came. */
  arguments: z.string(),
});

export type ToolCall = Readonly<z.output<typeof toolCall>>;

/** A piece of an answer: words, or once, at its end, what is to be done. */
export type AnswerPiece = { readonly text: string } | { readonly calls: readonly ToolCall[] };

const toolPiece = z.object({
  index: z.int().min(0).max(99).default(0),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});

const chunk = z.object({
  choices: z.array(
    z.object({
      delta: z.object({ content: z.string().nullish(), tool_calls: z.array(toolPiece).nullish() }).nullish(),
      finish_reason: z.string().nullish(),
    }),
  ),
});

/**
 * The pieces of one answer in the events of `/chat/completions`, as they come.
 * @throws ActionError `INVALID_RESPONSE` where they are none, or end before the answer does
 */
export async function* answerPieces(events: AsyncIterable<string>): AsyncGenerator<AnswerPiece> {
  const calls = new Map<number, { name: string; arguments: string }>();
  let isOver = false;
  for await (const event of events) {
    isOver ||= event.trim() === '[DONE]';
    if (isOver) break;
    const { delta, finish_reason } = choiceIn(event) ?? {};
    if (delta?.content) yield { text: delta.content };
    for (const { index, function: called } of delta?.tool_calls ?? []) {
      const call = calls.get(index) ?? { name: '', arguments: '' };
      // The name comes whole, with some servers again with every piece.
      call.name ||= called?.name ?? '';
      call.arguments += called?.arguments ?? '';
      calls.set(index, call);
    }
    isOver = typeof finish_reason === 'string' && finish_reason !== '';
    if (isOver) break;
  }
  if (!isOver) throw new ActionError('INVALID_RESPONSE', 'the answer of the chatbot broke off');
  yield { calls: [...calls.values()] };
}

/** The first choice: more are not asked for. Some events have none, that which tells the usage for one. */
function choiceIn(event: string) {
  try {
    return chunk.parse(JSON.parse(event)).choices[0];
  } catch (cause) {
    throw new ActionError('INVALID_RESPONSE', 'what the chatbot answered is no answer of a chat server', {
      cause,
    });
  }
}
