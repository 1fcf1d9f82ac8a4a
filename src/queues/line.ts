import type { AgentRecord } from '../agents/agent-record.ts';
import { HandlingTimes } from './handling-times.ts';
import type { QueueRecord } from './queue-record.ts';
import type { Queuecall } from './queuecall.ts';
import { isOnDuty, serves } from './routing.ts';

/** Those who stand in a queue, in the order they are served: by priority, then as they came. One who is served is out of it. */
export class Line {
  /** As it is now; those who stand in it keep the limits they came with. */
  queue: QueueRecord;
  readonly #standing: Queuecall[] = [];
  readonly #times = new HandlingTimes();
  #staff = { idle: 0, present: 0 };

  constructor(queue: QueueRecord) {
    this.queue = queue;
  }

  /** Those who need an agent. */
  get asking(): readonly Queuecall[] {
    return this.#standing.filter(({ isAsking }) => isAsking);
  }

  /** The first of those. */
  get firstAsking(): Queuecall | undefined {
    return this.#standing.find(({ isAsking }) => isAsking);
  }

  get standing(): readonly Queuecall[] {
    return this.#standing;
  }

  join(queuecall: Queuecall): void {
    const before = this.#standing.findLastIndex((other) => isBefore(other, queuecall));
    this.#standing.splice(before + 1, 0, queuecall);
    this.#tell();
  }

  /** It is served from now on. */
  served(queuecall: Queuecall): void {
    this.#times.begin(queuecall.record.id, queuecall.since);
    this.#remove(queuecall);
  }

  left(queuecall: Queuecall): void {
    this.#times.end(queuecall.record.id);
    this.#remove(queuecall);
  }

  /** So long calls took before anybody stood in it, oldest first. */
  remember(times: readonly number[]): void {
    this.#times.remember(times);
    this.#tell();
  }

  /** These are all the agents there are. */
  staffed(agents: readonly AgentRecord[]): void {
    const able = agents.filter((agent) => serves(agent, this.queue));
    const idle = able.filter(({ status }) => status === 'available').length;
    const present = able.filter(isOnDuty).length;
    this.#staff = { idle, present };
    this.#tell();
    if (present > 0 || !this.queue.leave_when_empty) return;
    for (const queuecall of this.asking) if (!queuecall.isCalledBack) queuecall.kick('empty');
  }

  #remove(queuecall: Queuecall): void {
    const index = this.#standing.indexOf(queuecall);
    if (index < 0) return;
    this.#standing.splice(index, 1);
    this.#tell();
  }

  #tell(): void {
    const { mean } = this.#times;
    for (const [index, queuecall] of this.#standing.entries())
      queuecall.standsAt(index + 1, this.#estimate(index + 1, mean));
  }

  /**
   * How long whoever is at this position may wait where a call takes `mean`, in milliseconds; `undefined` where there is nobody to
   * tell by.
   */
  #estimate(position: number, mean: number | undefined): number | undefined {
    const { idle, present } = this.#staff;
    if (position <= idle) return 0;
    if (present === 0 || mean === undefined) return undefined;
    return ((position - idle) * (mean + this.queue.wrap_up)) / present;
  }
}

/** One that was left behind comes back to where it stood. */
function isBefore(one: Queuecall, other: Queuecall): boolean {
  if (one.priority !== other.priority) return one.priority > other.priority;
  return one.record.tm_create <= other.record.tm_create;
}
