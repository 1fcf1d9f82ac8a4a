import type { Call } from '../calls/call.ts';
import { LazySet } from '../core/lazy-set.ts';
import type { Scope } from '../core/scope.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Action, ActionContext, BesideWork } from './action.ts';
import type { LeftAside } from './activeflow-state.ts';
import { beside } from './beside-the-flow.ts';
import type { FlowEventFacts } from './flow-event.ts';
import type { ActionCatalogue } from './load-actions.ts';
import { Run } from './running-steps.ts';

export interface AsidesOptions {
  readonly call: Call | undefined;
  readonly catalogue: ActionCatalogue;
  /** Those that a daemon which died has left. */
  readonly left: readonly LeftAside[] | undefined;
  readonly publish: (event: FlowEventFacts) => void;
  /** What an action sees that is begun again beside its flow. */
  readonly contextOf: (action: ActionJson, run: Run, scope: Scope) => ActionContext;
  /** One of them is over. */
  readonly onEnd: () => void;
}

/** What an action does beside its flow, which has gone on. */
interface Aside {
  /** With the option as it was read. */
  readonly action: ActionJson;
  readonly run: Run;
}

/** What is done beside a flow: it is written down with it, and begun again like the action that the flow is at. */
export class Asides {
  readonly #options: AsidesOptions;
  readonly #running = new LazySet<Aside>();
  #left: readonly LeftAside[];

  constructor(options: AsidesOptions) {
    this.#options = options;
    this.#left = options.left ?? [];
  }

  /** As it is written down, the oldest first. */
  get state(): readonly LeftAside[] {
    const own = [...this.#running].map(({ action, run: { step, progress } }) => ({ action, step, progress }));
    return [...this.#left, ...own];
  }

  /** Has work of an action done, with the option that it was read with. */
  begin(action: ActionJson, option: unknown, run: Run, work: BesideWork): void {
    this.#begin({ action: { ...action, option: option as Readonly<Record<string, unknown>> }, run }, work); // an object, as every option is
  }

  /** Begins again what was left; one that this version reads differently is lost. */
  beginAgain(): void {
    const left = this.#left;
    this.#left = [];
    for (const { action, ...before } of left) {
      const type = this.#options.catalogue.get(action.type);
      const option = type?.option.safeParse(action.option).data;
      if (type && option !== undefined)
        this.#beginAgain(type, action, { option, run: new Run(before, true) });
    }
  }

  #beginAgain(
    type: Action,
    action: ActionJson,
    { option, run }: { readonly option: unknown; readonly run: Run },
  ): void {
    const { contextOf } = this.#options;
    this.#begin({ action, run }, (scope) => type.run(contextOf(action, run, scope), option));
  }

  #begin(aside: Aside, work: BesideWork): void {
    const { call, publish, onEnd } = this.#options;
    if (!call) return;
    this.#running.add(aside);
    beside({ action: aside.action, call, publish }, async (scope) => {
      try {
        await work(scope);
      } finally {
        this.#running.delete(aside);
        onEnd();
      }
    });
  }
}
