import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Address } from './sip-message.ts';

/** What ICE asks a candidate with, and how that is answered (RFC 8489, 8445). */
export interface Check {
  readonly isRequest: boolean;
  readonly transaction: Buffer;
  /** Whom it is for and from, as the two have called themselves. */
  readonly username: string;
  /** The other side wants this pair and no other. */
  readonly isNominated: boolean;
}

const cookie = Buffer.from([0x21, 0x12, 0xa4, 0x42]);
const types = { request: 0x0001, success: 0x0101 } as const;
const attributes = {
  username: 0x0006,
  integrity: 0x0008,
  mapped: 0x0020,
  priority: 0x0024,
  nominated: 0x0025,
  fingerprint: 0x8028,
  controlling: 0x802a,
} as const;
const headerSize = 20;
const integritySize = 24;
const fingerprintSize = 8;

/** A binding request of the side that decides, for the only pair there is. */
export function checkRequest(username: string, password: string): Buffer {
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(0x6e_00_1e_ff);
  return message(types.request, randomBytes(12), password, [
    attribute(attributes.username, Buffer.from(username)),
    attribute(attributes.priority, priority),
    attribute(attributes.controlling, Buffer.alloc(8, 1)),
    attribute(attributes.nominated, Buffer.alloc(0)),
  ]);
}

/** Where the request was seen to come from. */
export function checkAnswer(transaction: Buffer, from: Address, password: string): Buffer {
  const value = Buffer.alloc(8);
  value[1] = 1; // IPv4
  value.writeUInt16BE(from.port ^ 0x2112, 2);
  for (const [place, part] of from.host.split('.').entries())
    value[4 + place] = Number(part) ^ (cookie[place] ?? 0);
  return message(types.success, transaction, password, [attribute(attributes.mapped, value)]);
}

/** undefined for what is none, or is not signed with this password. */
export function readCheck(datagram: Buffer, password: string): Check | undefined {
  if (datagram.length < headerSize || !datagram.subarray(4, 8).equals(cookie)) return undefined;
  const type = datagram.readUInt16BE(0);
  const found = new Map<number, Buffer>();
  let signedSize = 0;
  for (let at = headerSize; at + 4 <= datagram.length; ) {
    const [name, size] = [datagram.readUInt16BE(at), datagram.readUInt16BE(at + 2)];
    if (name === attributes.integrity) signedSize = at;
    found.set(name, datagram.subarray(at + 4, at + 4 + size));
    at += 4 + size + padding(size);
  }
  const signature = found.get(attributes.integrity);
  if (!signature?.equals(signed(datagram.subarray(0, signedSize), password))) return undefined;
  return {
    isRequest: type === types.request,
    transaction: datagram.subarray(8, headerSize),
    username: found.get(attributes.username)?.toString() ?? '',
    isNominated: found.has(attributes.nominated),
  };
}

function message(type: number, transaction: Buffer, password: string, body: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(headerSize);
  header.writeUInt16BE(type, 0);
  cookie.copy(header, 4);
  transaction.copy(header, 8);
  const plain = Buffer.concat([header, ...body]);
  const integrity = attribute(attributes.integrity, signed(plain, password));
  const whole = sized(Buffer.concat([plain, integrity]), fingerprintSize);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE((crc32(whole) ^ 0x5354_554e) >>> 0);
  return Buffer.concat([whole, attribute(attributes.fingerprint, checksum)]);
}

/** Over all before it, with the length that there is including it. */
function signed(before: Buffer, password: string): Buffer {
  return createHmac('sha1', password).update(sized(before, integritySize)).digest();
}

function sized(text: Buffer, more: number): Buffer {
  const copy = Buffer.from(text);
  copy.writeUInt16BE(copy.length - headerSize + more, 2);
  return copy;
}

function attribute(name: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt16BE(name, 0);
  header.writeUInt16BE(value.length, 2);
  return Buffer.concat([header, value, Buffer.alloc(padding(value.length))]);
}

function padding(size: number): number {
  return (4 - (size % 4)) % 4;
}
