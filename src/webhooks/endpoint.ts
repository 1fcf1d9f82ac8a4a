import type { Subscriber } from '../news/fan-out.ts';
import type { WebhookMethod } from '../ports/flow-requests.ts';

/** What delivering to a webhook takes of it. */
export interface Endpoint extends Subscriber {
  readonly uri: string;
  readonly method: WebhookMethod;
  /** Newest first. */
  readonly secrets: readonly string[];
  readonly auth?: { readonly username: string; readonly password: string } | undefined;
}
