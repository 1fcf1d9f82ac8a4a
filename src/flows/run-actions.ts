import type { HangupReason } from '../calls/call-record.ts';
import { now } from '../core/clock.ts';
import { ActionError, LifetimeEnded } from '../core/errors.ts';
import type { Share } from '../core/fair-thread.ts';
import type { Scope } from '../core/scope.ts';
import { Turn } from '../core/turn.ts';
import { sleep } from '../core/wait.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Outcome } from './action.ts';
import { type LoopCounts, LoopGuard } from './loop-guard.ts';
import type { Nest, Position } from './position.ts';

/** The work of each action on the way. */
export interface Work {
  /** Runs one action in a lifetime inside `scope`; rejects only with the reason of its signal. */
  step(action: ActionJson, scope: Scope): Promise<Outcome>;
  fail(action: ActionJson, error: unknown): void;
  /** Lets others have their turn; called where actions follow one another without waiting. */
  pace(signal: AbortSignal): Promise<void>;
  /** What has been read for it, by whom else waits for it too: that is no waiting for anybody outside. */
  readonly reading: Readonly<Share>;
}

/** So many actions are done at once. */
const mostAtOnce = 5;

/** A list that is run again and again takes at least this long each time: one that does nothing would be a loop. */
const shortestRound = 1_000;

const roundsOver = new LifetimeEnded('the rounds are over');

/** Goes from action to action. */
export class Walk {
  readonly #position: Position;
  readonly #work: Work;
  readonly guard: LoopGuard;
  #isLoop = false;
  #atOnce = 0;

  constructor(position: Position, work: Work, counts?: LoopCounts) {
    this.guard = new LoopGuard(counts);
    this.#position = position;
    this.#work = work;
  }

  /** Until there is no action left. Resolves to the reason that the call is to be hung up with. */
  async toTheEnd(scope: Scope): Promise<HangupReason> {
    for (let { action } = this.#position; action; { action } = this.#position) await this.#go(action, scope);
    return this.#isLoop ? 'failed' : 'normal';
  }

  /**
   * Runs a list inside the current action, again and again, until `until` is aborted, which ends at once what runs of it.
   * Where the list leads out of itself before, resolves to where.
   * @throws ActionError `INVALID_TARGET` where it is too deep
   */
  async repeat(
    actions: readonly ActionJson[],
    scope: Scope,
    until: AbortSignal,
  ): Promise<Outcome | undefined> {
    const nest = this.#position.enter(actions);
    const inner = scope.child({ until });
    try {
      return await this.#rounds(nest, inner);
    } catch (error) {
      if (scope.signal.aborted || !until.aborted) throw error;
      return undefined;
    } finally {
      await inner.close(roundsOver);
      this.#position.leave(nest);
    }
  }

  async #rounds(nest: Nest, scope: Scope): Promise<Outcome> {
    let began = Number.NEGATIVE_INFINITY;
    for (;;) {
      const { action } = this.#position;
      if (!action) return { go: 'finish' };
      if (!this.#position.isIn(nest)) return { go: 'to', actionId: action.id };
      if (this.#position.isAtStart(nest)) {
        await this.#pause(began + shortestRound - now(), scope.signal);
        began = now();
      }
      await this.#go(action, scope);
    }
  }

  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (milliseconds <= 0) return;
    await sleep(milliseconds, signal);
    this.guard.waited(milliseconds);
  }

  async #go(action: ActionJson, scope: Scope): Promise<void> {
    // Not between an action and the move that comes of it: what is written down is never between them.
    if (this.#atOnce >= mostAtOnce) await this.#work.pace(scope.signal);
    scope.signal.throwIfAborted();
    if (!this.guard.admit()) {
      this.#work.fail(action, new ActionError('loop_detected', 'the flow runs in a loop'));
      this.#isLoop = true;
      this.#position.move({ go: 'finish' });
      return;
    }
    const outcome = await this.#timed(action, scope);
    const refusal = this.#position.move(outcome);
    if (!refusal) return;
    this.#work.fail(action, refusal);
    this.#position.recover(action);
  }

  /** Runs an action; how long it waited, and how much was computed for it, counts. */
  async #timed(action: ActionJson, scope: Scope): Promise<Outcome> {
    using turn = new Turn();
    const { computed, elapsed } = this.#work.reading;
    const began = now();
    const outcome = await this.#work.step(action, scope);
    const read = this.#work.reading;
    this.guard.computed(read.computed - computed);
    this.#atOnce = turn.isOver ? 0 : this.#atOnce + 1;
    if (turn.isOver) this.guard.waited(Math.max(0, now() - began - (read.elapsed - elapsed)));
    return outcome;
  }
}
