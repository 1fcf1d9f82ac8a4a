import { zeroId } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import { Carriers } from '../../src/messages/carriers.ts';
import { Conversations } from '../../src/messages/conversations.ts';
import { Inbox } from '../../src/messages/inbox.ts';
import { Messages } from '../../src/messages/messages.ts';
import type { Recorder } from '../../src/news/recorder.ts';
import { OutboundRules } from '../../src/outgoing/outbound-rules.ts';
import { partiesOf } from '../../src/outgoing/parties.ts';
import type { Store } from '../../src/storage/store.ts';
import { FakeCarrier } from './given-messages.ts';

/** Messages on a real store; who carries them does what a test says. */
export function storeMessages(store: Store, recorder: Recorder, log: Log) {
  const carrier = new FakeCarrier();
  const scope = new Scope(() => undefined);
  const conversations = new Conversations({
    customerId: zeroId,
    find: (id) => store.conversations.get(id),
    latest: (id) => recorder.latest('conversations', id)?.record,
    onChange: (record) => recorder.record({ live: { kind: 'conversations', record } }),
  });
  const messageWays = new Carriers({
    sip: carrier,
    sms: carrier,
    rules: new OutboundRules(['+49', '127.0.0.0/8']),
    numbers: store.numbers,
    isTaken: async ({ target }) => (await store.numbers.byNumber(target)) !== undefined,
    partiesOf: (destination) => partiesOf(destination, store.agents),
  });
  const common = {
    customerId: zeroId,
    conversations,
    log,
    find: async (id: string) =>
      recorder.latest('messages', id)?.record ?? (await store.messages.find(id))?.record,
    written: (id: string, signal?: AbortSignal) => recorder.flushOne('messages', id, signal),
  };
  const messages = new Messages({
    ...common,
    carriers: messageWays,
    pauses: [60_000],
    isReported: false,
    scope,
    onChange: (record, state) =>
      recorder.record({ live: { kind: 'messages', record, ...(state && { state }) } }),
  });
  const inbox = new Inbox({
    ...common,
    numbers: store.numbers,
    flowFor: async ({ target }) => ((await store.numbers.byNumber(target)) ? () => undefined : undefined),
    onReceived: (record) => recorder.record({ live: { kind: 'messages', record } }),
    isSaturated: () => recorder.isSaturated,
  });
  return {
    carrier,
    parts: { messages, conversations, messageWays, inbox },
    async [Symbol.asyncDispose](): Promise<void> {
      await messages.close(0);
      await scope.close();
    },
  };
}
