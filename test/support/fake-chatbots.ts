import { ActionError } from '../../src/core/errors.ts';
import type { Chatbot, ChatbotsPort } from '../../src/ports/chatbots.ts';

/** Chatbots that are there because a test says so. */
export class FakeChatbots implements ChatbotsPort {
  readonly #chatbots = new Map<string, Chatbot>();

  add(chatbot: Partial<Chatbot> = {}): Chatbot {
    const added = {
      id: '0a5ae4f2-5e7c-4d1f-9d55-9a2f3c1f7c11',
      url: 'https://chat.example/v1',
      model: 'small',
      prompt: 'You sell shoes.',
      voice: '',
      apiKey: 'sk-secret',
      ...chatbot,
    };
    this.#chatbots.set(added.id, added);
    return added;
  }

  async get(id: string): Promise<Chatbot> {
    const chatbot = this.#chatbots.get(id);
    if (!chatbot) throw new ActionError('NOT_FOUND', 'there is no such chatbot');
    return chatbot;
  }
}

/** Events of an answer in the form of `/chat/completions`, each word or order in one of its own. */
export const chat = {
  text: (content: string): string => event({ delta: { content } }),
  call: (name: string, argument: object = {}): string =>
    event({ delta: { tool_calls: [{ index: 0, function: { name, arguments: JSON.stringify(argument) } }] } }),
  /** A piece of a call, as models write them. */
  callPiece: (piece: { readonly name?: string; readonly arguments?: string }): string =>
    event({ delta: { tool_calls: [{ index: 0, function: piece }] } }),
  end: (finish_reason = 'stop'): string => `${event({ delta: {}, finish_reason })}data: [DONE]\n\n`,
  /** A whole answer at once. */
  says: (content: string): { readonly body: string } => ({ body: chat.text(content) + chat.end() }),
};

function event(choice: object): string {
  return `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, ...choice }] })}\n\n`;
}
