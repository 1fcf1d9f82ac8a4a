import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { within } from '../../src/core/wait.ts';

/** Somebody at an address of this machine's who does not know the password. */
export class Intruder implements AsyncDisposable {
  readonly #socket = createSocket('udp4');
  readonly #server: number;
  readonly #answers: string[] = [];
  #sent = 0;

  private constructor(server: number) {
    this.#server = server;
    this.#socket.on('message', (message) => this.#answers.push(message.toString()));
  }

  static async at(address: string, server: number): Promise<Intruder> {
    const intruder = new Intruder(server);
    intruder.#socket.bind(0, address);
    await once(intruder.#socket, 'listening');
    return intruder;
  }

  /** Asks, is asked for the password, gives a wrong one: the codes that were answered. */
  async tries(method: 'REGISTER' | 'INVITE', user: string): Promise<readonly (number | undefined)[]> {
    const asked = await this.#ask(method, user, '');
    const nonce = /nonce="([^"]+)"/.exec(asked ?? '')?.[1];
    if (nonce === undefined) return [codeOf(asked)];
    const credentials = `Authorization: Digest username="${user}", realm="asterisk", nonce="${nonce}", uri="sip:127.0.0.1", response="${'0'.repeat(32)}", algorithm=MD5, cnonce="x", nc=00000001, qop=auth\r\n`;
    return [codeOf(asked), codeOf(await this.#ask(method, user, credentials))];
  }

  /** Asks once, of whatever kind, and does not wait for long: some requests are answered by nobody. */
  async asks(method: string, user: string, target: string): Promise<number | undefined> {
    return codeOf(await this.#ask(method, user, '', { target, patience: 250 }));
  }

  send(packet: string): void {
    this.#socket.send(packet, this.#server, '127.0.0.1');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.close();
    await once(this.#socket, 'close');
  }

  /** An INVITE that is refused waits for its ACK, which the server asks for again: a new answer is one to this request. */
  async #ask(
    method: string,
    user: string,
    credentials: string,
    { target = method === 'INVITE' ? 'sip:3400@127.0.0.1' : 'sip:127.0.0.1', patience = 5_000 } = {},
  ): Promise<string | undefined> {
    const { address, port } = this.#socket.address();
    const id = `${port}-${++this.#sent}`;
    this.send(
      `${method} ${target} SIP/2.0\r\nVia: SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${id};rport\r\nMax-Forwards: 70\r\n` +
        `From: <sip:${user}@127.0.0.1>;tag=${id}\r\nTo: <sip:${user}@127.0.0.1>\r\nCall-ID: ${id}\r\nCSeq: 1 ${method}\r\n` +
        `Contact: <sip:${user}@${address}:${port}>\r\n${credentials}Content-Length: 0\r\n\r\n`,
    );
    return await within(this.#answerTo(id), patience);
  }

  async #answerTo(id: string): Promise<string> {
    for (;;) {
      const answer = this.#answers.find((text) => text.includes(`Call-ID: ${id}\r\n`));
      if (answer !== undefined) return answer;
      await once(this.#socket, 'message');
    }
  }
}

function codeOf(answer: string | undefined): number | undefined {
  const code = /^SIP\/2.0 (\d+)/.exec(answer ?? '')?.[1];
  return code === undefined ? undefined : Number(code);
}
