import { DgramAsPromised, type SocketAsPromised } from 'dgram-as-promised';
import type { CertificateFiles } from './certificate.ts';
import { type Codec, codecs, decode, encode } from './g711.ts';
import { Heard } from './heard.ts';
import { mediaClock } from './media-clock.ts';
import { formatRtp, isNoMedia, isRtcp, parseRtp } from './rtp-packet.ts';
import type { AudioDescription } from './sdp.ts';
import type { Address } from './sip-message.ts';
import { Srtp } from './srtp.ts';
import { DigitReceiver, type DigitSlot, digitSlots, endRepeats, formatEvent } from './telephone-event.ts';
import { frameSize, tone } from './tones.ts';
import { WebPath } from './web-path.ts';

/** What to say next: the 160 samples that begin at `position`; undefined when there is nothing more to say. */
export type Voice = (position: number) => Int16Array | undefined;

interface Spoken {
  readonly voice: Voice;
  readonly done: () => void;
  position: number;
}

/** Where a stream goes on that begins anew. */
export interface Restart {
  /** How many packets behind the one due it goes on; a negative number is a jump forward. */
  readonly behind: number;
  /** Whether it is told as another stream, by another SSRC; true. */
  readonly isNewSource?: boolean;
}

interface DigitRun {
  readonly slots: DigitSlot[];
  readonly done: () => void;
}

const silence = new Int16Array(frameSize);

/** One audio stream of a call: sends a packet every 20 ms once it knows where to, and keeps what it hears. */
export class RtpSession {
  readonly heard: Heard;
  /** Of a browser's phone. */
  readonly web: WebPath | undefined;
  address: Address;
  /** What the other side did against the rules, in words. */
  readonly complaints: string[] = [];
  sent = 0;
  #socket: SocketAsPromised;
  readonly #digitReceiver = new DigitReceiver();
  #ssrc = random32();
  #sequence = random32() & 0xffff;
  #timestamp = random32();
  #digitTimestamp = 0;
  #remote: AudioDescription | undefined;
  #receiving: AudioDescription | undefined;
  readonly #senders = new Set<string>();
  #codec: Codec = 'ulaw';
  #theirKey: string | undefined;
  #outgoing: Srtp | undefined;
  #incoming: Srtp | undefined;
  #spoken: Spoken | undefined;
  readonly #digitRuns: DigitRun[] = [];
  #isMarked = true;
  #isPaused = false;
  #stopBeat: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  private constructor(socket: SocketAsPromised, address: Address, certificate?: CertificateFiles) {
    this.#socket = socket;
    this.address = address;
    this.heard = new Heard(this.#digitReceiver.digits);
    this.web =
      certificate &&
      new WebPath(certificate, (datagram, to) => this.#socket.socket.send(datagram, to.port, to.host));
    this.#listen();
  }

  static async open(host = '127.0.0.1', certificate?: CertificateFiles): Promise<RtpSession> {
    const { socket, address } = await bound(host);
    return new RtpSession(socket, address, certificate);
  }

  /** Goes on at another port and as another source, of which the next offer tells. */
  async move(): Promise<void> {
    const left = this.#socket;
    const { socket, address } = await bound(this.address.host);
    this.#socket = socket;
    this.address = address;
    this.#ssrc = random32();
    this.#listen();
    await left.close();
  }

  /** Ready for what an offer of ours allows: sound may come before the answer does. */
  expect(local: AudioDescription): void {
    this.#receiving = local;
  }

  /** Begins to send (or goes on elsewhere) as the two descriptions say. */
  connect(local: AudioDescription, remote: AudioDescription): void {
    this.#receiving = local;
    this.#remote = remote;
    this.#codec = remote.codecs[0]?.codec ?? 'ulaw';
    this.#protect(local.crypto, remote.crypto);
    if (local.web && remote.web) this.web?.connect(local.web, remote.web);
    this.#senders.add(`${remote.address.host}:${remote.address.port}`);
    if (this.#closing === undefined) this.#stopBeat ??= mediaClock.add((skipped) => this.#beat(skipped));
  }

  #protect(ours: string | undefined, theirs: string | undefined): void {
    if (ours === undefined || theirs === undefined || theirs === this.#theirKey) return;
    this.#theirKey = theirs;
    this.#outgoing ??= new Srtp(ours);
    this.#incoming = new Srtp(theirs);
  }

  /** Sends nothing for a while, like a phone on hold or one that lost its network. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isMarked = true;
    this.#isPaused = false;
  }

  /** The number of the packet due next. */
  get sequence(): number {
    return this.#sequence & 0xffff;
  }

  /** Begins its stream anew, as a phone does after a hold, and as what stands before it may do at any time. */
  restart({ behind, isNewSource = true }: Restart): void {
    if (isNewSource) this.#ssrc = random32();
    this.#sequence = (this.#sequence - behind) & 0xffff;
    this.#timestamp = (this.#timestamp - behind * frameSize) >>> 0;
    this.#isMarked = isNewSource;
  }

  /** Says something instead of silence, until it is over or something else is said. */
  say(voice: Voice): Promise<void> {
    this.#spoken?.done();
    return new Promise((done) => {
      this.#spoken = { voice, done, position: 0 };
    });
  }

  silence(): void {
    this.#spoken?.done();
    this.#spoken = undefined;
  }

  tone(frequency: number | readonly number[], amplitude?: number): void {
    const options = amplitude === undefined ? {} : { amplitude };
    void this.say((offset) => tone(frequency, frameSize, { ...options, offset }));
  }

  /** Plays samples once; resolves when the last has left. */
  play(samples: Int16Array): Promise<void> {
    return this.say((position) =>
      position < samples.length ? samples.subarray(position, position + frameSize) : undefined,
    );
  }

  /** Presses keys (RFC 4733), after those still being pressed; resolves when the last has been released. */
  digits(digits: string, timing: { duration?: number; gap?: number } = {}): Promise<void> {
    const slots = digitSlots(digits, timing);
    if (slots.length === 0) return Promise.resolve();
    if (this.#remote !== undefined && this.#remote.telephoneEvent === undefined) {
      return Promise.reject(new Error('the other side does not understand telephone-event'));
    }
    return new Promise((done) => this.#digitRuns.push({ slots, done }));
  }

  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#stopBeat?.();
      this.#spoken?.done();
      for (const run of this.#digitRuns.splice(0)) run.done();
      this.web?.close();
      this.complaints.push(...(this.web?.complaints ?? []));
      await this.#socket.close();
    })();
    return this.#closing;
  }

  #listen(): void {
    const { socket } = this.#socket;
    socket.on('message', (datagram, { address: host, port }) => {
      if (this.web && isNoMedia(datagram)) this.web.receive(datagram, { host, port });
      else this.#receive(datagram, `${host}:${port}`);
    });
    socket.on('error', (error) => this.complaints.push(`RTP socket: ${error.message}`));
  }

