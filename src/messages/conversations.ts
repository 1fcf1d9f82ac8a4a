import type { Address } from '../calls/address.ts';
import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import { type ConversationRecord, conversationIdOf } from './conversation-record.ts';

export interface ConversationsOptions {
  readonly customerId: string;
  /** What is stored of one. */
  readonly find: (id: string) => Promise<ConversationRecord | undefined>;
  /** What is to be stored of one and is not yet. */
  readonly latest: (id: string) => ConversationRecord | undefined;
  readonly onChange: (record: ConversationRecord) => void;
}

/** Writes down that two parties have written to each other. */
export type Noting = () => string;

/** Who writes to whom: a conversation begins with the first message of two parties, in whichever direction. */
export class Conversations {
  readonly #options: ConversationsOptions;

  constructor(options: ConversationsOptions) {
    this.#options = options;
  }

  async get(id: string): Promise<ConversationRecord | undefined> {
    return this.#options.latest(id) ?? this.#options.find(id);
  }

  /** Looks for the one of two parties; what it answers is done together with the message. */
  async between(ours: Address, theirs: Address): Promise<Noting> {
    const { customerId, latest, onChange } = this.#options;
    const id = conversationIdOf(ours, theirs);
    const stored = await this.get(id);
    return () => {
      const tm_update = wireTime(nowMicros());
      const known = latest(id) ?? stored;
      const begun = {
        id,
        customer_id: customerId,
        type: 'message',
        source: ours,
        destination: theirs,
      } as const;
      const life = { tm_create: tm_update, tm_update, tm_delete: neverTime };
      onChange(known ? { ...known, tm_update } : { ...begun, ...life });
      return id;
    };
  }
}
