import type { ActionCode } from '../core/action-codes.ts';
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
  readonly store: Pick<LaterCallStore, 'insertAll' | 'claim' | 'get' | 'delete'>;
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

  /** Whether there was room for any. The leases of the others run out, and they are taken again: before them those who may go elsewhere. */
  async #beginAll(taken: readonly StoredRequest[], signal: AbortSignal): Promise<boolean> {
    const until = now() + longestPause;
    for (let left = taken; ; ) {
      left = await this.#beginEach(left, until, signal);
      if (left.length === 0 || taken.length === portion) return left.length < taken.length;
      if (now() > until) return false;
      await sleep(pause, signal);
    }
  }

  /** As fast as they may. Answers those for whom there is no room now. */
  async #beginEach(
    taken: readonly StoredRequest[],
    until: number,
    signal: AbortSignal,
  ): Promise<readonly StoredRequest[]> {
    const left: StoredRequest[] = [];
    for (const stored of taken) {
      let refusal = await this.#begin(stored, signal);
      while (refusal === 'CALLS_TOO_FAST' && now() <= until) {
        await sleep(pause, signal);
        refusal = await this.#begin(stored, signal);
      }
      if (refusal) left.push(stored);
    }
    return left;
  }

  /** Answers why it is refused for now, where it is. */
  async #begin(stored: StoredRequest, signal: AbortSignal): Promise<ActionCode | undefined> {
    const { store, outgoing, flows, onRefused } = this.#options;
    const call = JSON.parse(stored.work) as LaterCall; // ours, written by `later`
    try {
      const flow =
        call.flowId === zeroId ? { id: zeroId, actions: call.actions } : await flows.get(call.flowId);
      signal.throwIfAborted();
      // Given up while it waited for room.
      if (!(await store.get(call.id))) return undefined;
      if (isTooLate(stored, call)) throw new ActionError('CALL_TOO_LATE', 'it could not be made in time');
      if (!flow) throw new ActionError('FLOW_NOT_FOUND', 'there is no such flow');
      outgoing.start({ ...call, flow, activeflowId: call.id, beforeInvite: () => this.#takeOut(call.id) });
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      if (error.isPassing) return error.code;
      onRefused(call, error);
      await store.delete(call.id);
    }
    return undefined;
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
