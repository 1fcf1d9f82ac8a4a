import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CertificateFiles } from './certificate.ts';
import { Dtls } from './dtls.ts';
import type { Address } from './sip-message.ts';
import { checkAnswer, checkRequest, readCheck } from './stun.ts';

/** How one side of a browser's call is reached and known, as SDP says it. */
export interface WebDescription {
  readonly ufrag: string;
  readonly password: string;
  /** SHA-256 of its certificate. */
  readonly fingerprint: string;
  /** Who begins the handshake. */
  readonly setup: 'actpass' | 'active' | 'passive';
}

/** Keys and salts, of what is sent and of what comes. */
export interface PathKeys {
  readonly ours: string;
  readonly theirs: string;
}

/** How often it is tried whether the other side can be reached, in milliseconds. */
const checkInterval = 50;

/** The way of a browser's audio: found by ICE, with keys by DTLS, all through the one port of the audio. */
export class WebPath {
  /** How it is described; the handshake is left to the other side where that offers. */
  readonly local: Omit<WebDescription, 'setup'>;
  readonly complaints: string[] = [];
  keys: PathKeys | undefined;
  /** Where the other side is: Asterisk offers no address of loopback, so it is where its own checks come from. */
  to: Address | undefined;
  readonly #certificate: CertificateFiles;
  readonly #send: (datagram: Buffer, to: Address) => void;
  #remote: WebDescription | undefined;
  readonly #described = Promise.withResolvers<WebDescription>();
  #isActive = false;
  #checking: NodeJS.Timeout | undefined;
  #dtls: Promise<Dtls> | undefined;
  #isClosed = false;

  constructor(certificate: CertificateFiles, send: (datagram: Buffer, to: Address) => void) {
    this.#certificate = certificate;
    this.#send = send;
    const { fingerprint256 } = new X509Certificate(readFileSync(certificate.cert));
    this.local = {
      ufrag: randomBytes(4).toString('hex'),
      password: randomBytes(16).toString('hex'),
      fingerprint: fingerprint256,
    };
  }

  /** Goes there, unless it is on its way already. */
  connect(local: WebDescription, remote: WebDescription): void {
    if (this.#remote !== undefined || this.#isClosed) return;
    this.#remote = remote;
    this.#described.resolve(remote);
    // Who has offered both waits, as a browser does; who answers begins.
    this.#isActive = local.setup === 'active' || (local.setup === 'actpass' && remote.setup === 'passive');
    const request = (): Buffer => checkRequest(`${remote.ufrag}:${this.local.ufrag}`, remote.password);
    this.#checking = setInterval(() => this.to && this.#send(request(), this.to), checkInterval);
  }

  /** Takes what is not audio. */
  receive(datagram: Buffer, from: Address): void {
    const [first = 0] = datagram;
    if (first < 4) this.#receiveCheck(datagram, from);
    else if (first >= 20 && first < 64) void this.#handshake().then((dtls) => dtls.receive(datagram));
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#checking);
    void this.#dtls?.then((dtls) => dtls.close());
  }

  #receiveCheck(datagram: Buffer, from: Address): void {
    const request = readCheck(datagram, this.local.password);
    if (request?.isRequest) {
      this.to ??= from;
      this.#send(checkAnswer(request.transaction, from, this.local.password), from);
      return;
    }
    if (this.#remote === undefined || readCheck(datagram, this.#remote.password) === undefined) return;
    clearInterval(this.#checking);
    if (this.#isActive) void this.#handshake();
  }

  #handshake(): Promise<Dtls> {
    this.#dtls ??= this.#begin();
    return this.#dtls;
  }

  async #begin(): Promise<Dtls> {
    const role = this.#isActive ? 'client' : 'server';
    const send = (datagram: Buffer): void => {
      if (this.to && !this.#isClosed) this.#send(datagram, this.to);
    };
    const dtls = await Dtls.open({ role, certificate: this.#certificate, send });
    // Whoever takes a call begins when he has our offer: all of it may be done before he answers, and says who he is.
    void Promise.all([dtls.done, this.#described.promise]).then(
      ([{ client, server, fingerprint }, remote]) => {
        if (fingerprint !== remote.fingerprint) this.complaints.push('a certificate that SDP has not told');
        else
          this.keys = role === 'client' ? { ours: client, theirs: server } : { ours: server, theirs: client };
      },
      (error: Error) => {
        if (!this.#isClosed) this.complaints.push(`DTLS: ${error.message}`);
      },
    );
    return dtls;
  }
}
