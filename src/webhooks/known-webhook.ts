import type { WebhookRecord } from '../news/webhook-record.ts';
import type { KnownWebhook } from '../ports/flow-requests.ts';
import { signatureOf } from './request-to.ts';

/** What a stored webhook supplies to the request of a flow. */
export function knownWebhook(webhook: WebhookRecord | undefined): KnownWebhook | undefined {
  if (!webhook) return undefined;
  const { uri, method, auth } = webhook;
  return { uri, method, auth, sign: (id, body) => signatureOf(webhook, id, body) };
}
