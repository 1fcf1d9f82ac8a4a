import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';
import { type Finding, good, warning } from './finding.ts';

export interface Reach {
  /** Where Asterisk listens. */
  readonly host: string;
  readonly externalAddress: string | undefined;
  readonly hasTrunk: boolean;
}

/** Whether audio can come back to us from outside. `own` are the addresses of this machine. */
export function natFinding(
  { host, externalAddress, hasTrunk }: Reach,
  own: readonly string[] = addresses(),
): Finding {
  const at = host === '0.0.0.0' || host === '::' ? own : [host];
  const shown = at.join(', ') || 'no address';
  if (externalAddress !== undefined) return good('NAT', `phones outside are told ${externalAddress}`);
  if (at.some(isPublic)) return good('NAT', `public address: ${at.filter(isPublic).join(', ')}`);
  if (at.every((address) => rangeOf(address) === 'loopback'))
    return good('NAT', `this machine only (${shown}): ARIFLOW_SIP_HOST lets phones of the network in`);
  if (!hasTrunk) return good('NAT', `private addresses only (${shown}): phones of this network reach it`);
  return warning(
    'NAT',
    `private addresses only (${shown}) and a trunk: where that is outside, it hears nothing unless ARIFLOW_SIP_EXTERNAL_ADDRESS is set`,
  );
}

function addresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flat();
  return all.flatMap((each) => (each && !each.internal ? [each.address] : []));
}

function isPublic(text: string): boolean {
  return rangeOf(text) === 'unicast';
}

function rangeOf(text: string): string {
  return ipaddr.isValid(text) ? ipaddr.process(text).range() : 'unknown';
}
