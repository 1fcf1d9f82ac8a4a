import type { Address } from '../calls/address.ts';

/** The user of the From header. */
export function fromUser({ type, target }: Address): string {
  const user = type === 'sip' ? (target.replace(/^sip:/, '').split('@')[0] ?? '') : target;
  return user.replace(/[^A-Za-z0-9+*_.-]/g, '').slice(0, 64);
}
