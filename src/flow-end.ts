import type { Call } from './calls/call.ts';
import { causeOf } from './calls/hangup-cause.ts';
import { messageOf } from './core/errors.ts';
import type { Log } from './core/log.ts';
import { flowEnd } from './flows/webhook/flow-end.ts';
import type { Store, StoredActiveflow, WebhookStore } from './storage/store.ts';
import type { LaterRequests } from './webhooks/later-requests.ts';

export interface FlowEndOptions {
  readonly webhooks: Pick<WebhookStore, 'all'>;
  readonly later: Pick<LaterRequests, 'send'>;
  readonly log: Log;
  readonly timezone: string;
  readonly nodeName: string;
  readonly timeout: number;
  readonly pauses: readonly number[];
}

/** An activeflow that has ended. */
export interface Ended {
  readonly id: string;
  readonly call: Pick<Call, 'record' | 'hangupCause'> | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

/** Tells the default webhook of an activeflow that has ended. */
export class FlowEnds {
  readonly #options: FlowEndOptions;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: FlowEndOptions) {
    this.#options = options;
  }

  /** Also while the daemon stops, and hangs up for it: who closes waits for `settled`. */
  tell(ended: Ended): void {
    const telling: Promise<void> = this.#tell(ended).finally(() => this.#underWay.delete(telling));
    this.#underWay.add(telling);
  }

  /** Those that a daemon which died has left behind, now that their calls have been ended. */
  async tellLeftBehind(
    left: readonly StoredActiveflow[],
    { flows, calls }: Pick<Store, 'flows' | 'calls'>,
  ): Promise<void> {
    try {
      for (const { record, state } of left) {
        if (!(await flows.get(record.flow_id))?.end_webhook) continue;
        const found = record.reference_type === 'call' ? await calls.get(record.reference_id) : undefined;
        const call = found && { record: found, hangupCause: causeOf(found.hangup_reason) };
        this.tell({ id: record.id, call, variables: variablesIn(state) });
      }
    } catch (error) {
      this.#options.log.error({ error: messageOf(error) }, 'flow_ends_not_told');
    }
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async #tell({ id, call, variables }: Ended): Promise<void> {
    const { webhooks, later, log, timeout, pauses, timezone, nodeName } = this.#options;
    try {
      const webhook = (await webhooks.all()).find(({ is_default }) => is_default);
      if (!webhook) return log.warn({ activeflow: id }, 'flow_end_without_webhook');
      const body = flowEnd({
        activeflowId: id,
        legs: call ? [legOf(call)] : [],
        variables,
        recordings: [],
        timezone,
        nodeName,
      });
      // The id is the activeflow's: it is told once.
      const messageId = `msg_end${id.replaceAll('-', '')}`;
      await later.send(messageId, {
        to: { webhookId: webhook.id, body: JSON.stringify(body) },
        timeout,
        pauses,
      });
    } catch (error) {
      log.error({ activeflow: id, error: messageOf(error) }, 'flow_end_not_told');
    }
  }
}

/** As the activeflow last wrote them. */
function variablesIn(state: string): Readonly<Record<string, string>> {
  const { variables } = JSON.parse(state) as { variables?: Record<string, string> };
  return variables ?? {};
}

function legOf({ record, hangupCause }: Pick<Call, 'record' | 'hangupCause'>) {
  return {
    call: record,
    cause: hangupCause,
    isRemoteHangup: record.hangup_by === 'remote',
    party: 'VISITOR',
  } as const;
}