  #beat(skipped: number): void {
    this.#timestamp += skipped * frameSize;
    if (!this.#isPaused) this.#sendSlot();
    this.#timestamp += frameSize;
  }

  #sendSlot(): void {
    const run = this.#digitRuns[0];
    const slot = run?.slots.shift();
    if (slot === undefined || slot === 'gap') this.#sendSound();
    else this.#sendDigit(slot);
    if (run?.slots.length === 0) {
      this.#digitRuns.shift();
      run.done();
    }
  }

  #sendSound(): void {
    const samples = this.#nextSamples();
    const payloadType = this.#remote?.codecs[0]?.payloadType ?? codecs[this.#codec].payloadType;
    this.#send(payloadType, this.#timestamp, encode(this.#codec, samples));
  }

  #sendDigit({ digit, slot, isEnd }: Exclude<DigitSlot, 'gap'>): void {
    if (slot === 0) {
      this.#digitTimestamp = this.#timestamp;
      this.#isMarked = true;
    }
    const payload = formatEvent({ digit, duration: (slot + 1) * frameSize, isEnd });
    const payloadType = this.#remote?.telephoneEvent ?? 101;
    for (let copy = 0; copy < (isEnd ? endRepeats : 1); copy += 1)
      this.#send(payloadType, this.#digitTimestamp, payload);
  }

  #nextSamples(): Int16Array {
    const spoken = this.#spoken;
    const samples = spoken?.voice(spoken.position);
    if (spoken === undefined) return silence;
    if (samples === undefined) {
      this.#spoken = undefined;
      spoken.done();
      return silence;
    }
    spoken.position += frameSize;
    if (samples.length === frameSize) return samples;
    const whole = new Int16Array(frameSize);
    whole.set(samples);
    return whole;
  }

  #send(payloadType: number, timestamp: number, payload: Uint8Array): void {
    const target = this.web ? this.web.to : this.#remote?.address;
    // Port 0 refuses the stream; 0.0.0.0 is the old way to hold.
    if (target === undefined || target.port === 0 || target.host === '0.0.0.0') return;
    if (!this.#hasKeys()) return;
    const packet = {
      payloadType,
      marker: this.#isMarked,
      sequence: this.#sequence,
      timestamp,
      ssrc: this.#ssrc,
      payload,
    };
    const plain = formatRtp(packet);
    this.#socket.socket.send(this.#outgoing?.protect(plain) ?? plain, target.port, target.host);
    this.#sequence += 1;
    this.#isMarked = false;
    this.sent += 1;
  }

  #receive(datagram: Buffer, from: string): void {
    if (!this.#hasKeys() || isRtcp(datagram)) return;
    const plain = this.#incoming ? this.#incoming.unprotect(datagram) : datagram;
    const packet = plain && parseRtp(plain);
    if (packet === undefined) return;
    if (this.web === undefined && this.#senders.size > 0 && !this.#senders.has(from)) {
      this.complaints.push(`RTP from ${from}, which no SDP named`);
      this.#senders.add(from);
    }
    this.heard.count(packet);
    if (packet.payloadType === (this.#receiving?.telephoneEvent ?? 101)) {
      this.#digitReceiver.receive(packet.payload, packet.timestamp);
      return;
    }
    const codec = this.#codecOf(packet.payloadType);
    if (codec === undefined)
      this.complaints.push(`RTP with payload type ${packet.payloadType}, which was not agreed`);
    else this.heard.add(packet.timestamp, decode(codec, packet.payload));
  }

  /** Whether all is there that it is encrypted with, where it is; by DTLS that is a moment after the answer. */
  #hasKeys(): boolean {
    if (this.web === undefined) return true;
    this.#protect(this.web.keys?.ours, this.web.keys?.theirs);
    return this.#outgoing !== undefined;
  }

  #codecOf(payloadType: number): Codec | undefined {
    return this.#receiving?.codecs.find((format) => format.payloadType === payloadType)?.codec;
  }
}

async function bound(
  host: string,
): Promise<{ readonly socket: SocketAsPromised; readonly address: Address }> {
  const socket = DgramAsPromised.createSocket('udp4');
  const { port } = await socket.bind(0, host);
  return { socket, address: { host, port } };
}

function random32(): number {
  return Math.floor(Math.random() * 0x1_0000_0000);
}
