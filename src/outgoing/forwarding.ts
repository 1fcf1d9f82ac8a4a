import type { Call } from '../calls/call.ts';
import type { ChannelEnd } from '../calls/hangup-cause.ts';
import { phoneState, untakenBy } from '../calls/phone-state.ts';
import type { Way } from '../calls/way.ts';
import type { Refused, Ways } from '../calls/ways.ts';
import { ActionError } from '../core/errors.ts';
import type { Forward, ForwardTarget, Handling } from '../extensions/extension-record.ts';

export interface ForwardingOptions {
  /** The phone that is called. */
  readonly phone: string;
  /** What calls to a phone meet with. */
  readonly handlingOf: (phone: string) => Handling | undefined;
  /** Takes a place for a call there. @throws ActionError where it is not allowed */
  readonly wayTo: (target: ForwardTarget) => WayAndMore;
  /** Where numbers of ours are, for others. */
  readonly domain: string;
}

export interface WayAndMore {
  readonly way: Way;
  /** Where that is a trunk: the others, which take the call where it cannot, and the place that it has on whichever. */
  readonly trunks?: { readonly ways: Ways; readonly giveBack: () => void };
}

type Why = keyof Omit<Forward, 'timeout'>;

/** Why a phone is not rung, and how its call ends where it is forwarded nowhere. */
interface Obstacle {
  readonly why: Why;
  readonly end: ChannelEnd;
}

/** Phones that forward to phones that forward: so often, and no further. */
const mostHops = 3;

/** Q.850: 17 is "user busy", 20 "subscriber absent", 1 "unallocated number". */
const busy = { cause: 17 };
const absent = { cause: 20 };
const unknown = { cause: 1 };

/** RFC 5806. */
const reasons: Readonly<Record<Why, string>> = {
  always: 'unconditional',
  busy: 'user-busy',
  no_answer: 'no-answer',
  unavailable: 'unavailable',
};

/** Where one call to a phone of ours goes: to the phone, or where its owner wants his calls just now. */
export class Forwarding implements Ways {
  readonly #options: ForwardingOptions;
  /** Where it rings; nowhere of ours once it has left. */
  #phone: string | undefined;
  /** Once it has left by a trunk. */
  #trunks: Ways | undefined;
  #headers: Readonly<Record<string, string>> = {};
  #hops = 0;

  constructor(options: ForwardingOptions) {
    this.#options = options;
    this.#phone = options.phone;
  }

  get patience(): number | undefined {
    if (this.#trunks) return this.#trunks.patience;
    const { no_answer, timeout } = this.#handling?.forward ?? {};
    return no_answer ? timeout : undefined;
  }

  get mayGoOn(): boolean {
    if (this.#trunks) return this.#trunks.mayGoOn;
    const { busy: whenBusy, no_answer, unavailable } = this.#handling?.forward ?? {};
    return [whenBusy, no_answer, unavailable].some((target) => target !== undefined && target !== null);
  }

  first(call: Call, signal: AbortSignal): Promise<Way | ChannelEnd> {
    const { phone } = this.#options;
    return this.#settle(call, { endpoint: `PJSIP/${phone}`, phone, giveBack: () => undefined }, signal);
  }

  async next(call: Call, refused: Refused | undefined, signal: AbortSignal): Promise<Way | undefined> {
    if (this.#trunks) {
      const other = await this.#trunks.next(call, refused, signal);
      return other && { ...other, headers: this.#headers };
    }
    const way = this.#forwarded(call, refused ? untakenBy(refused.sipCode) : 'no_answer');
    const settled = way && (await this.#settle(call, way, signal));
    return settled && 'endpoint' in settled ? settled : undefined;
  }

  get #handling(): Handling | undefined {
    return this.#phone === undefined ? undefined : this.#options.handlingOf(this.#phone);
  }

  /** A phone that is forwarded itself is none that rings. */
  async #settle(call: Call, first: Way, signal: AbortSignal): Promise<Way | ChannelEnd> {
    let way = first;
    for (;;) {
      this.#phone = way.phone;
      const obstacle = await this.#obstacleOn(call, way, signal);
      if (!obstacle) return way;
      way.giveBack();
      const next = this.#forwarded(call, obstacle.why);
      if (!next) return obstacle.end;
      way = next;
    }
  }

  /** Whoever gives up meanwhile keeps no place there. */
  async #obstacleOn(
    call: Call,
    { phone, giveBack }: Way,
    signal: AbortSignal,
  ): Promise<Obstacle | undefined> {
    if (phone === undefined) return undefined;
    try {
      return await this.#obstacle(call, phone, signal);
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  async #obstacle(call: Call, phone: string, signal: AbortSignal): Promise<Obstacle | undefined> {
    const { forward, dnd = false, call_waiting = true } = this.#handling ?? {};
    if (forward?.always) return { why: 'always', end: absent };
    if (dnd) return { why: 'busy', end: busy };
    const state = await phoneState(call, phone, signal);
    if (state === 'unknown') return { why: 'unavailable', end: unknown };
    if (state === 'absent') return { why: 'unavailable', end: absent };
    return state.calls > 0 && !call_waiting ? { why: 'busy', end: busy } : undefined;
  }

  #forwarded(call: Call, why: Why): Way | undefined {
    const target = this.#handling?.forward[why];
    if (!target) return undefined;
    const { wayTo, domain } = this.#options;
    try {
      if (++this.#hops > mostHops)
        throw new ActionError('CALL_CHAIN_TOO_LONG', `a call is forwarded ${mostHops} times at most`);
      const { way, trunks } = wayTo(target);
      this.#trunks = trunks?.ways;
      if (trunks) call.scope.defer(trunks.giveBack);
      this.#headers = { Diversion: `<sip:${this.#phone}@${domain}>;reason=${reasons[why]}` };
      return { ...way, headers: this.#headers };
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      call.log.warn({ code: error.code, reason: error.message }, 'forward_not_followed');
      return undefined;
    }
  }
}
