import type { Ari } from '../ari/ari.ts';
import { Bridge } from '../calls/bridge.ts';
import type { Call } from '../calls/call.ts';
import { conversation } from '../calls/conversation.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';

export interface TalksOptions {
  readonly ari: Ari;
  readonly activeflows: Pick<Activeflows, 'takeOver' | 'inherit'>;
  /** What calls live in. */
  readonly scope: Scope;
  readonly log: Log;
}

/** Calls that talk to each other without a flow. */
export class Talks {
  readonly #options: TalksOptions;
  /** With what their conversation lives in. */
  readonly #talking = new Map<Call, Scope>();

  constructor(options: TalksOptions) {
    this.#options = options;
  }

  /** Ends what goes on on a call, and not the call, for another flow where one is given. @throws CallHungUp */
  async take(call: Call, flow?: FlowToRun, sending?: Parameters<Activeflows['takeOver']>[2]): Promise<void> {
    const { activeflows, scope } = this.#options;
    await this.leave([call]);
    const { done } = await activeflows.takeOver(call, flow, sending);
    scope.spawn('call', () => done);
  }

  /** Lets `heir` have what a call waits for, instead of it. False where that is nothing that can be handed on. @throws CallHungUp */
  async inherit(call: Call, heir: Call, how: Parameters<Activeflows['inherit']>[2]): Promise<boolean> {
    const { activeflows, scope } = this.#options;
    const inherited = await activeflows.inherit(call, heir, how);
    if (inherited) scope.spawn('call', () => inherited.done);
    return inherited !== undefined;
  }

  /** Takes calls out of the conversations they are in; whoever is then alone in one is hung up. Answers which were in one. */
  async leave(calls: readonly Call[]): Promise<readonly Call[]> {
    const talks = calls.flatMap((call) => this.#talking.get(call) ?? []);
    const talked = calls.filter((call) => this.#talking.delete(call));
    for (const { attachment } of talked) attachment.talk = undefined;
    for (const talk of talks) await talk.close();
    return talked;
  }

  /** Two talk to each other from now on, and to nobody else. @throws CallHungUp; then neither is left alone */
  async begin(both: readonly [Call, Call]): Promise<void> {
    const taken: Call[] = [];
    try {
      for (const call of both) {
        await this.take(call);
        taken.push(call);
      }
    } catch (error) {
      for (const call of taken) call.hangup('normal'); // nobody is left to talk to
      throw error;
    }
    const [one, other] = both;
    const bridge = one.resourceId('bridge');
    one.attachment.talk = { with: other.id, bridge };
    other.attachment.talk = { with: one.id, bridge };
    for (const call of both) call.writeDown();
    this.goOn(both, bridge);
  }

  /** Two who are brought together, or have been by a daemon that died, talk in that bridge. */
  goOn(both: readonly [Call, Call], bridge: string): void {
    this.#options.scope.spawn('transferred', () => this.#together(both, bridge));
  }

  /** They are hung up together, unless one was sent elsewhere meanwhile: then the other one is. */
  async #together(both: readonly [Call, Call], id: string): Promise<void> {
    const { ari, log } = this.#options;
    const [one] = both;
    const scope = one.scope.child();
    for (const call of both) this.#talking.set(call, scope);
    try {
      const bridge = await Bridge.open({ ari, id, scope });
      await conversation(bridge, both, { signal: scope.signal, until: Number.POSITIVE_INFINITY });
    } catch (error) {
      if (!scope.signal.aborted && !one.hangupSignal.aborted)
        log.warn({ call: one.id, error: messageOf(error) }, 'transfer_failed');
    } finally {
      for (const call of both.filter((each) => this.#talking.get(each) === scope)) {
        this.#talking.delete(call);
        call.hangup('normal');
      }
      await scope.close();
    }
  }
}
