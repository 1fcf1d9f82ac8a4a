import { randomFillSync } from 'node:crypto';
import { systemTime } from './clock.ts';

const bytes = 10;

/** Drawn for many ids at once: each draw has its price. */
const pool = Buffer.alloc(256 * bytes);
let used = pool.length;

/** 20 random hexadecimal digits. */
function random(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}

/** The time in 12 hexadecimal digits, and 20 random ones: what was made at one time lies in one place of an index, and not anywhere. */
export function newDigits(): string {
  return `${Math.max(0, Math.floor(systemTime())).toString(16).padStart(12, '0')}${random()}`;
}

/** A new UUID, of version 7. */
export function newId(): string {
  const digits = newDigits();
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 3) | 8).toString(16);
  const [time, rest] = [`${digits.slice(0, 8)}-${digits.slice(8, 12)}`, digits.slice(17, 20)];
  return `${time}-7${digits.slice(13, 16)}-${variant}${rest}-${digits.slice(20)}`;
}
