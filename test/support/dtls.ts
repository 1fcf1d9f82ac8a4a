import { type ChildProcess, spawn } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import type { CertificateFiles } from './certificate.ts';

export interface DtlsOptions {
  readonly role: 'client' | 'server';
  readonly certificate: CertificateFiles;
  /** What goes to the other side. */
  readonly send: (datagram: Buffer) => void;
}

/** What a handshake has agreed, and who the other side was. */
export interface DtlsResult {
  /** Key and salt of each side, as SDP would have them. */
  readonly client: string;
  readonly server: string;
  /** SHA-256 of the other side's certificate, as SDP has it. */
  readonly fingerprint: string;
}

/** Of SRTP_AES128_CM_SHA1_80: two keys, two salts (RFC 5764, 4.2). */
const [keySize, saltSize] = [16, 14];

/** One side of DTLS, which openssl does: its datagrams go through ours, beside the audio's. */
export class Dtls {
  readonly done: Promise<DtlsResult>;
  readonly #child: ChildProcess;
  readonly #relay: Socket;
  readonly #waiting: Buffer[] = [];
  #peer: number | undefined;

  private constructor(child: ChildProcess, relay: Socket, send: DtlsOptions['send']) {
    this.#child = child;
    this.#relay = relay;
    relay.on('message', (datagram, { port }) => {
      this.#peer ??= port;
      send(datagram);
      this.#flush();
    });
    this.done = result(child);
    this.done.catch(() => undefined);
  }

  static async open({ role, certificate: { cert, key }, send }: DtlsOptions): Promise<Dtls> {
    const relay = createSocket('udp4');
    await new Promise<void>((resolve) => relay.bind(0, '127.0.0.1', resolve));
    const side =
      role === 'server'
        ? ['s_server', '-accept', '127.0.0.1:0', '-Verify', '1', '-naccept', '1']
        : ['s_client', '-connect', `127.0.0.1:${relay.address().port}`];
    const exporter = [
      '-keymatexport',
      'EXTRACTOR-dtls_srtp',
      '-keymatexportlen',
      String(2 * (keySize + saltSize)),
    ];
    const srtp = ['-dtls1_2', '-use_srtp', 'SRTP_AES128_CM_SHA1_80', ...exporter];
    const child = spawn('openssl', [...side, ...srtp, '-cert', cert, '-key', key], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const dtls = new Dtls(child, relay, send);
    if (role === 'server') dtls.#peer = await portOf(child);
    return dtls;
  }

  receive(datagram: Buffer): void {
    this.#waiting.push(datagram);
    this.#flush();
  }

  close(): void {
    this.#child.kill('SIGKILL');
    this.#relay.close();
  }

  #flush(): void {
    const peer = this.#peer;
    if (peer !== undefined)
      for (const datagram of this.#waiting.splice(0)) this.#relay.send(datagram, peer, '127.0.0.1');
  }
}

/** Of a server, which takes one that is free, and says it. */
async function portOf(child: ChildProcess): Promise<number> {
  const pattern = /ACCEPT \S+:(\d+)\n/;
  return Number(pattern.exec(await said(child, pattern))?.[1]);
}

async function result(child: ChildProcess): Promise<DtlsResult> {
  const text = await said(child, /Keying material: [0-9A-F]+\n/);
  const pem = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(text)?.[0] ?? '';
  const bytes = Buffer.from(/Keying material: ([0-9A-F]+)/.exec(text)?.[1] ?? '', 'hex');
  const salts = 2 * keySize;
  const inline = (key: number, salt: number): string =>
    Buffer.concat([bytes.subarray(key, key + keySize), bytes.subarray(salt, salt + saltSize)]).toString(
      'base64',
    );
  return {
    client: inline(0, salts),
    server: inline(keySize, salts + saltSize),
    fingerprint: new X509Certificate(pem).fingerprint256,
  };
}

/** All that it has said once this is there. @throws where it ends before */
function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (pattern.test(text)) resolve(text);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    child.once('close', () => reject(new Error(`openssl ended: ${text.slice(-500)}`)));
  });
}
