import * as z from 'zod';
import type { Call } from '../calls/call.ts';
import { type Candidate, hunt } from '../calls/hunt.ts';
import { zeroId } from '../core/clock.ts';
import { ActionError, LifetimeEnded, messageOf } from '../core/errors.ts';
import { LazySet } from '../core/lazy-set.ts';
import type { Scope } from '../core/scope.ts';
import { after, onAbort, orAbort } from '../core/wait.ts';
import type { CallActionContext } from '../flows/action.ts';
import { otherPartyOf } from '../flows/call-variables.ts';
import { failureOf, tellFailure } from '../flows/failure.ts';
import type { HowFreed, QueuePlace, ReservedAgent } from '../ports/queues.ts';

/**
 * Asterisk tells the end of a channel before it has sent the BYE or CANCEL, and a phone that has not heard it yet is busy
 * for the next INVITE. SIP reckons with half a second for a message and its answer (T1).
 */
const goodbye = 500;

/** What is written down of it. */
const progress = z.object({
  /** How many legs have been made: the number of the last one. */
  rung: z.int(),
  /** The agent who is rung, or has the call, and his legs: all that were made, or the one that has answered. */
  agent: z.string(),
  legs: z.array(z.string()).readonly(),
});

const nobody = { agent: zeroId, legs: [] };

const searchOver = new LifetimeEnded('no agent is needed any more');

/** Rings one agent after the other for a call in a queue, until one answers. */
export class AgentSearch {
  readonly #context: CallActionContext;
  readonly #place: QueuePlace;
  /** The action's, until the call leaves the queue or the search is stopped. */
  readonly #scope: Scope;
  /** What went wrong, told once each: it may go wrong every few seconds, for as long as the call waits. */
  readonly #told = new LazySet<string>();
  #progress: z.output<typeof progress>;
  /** His legs that a daemon which died has made. */
  #left: readonly Call[];

  constructor(context: CallActionContext, place: QueuePlace) {
    this.#context = context;
    this.#place = place;
    this.#scope = context.scope.child({ until: place.out });
    this.#progress = context.left(progress) ?? { rung: 0, ...nobody };
    this.#left = context.call.legs.filter(({ id }) => this.#progress.legs.includes(id));
    this.#keep({}); // so that where the action leads to is written down with its end
  }

  stop(): void {
    void this.#scope.close(searchOver);
  }

  /** Aborted when an agent has answered, or none is needed any more. */
  get over(): AbortSignal {
    return this.#signal;
  }

