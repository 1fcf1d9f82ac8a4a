import { isIP, type LookupFunction } from 'node:net';
import type { buildConnector } from 'undici';
import { undici } from '../core/undici.ts';
import { type AddressPolicy, hostOf } from './address-policy.ts';
import {
  type AddressCheck,
  allowedAddresses,
  blocked,
  type Resolve,
  resolveAll,
  type Scheme,
} from './allowed-addresses.ts';
import { dropInterimAnswers } from './interim-answers.ts';

export interface ConnectorOptions {
  readonly policy: Pick<AddressPolicy, 'allows'>;
  readonly resolve?: Resolve;
  readonly timeout: number;
  /** Certificates to trust besides the usual ones. */
  readonly ca?: string;
}

/**
 * Makes undici's connections: an address is checked, a name is resolved here, refused if any of its addresses is, and
 * connected to exactly the addresses that were checked. So there is no gap for a name that changes its mind.
 */
export function guardedConnector({
  policy,
  resolve = resolveAll,
  timeout,
  ca,
}: ConnectorOptions): buildConnector.connector {
  const resolveOnce = shared(resolve);
  const connectors = {
    'http:': connectorFor('http:'),
    'https:': connectorFor('https:'),
  };

  function connectorFor(scheme: Scheme): buildConnector.connector {
    return undici().buildConnector({
      allowH2: false,
      timeout,
      lookup: guardedLookup({ policy, scheme, resolve: resolveOnce }),
      ...(ca === undefined ? {} : { ca }),
    });
  }

  return (options, callback) => {
    const scheme: Scheme = options.protocol === 'https:' ? 'https:' : 'http:';
    const host = hostOf(options);
    // Node calls `lookup` for names only.
    if (isIP(host) !== 0 && !policy.allows(host, scheme)) return callback(blocked(), null);
    connectors[scheme](options, (error, socket) => {
      if (error) return callback(error, null);
      if (socket.remoteAddress === undefined || !policy.allows(socket.remoteAddress, scheme)) {
        socket.destroy();
        return callback(blocked(), null);
      }
      callback(null, dropInterimAnswers(socket));
    });
  };
}

function guardedLookup(check: AddressCheck): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (addresses: Awaited<ReturnType<typeof allowedAddresses>>) => {
      if (!options.all) return callback(null, addresses[0], isIP(addresses[0]));
      callback(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      );
    };
    allowedAddresses(hostname, check).then(answer, (error) => callback(error, []));
  };
}

/** Connections opened at the same time ask once: each look-up of the system's resolver occupies one of libuv's four threads. */
function shared(resolve: Resolve): Resolve {
  const running = new Map<string, ReturnType<Resolve>>();
  return (hostname) => {
    const known = running.get(hostname);
    if (known) return known;
    const answer = resolve(hostname).finally(() => running.delete(hostname));
    running.set(hostname, answer);
    return answer;
  };
}
