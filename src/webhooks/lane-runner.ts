import { messageOf } from '../core/errors.ts';
import { HttpError } from '../http/http-error.ts';
import { matchesText } from '../news/event-types.ts';
import type { ClaimedLane, DeliveryResult, DueDelivery } from '../news/outbox.ts';
import { type Answer, attempt } from './attempt.ts';
import type { DelivererDependencies, DelivererOptions } from './deliverer-options.ts';
import type { Endpoint } from './endpoint.ts';
import type { EndpointGate } from './endpoint-gate.ts';
import type { EndpointTable } from './endpoint-table.ts';
import { outcomeOf, verdict } from './verdict.ts';

export interface RunnerDependencies extends Omit<DelivererDependencies, 'outbox' | 'endpoints'> {
  readonly options: DelivererOptions;
  readonly clock: { now(): number };
  readonly table: EndpointTable;
}

interface Try {
  readonly gate: EndpointGate;
  readonly endpoint: Endpoint;
  readonly lane: ClaimedLane;
  readonly delivery: DueDelivery;
}

/** Works through a claimed lane: its deliveries one after the other, until one has to be waited for. */
export class LaneRunner {
  readonly #deps: RunnerDependencies;
  readonly #report: (result: DeliveryResult) => void;

  constructor(dependencies: RunnerDependencies, report: (result: DeliveryResult) => void) {
    this.#deps = dependencies;
    this.#report = report;
  }

  /** Never throws. What is not reported when it ends is untouched and due still. */
  async run(lane: ClaimedLane, signal: AbortSignal): Promise<void> {
    const gate = this.#deps.table.find(lane.endpointId)?.gate;
    if (!gate) return;
    gate.enter();
    try {
      for (const delivery of lane.deliveries) {
        const endpoint = this.#deps.table.find(lane.endpointId)?.endpoint;
        if (!endpoint || signal.aborted || !this.#hasTime(lane) || gate.isOpen(this.#deps.clock.now()))
          return;
        const result = await this.#deliver({ gate, endpoint, lane, delivery }, signal);
        if (result.kind === 'failed' && !result.isSetAside) return;
      }
    } catch (error) {
      if (error instanceof HttpError && error.code === 'aborted') return;
      this.#deps.log.error({ endpoint_id: lane.endpointId, error: messageOf(error) }, 'webhook_lane_failed');
    } finally {
      gate.leave();
    }
  }

  /** A try must have ended before another process may take the lane over. */
  #hasTime({ leaseUntil }: ClaimedLane): boolean {
    return this.#deps.clock.now() + this.#deps.options.timeout < leaseUntil;
  }

  async #deliver({ gate, endpoint, lane, delivery }: Try, signal: AbortSignal): Promise<DeliveryResult> {
    const { client, clock, options } = this.#deps;
    const startedAt = clock.now();
    // Its owner may want other events by now than when it was made.
    if (!matchesText(endpoint.event_types, delivery.type, delivery.body)) {
      const { id, attempts } = delivery;
      const dropped = {
        kind: 'dead',
        id,
        at: startedAt,
        attempts,
        status: 0,
        error: 'not_subscribed',
      } as const;
      this.#report(dropped);
      return dropped;
    }
    const answer = await attempt({ client, endpoint, delivery, timeout: options.timeout }, signal);
    const now = clock.now();
    const result = verdict(delivery, answer, options, { now, random: Math.random() });
    this.#report(result);
    this.#deps.onAttempt?.({ endpointId: endpoint.id, result: result.kind, duration: now - startedAt });
    this.#log(result, delivery);
    if (gate.record(outcomeOf(answer), lane.lane, now)) {
      this.#deps.log.warn({ endpoint_id: endpoint.id, error: answer.error }, 'webhook_endpoint_down');
    }
    this.#disableIfHopeless(gate, endpoint, answer);
    return result;
  }

  #log(result: DeliveryResult, { endpointId, type }: DueDelivery): void {
    const { id, kind, attempts, error } = result;
    const fields = { endpoint_id: endpointId, delivery_id: id, event_type: type, attempts, error };
    if (kind === 'dead') this.#deps.log.warn(fields, 'webhook_given_up');
    else this.#deps.log.debug(fields, `webhook_${kind}`);
  }

  #disableIfHopeless(gate: EndpointGate, { id, uri }: Endpoint, { status }: Answer): void {
    // What the former address of one that has moved says, does not count.
    if (gate.isDisabled || this.#deps.table.find(id)?.endpoint.uri !== uri) return;
    const since = gate.failingSince;
    const isFailing = since !== undefined && this.#deps.clock.now() - since > this.#deps.options.disableAfter;
    if (status !== 410 && !isFailing) return;
    gate.isDisabled = true;
    const reason = status === 410 ? 'gone' : 'failing';
    this.#deps.log.warn({ endpoint_id: id, reason }, 'webhook_disabled');
    this.#deps.onDisable?.(id, reason);
  }
}
