import { randomUUID } from 'node:crypto';
import { type InviteHandler, rejecting } from './answering.ts';
import { CallMedia, type MediaOptions } from './call-media.ts';
import type { CertificateFiles } from './certificate.ts';
import { ClientTransactions } from './client-transactions.ts';
import type { Dialog } from './dialog.ts';
import type { Credentials } from './digest.ts';
import { IncomingCall } from './incoming-call.ts';
import { OutgoingCall, type OutgoingCallOptions, partiesOf } from './outgoing-call.ts';
import { providerLine } from './provider-line.ts';
import { Registration } from './registration.ts';
import { type ServerTransaction, ServerTransactions } from './server-transactions.ts';
import { SipHeaders } from './sip-headers.ts';
import { type Handshake, openLine, type SipLine, type SipTransport } from './sip-line.ts';
import { type Address, parseSip, respondTo, type SipRequest, type SipResponse } from './sip-message.ts';
import { addressOf, tagOf } from './sip-uri.ts';
import { Timers } from './timers.ts';
import { allowed, newTag, newVia, sendAuthenticated, type UserAgent } from './user-agent.ts';

export interface PhoneOptions extends MediaOptions {
  /** `host:port` of the server; without it calls need whole URIs. */
  readonly server?: string;
  /** Who the phone is; its number. */
  readonly user?: string;
  /** Where there is one, 401 and 407 are answered. */
  readonly password?: string;
  /** UDP unless given. */
  readonly transport?: SipTransport;
  /** Whom it trusts, with TLS. */
  readonly ca?: string;
  /** Of a provider on TLS, who is connected to: what it shows. */
  readonly shows?: CertificateFiles;
  /** How it asks for a WebSocket. */
  readonly handshake?: Handshake;
}

export interface CallOptions extends OutgoingCallOptions {
  /** User part of From, and a name: `1001`, or `{ user: '1001', name: 'Ann' }`. */
  readonly from?: string | { readonly user: string; readonly name?: string };
}

/** What a provider says to a REGISTER. */
export interface RegistrarAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How long hanging up and unregistering may take when a phone is closed. */
const closingTime = 2_000;

/** A telephone: SIP over UDP, TCP, TLS or WebSocket, and RTP, on loopback, as strict as a good one and as patient as a person. */
export class Phone implements UserAgent, AsyncDisposable {
  readonly address: Address;
  readonly client: ClientTransactions;
  readonly credentials: Credentials | undefined;
  readonly user: string;
  /** What others did against the rules, in words. A test that expects none asserts that. */
  readonly complaints: string[] = [];
  /** Calls that came in, oldest first. */
  readonly incoming: IncomingCall[] = [];
  /** Text messages that came in, oldest first. */
  readonly texts: SipRequest[] = [];
  /** What it was told of those it watches, oldest first. */
  readonly notifications: string[] = [];
  readonly #options: PhoneOptions;
  readonly #server: Address | undefined;
  readonly #line: SipLine;
  readonly #timers = new Timers();
  readonly #serverTransactions: ServerTransactions;
  readonly #dialogs = new Map<string, Dialog>();
  #handler: InviteHandler = rejecting(480);
  #textStatus: number | undefined;
  #registrar: ((request: SipRequest) => RegistrarAnswer) | undefined;
  #registration: Registration | undefined;
  #isRegistered = false;
  #isDead = false;
  #closing: Promise<void> | undefined;

