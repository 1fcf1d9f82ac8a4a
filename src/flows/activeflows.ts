import type { Call } from '../calls/call.ts';
import type { ActionJson } from './action-json.ts';
import { Activeflow, type ActiveflowOptions } from './activeflow.ts';

/** A flow to run, as routing found it. */
export interface FlowToRun {
  readonly id: string;
  readonly actions: readonly ActionJson[];
}

export type ActiveflowsOptions = Omit<ActiveflowOptions, 'flowId' | 'actions' | 'call' | 'initial'>;

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
    this.#end(activeflow);
  }

  /** Runs a flow without a call; resolves when it is over. The activeflow is there at once. */
  start(flow: FlowToRun, initial?: Readonly<Record<string, string>>): Activeflow {
    const activeflow = this.#make(flow, { scope: this.#options.scope, initial });
    this.#options.scope.spawn('activeflow', async () => {
      await activeflow.run();
      this.#end(activeflow);
    });
    return activeflow;
  }

  #make(flow: FlowToRun, own: Pick<ActiveflowOptions, 'call' | 'scope' | 'initial'>): Activeflow {
    const activeflow = new Activeflow({ ...this.#options, ...own, flowId: flow.id, actions: flow.actions });
    this.#live.set(activeflow.id, activeflow);
    activeflow.announce();
    return activeflow;
  }

  #end(activeflow: Activeflow): void {
    activeflow.finish();
    this.#live.delete(activeflow.id);
  }
}
