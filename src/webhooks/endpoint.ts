import type { Subscriber } from '../news/fan-out.ts';

/** What delivering to a webhook takes of it. */
export interface Endpoint extends Subscriber {
  readonly uri: string;
  readonly method: 'POST' | 'PUT' | 'GET' | 'DELETE';
  /** Newest first. */
  readonly secrets: readonly string[];
  readonly auth?: { readonly username: string; readonly password: string } | undefined;
}
