import type { Ari } from '../ari/ari.ts';
import type { EventOwner } from '../ari/event-router.ts';
import type { Channel, ChannelTransfer } from '../ari/events.gen.ts';
import { Bridge } from '../calls/bridge.ts';
import type { Call } from '../calls/call.ts';
import { conversation } from '../calls/conversation.ts';
import { beginTransfer } from '../calls/pending-transfer.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { FlowToRun } from '../flows/flow-to-run.ts';

/** Q.850: nobody is at this number; SIP's 404. */
const unallocated = 1;

export interface TransfersOptions {
  readonly ari: Ari;
  /** The call on a channel. */
  readonly callOn: (channelId: string) => Call | undefined;
  readonly own: (subject: string, owner: EventOwner) => Disposable;
  readonly activeflows: Pick<Activeflows, 'takeOver'>;
  /** What runs for somebody who dials this number; `undefined`: nobody is there. */
  readonly flowOf: (number: string) => Promise<FlowToRun | undefined>;
  /** What calls live in. */
  readonly scope: Scope;
  readonly log: Log;
}

/** What the phone that asked is told (Asterisk's words for its NOTIFY), and what is then done. */
type Plan =
  | { readonly told: 'channel_answered'; readonly carryOut: () => Promise<void> }
  | { readonly told: 'channel_unavailable' | 'channel_declined' };

const declined: Plan = { told: 'channel_declined' };

/** Carries out what phones ask for by REFER, and what the API asks for. */
export class Transfers {
  readonly #options: TransfersOptions;
  /** Calls that talk to each other without a flow, with what their conversation lives in. */
  readonly #talking = new Map<Call, Scope>();

  constructor(options: TransfersOptions) {
    this.#options = options;
  }

  /** A phone wants its other party to talk to somebody else. */
  refer(asking: Call, event: ChannelTransfer): void {
    if (event.state !== undefined) return; // what we ourselves have told the phone
    const { scope } = this.#options;
    // At once: the phone may hang up before it is known where the others go.
    const others = [event.referred_by.connected_channel, event.refer_to.connected_channel]
      .map((channel) => this.#callOn(channel))
      .filter((call) => call !== undefined);
    const begun = others.map((call) => beginTransfer(call));
    scope.spawn('transfer', async (signal) => {
      const isDone = await this.#refer(asking, event, signal);
      for (const transfer of begun) transfer.end(isDone);
      if (isDone || !asking.hangupSignal.aborted) return;
      for (const call of others) if (call.record.master_call_id === asking.id) call.hangupAsLeg();
    });
  }

  /** Whether it was done. */
  async #refer(asking: Call, event: ChannelTransfer, signal: AbortSignal): Promise<boolean> {
    const { ari, log } = this.#options;
    try {
      const plan = await this.#plan(asking, event);
      // First of all: what is done may end the phone's call, and with it the way to tell it. One that is gone need not know.
      await ari.transferProgress(asking.channelId, plan.told, signal).catch(() => signal.throwIfAborted());
      if (!('carryOut' in plan)) return false;
      await plan.carryOut();
      return true;
    } catch (error) {
      if (!signal.aborted) log.warn({ call: asking.id, error: messageOf(error) }, 'transfer_failed');
      return false;
    }
  }

  /** Sends a live call to another flow. Resolves when that has begun. */
  async redirect(call: Call, flow: FlowToRun): Promise<void> {
    await this.#take(call, flow);
  }

  /** The dialplan has sent a call back to us: it is where it would be had it dialled that number. */
  cameBack(call: Call, number: string): void {
    this.#options.scope.spawn('return', async () => {
      try {
        const flow = await this.#options.flowOf(number);
        if (flow) await this.redirect(call, flow);
        else call.hangup('failed', unallocated);
      } catch (error) {
        if (call.hangupSignal.aborted) return;
        this.#options.log.error({ call: call.id, error: messageOf(error) }, 'routing_failed');
        call.hangup('failed');
      }
    });
  }

  async #plan(asking: Call, { refer_to, referred_by }: ChannelTransfer): Promise<Plan> {
    const other = this.#callOn(referred_by.connected_channel);
    if (!other) return declined;
    const consultation = this.#callOn(refer_to.destination_channel);
    if (!consultation) return this.#blind(asking, other, refer_to.requested_destination.destination ?? '');
    const consulted = this.#callOn(refer_to.connected_channel);
    // He talks to no person but hears a menu, or waits: the other party goes there himself.
    if (!consulted) {
      const plan = await this.#blind(asking, other, consultation.record.destination.target);
      if (!('carryOut' in plan)) return plan;
      return { ...plan, carryOut: () => plan.carryOut().then(() => consultation.hangup('normal')) };
    }
    return {
      told: 'channel_answered',
      carryOut: () => this.#attended([other, consulted], [asking, consultation]),
    };
  }

  /** The other party goes where he would have got to by dialling that number. */
  async #blind(asking: Call, other: Call, destination: string): Promise<Plan> {
    const flow = await this.#options.flowOf(numberIn(destination)).catch(() => undefined);
    if (!flow) return { told: 'channel_unavailable' };
    const carryOut = async (): Promise<void> => {
      await this.redirect(other, flow);
      asking.hangup('normal');
    };
    return { told: 'channel_answered', carryOut };
  }

  /** The two whom the phone has talked to talk to each other, and the phone to nobody any more. */
  async #attended(both: readonly [Call, Call], asking: readonly Call[]): Promise<void> {
    const taken: Call[] = [];
    try {
      for (const call of both) {
        await this.#take(call);
        taken.push(call);
      }
    } catch (error) {
      for (const call of taken) call.hangup('normal'); // nobody is left to talk to
      throw error;
    }
    this.#options.scope.spawn('transferred', () => this.#together(both));
    for (const call of asking) call.hangup('normal');
  }

  /** Ends what goes on on a call, and not the call. @throws CallHungUp */
  async #take(call: Call, flow?: FlowToRun): Promise<void> {
    const { activeflows, scope } = this.#options;
    const talk = this.#talking.get(call);
    this.#talking.delete(call);
    await talk?.close();
    const { done } = await activeflows.takeOver(call, flow);
    scope.spawn('call', () => done);
  }

  /** They are hung up together, unless one was sent elsewhere meanwhile: then the other one is. */
  async #together(both: readonly [Call, Call]): Promise<void> {
    const { ari, own, log } = this.#options;
    const [one] = both;
    const scope = one.scope.child();
    for (const call of both) this.#talking.set(call, scope);
    try {
      const bridge = await Bridge.open({ ari, own, scope });
      await conversation(bridge, both, { signal: scope.signal, limit: 0 });
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

  #callOn(channel: Channel | undefined): Call | undefined {
    return channel && this.#options.callOn(channel.id);
  }
}

/** `sip:1002@host;user=phone` or `1002`: what was dialled. */
function numberIn(destination: string): string {
  return destination.replace(/^<?sips?:/i, '').replace(/[@;>?].*$/, '');
}
