import { randomUUID } from 'node:crypto';
import type { Address } from '../calls/address.ts';
import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import { ActionError } from '../core/errors.ts';
import { within } from '../core/wait.ts';
import { messageText } from '../ports/messages.ts';
import { partyOf } from './conversation-record.ts';
import type { Conversations } from './conversations.ts';
import { InTurn } from './in-turn.ts';
import type { MessageRecord } from './message-record.ts';
import { SourceRates } from './source-rates.ts';

/** A message that has come in. */
export interface ArrivedMessage {
  readonly source: Address;
  readonly destination: Address;
  readonly text: string;
  /** By which whoever brings it knows it; empty where he does not: then the same twice are two. */
  readonly reference: string;
  /** The id that we have given it, where it may be one that we have sent ourselves. */
  readonly sentAs?: string;
}

export interface InboxOptions {
  readonly customerId: string;
  readonly conversations: Conversations;
  readonly find: (id: string) => Promise<MessageRecord | undefined>;
  readonly numbers: { byNumber(number: string): Promise<object | undefined> };
  /** Answers what runs for it; `undefined` where nobody is at this number. */
  readonly flowFor: (destination: Address) => Promise<RunFlow | undefined>;
  readonly onReceived: (record: MessageRecord) => void;
  /** Whether so much waits to be stored that no more is taken. */
  readonly isSaturated: () => boolean;
  readonly written: (id: string) => Promise<boolean>;
}

/** Runs what a number has for messages, if anything. */
export type RunFlow = (message: MessageRecord) => void;

/** How many of one source are taken in any second. */
const mostPerSecond = 10;
/** How long whoever brings one waits for it to be stored. */
const writePatience = 5_000;

/** Every message that comes in: stored, told, and given to the flow of its number. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #rates = new SourceRates(mostPerSecond);
  readonly #turns = new InTurn();

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /**
   * Resolves once it is stored.
   * @throws ActionError `MESSAGES_TOO_FAST`, `INVALID_TEXT`, `UNKNOWN_NUMBER`, `STORE_FAILED`
   */
  async receive(arrived: ArrivedMessage): Promise<MessageRecord> {
    const { flowFor, isSaturated } = this.#options;
    const { source, destination } = arrived;
    if (!this.#rates.take(partyOf(source)))
      throw new ActionError('MESSAGES_TOO_FAST', `more than ${mostPerSecond} messages in a second`);
    if (isSaturated()) throw new ActionError('STORE_FAILED', 'the message could not be stored');
    const text = messageText.safeParse(arrived.text);
    if (!text.success) throw new ActionError('INVALID_TEXT', 'the text is empty or too long');
    const run = await flowFor(destination);
    if (!run) throw new ActionError('UNKNOWN_NUMBER', 'nobody is at this number');
    const id = idOf(arrived);
    // Whoever brings one twice may do so at once.
    return this.#turns.run(id, () => this.#take({ ...arrived, text: text.data }, id, run));
  }

  async #take(arrived: ArrivedMessage, id: string, run: RunFlow): Promise<MessageRecord> {
    const { conversations, find, onReceived, written } = this.#options;
    const note = await conversations.between(arrived.destination, arrived.source);
    const known = await find(id);
    const isOurs = await this.#isOurs(arrived);
    const record = known ?? this.#recordOf(arrived, id, note());
    // Written in one transaction with the beginning of the flow: a kill loses both or neither.
    if (!known) onReceived(record);
    if (!known && !isOurs) run(record);
    if (!(await within(written(id), writePatience)))
      throw new ActionError('STORE_FAILED', 'the message could not be stored');
    return record;
  }

  /**
   * One that has come back runs no flow: two that answer each other would do so for ever. By a gateway or the trunk it comes
   * under another id: there its source tells.
   */
  async #isOurs({ source, sentAs = '' }: ArrivedMessage): Promise<boolean> {
    if (source.type === 'tel' && (await this.#options.numbers.byNumber(source.target))) return true;
    const [id] = /^[0-9a-f-]{36}(?=-\d+$|$)/.exec(sentAs) ?? [];
    return id !== undefined && (await this.#options.find(id)) !== undefined;
  }

  #recordOf(
    { source, destination, text }: ArrivedMessage,
    id: string,
    conversation_id: string,
  ): MessageRecord {
    const now = wireTime(nowMicros());
    const target = { destination, status: 'received', conversation_id, reason: '', tm_update: now } as const;
    return {
      ...{ id, customer_id: this.#options.customerId, type: 'sms', source, targets: [target], text },
      ...{ medias: [], direction: 'inbound', tm_create: now, tm_update: now, tm_delete: neverTime },
    };
  }
}

/** Who brings one twice, since he did not hear that it was taken, brings the same. */
function idOf({ source, destination, reference }: ArrivedMessage): string {
  if (reference === '') return randomUUID();
  return derivedUuid('message', JSON.stringify([partyOf(source), partyOf(destination), reference]));
}
