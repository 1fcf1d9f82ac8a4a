import { millisOf, now, wireTime, zeroId } from '../core/clock.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';
import type { LaterCallStore, StoredRequest } from '../ports/later-requests.ts';
import type { LaterCall } from '../ports/outgoing.ts';
import type { FlowsPort } from '../ports/ports.ts';
import type { OutgoingCalls } from './outgoing-calls.ts';

export interface LaterCallsOptions {
  readonly store: Pick<LaterCallStore, 'insertAll' | 'claim' | 'delete'>;
  readonly outgoing: Pick<OutgoingCalls, 'start' | 'check'>;
  readonly flows: FlowsPort;
  /** Whether calls can be made now: nothing is taken until then. */
  readonly isReady: () => boolean;
  /** Told of a call that comes to nothing, with why. */
  readonly onRefused: (call: LaterCall, error: ActionError) => void;
  readonly log: Log;
  readonly scope: Scope;
  /** How often what is due is looked for, in milliseconds. */
  readonly poll?: number;
}

/** How long one that was taken is left to whoever took it. */
const lease = 15_000;

/** How long one that came too fast is tried for again before the others, and how often; then its lease runs out. */
const longestPause = 8_000;
const pause = 250;

/** So many are taken at a time. */
const portion = 20;

/** One that could not be begun for so long, in milliseconds, is given up: whoever is called so late is surprised. */
const longestWait = 3_600_000;

/**
 * Makes calls at a time to come. A call is in the store until it has been written down as one: before that no INVITE went
 * out, after it none will go out again.
 */
export class LaterCalls {
  readonly #options: LaterCallsOptions;
  #taking: Promise<void> | undefined;

  constructor(options: LaterCallsOptions) {
    this.#options = options;
  }

  /** Looks for what is due, from now on. */
  start(): void {
    const { scope, poll = 5_000 } = this.#options;
    scope.spawn('later-calls', async (signal) => {
      for (;;) {
        await this.#take(signal);
        await sleep(poll, signal);
      }
    });
  }

  /** @throws ActionError where a destination is refused, or the calls cannot be stored */
  async later(calls: readonly LaterCall[]): Promise<void> {
    for (const { destination } of calls) this.#options.outgoing.check(destination);
    try {
      await this.#options.store.insertAll(
        calls.map((call) => ({
          request: { id: call.id, work: JSON.stringify(call), tm_create: wireTime() },
          until: now() + call.delayMinutes * 60_000,
        })),
      );
    } catch (cause) {
      throw new ActionError('STORE_FAILED', 'the calls could not be stored', { cause });
    }
    const { scope } = this.#options;
    if (calls.some(({ delayMinutes }) => delayMinutes === 0))
      scope.spawn('later-calls', (signal) => this.#take(signal));
  }

  async #take(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    this.#taking ??= this.#portions(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) log.warn({ error: messageOf(error) }, 'later_calls_not_read');
      })
      .finally(() => {
        this.#taking = undefined;
      });
    await this.#taking;
  }

  /** One after the other for as long as they are full, and there is room. */
  async #portions(signal: AbortSignal): Promise<void> {
    const { store, isReady } = this.#options;
    for (let isMore = true; isMore && isReady(); ) {
      const present = now();
      const taken = await store.claim({ now: present, until: present + lease, limit: portion });
      isMore = (await this.#beginAll(taken, signal)) && taken.length === portion;
    }
  }

  /** As fast as the limits let it. False where there was no room for all: the leases run out, and the rest are taken again. */
  async #beginAll(taken: readonly StoredRequest[], signal: AbortSignal): Promise<boolean> {
    const until = now() + longestPause;
    for (const stored of taken) {
      while (!(await this.#begin(stored, signal))) {
        if (now() > until) return false;
        await sleep(pause, signal);
      }
    }
    return true;
  }

  /** False where it is refused for now. */
  async #begin(stored: StoredRequest, signal: AbortSignal): Promise<boolean> {
    const { store, outgoing, flows, onRefused } = this.#options;
    const call = JSON.parse(stored.work) as LaterCall; // ours, written by `later`
    try {
      const flow =
        call.flowId === zeroId ? { id: zeroId, actions: call.actions } : await flows.get(call.flowId);
      signal.throwIfAborted();
      if (isTooLate(stored, call)) throw new ActionError('CALL_TOO_LATE', 'it could not be made in time');
      if (!flow) throw new ActionError('FLOW_NOT_FOUND', 'there is no such flow');
      outgoing.start({ ...call, flow, activeflowId: call.id, beforeInvite: () => this.#takeOut(call.id) });
      return true;
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      if (error.isPassing) return false;
      onRefused(call, error);
      await store.delete(call.id);
      return true;
    }
  }

  /** Whoever takes it out of the store is the one who makes it. */
  async #takeOut(id: string): Promise<void> {
    if (!(await this.#options.store.delete(id)))
      throw new ActionError('CALL_MADE_ALREADY', 'somebody else has made this call, or it was given up');
  }
}

function isTooLate({ tm_create }: StoredRequest, { delayMinutes }: LaterCall): boolean {
  return now() > millisOf(tm_create) + delayMinutes * 60_000 + longestWait;
}
