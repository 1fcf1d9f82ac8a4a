import type { Send } from './client-transactions.ts';
import { type Address, branchOf, formatSip, type SipRequest, type SipResponse } from './sip-message.ts';
import { t1, t2, transactionTimeout } from './sip-timers.ts';
import type { Timers } from './timers.ts';
import { wallTime } from './wall-time.ts';

/** One request of the other side and what we answered. */
export class ServerTransaction {
  readonly request: SipRequest;
  readonly from: Address;
  readonly startedAt = wallTime();
  /** How often the other side had to be told, or to tell us, again. */
  retransmissions = 0;
  /** Called when nobody acknowledged our final response to an INVITE in 32 s. */
  onUnacknowledged: () => void = () => undefined;
  #last: string | undefined;
  #status = 0;
  readonly #send: Send;
  readonly #timers: Timers;
  #stopTimers: () => void = () => undefined;

  constructor(request: SipRequest, from: Address, { send, timers }: { send: Send; timers: Timers }) {
    this.request = request;
    this.from = from;
    this.#send = send;
    this.#timers = timers;
  }

  get isAnswered(): boolean {
    return this.#status >= 200;
  }

  respond(response: SipResponse): void {
    if (this.isAnswered) throw new Error(`${this.request.method} was already answered with ${this.#status}`);
    this.#status = response.status;
    this.#last = formatSip(response);
    this.#send(this.#last, this.#replyTo());
    if (this.request.method === 'INVITE' && response.status >= 200) this.#repeatUntilAcknowledged();
  }

  /** The same request came again: so did our answer not arrive. */
  repeat(): void {
    this.retransmissions += 1;
    if (this.#last !== undefined) this.#send(this.#last, this.#replyTo());
  }

  acknowledged(): void {
    this.#stopTimers();
  }

  #repeatUntilAcknowledged(): void {
    let stopRepeat: () => void = () => undefined;
    const repeat = (wait: number) => {
      stopRepeat = this.#timers.after(wait, () => {
        this.repeat();
        repeat(Math.min(wait * 2, t2));
      });
    };
    repeat(t1);
    const stopTimeout = this.#timers.after(transactionTimeout, () => {
      stopRepeat();
      this.onUnacknowledged();
    });
    this.#stopTimers = () => {
      stopRepeat();
      stopTimeout();
    };
  }

  /** RFC 3581: where it came from if they asked for that with `rport`, else the port their Via names. */
  #replyTo(): Address {
    const via = this.request.headers.all('Via')[0] ?? '';
    if (/;\s*rport/i.test(via)) return this.from;
    const port = /^SIP\/2\.0\/UDP\s+[^:;\s]+(?::(\d+))?/i.exec(via)?.[1];
    return { host: this.from.host, port: Number(port ?? 5_060) };
  }
}

/** Requests of the other side, so that a copy of one is answered the same and not done twice. */
export class ServerTransactions {
  readonly #parts: { send: Send; timers: Timers };
  readonly #transactions = new Map<string, ServerTransaction>();

  constructor(send: Send, timers: Timers) {
    this.#parts = { send, timers };
  }

  /** undefined for a copy, which has been dealt with. */
  open(request: SipRequest, from: Address): ServerTransaction | undefined {
    this.#forgetOld();
    const key = `${branchOf(request)} ${request.method}`;
    const known = this.#transactions.get(key);
    if (known) {
      known.repeat();
      return undefined;
    }
    const transaction = new ServerTransaction(request, from, this.#parts);
    this.#transactions.set(key, transaction);
    return transaction;
  }

  /** The INVITE a CANCEL is about, or an ACK for a failure: they share its branch. */
  inviteOf(request: SipRequest): ServerTransaction | undefined {
    return this.#transactions.get(`${branchOf(request)} INVITE`);
  }

  #forgetOld(): void {
    const tooOld = wallTime() - transactionTimeout;
    for (const [key, transaction] of this.#transactions) {
      if (transaction.startedAt >= tooOld) return;
      if (transaction.isAnswered) this.#transactions.delete(key);
    }
  }
}
