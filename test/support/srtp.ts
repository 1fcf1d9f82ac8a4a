import { createCipheriv, createHmac } from 'node:crypto';

export const srtpSuite = 'AES_CM_128_HMAC_SHA1_80';
const tagLength = 10;

/** One direction of SRTP (RFC 3711) with the usual suite, from the key and salt of an SDP (`inline:`). */
export class Srtp {
  readonly #key: Buffer;
  readonly #authentication: Buffer;
  readonly #salt: Buffer;
  #rollovers = 0;
  #last: number | undefined;

  constructor(inline: string) {
    const master = Buffer.from(inline, 'base64');
    const derive = (label: number, length: number): Buffer => derived(master, label, length);
    this.#key = derive(0, 16);
    this.#authentication = derive(1, 20);
    this.#salt = derive(2, 14);
  }

  protect(packet: Buffer): Buffer {
    const encrypted = this.#crypt(packet);
    return Buffer.concat([encrypted, this.#tag(encrypted)]);
  }

  /** undefined for what this key has not made. */
  unprotect(datagram: Buffer): Buffer | undefined {
    const packet = datagram.subarray(0, -tagLength);
    if (packet.length < 12) return undefined;
    this.#count(packet.readUInt16BE(2));
    return this.#tag(packet).equals(datagram.subarray(-tagLength)) ? this.#crypt(packet, true) : undefined;
  }

  #crypt(packet: Buffer, isCounted = false): Buffer {
    const sequence = packet.readUInt16BE(2);
    if (!isCounted) this.#count(sequence);
    const iv = Buffer.alloc(16);
    this.#salt.copy(iv);
    xor(iv, 4, packet.subarray(8, 12));
    const index = Buffer.alloc(6);
    index.writeUInt32BE(this.#rollovers, 0);
    index.writeUInt16BE(sequence, 4);
    xor(iv, 8, index);
    const cipher = createCipheriv('aes-128-ctr', this.#key, iv);
    return Buffer.concat([packet.subarray(0, 12), cipher.update(packet.subarray(12))]);
  }

  #tag(packet: Buffer): Buffer {
    const rollovers = Buffer.alloc(4);
    rollovers.writeUInt32BE(this.#rollovers);
    const hmac = createHmac('sha1', this.#authentication).update(packet).update(rollovers).digest();
    return hmac.subarray(0, tagLength);
  }

  #count(sequence: number): void {
    if (this.#last !== undefined && sequence < this.#last && this.#last - sequence > 0x8000)
      this.#rollovers += 1;
    this.#last = sequence;
  }
}

function derived(master: Buffer, label: number, length: number): Buffer {
  const iv = Buffer.alloc(16);
  master.copy(iv, 0, 16, 30);
  iv.writeUInt8((iv[7] ?? 0) ^ label, 7);
  return createCipheriv('aes-128-ctr', master.subarray(0, 16), iv).update(Buffer.alloc(length));
}

function xor(into: Buffer, at: number, other: Buffer): void {
  for (const [place, byte] of other.entries()) into.writeUInt8((into[at + place] ?? 0) ^ byte, at + place);
}
