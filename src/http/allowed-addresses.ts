import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AddressPolicy } from './address-policy.ts';
import { HttpError } from './http-error.ts';

export type Scheme = 'http:' | 'https:';

/** Every address of a name. */
export type Resolve = (hostname: string) => Promise<readonly { readonly address: string }[]>;

export interface AddressCheck {
  readonly policy: Pick<AddressPolicy, 'allows'>;
  readonly scheme: Scheme;
  readonly resolve?: Resolve;
}

/**
 * The addresses of a host, looked up once where it is a name. What was checked is what is to be connected to.
 * @throws HttpError `blocked` where any of them is not allowed; the resolver's error
 */
export async function allowedAddresses(
  host: string,
  { policy, scheme, resolve = resolveAll }: AddressCheck,
): Promise<[string, ...string[]]> {
  const found = isIP(host) === 0 ? await resolve(host) : [{ address: host }];
  const [first, ...others] = found.map(({ address }) => address);
  if (first === undefined || ![first, ...others].every((address) => policy.allows(address, scheme)))
    throw blocked();
  return [first, ...others];
}

export function resolveAll(hostname: string): ReturnType<Resolve> {
  return lookup(hostname, { all: true });
}

export function blocked(): HttpError {
  return new HttpError('blocked', 'the URL leads to an address that is not allowed');
}
