import { SipHeaders } from './sip-headers.ts';
import {
  type Address,
  branchOf,
  cseqOf,
  formatSip,
  respondTo,
  type SipRequest,
  type SipResponse,
} from './sip-message.ts';
import { t1, t2, transactionTimeout } from './sip-timers.ts';
import { tagOf } from './sip-uri.ts';
import type { Timers } from './timers.ts';
import { wallTime } from './wall-time.ts';

export type Send = (message: string, to: Address) => void;

interface Transaction {
  readonly request: SipRequest;
  readonly to: Address;
  readonly startedAt: number;
  readonly onProvisional: (response: SipResponse) => void;
  readonly resolve: (response: SipResponse) => void;
  readonly reject: (error: Error) => void;
  isCompleted: boolean;
  stopTimers: () => void;
  /** Sent again whenever the final response comes again. */
  ack: { text: string; to: Address } | undefined;
}

/** Requests of ours on their way: sent again until somebody answers, given up after 32 s with a 408 of our own. */
export class ClientTransactions {
  retransmissions = 0;
  readonly #send: Send;
  readonly #timers: Timers;
  readonly #transactions = new Map<string, Transaction>();

  constructor(send: Send, timers: Timers) {
    this.#send = send;
    this.#timers = timers;
  }

  /** Resolves with the final response. An ACK for anything but 2xx is sent here; for 2xx it is the dialog's. */
  start(request: SipRequest, to: Address, onProvisional: (response: SipResponse) => void = () => undefined) {
    this.#forgetOld();
    return new Promise<SipResponse>((resolve, reject) => {
      const transaction: Transaction = {
        request,
        to,
        onProvisional,
        resolve,
        reject,
        startedAt: wallTime(),
        isCompleted: false,
        stopTimers: () => undefined,
        ack: undefined,
      };
      this.#transactions.set(keyOf(request), transaction);
      this.#send(formatSip(request), to);
      this.#watch(transaction);
    });
  }

  /** Remembers the ACK of a 2xx for when that is repeated. */
  acknowledge(invite: SipRequest, ack: SipRequest, to: Address): void {
    const transaction = this.#transactions.get(keyOf(invite));
    const text = formatSip(ack);
    if (transaction) transaction.ack = { text, to };
    this.#send(text, to);
  }

  /** false where the response belongs to nothing we sent. */
  receive(response: SipResponse): boolean {
    const transaction = this.#transactions.get(keyOf(response));
    if (transaction === undefined) return false;
    if (transaction.isCompleted) {
      if (transaction.ack && response.status >= 200) this.#send(transaction.ack.text, transaction.ack.to);
      return true;
    }
    if (response.status < 200) {
      if (transaction.request.method === 'INVITE') transaction.stopTimers();
      transaction.onProvisional(response);
      return true;
    }
    this.#complete(transaction, response);
    return true;
  }

  close(): void {
    for (const transaction of this.#transactions.values()) {
      transaction.stopTimers();
      if (!transaction.isCompleted)
        transaction.reject(new Error(`the phone was closed during ${transaction.request.method}`));
    }
    this.#transactions.clear();
  }

  #complete(transaction: Transaction, response: SipResponse): void {
    transaction.isCompleted = true;
    transaction.stopTimers();
    if (transaction.request.method === 'INVITE' && response.status >= 300) {
      const ack = acknowledgeFailure(transaction.request, response);
      transaction.ack = { text: formatSip(ack), to: transaction.to };
      this.#send(transaction.ack.text, transaction.to);
    }
    transaction.resolve(response);
  }

  #watch(transaction: Transaction): void {
    const { request, to } = transaction;
    const isInvite = request.method === 'INVITE';
    let stopRepeat: () => void = () => undefined;
    const repeat = (wait: number) => {
      stopRepeat = this.#timers.after(wait, () => {
        this.retransmissions += 1;
        this.#send(formatSip(request), to);
        repeat(isInvite ? wait * 2 : Math.min(wait * 2, t2));
      });
    };
    repeat(t1);
    const stopTimeout = this.#timers.after(transactionTimeout, () => {
      stopRepeat();
      transaction.isCompleted = true;
      transaction.resolve(respondTo(request, 408, { reason: 'No Response' }));
    });
    transaction.stopTimers = () => {
      stopRepeat();
      stopTimeout();
    };
  }

  /** Completed ones are kept as long as copies of their response may come, without a timer for each. */
  #forgetOld(): void {
    const tooOld = wallTime() - transactionTimeout;
    for (const [key, { isCompleted, startedAt }] of this.#transactions) {
      if (startedAt >= tooOld) return;
      if (isCompleted) this.#transactions.delete(key);
    }
  }
}

/** RFC 3261, 17.1.1.3: same branch and same number as the INVITE, To from the response. */
function acknowledgeFailure(invite: SipRequest, response: SipResponse): SipRequest {
  const headers = new SipHeaders();
  headers.add('Via', invite.headers.all('Via')[0] ?? '');
  headers.add('Max-Forwards', '70');
  for (const route of invite.headers.all('Route')) headers.add('Route', route);
  headers.add('From', invite.headers.get('From') ?? '');
  headers.add('To', response.headers.get('To') ?? '');
  headers.add('Call-ID', invite.headers.get('Call-ID') ?? '');
  headers.add('CSeq', `${cseqOf(invite).number} ACK`);
  return { kind: 'request', method: 'ACK', uri: invite.uri, headers, body: '' };
}

function keyOf(message: SipRequest | SipResponse): string {
  return `${branchOf(message)} ${cseqOf(message).method} ${tagOf(message.headers.get('From'))}`;
}
