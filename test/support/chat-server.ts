import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chat } from './fake-chatbots.ts';

/** How a chat server answers: with pieces of its stream, and the milliseconds between them; or not. */
export interface ChatReply {
  readonly status?: number;
  readonly pieces?: readonly (string | number)[];
  /** What it does at the end of the pieces; `end` unless given. */
  readonly ending?: 'end' | 'reset' | 'hang';
}

export interface ChatRequest {
  readonly at: number;
  readonly authorization: string;
  readonly body: {
    readonly model?: string;
    readonly stream: boolean;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly tools?: readonly { readonly function: { readonly name: string } }[];
  };
  /** Whether whoever asked has gone before the end. */
  isAborted: boolean;
}

type Answer = (request: ChatRequest) => ChatReply;

/** A whole answer, word by word. */
export function says(text: string): ChatReply {
  const words = text.match(/\S+\s*/g) ?? [];
  return { pieces: [...words.map(chat.text), chat.end()] };
}

/** A server that speaks OpenAI's API on loopback. */
export class ChatServer implements AsyncDisposable {
  /** Oldest first. */
  readonly requests: ChatRequest[] = [];
  readonly #server: Server;
  #answer: Answer = () => says('Yes.');

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async open(): Promise<ChatServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ChatServer(server);
  }

  /** The base URL of a chatbot. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo; // it listens
    return `http://127.0.0.1:${port}/v1`;
  }

  answers(answer: Answer): void {
    this.#answer = answer;
  }

  /** What was said last to it. */
  get lastWords(): string {
    return this.requests.at(-1)?.body.messages.at(-1)?.content ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== '/v1/chat/completions' || request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const asked: ChatRequest = {
      at: performance.now(),
      authorization: request.headers.authorization ?? '',
      body: JSON.parse(Buffer.concat(chunks).toString()) as ChatRequest['body'],
      isAborted: false,
    };
    this.requests.push(asked);
    let isOver = false;
    response.on('close', () => {
      asked.isAborted = !isOver;
    });
    const { status = 200, pieces = [], ending = 'end' } = this.#answer(asked);
    if (status !== 200) {
      isOver = true;
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
      return;
    }
    if (pieces.length > 0) response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) {
      if (typeof piece === 'number') await new Promise((resolve) => setTimeout(resolve, piece));
      else if (!response.destroyed) response.write(piece);
    }
    if (ending === 'hang') return;
    isOver = true;
    if (ending === 'reset') request.socket.resetAndDestroy();
    else response.end();
  }
}
