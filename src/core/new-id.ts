import { systemTime } from './clock.ts';
import { randomDigits } from './random.ts';

/** The time in 12 hexadecimal digits, and 20 random ones: what was made at one time lies in one place of an index, and not anywhere. */
export function newDigits(): string {
  return `${Math.max(0, Math.floor(systemTime())).toString(16).padStart(12, '0')}${randomDigits()}`;
}

/** A new UUID, of version 7. */
export function newId(): string {
  const digits = newDigits();
  const variant = ((Number.parseInt(digits.charAt(16), 16) & 3) | 8).toString(16);
  const [time, rest] = [`${digits.slice(0, 8)}-${digits.slice(8, 12)}`, digits.slice(17, 20)];
  return `${time}-7${digits.slice(13, 16)}-${variant}${rest}-${digits.slice(20)}`;
}
