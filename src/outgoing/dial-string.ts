import type { Address } from '../calls/address.ts';
import { ActionError } from '../core/errors.ts';

/** A destination, taken apart. Nothing of it is anybody's text: every character has been looked at. */
export type Destination =
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'sip'; readonly user: string; readonly host: string; readonly port: number }
  | { readonly kind: 'phone'; readonly phone: string };

const telephone = /^\+?[0-9*]{1,32}$/;
const sip =
  /^(?:sip:)?([A-Za-z0-9+*_.-]{1,64})@([A-Za-z0-9][A-Za-z0-9.-]{0,252}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?$/;
const phone = /^[0-9]{2,8}$/;

/** @throws ActionError `INVALID_DESTINATION` */
export function parseDestination({ type, target }: Address): Destination {
  if (type === 'tel' && telephone.test(target)) return { kind: 'number', number: target };
  if (type === 'extension' && phone.test(target)) return { kind: 'phone', phone: target };
  const [, user, host, port = '5060'] = (type === 'sip' && sip.exec(target)) || [];
  if (user !== undefined && host !== undefined && Number(port) >= 1 && Number(port) <= 65_535)
    return { kind: 'sip', user, host: host.toLowerCase(), port: Number(port) };
  throw new ActionError('INVALID_DESTINATION', `this is no ${type} address that can be called`);
}

/**
 * The dial string of Asterisk's; that of a number is its trunk's. `followsRedirects`: the callee's own words about where to call him count, and
 * are not kept apart from what corrects a wrong Contact.
 */
export function dialStringOf(
  destination: Exclude<Destination, { kind: 'number' }>,
  { followsRedirects = false } = {},
): string {
  switch (destination.kind) {
    case 'sip':
      return `PJSIP/${followsRedirects ? 'direct-as-is' : 'direct'}/sip:${destination.user}@${destination.host}:${destination.port}`;
    case 'phone':
      return `PJSIP/${destination.phone}`;
    default:
      return destination satisfies never;
  }
}

/** The same for somebody who calls there himself: what is no address of its own he calls at ours. */
export function uriOf(destination: Destination, host: string): string {
  switch (destination.kind) {
    case 'number':
      return `sip:${destination.number}@${host}`;
    case 'sip':
      return `sip:${destination.user}@${destination.host}:${destination.port}`;
    case 'phone':
      return `sip:${destination.phone}@${host}`;
    default:
      return destination satisfies never;
  }
}
