import type { Ari } from '../ari/ari.ts';
import type { AriEvent, Channel, ChannelTransfer, StasisStart } from '../ari/events.gen.ts';
import { ActionError } from '../core/errors.ts';
import { Living } from '../core/living.ts';
import type { Log } from '../core/log.ts';
import { newId } from '../core/new-id.ts';
import type { Scope } from '../core/scope.ts';
import { sleep, within } from '../core/wait.ts';
import { anonymous, displayName, telAddress } from './address.ts';
import type { Admission } from './admission.ts';
import { isArrival } from './arrival.ts';
import { Audit } from './audit.ts';
import { Call } from './call.ts';
import type { CallOptions, CallWriter } from './call-options.ts';
import type { CallRecord, HangupReason } from './call-record.ts';
import type { LeftCall } from './call-state.ts';
import type { PageWriter } from './diary.ts';
import type { NewCall } from './first-record.ts';
import { endLost, endUntold } from './give-up.ts';
import { causeOf } from './hangup-cause.ts';
import type { Deaf } from './incoming-stream.ts';
import { giveBack } from './left-call.ts';
import { remedyAlone } from './lone-stream.ts';
import { oneLine, userPart } from './one-line.ts';
import { argsOf, Orphans } from './orphans.ts';
import { isTelephone, phoneOfChannel, technologyOf } from './technologies.ts';
import { trunkOfChannel } from './trunk-endpoint.ts';

export interface CallRegistryOptions {
  readonly ari: Ari;
  readonly scope: Scope;
  readonly log: Log;
  readonly maxDuration: number;
  /** Lets calls in; all, where there is none. */
  readonly admission?: Pick<Admission, 'take'>;
  /** There is one more call, whoever has made it. */
  readonly onCall?: (call: Call) => void;
  /** A call has come in and wants to be routed. */
  readonly onIncoming: (call: Call, phone: string | undefined) => void;
  readonly onChange: CallWriter;
  /** Resolves when what was told of a call is in the store, to false where that does not take it; at once, where there is none. */
  readonly written?: (callId: string, signal: AbortSignal) => Promise<boolean>;
  /** Takes what is told of a call beside that. */
  readonly onPage?: PageWriter;
  /** The party of a call wants to be replaced by another one. */
  readonly onTransfer?: (call: Call, event: ChannelTransfer) => void;
  /** Somebody does not hear a call's party any more. */
  readonly onStalled?: (callId: string, what: Deaf) => void;
  /** The dialplan has sent a call of ours back to us, at this number. */
  readonly onReturn?: (call: Call, number: string) => void;
  /** A SIP MESSAGE has come in, in the words of the dialplan. Resolves when it may be forgotten there. */
  readonly onMessage?: (words: readonly string[]) => Promise<void>;
  /** Whether there is, or was, a call on a channel that is there since about then: else its coming was never heard of. */
  readonly wasHere?: (channel: Channel) => Promise<boolean>;
}

/** A dialplan that says `Stasis(<app>,inbound)` hands us a caller. */
const inbound = 'inbound';

/** One that says `Stasis(<app>,message,…)`, a SIP MESSAGE. */
const message = 'message';

/** How often the calls are compared with Asterisk's channels, which costs it as much as it has of them. */
const checkInterval = 30_000;

/** An end that Asterisk has told is told within this. */
const newsDelay = 2_000;

/** How long the store may take to say whether a channel was a call's, in milliseconds. */
const storePatience = 5_000;

/** How many ended calls are remembered with all that is known of their end. */
const mostRemembered = 1_000;

/** How a call ended: `cause` is Q.850, `sipCode` the response that refused an outgoing one, 0 where none did. */
export interface CallEnd {
  readonly isLive: boolean;
  readonly reason: HangupReason;
  readonly cause: number;
  readonly sipCode: number;
}

/** Every call there is: admits new ones, compares with Asterisk after a gap. */
export class CallRegistry {
  readonly #options: CallRegistryOptions;
  readonly #calls = new Living<string, Call>();
  /** How the last ones ended. */
  readonly #ended = new Living<string, CallEnd>();
  readonly #orphans: Orphans;
  /** Looks, with what Asterisk has, for what nobody owns. */
  readonly audit: Audit;
  #isClosed = false;

