import type { CallMedia, HoldForm } from './call-media.ts';
import { dtmfTones } from './dtmf-tones.ts';
import type { Heard } from './heard.ts';
import type { RtpSession } from './rtp-session.ts';
import type { Direction } from './sdp.ts';
import type { ServerTransaction } from './server-transactions.ts';
import { SipHeaders } from './sip-headers.ts';
import { type Address, cseqOf, respondTo, type SipRequest, type SipResponse } from './sip-message.ts';
import { addressOf, parseNameAddress, tagOf } from './sip-uri.ts';
import { allowed, newVia, sendAuthenticated, type UserAgent } from './user-agent.ts';
import { wallTime } from './wall-time.ts';

export interface CallEnd {
  readonly by: 'us' | 'them';
  /** `rejected`: a final response of 300 or more, or ours; `lost`: nobody answers any more; `closed`: the phone was. */
  readonly how: 'BYE' | 'CANCEL' | 'rejected' | 'lost' | 'closed';
  readonly at: number;
  /** Of the BYE, CANCEL or response; lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The `Reason` header, e.g. `Q.850;cause=16`. */
  readonly reason: string | undefined;
  readonly status: number | undefined;
}

export interface Parties {
  readonly callId: string;
  /** As in From or To, our tag included. */
  local: string;
  remote: string;
  /** URI the next request goes to. */
  target: string;
  routes: readonly string[];
}

export interface InDialogRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
}

/** What may be said in a response inside a dialog. */
export interface ResponseParts {
  readonly body?: string;
  /** Another Contact than the phone's own. */
  readonly contact?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A call of a phone, whoever made it: what both sides can do with it once it exists. */
export class Dialog {
  readonly ended: Promise<CallEnd>;
  /** How the other side changed the call (re-INVITE, UPDATE): when, and the direction it offered. */
  readonly changes: {
    readonly at: number;
    readonly method: string;
    readonly direction: Direction | undefined;
  }[] = [];
  /** Digits received by INFO. */
  readonly infoDigits: { readonly digit: string; readonly duration: number; readonly at: number }[] = [];
  /** What became of a REFER: the status lines of its NOTIFYs. */
  readonly notified: string[] = [];
  /** Texts received inside the call. */
  readonly texts: SipRequest[] = [];
  readonly media: CallMedia;
  /** Takes a REFER, where the phone takes any. */
  referee: { answer(on: Dialog, request: SipRequest, transaction: ServerTransaction): void } | undefined;
  /** How the call ended, once it has. */
  end: CallEnd | undefined;
  /** When the phone hung up: before the other side has said that it knows. */
  hungUpAt: number | undefined;
  protected readonly agent: UserAgent;
  protected readonly parties: Parties;
  /** Our last number; a request takes the next. */
  protected localNumber = Math.floor(Math.random() * 10_000) + 1;
  protected remoteNumber = 0;
  readonly #end: (end: CallEnd) => void;
  readonly #unacknowledged = new Map<number, { transaction: ServerTransaction; isOfferOurs: boolean }>();
  #bye: Promise<void> | undefined;

  constructor(agent: UserAgent, media: CallMedia, parties: Parties) {
    const { promise, resolve } = Promise.withResolvers<CallEnd>();
    this.ended = promise;
    this.#end = resolve;
    this.agent = agent;
    this.media = media;
    this.parties = parties;
  }

  get contact(): string {
    return this.agent.contact;
  }

  get callId(): string {
    return this.parties.callId;
  }

  get localTag(): string {
    return tagOf(this.parties.local);
  }

  get remoteTag(): string {
    return tagOf(this.parties.remote);
  }

  get rtp(): RtpSession {
    return this.media.rtp;
  }

  get heard(): Heard {
    return this.rtp.heard;
  }

  get isEnded(): boolean {
    return this.end !== undefined;
  }

  /** Presses keys as RFC 4733 events; resolves when the last was released. */
  digits(digits: string, timing?: { duration?: number; gap?: number }): Promise<void> {
    return this.rtp.digits(digits, timing);
  }

  /** Presses keys as sound. */
  inbandDigits(digits: string, timing?: { duration?: number; gap?: number }): Promise<void> {
    return this.rtp.play(dtmfTones(digits, timing));
  }

  /** Presses keys as INFO requests, one after the other. */
  async sendInfoDigits(digits: string, { duration = 100 } = {}): Promise<void> {
    for (const digit of digits) {
      const body = `Signal=${digit}\r\nDuration=${duration}\r\n`;
      const { status } = await this.request('INFO', { body, contentType: 'application/dtmf-relay' });
      if (status !== 200) throw new Error(`INFO for the digit ${digit} was answered with ${status}`);
    }
  }

