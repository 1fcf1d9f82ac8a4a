import { ActionError } from '../core/errors.ts';
import { within } from '../core/wait.ts';
import { type AddressPolicy, hostOf } from '../http/address-policy.ts';
import { type AddressCheck, allowedAddresses, type Resolve } from '../http/allowed-addresses.ts';
import { HttpError } from '../http/http-error.ts';

/** Where a host is: what was checked is what is connected to. */
export interface HostAddress {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
}

/** How long a name may take to be resolved. */
const patience = 5_000;

/**
 * Where `host:port` is, resolved once.
 * @throws ActionError `INVALID_HOST`, `HOST_BLOCKED`, `HOST_UNKNOWN`; the signal's reason
 */
export async function hostAddress(
  text: string,
  policy: Pick<AddressPolicy, 'allows'>,
  signal: AbortSignal,
  resolve?: Resolve,
): Promise<HostAddress> {
  const url = /^[\w.:[\]-]+:\d{1,5}$/.test(text) ? URL.parse(`udp://${text}`) : null;
  if (!url?.port || url.port === '0') throw new ActionError('INVALID_HOST', 'expected host:port');
  const check = { policy, scheme: 'https:', ...(resolve ? { resolve } : {}) } as const;
  return { address: await addressOf(hostOf(url), check, signal), port: Number(url.port) };
}

/**
 * An address of a host, refused if any of its addresses is.
 * @throws ActionError `HOST_BLOCKED`, `HOST_UNKNOWN`; the signal's reason
 */
export async function addressOf(host: string, check: AddressCheck, signal: AbortSignal): Promise<string> {
  const looking = allowedAddresses(host, check).catch(failed);
  const [address] = (await within(looking, patience, signal)) ?? failed();
  return address;
}

/** A name that cannot be resolved has no address. */
function failed(error?: unknown): never {
  if (error instanceof HttpError)
    throw new ActionError('HOST_BLOCKED', 'the host has an address that is not allowed');
  throw new ActionError('HOST_UNKNOWN', 'the name of the host cannot be resolved');
}
