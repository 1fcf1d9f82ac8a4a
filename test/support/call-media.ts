import { randomBytes } from 'node:crypto';
import type { CertificateFiles } from './certificate.ts';
import type { Codec } from './g711.ts';
import { codecs } from './g711.ts';
import { RtpSession } from './rtp-session.ts';
import {
  type AudioDescription,
  answerDirection,
  canReceive,
  canSend,
  type Direction,
  formatSdp,
  parseSdp,
} from './sdp.ts';
import type { WebDescription } from './web-path.ts';

export interface MediaOptions {
  /** In order of preference; ulaw and alaw where nothing is said. */
  readonly codecs?: readonly Codec[] | undefined;
  /** false for a phone that knows no RFC 4733. */
  readonly telephoneEvent?: boolean | undefined;
  /** Whether it speaks SRTP (SDES), and nothing else. */
  readonly isEncrypted?: boolean | undefined;
  /** Of a phone in a browser: SRTP with keys by DTLS, ICE, and nothing else. */
  readonly certificate?: CertificateFiles | undefined;
}

/** How a phone says that it holds: in words, or as of old by an address that is none. */
export type HoldForm = 'sendonly' | 'inactive' | 'no address';

/** The one audio stream of a call, and the offers and answers about it. */
export class CallMedia {
  readonly rtp: RtpSession;
  /** What we want; `sendonly` or `inactive` while we hold. */
  direction: Direction = 'sendrecv';
  local: AudioDescription | undefined;
  remote: AudioDescription | undefined;
  readonly #options: MediaOptions;
  /** Key and salt of what we send, if that is encrypted. */
  readonly #key = randomBytes(30).toString('base64');
  readonly #id = Math.floor(Math.random() * 1_000_000_000);
  #version = 0;

  private constructor(rtp: RtpSession, options: MediaOptions) {
    this.rtp = rtp;
    this.#options = options;
  }

  static async open(host: string, options: MediaOptions): Promise<CallMedia> {
    return new CallMedia(await RtpSession.open(host, options.certificate), options);
  }

  offer(direction: Direction = this.direction): string {
    return this.#format(this.#describe(direction));
  }

  /** The offer that holds. */
  hold(form: HoldForm): string {
    if (form !== 'no address') return this.offer(form);
    const described = this.#describe('inactive');
    const address = { ...described.address, host: '0.0.0.0' };
    return this.#format({ ...described, address, direction: 'sendrecv' });
  }

  /** Takes the answer to our offer. @throws SyntaxError for one that is no answer to it. */
  accept(answer: string): void {
    const remote = parseSdp(answer);
    if (this.local === undefined) throw new SyntaxError('an answer without an offer');
    if (remote.codecs.length === 0) throw new SyntaxError('the answer names no codec we offered');
    this.#connect(this.local, remote);
  }

  /** The answer to an offer of theirs; undefined where there is no codec in common, or only one wants SRTP. */
  answer(offer: string): string | undefined {
    const remote = parseSdp(offer);
    const common = remote.codecs.filter(({ codec }) => this.#codecs().includes(codec));
    if (common.length === 0 || !this.#canProtect(remote)) return undefined;
    const local: AudioDescription = {
      address: this.rtp.address,
      codecs: common,
      telephoneEvent: this.#options.telephoneEvent === false ? undefined : remote.telephoneEvent,
      direction: answerDirection(remote.direction, this.direction),
      ...this.#protection(this.#role),
    };
    this.#connect(local, { ...remote, codecs: common });
    return this.#format(local);
  }

  /** Whether the other side has put us on hold. */
  get isHeld(): boolean {
    return this.remote !== undefined && !canReceive(this.remote.direction);
  }

  #describe(direction: Direction): AudioDescription {
    this.direction = direction;
    this.local = {
      address: this.rtp.address,
      codecs: this.#codecs().map((codec) => ({ codec, payloadType: codecs[codec].payloadType })),
      telephoneEvent:
        this.#options.telephoneEvent === false ? undefined : (this.local?.telephoneEvent ?? 101),
      direction,
      ...this.#protection('actpass'),
    };
    this.rtp.expect(this.local);
    return this.local;
  }

  #connect(local: AudioDescription, remote: AudioDescription): void {
    this.local = local;
    this.remote = remote;
    this.rtp.connect(local, remote);
    // A phone that holds sends no music of its own: only `sendrecv` carries our sound.
    if (canSend(this.direction) && canReceive(this.direction) && canReceive(remote.direction))
      this.rtp.resume();
    else this.rtp.pause();
  }

  #canProtect({ crypto, web }: AudioDescription): boolean {
    if (this.#options.certificate !== undefined) return web !== undefined;
    return (crypto === undefined) === (this.#options.isEncrypted !== true);
  }

  #protection(setup: WebDescription['setup']): Pick<AudioDescription, 'crypto' | 'web'> {
    if (this.rtp.web) return { web: { ...this.rtp.web.local, setup } };
    return this.#options.isEncrypted === true ? { crypto: this.#key } : {};
  }

  /** Who answers begins, and nobody's part changes in a call. */
  get #role(): WebDescription['setup'] {
    return this.remote?.web?.setup === 'active' ? 'passive' : 'active';
  }

  #codecs(): readonly Codec[] {
    return this.#options.codecs ?? ['ulaw', 'alaw'];
  }

  #format(audio: AudioDescription): string {
    this.#version += 1;
    return formatSdp(audio, { id: this.#id, version: this.#version });
  }
}