  constructor(options: CallRegistryOptions) {
    const { ari, log } = options;
    this.#options = options;
    this.#orphans = new Orphans({ ari, log, takeMessage: (...message) => this.#takeMessage(...message) });
    this.audit = new Audit({ ari, log, orphans: this.#orphans });
    options.ari.events.onUnowned((event) => this.#unowned(event));
  }

  get size(): number {
    return this.#calls.size;
  }

  get(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  /** The call on a channel; there are never so many transfers that they needed an index. */
  onChannel(channelId: string): Call | undefined {
    return [...this.#calls.values()].find((call) => call.channelId === channelId);
  }

  /** Takes no more calls and hangs up every one there is; resolves when all have ended. */
  async close(reason: HangupReason): Promise<void> {
    this.#isClosed = true;
    const calls = [...this.#calls.values()];
    for (const call of calls) {
      if (call.whereabouts.isElsewhere) call.letGo();
      else call.hangup(reason);
    }
    await Promise.all(calls.map((call) => call.whenEnded));
    await this.#orphans.hurry();
  }

  /** Asterisk is away for so long that its calls are no more. */
  giveUp(): void {
    endLost([...this.#calls.values()]);
  }

  /** Somebody else has our application: ends all calls there are. */
  surrender(signal: AbortSignal): Promise<void> {
    return endUntold([...this.#calls.values()], signal);
  }

  /** Looks now and then whether Asterisk still has our channels: the news of an end can be lost without the connection. */
  async keepInStep(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(checkInterval, signal);
      // With the connection away there is nothing to compare with; coming back it compares by itself.
      await this.#compare(signal).catch(() => signal.throwIfAborted());
    }
  }

  async #compare(signal: AbortSignal): Promise<void> {
    if (this.#calls.size === 0 && !this.audit.isDue) return;
    const known = this.#made();
    const channels = await this.#options.ari.channels(signal);
    await this.#endMissing(known, channels, signal);
    await this.audit.look(channels, signal);
  }

  /** Those that have a channel. One that is being made has none yet, and whoever makes it sees whether it is. */
  #made(): readonly Call[] {
    return [...this.#calls.values()].filter(({ whereabouts }) => whereabouts.isMade);
  }

  /** Ends the calls whose channels are gone, unless the news of it was merely still on its way. */
  async #endMissing(known: readonly Call[], there: readonly Channel[], signal: AbortSignal): Promise<void> {
    const channels = new Set(there.map(({ id }) => id));
    const missing = known.filter(({ channelId }) => !channels.has(channelId));
    if (missing.length > 0) await sleep(newsDelay, signal);
    for (const call of missing)
      if (call.whereabouts.isMade && !channels.has(call.channelId)) call.reconcile(undefined);
  }

  /** After a (re)connection: what ended in the gap is ended here, and what nobody owns is hung up after a grace time. */
  async reconcile(signal: AbortSignal): Promise<void> {
    const { ari, scope } = this.#options;
    const known = this.#made();
    const channels = new Map((await ari.channels(signal)).map((channel) => [channel.id, channel]));
    for (const call of known) {
      call.whereabouts.found(channels);
      call.reconcile(channels.get(call.channelId));
    }
    const left = [...channels.values()].filter((channel) => this.#orphans.is(channel));
    await Promise.all(left.map((channel) => this.#admitUnheard(channel)));
    this.#orphans.seen(left);
    if (this.#orphans.isSweeping) return;
    const bridges = (await ari.bridges.list(signal)).filter(({ id }) => this.#orphans.isBridge(id));
    if (ari.left.isAwaited) ari.left.fill(left, bridges);
    if (ari.left.isAwaited || left.length + bridges.length > 0)
      scope.spawn('sweep', (stop) => this.#orphans.sweep(stop));
  }

  /** The news of its coming is lost, and nobody has taken it: it is as if it had come just now. */
  async #admitUnheard(channel: Channel): Promise<void> {
    const { wasHere = async () => true } = this.#options;
    const args = argsOf(channel);
    if (args[0] !== inbound || !isTelephone(channel.name)) return;
    // Where the store does not say it is swept away, as one that was here: who else calls, and the connection, do not wait for that.
    const isOld = await within(wasHere(channel), storePatience).catch(() => true);
    if (isOld === false && this.#orphans.is(channel)) this.#admit({ channel, args });
  }

  #unowned(event: AriEvent): void {
    const { app, left } = this.#options.ari;
    if (isArrival(event)) {
      // A snoop that is back from the dialplan, say: whoever it is for is about to claim it. Our own Asterisk gives callers ids that begin
      // with our name as well.
      const isOurs = event.channel.id.startsWith(`${app}-`) && event.args[0] !== inbound;
      if (left.isAwaited && isOurs) left.came(event);
      else this.#admit(event);
    } else if (event.type === 'ChannelDestroyed') left.went(event.channel.id);
  }

  #admit({ channel, args }: Pick<StasisStart, 'channel' | 'args'>): void {
    if (args[0] !== inbound || this.#isClosed || !isTelephone(channel.name)) {
      // Nobody waits for this channel any more, the dialplan says something we do not know, we are leaving, or it is no call.
      const technology = technologyOf(channel.name);
      const isMessage = technology === 'Message' && args[0] === message;
      if (isMessage && this.#isClosed) return; // it waits there for the next start
      if (!isMessage)
        this.#options.log.info({ channel: channel.id, technology, args: args.length }, 'channel_refused');
      this.#options.scope.spawn('refuse', async (signal) => {
        await this.#takeMessage(channel, args);
        await this.#orphans.dismiss(channel, signal);
      });
      return;
    }
    if (this.#options.admission?.take('incoming')) {
      this.#options.scope.spawn('refuse', (signal) => this.#orphans.dismiss(channel, signal));
      return;
    }
    const call = this.#add({
      id: newId(),
      channelId: channel.id,
      isUp: channel.state === 'Up',
      source: telAddress(
        userPart(channel.caller.number).trim() || anonymous,
        oneLine(displayName(channel.caller.name)),
      ),
      destination: telAddress(userPart(channel.dialplan.exten)),
      direction: 'incoming',
      trunkId: trunkOfChannel(channel.name),
    });
    this.#options.onIncoming(call, phoneOfChannel(channel.name));
  }

  /** What is in a channel of SIP messages, if this is one. */
  async #takeMessage({ name }: Channel, [what, ...words]: readonly string[]): Promise<void> {
    if (technologyOf(name) === 'Message' && what === message) await this.#options.onMessage?.(words);
  }

  /** A call that a daemon which died has left behind: it goes on as it was, and nobody is told. */
  restore(left: LeftCall): Call {
    const { id, source, destination, direction, master_call_id: masterCallId } = left.record;
    const channelId = left.state.channel;
    const call = this.#add({ id, source, destination, direction, masterCallId, channelId, left });
    giveBack(call, left);
    return call;
  }

  /**
   * A call of our own making, about to be dialled: `dial` in `dialling.ts` does it.
   * @throws ActionError `SHUTTING_DOWN` where the daemon is.
   */
  outgoing(
    call: Pick<NewCall, 'source' | 'destination' | 'masterCallId' | 'trunkId'> & {
      readonly id?: string | undefined;
    },
  ): Call {
    if (this.#isClosed) throw new ActionError('SHUTTING_DOWN', 'no more calls are made');
    const { id = newId() } = call;
    const channelId = this.#options.ari.id('leg', id);
    return this.#add({ ...call, id, channelId, direction: 'outgoing' });
  }

  #add(made: NewCall & Pick<CallOptions, 'channelId' | 'isUp' | 'left'>): Call {
    const { ari, log, maxDuration, onChange, written, onPage, onTransfer, onReturn, onStalled } =
      this.#options;
    const scope = this.#options.scope.child();
    const call: Call = new Call({
      ...made,
      ari,
      scope,
      log,
      maxDuration,
      onChange,
      written: written && ((signal) => written(call.id, signal)),
      onPage,
      onTransfer: (event) => onTransfer?.(call, event),
      onReturn: ({ channel }) => onReturn?.(call, channel.dialplan.exten),
    });
    call.incoming.onAlone((signal) => remedyAlone(call, signal));
    call.incoming.onStalled((what) => onStalled?.(call.id, what));
    this.#keep(call);
    this.#options.onCall?.(call);
    return call;
  }

  /** How a call ended, what is stored of it included; one that has just ended is known best. */
  async endOf(
    id: string,
    stored: { get(id: string): Promise<CallRecord | undefined> },
  ): Promise<CallEnd | undefined> {
    const call = this.#calls.get(id);
    const ended = this.#ended.get(id);
    if (call && !ended) return { isLive: true, reason: '', cause: 0, sipCode: 0 };
    if (ended) return ended;
    const record = await stored.get(id);
    if (!record) return undefined;
    const { hangup_reason: reason, hangup_cause, sip_code: sipCode } = record;
    return { isLive: false, reason, cause: hangup_cause || causeOf(reason), sipCode };
  }

  #keep(call: Call): void {
    this.#calls.set(call.id, call);
    const ownership = call.ari.own(`channel:${call.channelId}`, call);
    call.scope.defer(() => {
      ownership[Symbol.dispose]();
      this.#calls.delete(call.id);
      this.#remember(call);
    });
  }

  /** The record tells less than the response that refused a leg. */
  #remember({ id, record, hangupCause }: Call): void {
    const { hangup_reason: reason, sip_code: sipCode } = record;
    this.#ended.set(id, { isLive: false, reason, cause: hangupCause, sipCode });
    const [oldest] = this.#ended.keys();
    if (this.#ended.size > mostRemembered && oldest !== undefined) this.#ended.delete(oldest);
  }
}
