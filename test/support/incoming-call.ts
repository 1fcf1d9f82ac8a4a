import { setTimeout as pause } from 'node:timers/promises';
import type { CallMedia } from './call-media.ts';
import { Dialog } from './dialog.ts';
import type { ServerTransaction } from './server-transactions.ts';
import { cseqOf, respondTo, type SipRequest } from './sip-message.ts';
import { type NameAddress, parseNameAddress, tagOf } from './sip-uri.ts';
import { newTag, type UserAgent } from './user-agent.ts';
import { wallTime } from './wall-time.ts';

/** What a phone that is not like the others puts into its 200. */
export interface AnswerParts {
  /** Where it says it can be reached; where it is unless given. */
  readonly contact?: string;
  /** Another description than a good one; none where it is empty. */
  readonly sdp?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A call somebody makes to this phone. The phone says 100 by itself; the rest is up to the handler. */
export class IncomingCall extends Dialog {
  readonly invite: SipRequest;
  readonly receivedAt = wallTime();
  answeredAt: number | undefined;
  /** The ACK of its answer. */
  acknowledgement: SipRequest | undefined;
  readonly #transaction: ServerTransaction;
  readonly #gone = new AbortController();
  readonly #acknowledged = Promise.withResolvers<void>();
  #earlySdp: string | undefined;

  constructor(agent: UserAgent, media: CallMedia, transaction: ServerTransaction) {
    const { headers } = transaction.request;
    super(agent, media, {
      callId: headers.get('Call-ID') ?? '',
      local: `${headers.get('To') ?? ''};tag=${newTag()}`,
      remote: headers.get('From') ?? '',
      target: parseNameAddress(headers.all('Contact')[0] ?? headers.get('From') ?? '').uri,
      routes: headers.all('Record-Route'),
    });
    this.invite = transaction.request;
    this.#transaction = transaction;
    this.remoteNumber = cseqOf(transaction.request).number;
    if (headers.all('Contact').length === 0) agent.complain('an INVITE without Contact');
    if (tagOf(headers.get('From')) === '') agent.complain('an INVITE without a tag in From');
    agent.remember(this);
    void this.ended.then(() => this.#gone.abort());
  }

  /** Who calls, as From says. */
  get from(): NameAddress {
    return parseNameAddress(this.invite.headers.get('From') ?? '');
  }

  /** Whom they call: the user of the request's URI. */
  get called(): string {
    return parseNameAddress(this.invite.uri).user;
  }

  header(name: string): string | undefined {
    return this.invite.headers.get(name);
  }

  /** Fires when the call has ended: the caller gave up, was rejected or hung up. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Lets time pass as people do; false where the call ended meanwhile. */
  async wait(ms: number): Promise<boolean> {
    try {
      await pause(ms, undefined, { signal: this.gone });
      return true;
    } catch {
      return false;
    }
  }

  /** 180. */
  ring(status = 180): void {
    if (!this.isEnded) this.#transaction.respond(this.respond(this.invite, status));
  }

  /** 183 with SDP: what is said from now on is early media. */
  progress(status = 183): void {
    if (this.isEnded) return;
    const sdp = this.#describe();
    if (sdp === undefined) return this.reject(488);
    this.#transaction.respond(this.respond(this.invite, status, { body: sdp }));
  }

  /** 200; resolves when it is acknowledged, with false where the caller was gone before. */
  async answer({ contact, headers, sdp = this.#describe() }: AnswerParts = {}): Promise<boolean> {
    if (this.isEnded) return false;
    if (sdp === undefined) {
      this.reject(488);
      return false;
    }
    this.answeredAt = wallTime();
    const isOfferOurs = this.invite.body === '';
    this.respondWithSdp(this.#transaction, sdp, { isOfferOurs, contact, headers });
    await Promise.race([this.#acknowledged.promise, this.ended]);
    return !this.isEnded;
  }

  /** Any final response but 200. */
  reject(
    status: number,
    { reason, headers = {} }: { reason?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    if (this.isEnded) return;
    this.#transaction.respond(respondTo(this.invite, status, { tag: this.localTag, reason, headers }));
    this.finish({ by: 'us', how: 'rejected', status });
  }

  /** The caller gives up. A CANCEL after the answer changes nothing. */
  cancelled(cancel: SipRequest): void {
    if (this.isEnded || this.#transaction.isAnswered) return;
    this.#transaction.respond(respondTo(this.invite, 487, { tag: this.localTag }));
    this.finish({ by: 'them', how: 'CANCEL', headers: cancel.headers, status: 487 });
  }

  override async close(): Promise<void> {
    if (this.answeredAt !== undefined) await this.bye();
    else this.reject(480);
  }

  protected override onAcknowledged(ack: SipRequest): void {
    this.acknowledgement = ack;
    this.#acknowledged.resolve();
  }

  /** The same description in 183 and 200: the second is no new answer. */
  #describe(): string | undefined {
    if (this.invite.body === '') this.#earlySdp ??= this.media.offer();
    else this.#earlySdp ??= this.media.answer(this.invite.body);
    return this.#earlySdp;
  }
}
