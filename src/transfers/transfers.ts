import type { ChannelTransfer } from '../ari/events.gen.ts';
import { beginTransfer, decisionPatience } from '../calls/attachment.ts';
import type { Call } from '../calls/call.ts';
import { isHeldByPhone } from '../calls/held-by-phone.ts';
import { Trial } from '../calls/trial.ts';
import { messageOf } from '../core/errors.ts';
import { within } from '../core/wait.ts';
import { otherPartyOf } from '../flows/call-variables.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import { type Parties, partiesOf, target } from './parties.ts';
import { Talks, type TalksOptions } from './talks.ts';
import { type Word, wordFor } from './word.ts';

/** Q.850: nobody is at this number; SIP's 404. */
const unallocated = 1;

/** How long a call that was sent to a number may ring there until whoever has sent it waits no longer, in milliseconds. */
const trialPatience = decisionPatience - 10_000;

export interface TransfersOptions extends TalksOptions {
  /** The call on a channel. */
  readonly callOn: (channelId: string) => Call | undefined;
  /** What runs for somebody who dials this number; `undefined`: nobody is there. */
  readonly flowOf: (number: string) => Promise<FlowToRun | undefined>;
  /** Of calls in queues. */
  readonly places: {
    /** Whether a call waits in one. */
    waits(callId: string): boolean;
    /** Gives its place to another one, which joins in a moment. False where there is none to give. */
    pass(callId: string, heir: Call): boolean;
  };
}

interface Sent {
  readonly flow: FlowToRun;
  readonly trial: Trial;
}

/** Carries out what phones ask for by REFER, and what the API asks for. */
export class Transfers {
  readonly #options: TransfersOptions;
  readonly #talks: Talks;

  constructor(options: TransfersOptions) {
    this.#options = options;
    this.#talks = new Talks(options);
  }

  /** A phone wants its other party to talk to somebody else. */
  refer(asking: Call, event: ChannelTransfer): void {
    if (event.state !== undefined) return; // what we ourselves have told the phone
    const parties = partiesOf(asking, event, this.#options.callOn);
    // At once: the phone may hang up before it is known where the others go.
    const begun = beginTransfer(parties.all);
    this.#options.scope.spawn('transfer', async (signal) => {
      const refusal = begun ? await this.#refer(parties, signal) : 'channel_declined';
      // First: a phone that is told no may ask for something else at once.
      begun?.end(refusal === undefined);
      if (refusal) await this.#tell(asking, refusal, signal);
    });
  }

  /** Two who talked without a flow when the daemon died talk on. */
  goOn(both: readonly [Call, Call], bridge: string): void {
    this.#talks.goOn(both, bridge);
  }

  /** Sends a live call to another flow. Resolves when that has begun. */
  async redirect(call: Call, flow: FlowToRun): Promise<void> {
    await this.#talks.take(call, flow);
  }

  /** The dialplan has sent a call back to us: it is where it would be had it dialled that number. */
  cameBack(call: Call, number: string): void {
    this.#options.scope.spawn('return', async () => {
      try {
        // Of what its phone did in the dialplan nobody has told us.
        await call.hold.learn(() => isHeldByPhone(call));
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

  /** What the phone is to be told where it was not done; nothing where it was. */
  async #refer(parties: Parties, signal: AbortSignal): Promise<Word | undefined> {
    const { asking, other, consulted } = parties;
    try {
      if (!other) return 'channel_declined';
      const isDone = consulted
        ? await this.#attended(parties, [other, consulted], signal)
        : (await this.#takesPlace(parties, other, signal)) || (await this.#sendsOn(parties, other, signal));
      return isDone ? undefined : 'channel_unavailable';
    } catch (error) {
      if (!signal.aborted)
        this.#options.log.warn({ call: asking.id, error: messageOf(error) }, 'transfer_failed');
      return 'channel_unavailable';
    }
  }

  /** The two whom the phone has talked to talk to each other, and the phone to nobody any more. */
  async #attended(parties: Parties, both: readonly [Call, Call], signal: AbortSignal): Promise<boolean> {
    await this.#talks.leave(parties.all);
    await this.#talks.begin(both);
    return this.#done(parties, 'channel_answered', signal);
  }

  /** The other party has from now on what the phone has waited for. False where it has not waited. */
  async #takesPlace(parties: Parties, other: Call, signal: AbortSignal): Promise<boolean> {
    const { asking, consultation } = parties;
    const { waits, pass } = this.#options.places;
    if (!consultation || !waits(consultation.id)) return false;
    await this.#talks.leave(parties.all);
    const how = { by: otherPartyOf(asking.record), pass: () => pass(consultation.id, other) };
    if (!(await this.#talks.inherit(consultation, other, how))) return false;
    return this.#done(parties, 'channel_answered', signal);
  }

  /** The other party goes where he would have got to by dialling that number. False where nobody has it. */
  async #sendsOn(parties: Parties, other: Call, signal: AbortSignal): Promise<boolean> {
    const { asking, partner, consultation } = parties;
    const flow = await this.#options.flowOf(target(parties)).catch(() => undefined);
    if (!flow) return false;
    // From then on the phone is nobody's leg: a start after a kill is to know that.
    const trial = new Trial(
      () => !partner.hangupSignal.aborted,
      () => partner.writeDown(),
    );
    await this.#tell(asking, 'channel_progress', signal);
    await this.#send(parties, other, { flow, trial });
    if (consultation !== asking) consultation?.hangup('normal');
    const end = await within(trial.end, trialPatience, signal);
    if (end?.came !== 'to nothing')
      return this.#done(
        parties,
        end?.came === 'too late' ? 'channel_unavailable' : 'channel_answered',
        signal,
      );
    // Nobody has taken whom the phone had sent away: they talk again.
    const back = this.#talks.begin([other, partner]);
    await this.#tell(asking, wordFor(end.why), signal);
    await back;
    return true;
  }

  /** @throws CallHungUp; whoever has talked to him without a flow is then hung up as well */
  async #send({ asking, partner }: Parties, other: Call, { flow, trial }: Sent): Promise<void> {
    const talked = await this.#talks.leave([partner, other]);
    try {
      await this.#talks.take(other, flow, { trial, by: otherPartyOf(asking.record) });
    } catch (error) {
      if (talked.includes(partner)) partner.hangup('normal');
      throw error;
    }
  }

  /** Nobody talks to the phone any more. */
  async #done({ asking, partner, consultation }: Parties, word: Word, signal: AbortSignal): Promise<true> {
    await this.#tell(asking, word, signal);
    for (const call of [asking, partner, consultation]) call?.hangup('normal');
    return true;
  }

  /** One that is gone need not know. */
  async #tell(asking: Call, word: Word, signal: AbortSignal): Promise<void> {
    if (asking.hangupSignal.aborted) return;
    const { ari } = this.#options;
    const { channelId } = asking;
    const unlessOver = (): void => signal.throwIfAborted();
    // Asterisk tells of a REFER before it has done with it, and takes no word on it until then. What is asked of the phone's
    // session is answered when that has been done.
    await ari.getVariable(channelId, 'CHANNEL(pjsip,call-id)', signal).catch(unlessOver);
    await ari.transferProgress(channelId, word, signal).catch(unlessOver);
  }
}
