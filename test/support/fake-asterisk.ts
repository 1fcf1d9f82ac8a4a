import { after } from '../../src/core/wait.ts';
import { SimulatedAsterisk } from '../../src/simulator/asterisk/asterisk.ts';
import type { SimulatedAnswer, SimulatedRequest } from '../../src/simulator/asterisk/request.ts';

/** How an operation goes wrong: a status, an answer that comes late or never, or an order accepted and not obeyed. */
export interface Fault {
  readonly status?: number;
  readonly delay?: number;
  readonly isUnanswered?: boolean;
  readonly isIgnored?: boolean;
  /** How many requests it hits; all by default. */
  times?: number;
}

/** The simulated Asterisk, of which tests see what it was asked, and in which things go wrong that tests want to. */
export class FakeAsterisk extends SimulatedAsterisk {
  /** Every request it has taken, oldest first. */
  readonly requests: SimulatedRequest[] = [];
  readonly #faults = new Map<string, Fault>();

  /** The names of the operations asked for, oldest first: `answer`, and `bridges.list` where it is not about a channel. */
  get asked(): readonly string[] {
    return this.requests.map(nameOf);
  }

  /** Lets an operation (`hangup`, `bridges.addChannel`, …; as in `asked`) go wrong from now on. */
  fault(operation: string, fault: Fault): void {
    this.#faults.set(operation, { ...fault });
  }

  mend(): void {
    this.#faults.clear();
  }

  /** The playback ends and Asterisk forgets to say so. */
  forgetPlayback(id: string): void {
    this.playbacks.forget(id);
  }

  /** As soon as the simulated one where nothing goes wrong: who waits for what has ended is told in the order of Asterisk's. */
  override perform(request: SimulatedRequest): Promise<SimulatedAnswer> {
    this.requests.push(request);
    const fault = this.#takeFault(nameOf(request));
    return fault ? this.#goWrong(request, fault) : super.perform(request);
  }

  async #goWrong(request: SimulatedRequest, fault: Fault): Promise<SimulatedAnswer> {
    const { delay, isUnanswered, status, isIgnored } = fault;
    if (delay !== undefined) await new Promise<void>((resolve) => after(delay, resolve));
    if (isUnanswered) await new Promise(() => undefined);
    if (status !== undefined) return { status, body: { message: 'fault of the test' }, events: [] };
    return isIgnored ? { status: 204, events: [] } : super.perform(request);
  }

  #takeFault(operation: string): Fault | undefined {
    const fault = this.#faults.get(operation);
    if (fault?.times === undefined) return fault;
    if (--fault.times === 0) this.#faults.delete(operation);
    return fault;
  }
}

/** What channels and playbacks are asked has names of its own; bridges, recordings and endpoints have some of the same. */
function nameOf({ operation: { resource, name } }: SimulatedRequest): string {
  return ['bridges', 'recordings', 'endpoints', 'sounds'].includes(resource) ? `${resource}.${name}` : name;
}
