import { isIP } from 'node:net';
import type { Address } from '../calls/address.ts';
import type { Admission } from '../calls/admission.ts';
import type { Way } from '../calls/branches.ts';
import type { Call } from '../calls/call.ts';
import type { CallRegistry } from '../calls/call-registry.ts';
import type { CallState } from '../calls/call-state.ts';
import { dial, dialOn } from '../calls/dialling.ts';
import { oneLine } from '../calls/one-line.ts';
import { zeroId } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { OutgoingFlowRequest, OutgoingRequest, Parties, StartedCall } from '../ports/outgoing.ts';
import { type Destination, type DialPlan, dialStringOf, parseDestination } from './dial-string.ts';
import { fromUser } from './from-user.ts';
import type { LegLimits } from './leg-limits.ts';
import type { OutboundLimits } from './outbound-limits.ts';
import type { OutboundRules } from './outbound-rules.ts';
import { partiesOf, type ReachableAgents } from './parties.ts';
import { redirectedTo } from './redirection.ts';

export interface OutgoingCallsOptions {
  readonly calls: Pick<CallRegistry, 'outgoing' | 'get'>;
  readonly activeflows: Pick<Activeflows, 'startOnCall'>;
  readonly rules: OutboundRules;
  /** Of all calls there are, but the legs of those that live; no limit where there is none. */
  readonly admission?: Pick<Admission, 'check' | 'make'>;
  /** Of what costs money. */
  readonly limits: OutboundLimits;
  /** Of all there is. */
  readonly legs: LegLimits;
  readonly plan: DialPlan;
  /** Where numbers of ours are, for others. */
  readonly domain: string;
  readonly agents: ReachableAgents;
  /** What calls live in. */
  readonly scope: Scope;
  /** Whether Asterisk can be asked for a channel. */
  readonly isConnected: () => boolean;
  /** Resolves when all that is known of a call is committed: to false where the store does not take it. */
  readonly written: (callId: string, signal: AbortSignal) => Promise<boolean>;
}

/** A call made by a flow, whose flow makes a call, whose flow …: this far and no further. */
const mostDepth = 5;

/** How long an INVITE waits for its call to be written down. */
const writePatience = 5_000;

/** Calls people: the one door out. What is not allowed, or too much, is refused here. */
export class OutgoingCalls {
  readonly #options: OutgoingCallsOptions;

  constructor(options: OutgoingCallsOptions) {
    this.#options = options;
  }

