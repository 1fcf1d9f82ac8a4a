import { randomFillSync } from 'node:crypto';

const length = 16;

/** Drawn for many ids at once: there is one for each event and endpoint, and each draw has its price. */
const pool = Buffer.alloc(256 * length);
let used = pool.length;

/** The `webhook-id` of the request that a UUID stands for. */
export function messageIdOf(uuid: string): string {
  return `msg_${uuid.replaceAll('-', '')}`;
}

/** A new `webhook-id`: the same for every try of one request. */
export function messageId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += length;
  return `msg_${pool.toString('hex', used - length, used)}`;
}
