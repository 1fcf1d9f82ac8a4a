import { wireTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { after } from '../core/wait.ts';
import { validSecrets, type WebhookRecord, type WebhookRecords } from '../news/webhook-record.ts';
import type { Endpoint } from './endpoint.ts';

const retryDelay = 1_000;

/** The webhook endpoints as delivering sees them, read from the store whenever they change. */
export class EndpointList {
  readonly #webhooks: WebhookRecords;
  readonly #log: Log;
  #endpoints: readonly Endpoint[] = [];
  #isStale = false;

  constructor(webhooks: WebhookRecords, log: Log) {
    this.#webhooks = webhooks;
    this.#log = log;
  }

  get all(): readonly Endpoint[] {
    return this.#endpoints;
  }

  find(id: string): Endpoint | undefined {
    return this.#endpoints.find((endpoint) => endpoint.id === id);
  }

  async load(): Promise<void> {
    this.#endpoints = (await this.#webhooks.all()).map(endpointOf);
  }

  /** Reads them again; while that fails the old ones stay, and it is tried again. */
  async reload(): Promise<void> {
    try {
      await this.load();
      this.#isStale = false;
    } catch (error) {
      if (this.#isStale) return;
      this.#isStale = true;
      this.#log.error({ error: messageOf(error) }, 'endpoints_not_read');
      this.#tryAgain();
    }
  }

  #tryAgain(): void {
    after(retryDelay, () => {
      void this.reload().then(() => {
        if (this.#isStale) this.#tryAgain();
      });
    });
  }
}

/** A webhook as delivering sees it. */
export function endpointOf(record: WebhookRecord): Endpoint {
  const { id, uri, method, event_types, status, auth } = record;
  const credentials =
    auth.type === 'basic' ? { username: auth.username, password: auth.password } : undefined;
  return {
    id,
    uri,
    method,
    event_types,
    status,
    auth: credentials,
    // Asked for at every try: a secret that was replaced ends at its time, not when the endpoints happen to be read.
    get secrets() {
      return validSecrets(record, wireTime());
    },
  };
}
