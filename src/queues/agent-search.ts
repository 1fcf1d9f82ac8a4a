import type { Call } from '../calls/call.ts';
import { type Candidate, hunt } from '../calls/hunt.ts';
import { ActionError, LifetimeEnded, messageOf } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { after, onAbort, orAbort } from '../core/wait.ts';
import type { CallActionContext } from '../flows/action.ts';
import { otherPartyOf } from '../flows/call-variables.ts';
import { failureOf, tellFailure } from '../flows/failure.ts';
import type { QueuePlace, ReservedAgent } from '../ports/queues.ts';

/**
 * Asterisk tells the end of a channel before it has sent the BYE or CANCEL, and a phone that has not heard it yet is busy
 * for the next INVITE. SIP reckons with half a second for a message and its answer (T1).
 */
const goodbye = 500;

const searchOver = new LifetimeEnded('no agent is needed any more');

/** Rings one agent after the other for a call in a queue, until one answers. */
export class AgentSearch {
  readonly #context: CallActionContext;
  readonly #place: QueuePlace;
  /** The action's, until the call leaves the queue or the search is stopped. */
  readonly #scope: Scope;
  /** What went wrong, told once each: it may go wrong every few seconds, for as long as the call waits. */
  readonly #told = new Set<string>();
  #rung = 0;

  constructor(context: CallActionContext, place: QueuePlace) {
    this.#context = context;
    this.#place = place;
    this.#scope = context.scope.child({ until: place.out });
  }

  stop(): void {
    void this.#scope.close(searchOver);
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
    }
  }

  /** His leg where he has answered. */
  async #ring(agent: ReservedAgent): Promise<Call | undefined> {
    const legs: Call[] = [];
    try {
      const winner = await this.#hunt(agent, legs);
      if (winner) this.#answered(agent, winner);
      else agent.free(phonesFree(legs), !agent.isEngaged());
      return winner;
    } catch (error) {
      for (const leg of legs) leg.hangup('cancel');
      agent.free(phonesFree(legs), !this.#signal.aborted);
      this.#signal.throwIfAborted();
      this.#report(agent, error);
      return undefined;
    }
  }

  async #hunt(agent: ReservedAgent, legs: Call[]): Promise<Call | undefined> {
    const { ports } = this.#context;
    const { id: target } = agent;
    const destination = { type: 'agent', target, target_name: '', name: '', detail: '' };
    const parties = ports.outgoing.partiesOf(destination);
    const { method, addresses } = await orAbort(parties, this.#signal);
    const refused: unknown[] = [];
    const candidates = addresses.map((address): Candidate => {
      const dial = (): Call | undefined => {
        // Asked in the moment he is rung: he has called somebody perhaps, or been called.
        if (agent.isEngaged()) return undefined;
        try {
          const leg = this.#dial(address);
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
    const result = await hunt(candidates, { method, signal: this.#signal });
    for (const error of refused) this.#report({ id: target }, error);
    return 'winner' in result ? result.winner : undefined;
  }

  #dial(destination: Call['record']['destination']): Call {
    const { call, ports, uuid } = this.#context;
    const source = otherPartyOf(call.record);
    const referredBy = call.referral.by;
    const timeout = this.#place.ringTimeout;
    return ports.outgoing.ring({
      callId: uuid('call', ++this.#rung),
      source,
      destination,
      referredBy,
      timeout,
      master: call,
    });
  }

  /** From now on he is let go with the action, however it ends; one who was transferred since is busy until he hangs up. */
  #answered(agent: ReservedAgent, leg: Call): void {
    this.#context.scope.defer(() => {
      leg.hangupAsLeg();
      onAbort(leg.hangupSignal, () => agent.free(phoneFree(leg)));
    });
    agent.answered();
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

function phonesFree(legs: readonly Call[]): Promise<unknown> {
  return Promise.all(legs.map(phoneFree));
}

/** Settles when a phone knows that its call is over. */
async function phoneFree(leg: Call): Promise<void> {
  await leg.whenEnded;
  if (leg.record.hangup_by === 'local') await new Promise<void>((resolve) => after(goodbye, resolve));
}
