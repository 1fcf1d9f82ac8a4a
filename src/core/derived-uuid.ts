import { createHash } from 'node:crypto';

/** What our names are names of (RFC 9562, version 5): ours alone. */
const namespace = Buffer.from('0d2c1f7e4b7f4f0c9a3b5e8d6c1a2f30', 'hex');

/** A UUID made of words: the same words give the same one, and no others do. */
export function derivedUuid(...words: readonly (string | number)[]): string {
  const hash = createHash('sha1').update(namespace).update(words.join(' ')).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
