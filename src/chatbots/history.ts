import * as z from 'zod';

/** What one of the two has said, in the words of the chat servers' API. */
export const message = z.object({ role: z.enum(['user', 'assistant']), content: z.string() });

export type Message = Readonly<z.output<typeof message>>;

/** So much is told again with every question. */
const mostMessages = 100;
const largest = 65_536;
/** Characters of one message: nobody listens for longer. */
const longestMessage = 8_000;

/** What caller and chatbot have said so far, as far as it goes along with the next question: the latest of it. */
export class History {
  #messages: Message[];

  /** With what they have said before. */
  constructor(messages: readonly Message[] = []) {
    this.#messages = [...messages];
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** Who has spoken last. */
  get last(): Message['role'] | undefined {
    return this.#messages.at(-1)?.role;
  }

  /** Whoever goes on after a pause has said one thing: chat servers want the two to take turns. */
  add(role: Message['role'], text: string): void {
    const said = text.trim();
    if (said === '') return;
    const last = this.#messages.at(-1);
    const before = last?.role === role ? `${last.content} ` : '';
    if (before !== '') this.#messages.pop();
    this.#messages.push({ role, content: `${before}${said}`.slice(-longestMessage) });
    this.#forget();
  }

  /** The oldest go first; what is left begins with the caller. */
  #forget(): void {
    const messages = this.#messages;
    while (messages.length > mostMessages || sizeOf(messages) > largest) messages.shift();
    while (messages.length > 1 && messages[0]?.role === 'assistant') messages.shift();
  }
}

function sizeOf(messages: readonly Message[]): number {
  return Buffer.byteLength(JSON.stringify(messages));
}
