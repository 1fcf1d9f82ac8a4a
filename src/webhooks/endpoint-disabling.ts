import { wireTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';
import { showWebhook, type WebhookRecord } from '../news/webhook-record.ts';
import type { Deliverer } from './deliverer.ts';
import type { EndpointList } from './endpoint-list.ts';

/** What we need of the store. */
export interface DisabledWebhooks {
  get(id: string): Promise<WebhookRecord | undefined>;
  update(
    id: string,
    change: { readonly status: 'disabled'; readonly tm_update: string },
  ): Promise<WebhookRecord | undefined>;
}

export interface EndpointDisablingOptions {
  readonly webhooks: DisabledWebhooks;
  readonly endpoints: EndpointList;
  readonly deliverer: () => Pick<Deliverer, 'publish' | 'endpointsChanged'>;
  readonly scope: Scope;
  readonly log: Log;
}

/** How long it takes until the store is asked again that failed. */
const pause = 1_000;

/** Stores that an endpoint was given up as `disabled`, and tells the others. Until that is done nothing goes to it either. */
export class EndpointDisabling {
  readonly #options: EndpointDisablingOptions;

  constructor(options: EndpointDisablingOptions) {
    this.#options = options;
  }

  readonly disable = (id: string): void => {
    const given = this.#options.endpoints.find(id)?.uri;
    this.#options.scope.spawn('webhook-disabling', async (signal) => {
      while (!(await this.#tryDisable(id, given))) await sleep(pause, signal);
    });
  };

  /** False where it has to be tried again. */
  async #tryDisable(id: string, failedUri: string | undefined): Promise<boolean> {
    const { webhooks, endpoints, deliverer, log } = this.#options;
    try {
      const webhook = await webhooks.get(id);
      if (webhook?.status !== 'active' || webhook.uri !== failedUri) {
        deliverer().endpointsChanged(); // its owner has changed it meanwhile: what the old one said does not count
        return true;
      }
      const disabled = await webhooks.update(id, { status: 'disabled', tm_update: wireTime() });
      await endpoints.load();
      deliverer().endpointsChanged();
      if (disabled)
        deliverer().publish([{ event: { type: 'webhook_disabled', data: showWebhook(disabled) }, lane: id }]);
      return true;
    } catch (error) {
      log.error({ endpoint_id: id, error: messageOf(error) }, 'webhook_not_disabled');
      return false;
    }
  }
}
