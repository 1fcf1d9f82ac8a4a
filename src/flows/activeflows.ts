import type { Call } from '../calls/call.ts';
import type { ActionJson } from './action-json.ts';
import { Activeflow, type ActiveflowOptions } from './activeflow.ts';
import { mostCompletions, successorOf } from './completion.ts';

/** A flow to run, as routing found it. */
export interface FlowToRun {
  readonly id: string;
  readonly actions: readonly ActionJson[];
  readonly on_complete_flow_id?: string;
  readonly end_webhook?: boolean;
}

/** What is an activeflow's own; all else is the same for each. */
type Own = Pick<ActiveflowOptions, 'call' | 'scope' | 'initial' | 'generation'>;

export interface ActiveflowsOptions
  extends Omit<ActiveflowOptions, 'flowId' | 'actions' | Exclude<keyof Own, 'scope'>> {
  /** Told of every activeflow that has ended, with its call. */
  readonly onEnded?: (activeflow: Activeflow, flow: FlowToRun, call: Call | undefined) => void;
}

/** Every activeflow there is. */
export class Activeflows {
  readonly #options: ActiveflowsOptions;
  readonly #live = new Map<string, Activeflow>();

  constructor(options: ActiveflowsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#live.size;
  }

  get(id: string): Activeflow | undefined {
    return this.#live.get(id);
  }

  /** Asks a living activeflow to end; false where none lives. */
  stop(id: string): boolean {
    const activeflow = this.#live.get(id);
    activeflow?.stop();
    return activeflow !== undefined;
  }

  /** Runs a flow on a call, from its first event to its last. Resolves when the call is over. */
  async runOnCall(call: Call, flow: FlowToRun): Promise<void> {
    const activeflow = this.#make(flow, { call, scope: call.scope });
    call.announce(flow.id);
    const reason = await activeflow.run();
    call.hangup(reason);
    await call.whenEnded;
    this.#end(activeflow, flow, call);
  }

  /** Runs a flow without a call. The activeflow is there at once. */
  start(flow: FlowToRun, own: Pick<Own, 'initial' | 'generation'> = {}): Activeflow {
    const activeflow = this.#make(flow, { scope: this.#options.scope, ...own });
    this.#options.scope.spawn('activeflow', async () => {
      await activeflow.run();
      this.#end(activeflow, flow);
    });
    return activeflow;
  }

  #make(flow: FlowToRun, own: Own): Activeflow {
    const activeflow = new Activeflow({ ...this.#options, ...own, flowId: flow.id, actions: flow.actions });
    this.#live.set(activeflow.id, activeflow);
    activeflow.announce();
    return activeflow;
  }

  #end(activeflow: Activeflow, flow: FlowToRun, call?: Call): void {
    activeflow.finish();
    this.#live.delete(activeflow.id);
    this.#options.onEnded?.(activeflow, flow, call);
    const { services, scope, log } = this.#options;
    // `spawn` starts nothing where the daemon is stopping.
    scope.spawn('completion', async (signal) => {
      if (activeflow.generation >= mostCompletions) return;
      const next = await successorOf(flow, services.flows, log);
      if (!next || signal.aborted) return;
      this.start(next, { initial: activeflow.legacy, generation: activeflow.generation + 1 });
    });
  }
}
