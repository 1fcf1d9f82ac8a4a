import type { AgentRecord } from '../agents/agent-record.ts';
import type { Agents, Held } from '../agents/agents.ts';
import { now } from '../core/clock.ts';
import { LifetimeEnded, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { after, sleep, sleepUntil, within } from '../core/wait.ts';
import type { Line } from './line.ts';
import type { Queuecall } from './queuecall.ts';
import { type FormerAgent, hasRefused } from './reserved-agent.ts';
import { agentFor, serves } from './routing.ts';

/** Whether a phone that registers with us is there to be rung. */
export type IsRegistered = (phone: string, signal: AbortSignal) => Promise<boolean>;

/** Whether a call to it rings anywhere: there, or where its owner wants his calls. */
export type IsReachable = IsRegistered;

/** Whether an agent is on a call; the legs of one call of ours do not count. */
export type IsEngaged = (agent: AgentRecord, callId?: string) => boolean;

export interface DispatchOptions {
  readonly agents: Pick<Agents, 'all' | 'hold' | 'talks' | 'release' | 'missed' | 'restsUntil'>;
  readonly isReachable: IsReachable;
  readonly isEngaged: IsEngaged;
  readonly lines: () => Iterable<Line>;
  readonly scope: Scope;
  readonly log: Log;
}

/** While somebody waits the agents are looked at this often at least: another daemon may have freed one, unheard here. */
const lookAgain = 5_000;

/** How long it may take to be told whether the phones of an agent are there. */
const answerPatience = 2_000;

/**
 * How long the phones of an agent may take to be free after a call: a hang-up is asked for again where it was lost, and a
 * channel that has gone unheard is missed within half a minute. Rung before, he would have two calls at once.
 */
const phonePatience = 60_000;

/** How long until a status that could not be stored is tried again. */
const retryDelay = 1_000;

interface WrapUp extends Held {
  readonly ready: AbortSignal;
}

const wrapUpOver = new LifetimeEnded('the agent is ready');

/** Brings the calls that wait and the agents who are free together: one look at a time, so that the order is kept. */
export class Dispatch {
  readonly #options: DispatchOptions;
  /** Whom we have on a call, or after one. */
  readonly #held = new Set<string>();
  /** Until when those who have declined, or have no phone to be rung on, are left alone. */
  readonly #resting = new Map<string, number>();
  /** Those who wrap up, and what ends that. */
  readonly #wrapUps = new Map<string, AbortController>();
  #isWanted = false;
  #isLooking = false;
  #timer: Disposable | undefined;

  constructor(options: DispatchOptions) {
    this.#options = options;
    options.scope.defer(() => this.#timer?.[Symbol.dispose]());
  }

  /** Somebody waits, or is free, who was not before. */
  wake(): void {
    this.#isWanted = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#options.scope.spawn('dispatch', () => this.#look());
  }

  answered(agentId: string): void {
    const { agents, scope, log } = this.#options;
    scope.spawn('agent', () =>
      agents
        .talks(agentId)
        .catch((error: unknown) => log.warn({ agent: agentId, error: messageOf(error) }, 'agent_not_busy')),
    );
  }

  free(former: FormerAgent): void {
    const { id, queue, outcome, phones } = former;
    if (hasRefused(former)) this.#resting.set(id, now() + queue.retry_delay);
    const wrapUp = outcome === 'served' ? queue.wrap_up : 0;
    const ready = wrapUp > 0 ? this.#readyAt(id) : undefined; // he may say it before his phone is free
    this.#options.scope.spawn('agent', async (signal) => {
      const written = ready && this.#writeDown({ id, until: now() + wrapUp });
      await within(phones, phonePatience, signal).catch(() => undefined);
      if (ready) await this.#wrapUp({ id, until: now() + wrapUp, ready }, signal);
      await written;
      await this.#release(id, signal, outcome === 'missed' ? queue.auto_away : undefined);
    });
  }

  /** Whoever wraps up has done. */
  ready(agentId: string): void {
    this.#wrapUps.get(agentId)?.abort(wrapUpOver);
  }

  /** A daemon that died has held him, for a call that goes on. */
  keep(agentId: string): void {
    this.#held.add(agentId);
  }

  /** And left him alone until then. */
  rest(agentId: string, until: number): void {
    this.#resting.set(agentId, until);
  }

  /** Frees one whom a daemon that died has held, for a call that is over. */
  async freeLeft(left: Held): Promise<void> {
    if (left.until <= now()) return this.#options.agents.release(left.id);
    this.#held.add(left.id);
    this.#options.scope.spawn('agent', async (signal) => {
      await this.#wrapUp({ ...left, ready: this.#readyAt(left.id) }, signal);
      await this.#release(left.id, signal);
    });
  }

  async #look(): Promise<void> {
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        if (this.#firsts.length > 0) await this.#bringTogether();
      }
    } catch (error) {
      this.#options.log.warn({ error: messageOf(error) }, 'agents_not_read');
    } finally {
      this.#isLooking = false;
      this.#plan();
    }
  }

  async #bringTogether(): Promise<void> {
    const { agents, lines } = this.#options;
    const all = await agents.all();
    for (const line of lines()) line.staffed(all);
    const free = new Set(all.filter((agent) => this.#isFree(agent)));
    for (;;) {
      const agent = this.#next([...free]);
      if (!agent) return;
      free.delete(agent);
      if (await this.#canBeRung(agent)) await this.#offer(agent);
      else this.#resting.set(agent.id, now() + lookAgain);
    }
  }

  /** Whom to ring: for the first call there is somebody for. */
  #next(free: readonly AgentRecord[]): AgentRecord | undefined {
    for (const { line, queuecall } of this.#firsts) {
      const agent = agentFor(line.queue, free, queuecall);
      if (agent) return agent;
    }
    return undefined;
  }

  /** A phone that is not there, or is not to be disturbed, would cost whoever waits a call each time; where nobody knows, it is rung. */
  async #canBeRung({ id, addresses }: AgentRecord): Promise<boolean> {
    const { isReachable, scope, log } = this.#options;
    if (addresses.some(({ type }) => type !== 'extension')) return true;
    try {
      const asked = addresses.map(({ target }) => isReachable(target, scope.signal));
      const there = await within(Promise.all(asked), answerPatience);
      return there?.some(Boolean) ?? true;
    } catch (error) {
      if (!scope.signal.aborted) log.warn({ agent: id, error: messageOf(error) }, 'phones_not_known');
      return true;
    }
  }

  /** To whoever is the first by the time he is ours. */
  async #offer({ id }: AgentRecord): Promise<void> {
    this.#held.add(id);
    try {
      const agent = await this.#options.agents.hold(id);
      if (!agent) return void this.#held.delete(id);
      const first = this.#firsts.find(({ line }) => serves(agent, line.queue))?.queuecall;
      const isEngaged = (): boolean => this.#options.isEngaged(agent, first?.record.reference_id);
      if (!isEngaged() && first?.give(id, isEngaged)) return;
    } catch (error) {
      this.#options.log.warn({ agent: id, error: messageOf(error) }, 'agent_not_held');
    }
    // Nobody wants him any more, or nobody knows whether he is ours.
    this.#options.scope.spawn('agent', (signal) => this.#release(id, signal));
  }

  /** The next start is to know it too. */
  async #writeDown({ id, until }: Held): Promise<void> {
    try {
      await this.#options.agents.restsUntil(id, until);
    } catch (error) {
      this.#options.log.warn({ agent: id, error: messageOf(error) }, 'agent_rest_not_written');
    }
  }

  /** Aborted when he says that he is. */
  #readyAt(id: string): AbortSignal {
    const ready = new AbortController();
    this.#wrapUps.set(id, ready);
    return ready.signal;
  }

  async #wrapUp({ id, until, ready }: WrapUp, signal: AbortSignal): Promise<void> {
    await sleepUntil(until, AbortSignal.any([signal, ready])).catch(() => undefined);
    this.#wrapUps.delete(id);
  }

  /** `mayMiss`: he has not answered, and so often he may in a row. */
  async #release(id: string, signal: AbortSignal, mayMiss?: number): Promise<void> {
    const { agents, log } = this.#options;
    for (;;) {
      try {
        if (mayMiss === undefined) await agents.release(id);
        else if (await agents.missed(id, mayMiss)) log.info({ agent: id }, 'agent_set_away');
        break;
      } catch (error) {
        log.warn({ agent: id, error: messageOf(error) }, 'agent_not_released');
        if (signal.aborted) return; // the next start does it
        await sleep(retryDelay, signal).catch(() => undefined);
      }
    }
    this.#held.delete(id);
    this.wake();
  }

  /**
   * Of each queue whoever is the first to need an agent, in the order they came. There is no turn for those behind before his: what one
   * agent can do for the first of a queue he can do for all.
   */
  get #firsts(): readonly { readonly line: Line; readonly queuecall: Queuecall }[] {
    const firsts = [...this.#options.lines()].flatMap((line) => {
      const { firstAsking: queuecall } = line;
      return queuecall ? [{ line, queuecall }] : [];
    });
    return firsts.sort((one, other) => byAge(one.queuecall, other.queuecall));
  }

  #isFree(agent: AgentRecord): boolean {
    const { id, status } = agent;
    if (status !== 'available' || this.#held.has(id) || this.#options.isEngaged(agent)) return false;
    const until = this.#resting.get(id);
    if (until === undefined || until <= now()) this.#resting.delete(id);
    return !this.#resting.has(id);
  }

  /** Looks again when somebody has rested, or after a while. */
  #plan(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (this.#options.scope.signal.aborted || this.#firsts.length === 0) return;
    const rests = [...this.#resting.values()].map((until) => until - now()).filter((rest) => rest > 0);
    this.#timer = after(Math.ceil(Math.min(lookAgain, ...rests)), () => this.wake());
  }
}

function byAge({ record: one }: Queuecall, { record: other }: Queuecall): number {
  if (one.tm_create === other.tm_create) return 0;
  return one.tm_create < other.tm_create ? -1 : 1;
}
