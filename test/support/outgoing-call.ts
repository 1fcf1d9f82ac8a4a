import type { CallMedia, MediaOptions } from './call-media.ts';
import { Dialog, type Parties } from './dialog.ts';
import { SipHeaders } from './sip-headers.ts';
import { branchOf, cseqOf, type SipRequest, type SipResponse } from './sip-message.ts';
import { sendAuthenticated, type UserAgent } from './user-agent.ts';
import { wallTime } from './wall-time.ts';

export interface ReceivedResponse {
  readonly status: number;
  readonly reason: string;
  readonly at: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface OutgoingCallOptions extends MediaOptions {
  /** Additional headers of the INVITE. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** false for a phone that begins to listen at the 200 only. */
  readonly earlyMedia?: boolean | undefined;
  /** Hangs up (or cancels) when it fires. */
  readonly signal?: AbortSignal | undefined;
}

/** The final response was not 200. */
export class CallRejected extends Error {
  override readonly name = 'CallRejected';
  readonly response: ReceivedResponse;

  constructor(response: ReceivedResponse) {
    super(`the call was answered with ${response.status} ${response.reason}`);
    this.response = response;
  }

  get status(): number {
    return this.response.status;
  }
}

/** A call this phone makes. */
export class OutgoingCall extends Dialog {
  /** 100, 180, 183 … in the order they came. */
  readonly provisional: ReceivedResponse[] = [];
  /** The last word, whatever it is. */
  readonly final: Promise<ReceivedResponse>;
  /** Resolves with this call once the 200 has been acknowledged. @throws CallRejected */
  readonly answered: Promise<this>;
  answeredAt: number | undefined;
  readonly #options: OutgoingCallOptions;
  #invite: SipRequest | undefined;
  #isCancelled = false;
  #cancelHeaders: Readonly<Record<string, string>> = {};
  #isCancelSent = false;

  constructor(agent: UserAgent, media: CallMedia, parties: Parties, options: OutgoingCallOptions) {
    super(agent, media, parties);
    this.#options = options;
    agent.remember(this);
    this.final = this.#run();
    this.answered = this.final.then((response) => {
      if (response.status >= 300) throw new CallRejected(response);
      return this;
    });
    // Not every test asks how a call went.
    this.answered.catch(() => undefined);
    this.final.catch(() => undefined);
    const { signal } = options;
    const hangUp = () => void this.close();
    if (signal?.aborted) hangUp();
    else signal?.addEventListener('abort', hangUp, { once: true });
    void this.ended.then(() => signal?.removeEventListener('abort', hangUp));
  }

  /** When the first response with this status came, if one did. */
  at(status: number): number | undefined {
    return this.provisional.find((response) => response.status === status)?.at;
  }

  /** Gives up before the answer; resolves when the other side has confirmed. @throws when it was answered already */
  async cancel(headers: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.answeredAt !== undefined) throw new Error('an answered call is not cancelled but hung up');
    this.#isCancelled = true;
    this.#cancelHeaders = headers;
    // Before the first response there may be nothing to cancel yet (RFC 3261, 9.1).
    if (this.provisional.length > 0) await this.#sendCancel();
    await this.ended;
  }

  override async close(): Promise<void> {
    if (this.answeredAt !== undefined) await this.bye();
    else if (!this.isEnded) await this.cancel();
  }

  async #run(): Promise<ReceivedResponse> {
    const body = this.media.offer();
    const build = (headers: Readonly<Record<string, string>>) => {
      const all = { ...this.#options.headers, ...headers };
      this.#invite = this.build('INVITE', { headers: all, body, contentType: 'application/sdp' });
      return this.#invite;
    };
    const onProvisional = (response: SipResponse) => this.#progress(response);
    try {
      const { request, response } = await sendAuthenticated(this.agent, {
        build,
        to: this.destination,
        onProvisional,
      });
      if (response.status < 300) this.#establish(request, response);
      else this.#failed(response);
      return received(response);
    } catch (error) {
      this.finish({ by: 'us', how: 'closed' });
      throw error;
    }
  }

  #progress(response: SipResponse): void {
    this.provisional.push(received(response));
    if (response.body !== '' && this.#options.earlyMedia !== false) this.#listen(response);
    if (this.#isCancelled) void this.#sendCancel();
  }

  #establish(invite: SipRequest, response: SipResponse): void {
    this.parties.remote = response.headers.get('To') ?? this.parties.remote;
    if (this.remoteTag === '') this.agent.complain('a 200 without a tag in To');
    if (response.headers.get('Contact') === undefined) this.agent.complain('a 200 without Contact');
    this.parties.routes = response.headers.all('Record-Route').reverse();
    this.sendAck(invite, response);
    this.answeredAt = wallTime();
    this.#listen(response);
    // The answer crossed our CANCEL: it is hung up as RFC 3261, 9.1 says.
    if (this.#isCancelled) void this.bye();
  }

  #failed(response: SipResponse): void {
    const how = response.status === 487 && this.#isCancelled ? 'CANCEL' : 'rejected';
    const isLost = response.status === 408 && this.provisional.length === 0;
    this.finish({
      by: how === 'CANCEL' ? 'us' : 'them',
      how: isLost ? 'lost' : how,
      headers: response.headers,
      status: response.status,
    });
  }

  #listen(response: SipResponse): void {
    try {
      this.media.accept(response.body);
    } catch (error) {
      this.agent.complain(`SDP of ${response.status}: ${String(error)}`);
    }
  }

  async #sendCancel(): Promise<void> {
    const invite = this.#invite;
    if (this.#isCancelSent || invite === undefined || this.answeredAt !== undefined || this.isEnded) return;
    this.#isCancelSent = true;
    const headers = new SipHeaders();
    for (const name of ['Via', 'Max-Forwards', 'From', 'To', 'Call-ID']) {
      headers.add(name, invite.headers.get(name) ?? '');
    }
    headers.add('CSeq', `${cseqOf(invite).number} CANCEL`);
    for (const [name, value] of Object.entries(this.#cancelHeaders)) headers.set(name, value);
    const cancel: SipRequest = { kind: 'request', method: 'CANCEL', uri: invite.uri, headers, body: '' };
    const response = await this.agent.client.start(cancel, this.destination);
    if (branchOf(response) !== branchOf(cancel))
      this.agent.complain('the answer to CANCEL has another branch');
  }
}

function received(response: SipResponse): ReceivedResponse {
  const { status, reason, headers, body } = response;
  return { status, reason, at: wallTime(), headers: headers.toObject(), body };
}

export function partiesOf(call: { from: string; to: string; callId: string }): Parties {
  return { callId: call.callId, local: call.from, remote: `<${call.to}>`, target: call.to, routes: [] };
}