  /** @throws ActionError `UNKNOWN_AGENT`, `AGENT_AWAY`: who takes a break is called by nobody */
  async partiesOf(destination: Address): Promise<Parties> {
    return partiesOf(destination, this.#options.agents);
  }

  /** @throws ActionError with what speaks against calling there */
  check(address: Address): void {
    const destination = parseDestination(address);
    this.#options.rules.check(destination);
    dialStringOf(destination, this.#options.plan);
  }

  /** The call of this id where there is one. @throws ActionError where it is refused; nothing has been done then. */
  ring(request: OutgoingRequest): Call {
    const made = this.#made(request);
    if (made) return made;
    const { call, start } = this.#place(request);
    call.announce(zeroId);
    request.master?.chain(call);
    start();
    return call;
  }

  /** A call that a daemon which died has made has its place, and is rung on where it was being made. */
  goOn(call: Call, { dial: left }: Pick<CallState, 'dial'>): void {
    const { record, isUp } = call;
    if (record.direction !== 'outgoing') return;
    const { calls, legs } = this.#options;
    call.scope.defer(this.#keepPlace(record.destination));
    if (!left || isUp) return;
    dialOn(call, left, {
      originator: calls.get(record.master_call_id)?.channelId,
      makeRoom: () => legs.keep(),
      follow: (forward, redirectsLeft) => this.#follow(call, forward, redirectsLeft),
    });
  }

  /** Likewise. @throws ActionError where the call is refused; nothing has been done then. */
  start(request: OutgoingFlowRequest): StartedCall {
    const { flow, variables, isEarly = false, depth, activeflowId } = request;
    const made = this.#made(request);
    if (made) return { call: made, activeflowId: made.record.activeflow_id };
    if (depth > mostDepth)
      throw new ActionError(
        'CALL_CHAIN_TOO_LONG',
        `calls of flows follow each other at most ${mostDepth} times`,
      );
    if (!this.#options.isConnected()) throw new ActionError('ASTERISK_AWAY', 'Asterisk is not connected');
    const { activeflows, scope, admission } = this.#options;
    admission?.make();
    const { call, start } = this.#place(request, request.beforeInvite);
    const awaits = isEarly ? 'ringing' : 'answer';
    const own = { id: activeflowId, initial: variables, depth, awaits } as const;
    const { activeflow, done } = activeflows.startOnCall(call, flow, own);
    scope.spawn('call', () => done);
    request.master?.chain(call);
    start();
    return { call, activeflowId: activeflow.id };
  }

  /** All of them, or none. @throws ActionError with why not */
  startAll(requests: readonly OutgoingFlowRequest[]): readonly StartedCall[] {
    for (const { destination } of requests) this.check(destination);
    this.#options.admission?.check(requests.length);
    const phones = requests.map(({ destination }) => phoneOf(parseDestination(destination)));
    this.#options.legs.check(phones);
    this.#options.limits.check(phones.filter((phone) => phone === undefined).length);
    return requests.map((request) => this.start(request));
  }

  /** Whoever asks again for a call that a daemon which died has made gets that one. */
  #made({ callId, master }: OutgoingRequest): Call | undefined {
    const call = callId === undefined ? undefined : this.#options.calls.get(callId);
    if (call && master && !master.record.chained_call_ids.includes(call.id)) master.chain(call);
    return call;
  }

  /** Everything that can be refused is refused before the call exists. */
  #place(
    request: OutgoingRequest,
    beforeInvite?: () => Promise<void>,
  ): { readonly call: Call; readonly start: () => void } {
    const { rules, plan, calls } = this.#options;
    const destination = parseDestination(request.destination);
    rules.check(destination);
    const { redirects = 0 } = request;
    const endpoint = dialStringOf(destination, { ...plan, followsRedirects: redirects > 0 });
    const phone = phoneOf(destination);
    const giveBack = this.#takePlace(phone);
    const { callId: id, source, headers, timeout, master, callerName, referredBy } = request;
    let call: Call;
    try {
      call = calls.outgoing({ id, source, destination: request.destination, masterCallId: master?.id });
    } catch (error) {
      giveBack();
      throw error;
    }
    call.scope.defer(giveBack);
    const dialling = {
      endpoint,
      phone,
      host: nameOf(destination),
      callerId: { number: fromUser(source), name: callerNameOf(callerName ?? source.target_name) },
      headers: { ...headers, ...this.#referral(referredBy) },
      timeout,
      originator: master?.channelId,
      makeRoom: () => this.#roomForAnother(),
      redirects,
      follow: (forward: string, left: number) => this.#follow(call, forward, left),
      written: async (signal: AbortSignal) => {
        await this.#written(call.id, signal);
        await beforeInvite?.();
      },
    };
    return { call, start: () => dial(call, dialling) };
  }

  /** RFC 3892: who has sent the caller here. */
  #referral(by: Address | undefined): Readonly<Record<string, string>> {
    const user = by ? fromUser(by) : '';
    if (!by || user === '' || user === 'anonymous') return {};
    const host = (by.type === 'sip' && hostOf(by.target)) || this.#options.domain;
    return { 'Referred-By': `<sip:${user}@${host}>` };
  }

  /** Whether a redirection may be followed is asked like that of any call. */
  #follow(call: Call, forward: string, redirectsLeft: number): Way | undefined {
    const { rules, plan } = this.#options;
    try {
      const address = redirectedTo(forward);
      if (!address) throw new ActionError('INVALID_DESTINATION', 'this is no address that can be called');
      const destination = parseDestination(address);
      rules.check(destination);
      const endpoint = dialStringOf(destination, { ...plan, followsRedirects: redirectsLeft > 0 });
      return { endpoint, giveBack: this.#takePlace(phoneOf(destination)) };
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      call.log.warn({ code: error.code, reason: error.message }, 'redirection_not_followed');
      return undefined;
    }
  }

  /** For another phone with the same number: it rings for the same call, and takes nothing but ports. */
  #roomForAnother(): (() => void) | undefined {
    try {
      return this.#options.legs.take();
    } catch {
      return undefined;
    }
  }

  /** Phones of our own cost nothing, but ports. */
  #takePlace(phone: string | undefined): () => void {
    const { legs, limits } = this.#options;
    legs.check([phone]);
    const endCall = phone === undefined ? limits.take() : undefined;
    return bothOf(legs.take(phone), endCall);
  }

  /** Of a call that there is, whatever the rules are by now. */
  #keepPlace({ type, target }: Address): () => void {
    const { legs, limits } = this.#options;
    const phone = type === 'extension' ? target : undefined;
    return bothOf(legs.keep(phone), phone === undefined ? limits.keep() : undefined);
  }

  async #written(callId: string, signal: AbortSignal): Promise<void> {
    const isWritten = await within(this.#options.written(callId, signal), writePatience, signal);
    if (!isWritten) throw new ActionError('STORE_UNAVAILABLE', 'the call could not be written down');
  }
}

function bothOf(end: () => void, other: (() => void) | undefined): () => void {
  return () => {
    end();
    other?.();
  };
}

function phoneOf(destination: Destination): string | undefined {
  return destination.kind === 'phone' ? destination.phone : undefined;
}

/** The host of a SIP URI, where that is no address. */
function nameOf(destination: Destination): string | undefined {
  if (destination.kind !== 'sip' || destination.host.startsWith('[') || isIP(destination.host) !== 0)
    return undefined;
  return destination.host;
}

/** The host of a SIP address; nothing where that is none. */
function hostOf(target: string): string | undefined {
  return /@([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/.exec(target)?.[1];
}

/** Its display name, in one line. What would end the quotation marks around it Asterisk escapes. */
function callerNameOf(name: string): string {
  return [...oneLine(name)].slice(0, 64).join('').trim();
}
