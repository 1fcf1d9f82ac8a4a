import { ActionError, AriflowError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { Seal, UnsealError } from '../core/seal.ts';
import type { Chatbot, ChatbotsPort } from '../ports/chatbots.ts';
import type { ReadStore } from '../ports/read-store.ts';
import { type ChatbotRecord, ownerOf } from './chatbot-record.ts';

export interface ChatbotsOptions {
  readonly store: Pick<ReadStore<ChatbotRecord>, 'get' | 'list'>;
  /** Keys of chat servers are stored under it; `undefined` where none is known that every daemon of the database has. */
  readonly secretKey: string | undefined;
}

const keyNeeded = 'ARIFLOW_SECRET_KEY is not set, and several daemons may share this database';

/** The chatbots, and the keys of their servers. */
export class Chatbots implements ChatbotsPort {
  readonly #store: ChatbotsOptions['store'];
  readonly #seal: Seal | undefined;

  constructor({ store, secretKey }: ChatbotsOptions) {
    this.#store = store;
    this.#seal = secretKey === undefined ? undefined : new Seal(secretKey);
  }

  async get(id: string): Promise<Chatbot> {
    const record = await this.#store.get(id);
    if (!record) throw new ActionError('NOT_FOUND', 'there is no such chatbot');
    const { url, model, prompt, voice } = record;
    return { id: record.id, url, model, prompt, voice, apiKey: this.#keyOf(record) };
  }

  /** The key of a chatbot's server as it is stored; empty stays empty. @throws AriflowError `CONFLICT` */
  sealed(apiKey: string, chatbot: Pick<ChatbotRecord, 'id' | 'url'>): string {
    if (apiKey === '') return '';
    if (this.#seal) return this.#seal.seal(apiKey, ownerOf(chatbot));
    const details = [{ path: 'api_key', message: keyNeeded }];
    throw new AriflowError('CONFLICT', `the key cannot be stored: ${keyNeeded}`, { details });
  }

  /** Says at a start which keys cannot be read: calls that are to talk with these chatbots fail. */
  async tellUnreadable(log: Log, signal: AbortSignal): Promise<void> {
    let token: string | undefined;
    do {
      const { result, next } = await this.#store.list({ size: 100, token });
      signal.throwIfAborted();
      for (const record of result) {
        const reason = this.#problemOf(record);
        if (reason !== undefined) log.warn({ chatbot: record.id, reason }, 'chatbot_key_unreadable');
      }
      token = next;
    } while (token !== '');
  }

  #problemOf(record: ChatbotRecord): string | undefined {
    try {
      this.#keyOf(record);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }

  #keyOf(record: ChatbotRecord): string {
    if (record.sealed_key === '') return '';
    if (!this.#seal) throw unreadable(keyNeeded);
    try {
      return this.#seal.open(record.sealed_key, ownerOf(record));
    } catch (error) {
      if (error instanceof UnsealError) throw unreadable(error.message);
      throw error;
    }
  }
}

function unreadable(why: string): ActionError {
  return new ActionError('CHATBOT_KEY_UNREADABLE', `the api_key of the chatbot cannot be read: ${why}`);
}
