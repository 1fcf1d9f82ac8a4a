import { Chatbots } from '../chatbots/chatbots.ts';
import type { Store } from '../storage/store.ts';
import type { Foundation } from './foundation.ts';

/** The chatbots, under a key that every daemon of the database has: a generated one is in the data directory of one. */
export function startChatbots({
  config,
  secrets,
  log,
  scope,
  store,
}: Foundation & { readonly store: Store }): Chatbots {
  const generated = store.isShared ? undefined : secrets.secret_key;
  const chatbots = new Chatbots({ store: store.chatbots, secretKey: config.secret_key ?? generated });
  scope.spawn('chatbot-keys', (signal) => chatbots.tellUnreadable(log, signal));
  return chatbots;
}