  private constructor(line: SipLine, options: PhoneOptions) {
    this.#options = options;
    this.#line = line;
    this.address = line.address;
    this.user = options.user ?? 'phone';
    this.#server = options.server === undefined ? undefined : addressOf(`sip:${options.server}`);
    this.credentials =
      options.password === undefined ? undefined : { user: this.user, password: options.password };
    const send = (message: string, to: Address) => this.#send(message, to);
    this.client = new ClientTransactions(send, this.#timers);
    this.#serverTransactions = new ServerTransactions(send, this.#timers);
    line.listen(
      (message, from) => this.#receive(message, from),
      (error) => this.complain(`SIP socket: ${error.message}`),
    );
  }

  static async open(options: PhoneOptions = {}): Promise<Phone> {
    const { transport = 'udp', server, ca, shows, handshake } = options;
    const home = server === undefined ? undefined : addressOf(`sip:${server}`);
    const line = shows ? providerLine(shows) : openLine(transport, home, ca, handshake);
    return new Phone(await line, options);
  }

  get contact(): string {
    const { host, port, transport } = this.address;
    return `sip:${this.user}@${host}:${port}${transport === undefined ? '' : `;transport=${transport}`}`;
  }

  /** Calls that have not ended. */
  get calls(): Dialog[] {
    return [...this.#dialogs.values()];
  }

  /** Calls a number at the server, or a whole `sip:` URI. Returns once the INVITE is on its way. */
  async call(number: string, options: CallOptions = {}): Promise<OutgoingCall> {
    const { codecs = this.#options.codecs, telephoneEvent = this.#options.telephoneEvent } = options;
    const { isEncrypted, certificate } = this.#options;
    const to = number.startsWith('sip:')
      ? number
      : `sip:${encodeURIComponent(number)}@${hostPort(this.#home())}`;
    const { user, name } =
      typeof options.from === 'object' ? options.from : { user: options.from ?? this.user, name: undefined };
    const host = hostPort(this.#server ?? this.address);
    const from = `${name === undefined ? '' : `"${name}" `}<sip:${user}@${host}>;tag=${newTag()}`;
    const media = await CallMedia.open(this.address.host, {
      codecs,
      telephoneEvent,
      isEncrypted,
      certificate,
    });
    return new OutgoingCall(this, media, partiesOf({ from, to, callId: randomUUID() }), options);
  }

  /** Takes registrations, as a provider does; without a registrar they get 405. */
  onRegister(registrar: (request: SipRequest) => RegistrarAnswer): void {
    this.#registrar = registrar;
  }

  /** What to do with the calls to come; see `answering.ts`. Without a handler they get 480. */
  onInvite(handler: InviteHandler): void {
    this.#handler = handler;
  }

  /** Takes text messages from now on; without this they get 405. */
  takeTexts(status = 200): void {
    this.#textStatus = status;
  }

  /** The final response to REGISTER: 200, or 401/403 for a wrong password. */
  async register({ expires = 300 } = {}): Promise<SipResponse> {
    this.#registration ??= new Registration(this, this.#home(), this.user);
    const response = await this.#registration.send(expires);
    this.#isRegistered = response.status === 200 && expires > 0;
    return response;
  }

  async unregister(): Promise<SipResponse> {
    return await this.register({ expires: 0 });
  }

  /** OPTIONS to the server or another URI. */
  async ping(uri = `sip:${hostPort(this.#home())}`): Promise<SipResponse> {
    return await this.#ask('OPTIONS', uri, addressOf(uri));
  }

  /** Watches a number, as a lamp does (BLF): what comes of it is in `notifications`. */
  async watch(number: string): Promise<SipResponse> {
    const home = this.#home();
    const headers = { Event: 'dialog', Accept: 'application/dialog-info+xml', Expires: '300' };
    return await this.#ask('SUBSCRIBE', `sip:${number}@${hostPort(home)}`, home, { headers });
  }

  /** A text message to a number, through the server. */
  async message(number: string, text: string): Promise<SipResponse> {
    const home = this.#home();
    return await this.#ask('MESSAGE', `sip:${number}@${hostPort(home)}`, home, { text });
  }

  /** Asks to be told how many messages there are for a number; `notifications` has what comes. */
  async askForMessages(number: string): Promise<SipResponse> {
    const home = this.#home();
    const headers = {
      Event: 'message-summary',
      Accept: 'application/simple-message-summary',
      Expires: '300',
    };
    return await this.#ask('SUBSCRIBE', `sip:${number}@${hostPort(home)}`, home, { headers });
  }

  /** A request outside of any call; with the password where it is asked for. */
  async #ask(
    method: string,
    uri: string,
    to: Address,
    { text = '', headers: more = {} }: { text?: string; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<SipResponse> {
    const callId = randomUUID();
    const tag = newTag();
    let sent = 0;
    const build = (proof: Readonly<Record<string, string>>): SipRequest => {
      const headers = SipHeaders.of({
        Via: newVia(this.address),
        'Max-Forwards': '70',
        From: `<${this.contact}>;tag=${tag}`,
        To: `<${uri}>`,
        'Call-ID': callId,
        CSeq: `${++sent} ${method}`,
        Contact: `<${this.contact}>`,
        ...(text === '' ? {} : { 'Content-Type': 'text/plain' }),
        ...more,
        ...proof,
      });
      return { kind: 'request', method, uri, headers, body: text };
    };
    return (await sendAuthenticated(this, { build, to })).response;
  }

  /** Hangs up everything, takes the registration back and closes all sockets. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** As when somebody pulls the plug: nothing is sent any more, and nothing that comes is read. */
  die(): void {
    this.#isDead = true;
    for (const call of this.calls) call.rtp.pause();
  }

  /** As when its network goes: it is heard no more, and its connection is gone. */
  cut(): void {
    this.die();
    this.#line.cut();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  complain(text: string): void {
    this.complaints.push(text);
  }

  remember(dialog: Dialog): void {
    this.#dialogs.set(`${dialog.callId} ${dialog.localTag}`, dialog);
  }

  forget(dialog: Dialog): void {
    this.#dialogs.delete(`${dialog.callId} ${dialog.localTag}`);
  }

  async #close(): Promise<void> {
    const goodbyes = this.calls.map((call) => call.close());
    if (this.#isRegistered) goodbyes.push(this.unregister().then(() => undefined));
    const { promise: tooLate, resolve } = Promise.withResolvers<void>();
    const stop = this.#timers.after(closingTime, resolve);
    await Promise.race([Promise.allSettled(goodbyes), tooLate]);
    stop();
    this.#timers.close();
    this.client.close();
    const rest = this.calls;
    for (const call of rest) call.finish({ by: 'us', how: 'closed' });
    await Promise.all(rest.map((call) => call.ended));
    await this.#line.close();
  }

  #home(): Address {
    if (this.#server === undefined) throw new Error('this phone has no server: call a whole sip: URI');
    return this.#server;
  }

  #send(message: string, to: Address): void {
    if (this.#isDead) return;
    // A wrong Contact must not make a test send anything to the outside. A browser
    // says all to whom it is connected with, and is told a name of him.
    const isConnected = /^WS/.test(this.address.transport ?? '');
    if (!isConnected && !/^(127\.|localhost$)/.test(to.host))
      return this.complain(`refused to send to ${to.host}`);
    this.#line.send(message, to);
  }

  #receive(datagram: Buffer, from: Address): void {
    if (this.#isDead) return;
    if (datagram.toString('latin1').trim() === '') return; // keep-alive
    if (isMedia(datagram)) return; // its RTCP: our port is the one behind some call's
    try {
      const message = parseSip(datagram.toString());
      if (message.kind === 'request') this.#receiveRequest(message, from);
      else if (!this.client.receive(message))
        this.complain(`a response ${message.status} to nothing we sent`);
    } catch (error) {
      this.complain(`a message from ${hostPort(from)}: ${String(error)}`);
    }
  }

  #receiveRequest(request: SipRequest, from: Address): void {
    const dialog = this.#dialogs.get(`${request.headers.get('Call-ID')} ${tagOf(request.headers.get('To'))}`);
    if (request.method === 'ACK') {
      // The ACK of a failure belongs to the INVITE; that of a 2xx to the dialog.
      this.#serverTransactions.inviteOf(request)?.acknowledged();
      dialog?.receive(request, undefined);
      return;
    }
    const transaction = this.#serverTransactions.open(request, from);
    if (transaction === undefined) return;
    if (request.method === 'CANCEL') return this.#cancel(transaction);
    if (dialog) return dialog.receive(request, transaction);
    if (request.method === 'NOTIFY' && /^(dialog|message-summary)/.test(request.headers.get('Event') ?? '')) {
      this.notifications.push(request.body);
      return transaction.respond(respondTo(request, 200));
    }
    if (tagOf(request.headers.get('To')) !== '') return transaction.respond(respondTo(request, 481));
    if (request.method === 'INVITE') return void this.#ring(transaction);
    if (request.method === 'REGISTER' && this.#registrar) {
      const { status, headers } = this.#registrar(request);
      return transaction.respond(respondTo(request, status, { tag: newTag(), headers }));
    }
    if (request.method === 'MESSAGE' && this.#textStatus !== undefined) {
      this.texts.push(request);
      return transaction.respond(respondTo(request, this.#textStatus, { tag: newTag() }));
    }
    if (request.method === 'OPTIONS') {
      return transaction.respond(respondTo(request, 200, { tag: newTag(), headers: { Allow: allowed } }));
    }
    transaction.respond(respondTo(request, 405, { tag: newTag(), headers: { Allow: allowed } }));
  }

  #cancel(transaction: ServerTransaction): void {
    const cancelled = this.#serverTransactions.inviteOf(transaction.request);
    const call = this.incoming.find(({ invite }) => invite === cancelled?.request);
    transaction.respond(
      respondTo(transaction.request, call === undefined ? 481 : 200, { tag: call?.localTag ?? newTag() }),
    );
    call?.cancelled(transaction.request);
  }

  async #ring(transaction: ServerTransaction): Promise<void> {
    const { request } = transaction;
    if (this.#closing) return transaction.respond(respondTo(request, 480, { tag: newTag() }));
    const media = await CallMedia.open(this.address.host, this.#options);
    // Not before there is a call: a CANCEL may come at once.
    transaction.respond(respondTo(request, 100));
    const call = new IncomingCall(this, media, transaction);
    this.incoming.push(call);
    try {
      await this.#handler(call);
    } catch (error) {
      this.complain(`the handler of a call failed: ${String(error)}`);
      call.reject(500);
    }
  }
}

/** RTP and RTCP begin with their version, 2, in two bits: no letter does. */
function isMedia([first = 0]: Buffer): boolean {
  return first >> 6 === 2;
}

function hostPort({ host, port }: Address): string {
  return `${host}:${port}`;
}
