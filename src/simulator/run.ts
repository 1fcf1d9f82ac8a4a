import type { Call } from '../calls/call.ts';
import type { CallRecord } from '../calls/call-record.ts';
import { realClock } from '../core/clock.ts';
import { tellingWay } from '../flows/ways.ts';
import { SimulatedAsterisk } from './asterisk/asterisk.ts';
import type { SimulatedChannel } from './asterisk/channel.ts';
import type { Script } from './caller.ts';
import { SimulatedEars } from './ears.ts';
import { House } from './house.ts';
import { Inputs } from './inputs.ts';
import { emptyInstallation, type Installation } from './installation.ts';
import { CalledParties } from './parties.ts';
import type { EndedHow, Simulated, SimulationOptions } from './simulation-options.ts';
import { SimulatedSounds } from './sounds.ts';
import type { Step } from './steps.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { SimulatedWeb } from './web.ts';
import { Witness } from './witness.ts';

const usualLimits = { steps: 10_000, bytes: Number.POSITIVE_INFINITY, call: 86_400_000, real: 60_000 };

/** How long what is left of a call may take when it has ended: flows that come after it, requests, other calls. */
const aftermath = 3_600_000;

/** How long a caller takes to hang up, in milliseconds. */
const decision = 500;

/** How long what is cut short may take to be released. */
const release = 60_000;

export interface RunOptions extends Omit<SimulationOptions, 'installation'> {
  readonly installation: Installation;
}

/** One simulation. */
export class Run {
  readonly #options: RunOptions;
  readonly #clock: VirtualClock;
  readonly #limits: typeof usualLimits;
  readonly #began: number;
  readonly #witness: Witness;
  readonly #sounds: SimulatedSounds;
  readonly #ears = new SimulatedEars();
  readonly #asterisk: SimulatedAsterisk;
  readonly #house: House;
  readonly #inputs: Inputs;
  readonly #realEnd: number;
  #bytes = 0;
  #call: Call | undefined;
  #channel: SimulatedChannel | undefined;
  #cut: { readonly how: EndedHow; readonly reason: string } | undefined;

