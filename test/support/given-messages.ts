import { vi } from 'vitest';
import type { Address } from '../../src/calls/address.ts';
import { zeroId } from '../../src/core/clock.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import { orAbort } from '../../src/core/wait.ts';
import { type Carrier, type Parcel, sent, type Tried } from '../../src/messages/carrier.ts';
import { Carriers } from '../../src/messages/carriers.ts';
import type { ConversationRecord } from '../../src/messages/conversation-record.ts';
import { Conversations } from '../../src/messages/conversations.ts';
import { Inbox, type RunFlow } from '../../src/messages/inbox.ts';
import type { MessageEventType, MessageRecord } from '../../src/messages/message-record.ts';
import type { MessageState } from '../../src/messages/message-state.ts';
import { Messages, type MessagesOptions } from '../../src/messages/messages.ts';
import { OutboundRules } from '../../src/outgoing/outbound-rules.ts';
import { partiesOf, type ReachableAgents } from '../../src/outgoing/parties.ts';

export const tel = (target: string): Address => address('tel', target);

export function address(type: string, target: string): Address {
  return { type, target, target_name: '', name: '', detail: '' };
}

/** A carrier that does what a test says, parcel by parcel. */
export class FakeCarrier implements Carrier {
  readonly parcels: Parcel[] = [];
  /** What the next tries come to, one after the other; then all are sent. */
  readonly results: (Tried | Promise<Tried>)[] = [];

  async carry(parcel: Parcel, signal: AbortSignal): Promise<Tried> {
    this.parcels.push(parcel);
    return orAbort(Promise.resolve(this.results.shift() ?? sent), signal);
  }
}

/** What has been told, and what is stored. */
export interface ToldMessage {
  readonly type: MessageEventType | undefined;
  readonly record: MessageRecord;
  readonly state: MessageState | undefined;
}

export interface GivenMessages extends AsyncDisposable {
  readonly messages: Messages;
  readonly inbox: Inbox;
  readonly conversations: Conversations;
  readonly ways: Carriers;
  readonly sip: FakeCarrier;
  readonly sms: FakeCarrier;
  /** Every change of a message, oldest first. */
  readonly told: ToldMessage[];
  readonly stored: Map<string, MessageRecord>;
  readonly talks: Map<string, ConversationRecord>;
  /** The numbers here. */
  readonly numbers: Set<string>;
  /** What runs for messages to a number. */
  readonly flows: Map<string, RunFlow>;
  readonly agents: Map<string, Awaited<ReturnType<ReachableAgents['get']>>>;
  readonly scope: Scope;
  /** Whether the store takes anything. */
  readonly store: { isBroken: boolean; isSaturated: boolean };
}

/** Messages with carriers of the test's, and a store in memory. */
export function givenMessages(
  change: Partial<Pick<MessagesOptions, 'pauses' | 'isReported'>> & { readonly hasGateway?: boolean } = {},
): GivenMessages {
  const { hasGateway = true, ...options } = change;
  const [sip, sms] = [new FakeCarrier(), new FakeCarrier()];
  const [stored, talks] = [new Map<string, MessageRecord>(), new Map<string, ConversationRecord>()];
  const told: ToldMessage[] = [];
  const numbers = new Set(['+4930', '5000']);
  const agents: GivenMessages['agents'] = new Map();
  const flows = new Map<string, RunFlow>([['5000', () => undefined]]);
  const store = { isBroken: false, isSaturated: false };
  const scope = new Scope((error) => {
    throw error;
  });
  const conversations = new Conversations({
    customerId: zeroId,
    find: async (id) => talks.get(id),
    latest: () => undefined,
    onChange: (record) => talks.set(record.id, record),
  });
  const ours = { byNumber: async (number: string) => (numbers.has(number) ? {} : undefined) };
  const ways = new Carriers({
    sip,
    sms: hasGateway ? sms : undefined,
    rules: new OutboundRules(['+49', '127.0.0.0/8']),
    numbers: ours,
    isTaken: async ({ target }) => flows.has(target),
    partiesOf: (destination) => partiesOf(destination, { get: async (id) => agents.get(id) }),
  });
  const common = {
    customerId: zeroId,
    conversations,
    find: async (id: string) => stored.get(id),
    written: async () => !store.isBroken,
    log: silentLog,
  };
  const messages = new Messages({
    ...common,
    carriers: ways,
    pauses: [5_000, 60_000],
    isReported: false,
    scope,
    onChange: (record, state, type) => {
      stored.set(record.id, record);
      told.push({ type, record, state });
    },
    ...options,
  });
  const inbox = new Inbox({
    ...common,
    numbers: ours,
    flowFor: async ({ target }) => flows.get(target),
    onReceived: (record) => {
      stored.set(record.id, record);
      told.push({ type: 'message_created', record, state: undefined });
    },
    isSaturated: () => store.isSaturated,
  });
  const given = { messages, inbox, conversations, ways, sip, sms, told, stored, talks, numbers, flows };
  return {
    ...given,
    ...{ agents, scope, store },
    async [Symbol.asyncDispose]() {
      const closing = messages.close(0);
      if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(1);
      await closing;
      await scope.close();
    },
  };
}
