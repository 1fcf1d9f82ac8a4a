import type { Address } from '../calls/address.ts';
import { isTrunk } from '../calls/trunk-endpoint.ts';

/** What Asterisk tells of a 3xx: `PJSIP/`, the endpoint, and the Contact in it. */
const forwarded = /^PJSIP\/([^/]+)\/sip:([^@;?]+)@([^@;?>]+)/;

/** As short as an extension is. */
const extension = /^\d{2,8}$/;

/**
 * Whom a redirection names: a stranger's text, to be looked at like any user's. A phone registered here and a trunk name a
 * number of their own domain, which is ours or the trunk's: of their Contact Asterisk keeps the user only.
 */
export function redirectedTo(forward: string): Address | undefined {
  const [, endpoint, user = '', host] = forwarded.exec(forward) ?? [];
  if (endpoint === undefined) return undefined;
  const called = decoded(user);
  if (endpoint.startsWith('direct')) return address('sip', `${called}@${host}`);
  return address(!isTrunk(endpoint) && extension.test(called) ? 'extension' : 'tel', called);
}

function decoded(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

function address(type: string, target: string): Address {
  return { type, target, target_name: '', name: '', detail: '' };
}
