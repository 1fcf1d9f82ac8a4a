import type { Metrics } from '../api/metrics.ts';
import type { AriConnection } from '../ari/connection.ts';
import { within } from '../core/wait.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { AddressPolicy } from '../http/address-policy.ts';
import { GuardedClient } from '../http/guarded-client.ts';
import { statusRequests } from '../http/user-requests.ts';
import { Carriers, type CarriersOptions } from '../messages/carriers.ts';
import { Conversations } from '../messages/conversations.ts';
import { Inbox } from '../messages/inbox.ts';
import { Messages } from '../messages/messages.ts';
import { SipCarrier } from '../messages/sip-carrier.ts';
import { SipInbox } from '../messages/sip-inbox.ts';
import { SmsGateway } from '../messages/sms-gateway.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import { OutboundRules } from '../outgoing/outbound-rules.ts';
import { partiesOf } from '../outgoing/parties.ts';
import { messageFlows } from '../reception/message-flows.ts';
import { leftBehind } from '../storage/left-behind.ts';
import type { Store } from '../storage/store.ts';
import { version } from '../version.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export interface MessagesNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly connection: AriConnection;
  readonly catalogue: ActionCatalogue;
  readonly metrics: Metrics;
}

export interface MessageParts {
  readonly messages: Messages;
  readonly conversations: Conversations;
  readonly ways: Carriers;
  readonly inbox: Inbox;
  readonly sip: SipInbox;
}

/** How long it may take to give up those that are left. */
const giveUp = 1_000;

/** Messages to people, and from them. */
export async function startMessages(needs: MessagesNeeds): Promise<MessageParts> {
  const { config, log, store, recorder, news, late, metrics } = needs;
  const scope = needs.scope.stage(giveUp);
  const customerId = config.customer_id;
  const conversations = new Conversations({
    customerId,
    find: (id) => store.conversations.get(id),
    latest: (id) => recorder.latest('conversations', id)?.record,
    onChange: (record) => news.changed({ kind: 'conversations', record }),
  });
  const flowFor = messageFlows({
    ...{ numbers: store.numbers, extensions: store.extensions, flows: store.flows, log },
    catalogue: needs.catalogue,
    activeflows: () => late.value.activeflows,
    most: config.activeflows.concurrent,
  });
  const ways = makeWays(needs, async (to) => (await flowFor(to)) !== undefined);
  const find = async (id: string) =>
    recorder.latest('messages', id)?.record ?? (await store.messages.find(id))?.record;
  const written = (id: string, signal?: AbortSignal) => recorder.flushOne('messages', id, signal);
  const messages = new Messages({
    ...{ customerId, carriers: ways, conversations, find, written, log, scope },
    pauses: config.sms.schedule,
    isReported: config.sms.reports,
    onChange: (record, state, type) =>
      news.changed({ kind: 'messages', record, ...(state && { state }) }, type),
  });
  needs.scope.defer(() => within(messages.close(stopDeadline), stopDeadline + giveUp));
  messages.resume(await leftBehind(store, 'messages', log));
  const inbox = new Inbox({
    ...{ customerId, conversations, find, written, flowFor, numbers: store.numbers },
    isSaturated: () => recorder.isSaturated,
    onReceived: (record) => news.changed({ kind: 'messages', record }, 'message_created'),
  });
  const sip = new SipInbox(inbox, { log, onRefused: metrics.messages.refused });
  return { messages, conversations, ways, inbox, sip };
}

function makeWays(
  { config, scope, store, connection }: MessagesNeeds,
  isTaken: CarriersOptions['isTaken'],
): Carriers {
  const { url, method, headers, body, timeout, rate } = config.sms;
  // The operator's URL, and no user's: it leads wherever he says.
  const policy = new AddressPolicy({ allow: ['0.0.0.0/0', '::/0'], allowHttp: true });
  const client = new GuardedClient({ policy, userAgent: `ariflow/${version}` });
  scope.defer(() => client.close());
  const http = statusRequests(client);
  return new Carriers({
    sip: new SipCarrier(connection.ari),
    sms:
      url === undefined
        ? undefined
        : new SmsGateway({ url, method, headers, body, timeout, perSecond: rate, http }),
    rules: new OutboundRules(config.outbound.allow),
    numbers: store.numbers,
    isTaken,
    partiesOf: (destination) => partiesOf(destination, store.agents),
  });
}
