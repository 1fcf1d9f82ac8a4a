import { Chatbots } from '../chatbots/chatbots.ts';
import { secretKeyOf } from '../config/secrets.ts';
import type { Store } from '../storage/store.ts';
import type { Foundation } from './foundation.ts';

/** The chatbots, with the keys of their servers. */
export function startChatbots({
  config,
  secrets,
  log,
  scope,
  store,
}: Foundation & { readonly store: Store }): Chatbots {
  const chatbots = new Chatbots({
    store: store.chatbots,
    secretKey: secretKeyOf(store, { config, secrets }),
  });
  scope.spawn('chatbot-keys', (signal) => chatbots.tellUnreadable(log, signal));
  return chatbots;
}
