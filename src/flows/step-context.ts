import type { Call } from '../calls/call.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import type { Share } from '../core/fair-thread.ts';
import { childLog, type Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Ports } from '../ports/ports.ts';
import type { ActionContext, CallActionContext } from './action.ts';
import type { FlowEventFacts } from './flow-event.ts';
import type { Position } from './position.ts';
import type { ReplyReader } from './reading/reply-reader.ts';
import type { Run } from './running-steps.ts';
import type { Story } from './story.ts';

/** The activeflow around a step, the same for each of its steps. */
export interface Surroundings {
  readonly activeflowId: string;
  readonly call: Call | undefined;
  readonly ports: Ports;
  readonly replies: ReplyReader;
  readonly log: Log;
  readonly depth: number;
  readonly position: Position;
  readonly variables: ActionContext['variables'];
  readonly user: ActionContext['user'];
  readonly reading: Share;
  readonly publish: (event: FlowEventFacts) => void;
  readonly writeDown: () => void;
  readonly repeat: (
    scope: Scope,
    ...what: Parameters<ActionContext['repeat']>
  ) => ReturnType<ActionContext['repeat']>;
  /** Without a call there is none. */
  readonly story: Story | undefined;
}

/**
 * What an action sees. What it asks for is made when it asks: most take two or three of these things, and a flow that only
 * decides is done with a step in some microseconds.
 */
export class StepContext implements ActionContext {
  readonly action: ActionJson;
  readonly scope: Scope;
  readonly beside: ActionContext['beside'];
  readonly #run: Run;
  readonly #around: Surroundings;

  constructor(
    around: Surroundings,
    action: ActionJson,
    run: Run,
    scope: Scope,
    beside?: ActionContext['beside'],
  ) {
    this.#around = around;
    this.#run = run;
    this.action = action;
    this.scope = scope;
    this.beside = beside;
  }

  get call(): Call | undefined {
    return this.#around.call;
  }

  get id(): CallActionContext['id'] | undefined {
    const { call } = this.#around;
    const { step } = this.#run;
    return call && ((kind, ...key) => call.ari.id(kind, call.id, step, ...key));
  }

  get uuid(): ActionContext['uuid'] {
    const { call, activeflowId } = this.#around;
    const { step } = this.#run;
    return (what, ...key) => derivedUuid(call?.id ?? activeflowId, step, what, ...key);
  }

  get variables(): ActionContext['variables'] {
    return this.#around.variables;
  }

  get user(): ActionContext['user'] {
    return this.#around.user;
  }

  get ports(): Ports {
    return this.#around.ports;
  }

  get log(): Log {
    return childLog(this.#around.log, { action: this.action.id, type: this.action.type });
  }

  get signal(): AbortSignal {
    return this.scope.signal;
  }

  get counter(): ActionContext['counter'] {
    return this.#around.position.counter;
  }

  get depth(): number {
    return this.#around.depth;
  }

  get publish(): ActionContext['publish'] {
    return this.#around.publish;
  }

  get asked(): ActionContext['asked'] {
    const { story } = this.#around;
    return (asked) => story?.asked(this.action, this.#run, asked);
  }

  get left(): ActionContext['left'] {
    const run = this.#run;
    return (schema) => run.left(schema);
  }

  get keep(): ActionContext['keep'] {
    const run = this.#run;
    const { writeDown } = this.#around;
    return (progress) => {
      run.progress = progress;
      writeDown();
    };
  }

  get repeat(): ActionContext['repeat'] {
    const { repeat } = this.#around;
    return (actions, until) => repeat(this.scope, actions, until);
  }

  get readActions(): ActionContext['readActions'] {
    const { replies, position } = this.#around;
    return (reply) => replies.actions(reply, position.ids, this.#reader());
  }

  get readVariables(): ActionContext['readVariables'] {
    const { replies } = this.#around;
    return (reply, response) => replies.variables(reply, response, this.#reader());
  }

  #reader(): { readonly share: Share; readonly signal: AbortSignal } {
    return { share: this.#around.reading, signal: this.scope.signal };
  }
}
