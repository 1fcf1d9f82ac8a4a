import { wireTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';
import type { WebhookRecord } from '../news/webhook-record.ts';
import type { Told } from '../ports/changes.ts';
import type { Deliverer } from './deliverer.ts';
import type { EndpointList } from './endpoint-list.ts';

export interface EndpointDisablingOptions {
  /** Asked when the first one is given up. */
  readonly told: () => Told<'webhook_disabled', WebhookRecord>;
  readonly endpoints: EndpointList;
  readonly deliverer: () => Pick<Deliverer, 'endpointsChanged'>;
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
    const failed = this.#options.endpoints.find(id)?.uri;
    this.#options.scope.spawn('webhook-disabling', async (signal) => {
      while (!(await this.#tryDisable(id, failed))) await sleep(pause, signal);
    });
  };

  /** False where it has to be tried again. What its owner has changed meanwhile stays: what the old one said does not count. */
  async #tryDisable(id: string, failed: string | undefined): Promise<boolean> {
    const { told, endpoints, deliverer, log } = this.#options;
    const change = { status: 'disabled', tm_update: wireTime() } as const;
    try {
      await told()('webhook_disabled').update(
        id,
        change,
        ({ status, uri }) => status === 'active' && uri === failed,
      );
      await endpoints.load();
      deliverer().endpointsChanged();
      return true;
    } catch (error) {
      log.error({ endpoint_id: id, error: messageOf(error) }, 'webhook_not_disabled');
      return false;
    }
  }
}
