import type { Call } from '../calls/call.ts';
import type { ActionJson } from './action-json.ts';
import { Activeflow, type ActiveflowOptions } from './activeflow.ts';

/** A flow to run, as routing found it. */
export interface FlowToRun {
  readonly id: string;
  readonly actions: readonly ActionJson[];
}

export type ActiveflowsOptions = Omit<ActiveflowOptions, 'flowId' | 'actions' | 'call'>;

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
    const activeflow = new Activeflow({ ...this.#options, call, flowId: flow.id, actions: flow.actions });
    this.#live.set(activeflow.id, activeflow);
    activeflow.announce();
    call.announce(flow.id);
    const reason = await activeflow.run();
    call.hangup(reason);
    await call.whenEnded;
    activeflow.finish();
    this.#live.delete(activeflow.id);
  }
}