  constructor(options: RunOptions, clock: VirtualClock) {
    const { limits, catalogue, installation, flow, variables, parties, webhooks = [], online } = options;
    this.#options = options;
    this.#sounds = new SimulatedSounds(options.sounds);
    this.#clock = clock;
    const given = Object.entries(limits ?? {}).filter(([, value]) => value !== undefined);
    this.#limits = { ...usualLimits, ...Object.fromEntries(given) };
    this.#began = clock.now();
    this.#realEnd = realClock.now() + this.#limits.real;
    const soundLength = (media: string): number => this.#sounds.lengthOf(media);
    this.#asterisk = new SimulatedAsterisk({ soundLength });
    this.#asterisk.countsPackets = false; // or they are looked at each second
    this.#witness = new Witness({
      at: () => clock.now() - this.#began,
      sounds: this.#sounds,
      isHeard: (target) => this.#isHeard(target),
      isHis: (callId) => callId === this.#call?.id,
      isAlone: installation === emptyInstallation,
      areKnown: parties !== undefined,
      onStep: (step) => {
        options.onStep?.(step);
        if (step.kind === 'action') this.#hangUpAfter(options.hangsUp?.(step) ?? this.#decision(step.id));
        if (this.#witness.steps.length >= this.#limits.steps) this.#cutShort('limit', 'steps');
        this.#countBytes(step);
      },
    });
    const witness = this.#witness;
    const called = new CalledParties({
      asterisk: this.#asterisk,
      parties,
      answeredBy: options.answeredBy,
      witness,
    });
    this.#asterisk.onDial((party) => called.dialled(party));
    const web = new SimulatedWeb({
      ...{ webhooks, online },
      onAnswered: (...request) => witness.requested(...request),
      onUnknown: ({ url }) => witness.assumed(`nobody answers at ${url}`, '--webhook'),
      outside: (work) => clock.outside(work),
    });
    const telling = new Map(
      [...catalogue].map(([name, type]) => [name, tellingWay(type, (...way) => witness.went(...way))]),
    );
    this.#house = new House({
      ...{ asterisk: this.#asterisk, installation, catalogue: telling, flow, variables, web },
      ...{ sounds: this.#sounds, ears: this.#ears },
      maxDuration: this.#limits.call,
      tell: (type, data) => {
        if (type === 'activeflow_deleted') this.#keepVariables(data as { id: string; reference_id: string });
        witness.told(type, data);
      },
      taking: (take) => witness.taking(take),
      audio: called,
      plan: (what, data) => witness.planned(what, data),
      onIncoming: (call) => {
        this.#call ??= call;
      },
      pace: async () => this.#checkTime(),
      onDefect: (error) => {
        throw error;
      },
    });
    const tellAri = this.#asterisk.onEvent;
    this.#asterisk.onEvent = (event) => {
      witness.happened(event);
      tellAri(event);
    };
    this.#inputs = new Inputs({
      ...{ asterisk: this.#asterisk, ears: this.#ears, witness, clock },
      caller: options.caller ?? {},
      at: () => clock.now() - this.#began,
    });
  }

  async toTheEnd(): Promise<Simulated> {
    const { number = '100', from = '+4930123456' } = this.#options;
    const channel = this.#asterisk.dial({ number, from });
    this.#channel = channel;
    const { hangupAfter = this.#script.hangupAfter } = this.#options;
    this.#hangUpAfter(hangupAfter);
    await this.#clock.settle();
    const end = this.#began + this.#limits.call + aftermath;
    while (!this.#isOver && !this.#cut) {
      if (await this.#inputs.ask(this.#call, channel)) await this.#clock.settle();
      else if (!(await this.#clock.goOn(end))) this.#cutShort('stuck', 'nothing is left that could happen');
      this.#checkTime();
    }
    const at = this.#clock.now() - this.#began;
    await this.#release(channel);
    return this.#result(at);
  }

  #hangUpAfter(ms: number | undefined): void {
    if (ms === undefined) return;
    this.#clock.setTimer(ms, () => {
      if (this.#channel) this.#inputs.hangUp(this.#channel);
    });
  }

  get #isOver(): boolean {
    const { calls, activeflows } = this.#house;
    return calls.size === 0 && activeflows.size === 0;
  }

  #checkTime(): void {
    if (realClock.now() > this.#realEnd) this.#cutShort('limit', 'real time');
  }

  #countBytes(step: Step): void {
    if (this.#limits.bytes === Number.POSITIVE_INFINITY) return;
    this.#bytes += step.kind === 'event' ? 0 : JSON.stringify(step).length;
    if (this.#bytes > this.#limits.bytes) this.#cutShort('limit', 'bytes');
  }

  #cutShort(how: EndedHow, reason: string): void {
    this.#cut ??= { how, reason };
  }

  get #script(): Script {
    const { caller = {} } = this.#options;
    return typeof caller === 'function' ? {} : caller;
  }

  /** When he hangs up, where that is at this action. */
  #decision(actionId: string): number | undefined {
    return actionId === this.#script.hangupAt ? decision : undefined;
  }

  /** What a playback is for reaches the caller. */
  #isHeard(target: string): boolean {
    const [kind, id = ''] = [target.slice(0, target.indexOf(':')), target.slice(target.indexOf(':') + 1)];
    const channelId = this.#call?.channelId;
    if (kind === 'channel') return id === channelId;
    return [...(this.#asterisk.bridges.get(id)?.members.keys() ?? [])].some(
      (member) => member.id === channelId,
    );
  }

  #keepVariables({ id, reference_id }: { readonly id: string; readonly reference_id: string }): void {
    const activeflow = this.#house.activeflows.get(id);
    if (activeflow && reference_id === this.#call?.id) this.#witness.keep(activeflow.variables.entries());
  }

  /** Nothing of it is left behind. */
  async #release(channel: SimulatedChannel): Promise<void> {
    this.#witness.close();
    const end = this.#clock.now() + release;
    if (this.#asterisk.channels.has(channel.id)) this.#asterisk.hangup(channel);
    let isClosed = false;
    void this.#house[Symbol.asyncDispose]().then(() => {
      isClosed = true;
    });
    await this.#clock.settle();
    while (!isClosed && (await this.#clock.goOn(end)));
  }

  #result(at: number): Simulated {
    const { steps, variables } = this.#witness;
    const ended = { ...this.#end, at };
    const isGood = ended.how === 'flow' || ended.how === 'caller';
    return { ended, isGood, steps, variables };
  }

  get #end(): Omit<Simulated['ended'], 'at'> {
    if (this.#cut) return this.#cut;
    const record: CallRecord | undefined = this.#call?.record;
    if (!record) return { how: 'failed', reason: 'the call did not come in' };
    const { hangup_reason: reason, hangup_by } = record;
    if (this.#witness.isInDialplan) return { how: 'flow', reason: 'dialplan' };
    if (hangup_by === 'remote') return { how: 'caller', reason };
    if (reason === 'timeout') return { how: 'limit', reason: 'call' };
    return { how: reason === 'failed' ? 'failed' : 'flow', reason };
  }
}
