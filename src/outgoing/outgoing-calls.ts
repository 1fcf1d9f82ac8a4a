import { isIP } from 'node:net';
import type { Address } from '../calls/address.ts';
import type { Admission } from '../calls/admission.ts';
import type { Call } from '../calls/call.ts';
import type { CallRegistry } from '../calls/call-registry.ts';
import type { CallState } from '../calls/call-state.ts';
import { dial, dialOn } from '../calls/dialling.ts';
import { oneLine } from '../calls/one-line.ts';
import { zeroId } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Scope } from '../core/scope.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { OutgoingFlowRequest, OutgoingRequest, Parties, StartedCall } from '../ports/outgoing.ts';
import { type Destination, parseDestination, uriOf } from './dial-string.ts';
import { fromUser } from './from-user.ts';
import { partiesOf, type ReachableAgents } from './parties.ts';
import { WaysOut, type WaysOutOptions } from './ways-out.ts';

export interface OutgoingCallsOptions extends WaysOutOptions {
  readonly calls: Pick<CallRegistry, 'outgoing' | 'get'>;
  readonly activeflows: Pick<Activeflows, 'startOnCall'>;
  /** Of all calls there are, but the legs of those that live; no limit where there is none. */
  readonly admission?: Pick<Admission, 'check' | 'make'>;
  /** Where SIP is spoken there; 5060 unless given. */
  readonly port?: number | undefined;
  readonly agents: ReachableAgents;
  /** What calls live in. */
  readonly scope: Scope;
  /** Whether Asterisk can be asked for a channel. */
  readonly isConnected: () => boolean;
}

/** A call made by a flow, whose flow makes a call, whose flow …: this far and no further. */
const mostDepth = 5;

/** Calls people: the one door out. What is not allowed, or too much, is refused here. */
export class OutgoingCalls {
  readonly #options: OutgoingCallsOptions;
  readonly #out: WaysOut;

  constructor(options: OutgoingCallsOptions) {
    this.#options = options;
    this.#out = new WaysOut(options);
  }

  /** @throws ActionError `UNKNOWN_AGENT`, `AGENT_AWAY`: who takes a break is called by nobody */
  async partiesOf(destination: Address): Promise<Parties> {
    return partiesOf(destination, this.#options.agents);
  }

  /** @throws ActionError with what speaks against calling there */
  check(address: Address): void {
    this.#out.allowed(address);
  }

  /** @throws ActionError with what speaks against calling there */
  uriOf(address: Address, host = this.#options.domain): string {
    this.check(address);
    const { port = 5060 } = this.#options;
    const isWhole = port === 5060 || /:\d+$/.test(host);
    return uriOf(parseDestination(address), isWhole ? host : `${host}:${port}`);
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
    const giveBack = this.#out.keepLine(record);
    call.scope.defer(this.#out.keep(record));
    call.scope.defer(giveBack);
    if (!left || isUp) return;
    dialOn(call, left, {
      giveBack,
      ways: this.#out.behind(record, left.channels[0]?.redirects ?? 0),
      originator: calls.get(record.master_call_id)?.channelId,
      makeRoom: () => legs.keep(),
      follow: (forward, redirectsLeft) => this.#out.follow(call, forward, redirectsLeft),
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
    const destinations = requests.map(({ destination }) => this.#out.allowed(destination));
    this.#options.admission?.check(requests.length);
    this.#out.checkRoom(destinations);
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
    const destination = this.#out.allowed(request.destination);
    const { callId: id, source, headers, timeout, master, callerName, referredBy, redirects = 0 } = request;
    const { phone, trunkId, ...way } = this.#out.take(destination, source, redirects);
    let call: Call;
    try {
      const made = { id, source, destination: request.destination, masterCallId: master?.id, trunkId };
      call = this.#options.calls.outgoing(made);
    } catch (error) {
      way.giveBack();
      throw error;
    }
    call.scope.defer(way.giveBack);
    if (request.limit) call.life.set(request.limit);
    const dialling = {
      endpoint: way.endpoint,
      way: way.way,
      ways: way.ways,
      isPhone: phone !== undefined,
      host: nameOf(destination),
      callerId: { number: way.callerNumber, name: callerNameOf(callerName ?? source.target_name) },
      headers: { ...headers, ...this.#referral(referredBy) },
      timeout,
      originator: master?.channelId,
      makeRoom: () => this.#out.roomForAnother(),
      redirects,
      follow: (forward: string, left: number) => this.#out.follow(call, forward, left),
      written: async (signal: AbortSignal) => {
        await writeDown(call, signal);
        await beforeInvite?.();
      },
      onFailed: request.onFailed,
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
}

/** @throws ActionError `STORE_UNAVAILABLE` */
async function writeDown({ whereabouts }: Call, signal: AbortSignal): Promise<void> {
  if (!(await whereabouts.known(signal)))
    throw new ActionError('STORE_UNAVAILABLE', 'the call could not be written down');
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
