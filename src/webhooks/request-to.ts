import { systemTime, wireTime } from '../core/clock.ts';
import { validSecrets, type WebhookRecord } from '../news/webhook-record.ts';
import type { UserRequest } from '../ports/http.ts';
import { signatureHeaders } from './signature.ts';

/** The headers that sign a body now, as those of its deliveries do. */
export function signatureOf(webhook: WebhookRecord, id: string, body: string): Record<string, string> {
  return signatureHeaders({ id, now: systemTime(), body, secrets: validSecrets(webhook, wireTime()) });
}

/** A body for a stored webhook, with its method and auth, signed as its deliveries are; nothing where it takes none. */
export function requestTo(
  webhook: WebhookRecord | undefined,
  id: string,
  body: string,
): Omit<UserRequest, 'timeout' | 'maxBytes'> | undefined {
  if (webhook?.status !== 'active') return undefined;
  const { auth, uri: url, method } = webhook;
  const credentials = auth.type === 'basic' ? `${auth.username}:${auth.password}` : undefined;
  return {
    method,
    url,
    body,
    headers: {
      'content-type': 'application/json',
      ...signatureOf(webhook, id, body),
      ...(credentials !== undefined && {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      }),
    },
  };
}
