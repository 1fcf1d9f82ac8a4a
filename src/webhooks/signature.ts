import { createHmac } from 'node:crypto';

export interface Signable {
  /** `msg_…`, the same for every try. */
  readonly id: string;
  /** Milliseconds; fresh for every try. */
  readonly now: number;
  readonly body: string;
  /** Newest first: while a secret is being replaced, receivers may still hold the one before. */
  readonly secrets: readonly string[];
}

/**
 * The headers that say who sent a body and when: Standard Webhooks 1.0 (`v1`, one signature per secret) and VoIPBIN's, which
 * has room for one signature, made with the newest secret as it is written.
 */
export function signatureHeaders({ id, now, body, secrets }: Signable): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const headers: Record<string, string> = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  const [newest] = secrets;
  if (newest === undefined) return headers;
  const signed = `${id}.${timestamp}.${body}`;
  headers['webhook-signature'] = secrets
    .map((secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`)
    .join(' ');
  headers['x-voipbin-signature'] = `sha256=${createHmac('sha256', newest).update(body).digest('hex')}`;
  return headers;
}

/** `whsec_` + base64 is a Standard Webhooks secret; any other text is the key itself (their libraries' format `raw`). */
function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
}