  /** Nobody is to be rung any more. */
  giveUp(): void {
    for (const leg of this.#left) leg.hangup('cancel');
  }

  /** The leg of the agent who has taken the call before, where there is one; what is left of others is hung up. */
  async whoHasIt(): Promise<Call | undefined> {
    const agent = await this.#place.nextAgent(this.#context.signal);
    const his = this.#left.find(isTalking) ?? this.#left[0];
    for (const leg of this.#left) if (leg !== his) leg.hangup('cancel');
    if (his) this.#answered(agent, his);
    else agent.free(Promise.resolve());
    return his;
  }

  get #signal(): AbortSignal {
    return this.#scope.signal;
  }

  /** Resolves to the leg of the agent who has answered, to nothing where none is needed; rejects with the action's signal's reason. */
  async run(): Promise<Call | undefined> {
    try {
      for (;;) {
        const agent = await this.#place.nextAgent(this.#signal);
        const leg = await this.#ring(agent);
        if (leg) return leg;
      }
    } catch (error) {
      this.#context.signal.throwIfAborted();
      if (!this.#signal.aborted) throw error;
      return undefined;
    } finally {
      this.stop();
    }
  }

  /** His leg where he has answered. */
  async #ring(agent: ReservedAgent): Promise<Call | undefined> {
    const legs = this.#begin(agent);
    try {
      const winner = await this.#hunt(agent, legs);
      this.#signal.throwIfAborted(); // in the moment that the call leaves nobody takes it any more
      if (winner) this.#answered(agent, winner);
      else {
        this.#keep(nobody);
        agent.free(phonesFree(legs), agent.isEngaged() ? undefined : whatHeDid(legs));
      }
      return winner;
    } catch (error) {
      this.#keep(nobody);
      for (const leg of legs) leg.hangup('cancel');
      agent.free(phonesFree(legs), this.#signal.aborted ? undefined : 'declined');
      this.#signal.throwIfAborted();
      this.#report(agent, error);
      return undefined;
    }
  }

  /** Answers the legs that ring for him already. */
  #begin({ id }: ReservedAgent): Call[] {
    const left = this.#left;
    this.#left = [];
    if (id === this.#progress.agent) return [...left];
    for (const leg of left) leg.hangup('cancel');
    this.#keep({ agent: id, legs: [] });
    return [];
  }

  async #hunt(agent: ReservedAgent, legs: Call[]): Promise<Call | undefined> {
    const { ports } = this.#context;
    const { id: target } = agent;
    const destination = { type: 'agent', target, target_name: '', name: '', detail: '' };
    const parties = ports.outgoing.partiesOf(destination);
    const { method, addresses } = await orAbort(parties, this.#signal);
    const refused: unknown[] = [];
    const left = legs.map((leg): Candidate => ({ delay: 0, dial: () => leg }));
    const others = legs.some(isTalking) ? [] : addresses.slice(this.#progress.legs.length);
    const candidates = others.map((address): Candidate => {
      const dial = (): Call | undefined => {
        // Asked in the moment he is rung: he has called somebody perhaps, or been called.
        if (agent.isEngaged()) return undefined;
        try {
          const leg = this.#dial(address, (error) => void refused.push(error));
          legs.push(leg);
          return leg;
        } catch (error) {
          if (!(error instanceof ActionError)) throw error;
          refused.push(error);
          return undefined;
        }
      };
      return { delay: 0, dial };
    });
    const result = await hunt([...left, ...candidates], { method, signal: this.#signal });
    for (const error of refused) this.#report({ id: target }, error);
    return 'winner' in result ? result.winner : undefined;
  }

  #dial(destination: Call['record']['destination'], onFailed: (error: ActionError) => void): Call {
    const { call, ports, uuid } = this.#context;
    const source = otherPartyOf(call.record);
    const referredBy = call.referral.by;
    const timeout = this.#place.queue.ring_timeout;
    const rung = this.#progress.rung + 1;
    const callId = uuid('call', rung);
    this.#keep({ rung, legs: [...this.#progress.legs, callId] });
    return ports.outgoing.ring({
      callId,
      source,
      destination,
      referredBy,
      timeout,
      master: call,
      onFailed,
    });
  }

  /** From now on he is let go with the action, however it ends; one who was transferred since is busy until he hangs up. */
  #answered(agent: ReservedAgent, leg: Call): void {
    this.#keep({ legs: [leg.id] });
    this.#context.scope.defer(() => {
      leg.hangupAsLeg();
      onAbort(leg.hangupSignal, () => agent.free(phoneFree(leg), this.#isReady(leg) ? 'ready' : undefined));
    });
    agent.answered(leg.id);
  }

  /** Whether he has said that he needs no time behind the call. */
  #isReady({ digits }: Call): boolean {
    const { wrap_up_key: key } = this.#place.queue;
    return key !== '' && digits.kept.includes(key);
  }

  /** Not when the action is over: its flow may be, and nothing is written of that any more. */
  #keep(change: Partial<z.output<typeof progress>>): void {
    if (this.#context.signal.aborted) return;
    this.#progress = { ...this.#progress, ...change };
    this.#context.keep(this.#progress);
  }

  #report({ id }: Pick<ReservedAgent, 'id'>, error: unknown): void {
    const { log } = this.#context;
    const { code, message, cause } = failureOf(error);
    if (this.#told.has(`${id}/${code}`)) return;
    this.#told.add(`${id}/${code}`);
    const why = cause === undefined ? message : messageOf(cause);
    log.warn({ agent: id, code, reason: why }, 'agent_not_rung');
    tellFailure(this.#context, error, `agent ${id}: `);
  }
}

/** A phone that rang to the end was not answered, whatever his others did. */
function whatHeDid(legs: readonly Call[]): HowFreed {
  const hasRung = legs.some(({ record }) => ['dialout', 'noanswer'].includes(record.hangup_reason));
  return hasRung ? 'missed' : 'declined';
}

function phonesFree(legs: readonly Call[]): Promise<unknown> {
  return Promise.all(legs.map(phoneFree));
}

/** Settles when a phone knows that its call is over. */
async function phoneFree(leg: Call): Promise<void> {
  await leg.whenEnded;
  if (leg.record.hangup_by === 'local') await new Promise<void>((resolve) => after(goodbye, resolve));
}

function isTalking({ isUp, hangupSignal }: Call): boolean {
  return isUp && !hangupSignal.aborted;
}
