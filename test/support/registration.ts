import { SipHeaders } from './sip-headers.ts';
import type { Address, SipResponse } from './sip-message.ts';
import { newTag, newVia, sendAuthenticated, type UserAgent } from './user-agent.ts';

/** Keeps Call-ID and CSeq from one REGISTER to the next, as RFC 3261, 10.2 wants. */
export class Registration {
  readonly #agent: UserAgent;
  readonly #server: Address;
  readonly #user: string;
  readonly #callId = `${newTag()}@127.0.0.1`;
  #number = 0;

  constructor(agent: UserAgent, server: Address, user: string) {
    this.#agent = agent;
    this.#server = server;
    this.#user = user;
  }

  /** The final response, whatever it is. `expires` 0 takes the registration back. */
  async send(expires: number): Promise<SipResponse> {
    const registrar = `sip:${this.#server.host}:${this.#server.port}`;
    const record = `<sip:${this.#user}@${this.#server.host}:${this.#server.port}>`;
    const build = (additional: Readonly<Record<string, string>>) => {
      this.#number += 1;
      const headers = SipHeaders.of({
        Via: newVia(this.#agent.address),
        'Max-Forwards': '70',
        From: `${record};tag=${newTag()}`,
        To: record,
        'Call-ID': this.#callId,
        CSeq: `${this.#number} REGISTER`,
        Contact: `<${this.#agent.contact}>`,
        Expires: String(expires),
        ...additional,
      });
      return { kind: 'request', method: 'REGISTER', uri: registrar, headers, body: '' } as const;
    };
    const { response } = await sendAuthenticated(this.#agent, { build, to: this.#server });
    return response;
  }
}