  tone(frequency: number | readonly number[], amplitude?: number): void {
    this.rtp.tone(frequency, amplitude);
  }

  silence(): void {
    this.rtp.silence();
  }

  play(samples: Int16Array): Promise<void> {
    return this.rtp.play(samples);
  }

  async hold(form: HoldForm = 'sendonly'): Promise<void> {
    await this.#reinvite(this.media.hold(form));
  }

  async unhold(): Promise<void> {
    await this.#reinvite(this.media.offer('sendrecv'));
  }

  /** Asks again for what has been agreed, as phones do whose session would otherwise run out. */
  async refresh(): Promise<void> {
    await this.#reinvite(this.media.offer());
  }

  /** Hangs up; resolves when that is confirmed. More than once, or after the other side did, changes nothing. */
  async bye(request: InDialogRequest = {}): Promise<void> {
    if (this.isEnded) return;
    this.#bye ??= this.#sendBye(request);
    await this.#bye;
  }

  /**
   * Asks the other side to call somebody else (REFER), or, with `instead`, to be connected with that call's other party.
   * Resolves to the status of the answer; how it went on is in `notified`.
   */
  async refer(uri: string, instead?: Dialog): Promise<number> {
    const replaces = instead && `${instead.callId};to-tag=${instead.remoteTag};from-tag=${instead.localTag}`;
    const target = replaces === undefined ? uri : `${uri}?Replaces=${encodeURIComponent(replaces)}`;
    const headers = { 'Refer-To': `<${target}>`, 'Referred-By': `<${this.agent.contact}>` };
    return (await this.request('REFER', { headers })).status;
  }

  /** Any request inside the dialog. */
  async request(method: string, request: InDialogRequest = {}): Promise<SipResponse> {
    const build = (headers: Readonly<Record<string, string>>) =>
      this.build(method, { ...request, headers: { ...request.headers, ...headers } });
    const { response } = await sendAuthenticated(this.agent, { build, to: this.destination });
    return response;
  }

  /** A request of the other side inside this dialog, or an ACK. */
  receive(request: SipRequest, transaction: ServerTransaction | undefined): void {
    const { number } = cseqOf(request);
    if (request.method === 'ACK') return this.#acknowledged(request, number);
    if (transaction === undefined) return;
    if (number <= this.remoteNumber) {
      this.agent.complain(`${request.method} with CSeq ${number} after ${this.remoteNumber}`);
      return transaction.respond(respondTo(request, 500));
    }
    this.remoteNumber = number;
    switch (request.method) {
      case 'BYE':
        transaction.respond(respondTo(request, 200));
        return this.finish({ by: 'them', how: 'BYE', headers: request.headers });
      case 'INVITE':
      case 'UPDATE':
        return this.#change(request, transaction);
      case 'INFO':
        return this.#info(request, transaction);
      case 'NOTIFY':
        this.notified.push(request.body.trim());
        return transaction.respond(respondTo(request, 200));
      case 'MESSAGE':
        this.texts.push(request);
        return transaction.respond(respondTo(request, 200));
      case 'REFER':
        if (this.referee) return this.referee.answer(this, request, transaction);
        break;
      default:
    }
    transaction.respond(respondTo(request, 405, { headers: { Allow: allowed } }));
  }

  /** What the phone does when it is closed. */
  async close(): Promise<void> {
    await this.bye();
  }

