import { withoutSecrets } from '../flows/secrets.ts';
import type { Credentials, WebhookMethod } from '../ports/flow-requests.ts';

export type WebhookStatus = 'active' | 'inactive' | 'disabled';

/** A stored webhook endpoint. REST shows it without `secrets` and without the password. */
export interface WebhookRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly detail: string;
  readonly uri: string;
  readonly method: WebhookMethod;
  /** As written by the user; `['*']` where nothing was said. */
  readonly event_types: readonly string[];
  /** `disabled` is set by us, when the endpoint has failed for days. */
  readonly status: WebhookStatus;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** At most one live webhook is the default one: it gets the flow-end webhooks. */
  readonly is_default: boolean;
  readonly auth: Credentials;
  /** Newest first: deliveries are signed with every one of them, so that a receiver can change over. */
  readonly secrets: readonly string[];
  /** Until when the secret before the newest is valid; missing: until it is replaced. */
  readonly previous_until?: string;
}

/** The webhooks of the store, as far as delivering needs them. */
export interface WebhookRecords {
  /** Every live webhook: there are few, and each event is matched against all. */
  all(): Promise<readonly WebhookRecord[]>;
}

/** A webhook as REST and events show it: neither secrets nor the password. */
export interface ShownWebhook extends Omit<WebhookRecord, 'secrets' | 'previous_until' | 'auth'> {
  readonly auth: { readonly type: 'none' } | { readonly type: 'basic'; readonly username: string };
}

export function showWebhook({
  secrets: _,
  previous_until: __,
  auth,
  ...webhook
}: WebhookRecord): ShownWebhook {
  return {
    ...webhook,
    uri: withoutSecrets(webhook.uri),
    auth: auth.type === 'none' ? { type: auth.type } : { type: auth.type, username: auth.username },
  };
}

/** The secrets that sign at this wire time, newest first. */
export function validSecrets(
  { secrets, previous_until: until }: Pick<WebhookRecord, 'secrets' | 'previous_until'>,
  now: string,
): readonly string[] {
  return until !== undefined && until <= now ? secrets.slice(0, 1) : secrets;
}