  finish(end: Pick<CallEnd, 'by' | 'how'> & { headers?: SipHeaders; status?: number }): void {
    if (this.isEnded) return;
    this.end = {
      by: end.by,
      how: end.how,
      at: wallTime(),
      headers: end.headers?.toObject() ?? {},
      reason: end.headers?.get('Reason'),
      status: end.status,
    };
    for (const complaint of this.rtp.complaints) this.agent.complain(complaint);
    this.agent.forget(this);
    void this.rtp.close().then(() => this.end && this.#end(this.end));
  }

  protected get destination(): Address {
    const [route] = this.parties.routes;
    return addressOf(route === undefined ? this.parties.target : parseNameAddress(route).uri);
  }

  protected build(method: string, parts: InDialogRequest = {}, number = ++this.localNumber): SipRequest {
    const headers = new SipHeaders()
      .add('Via', newVia(this.agent.address))
      .add('Max-Forwards', '70')
      .add('From', this.parties.local)
      .add('To', this.parties.remote)
      .add('Call-ID', this.parties.callId)
      .add('CSeq', `${number} ${method}`)
      .add('Contact', `<${this.agent.contact}>`)
      .add('User-Agent', 'ariflow-test-phone');
    for (const route of this.parties.routes) headers.add('Route', route);
    if (method === 'INVITE') headers.add('Allow', allowed);
    for (const [name, value] of Object.entries(parts.headers ?? {})) headers.set(name, value);
    if (parts.contentType !== undefined) headers.set('Content-Type', parts.contentType);
    return { kind: 'request', method, uri: this.parties.target, headers, body: parts.body ?? '' };
  }

  /** Sends a final response to an INVITE and waits for its ACK. */
  protected respondWithSdp(
    transaction: ServerTransaction,
    body: string,
    { isOfferOurs, ...parts }: ResponseParts & { readonly isOfferOurs: boolean },
  ): void {
    const { number } = cseqOf(transaction.request);
    this.#unacknowledged.set(number, { transaction, isOfferOurs });
    transaction.onUnacknowledged = () => {
      this.agent.complain(`no ACK for ${transaction.request.method} ${number}`);
      this.finish({ by: 'them', how: 'lost' });
    };
    transaction.respond(this.respond(transaction.request, 200, { ...parts, body }));
  }

  protected respond(
    request: SipRequest,
    status: number,
    { body = '', contact = this.agent.contact, headers: more }: ResponseParts = {},
  ): SipResponse {
    const headers: Record<string, string> = { Contact: `<${contact}>`, Allow: allowed, ...more };
    if (body !== '') headers['Content-Type'] = 'application/sdp';
    return respondTo(request, status, { tag: this.localTag, headers, body });
  }

  /** Called at the ACK of each INVITE of theirs. */
  protected onAcknowledged(_ack: SipRequest): void {}

  #acknowledged(ack: SipRequest, number: number): void {
    const awaited = this.#unacknowledged.get(number);
    if (awaited === undefined) return;
    this.#unacknowledged.delete(number);
    awaited.transaction.acknowledged();
    if (awaited.isOfferOurs) this.#tryMedia(() => this.media.accept(ack.body));
    this.onAcknowledged(ack);
  }

  #change(request: SipRequest, transaction: ServerTransaction): void {
    const contact = request.headers.all('Contact')[0];
    if (contact !== undefined) this.parties.target = parseNameAddress(contact).uri;
    const isOfferOurs = request.method === 'INVITE' && request.body === '';
    const body = isOfferOurs
      ? this.media.offer()
      : request.body && this.#tryMedia(() => this.media.answer(request.body));
    const direction = request.body === '' ? undefined : this.media.remote?.direction;
    this.changes.push({ at: wallTime(), method: request.method, direction });
    if (body === undefined) return transaction.respond(this.respond(request, 488));
    if (request.method === 'INVITE') this.respondWithSdp(transaction, body, { isOfferOurs });
    else transaction.respond(this.respond(request, 200, { body }));
  }

  #tryMedia<T>(negotiate: () => T): T | undefined {
    try {
      return negotiate();
    } catch (error) {
      this.agent.complain(`SDP: ${String(error)}`);
      return undefined;
    }
  }

  #info(request: SipRequest, transaction: ServerTransaction): void {
    const digit = /^Signal\s*=\s*(\S+)/m.exec(request.body)?.[1];
    const duration = Number(/^Duration\s*=\s*(\d+)/m.exec(request.body)?.[1] ?? 0);
    if (digit !== undefined) this.infoDigits.push({ digit, duration, at: wallTime() });
    transaction.respond(respondTo(request, 200));
  }

  async #reinvite(body: string): Promise<void> {
    const build = (headers: Readonly<Record<string, string>>) =>
      this.build('INVITE', { headers, body, contentType: 'application/sdp' });
    const { request, response } = await sendAuthenticated(this.agent, { build, to: this.destination });
    if (response.status >= 300)
      throw new Error(`re-INVITE was answered with ${response.status} ${response.reason}`);
    this.sendAck(request, response);
    this.media.accept(response.body);
  }

  /** The ACK of a 2xx: a request of its own, with the number of the INVITE and its credentials. */
  protected sendAck(invite: SipRequest, response: SipResponse): void {
    const contact = response.headers.all('Contact')[0];
    if (contact !== undefined) this.parties.target = parseNameAddress(contact).uri;
    const headers: Record<string, string> = {};
    for (const name of ['Authorization', 'Proxy-Authorization']) {
      const value = invite.headers.get(name);
      if (value !== undefined) headers[name] = value;
    }
    const ack = this.build('ACK', { headers }, cseqOf(invite).number);
    this.agent.client.acknowledge(invite, ack, this.destination);
  }

  async #sendBye(request: InDialogRequest): Promise<void> {
    this.rtp.pause();
    this.hungUpAt = wallTime();
    const response = await this.request('BYE', request);
    // 481: they hung up at the same moment, or do not know the call any more. It is over either way.
    const isLost = response.status === 408;
    this.finish({
      by: 'us',
      how: isLost ? 'lost' : 'BYE',
      headers: response.headers,
      status: response.status,
    });
  }
}
