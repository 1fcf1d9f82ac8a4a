import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressPolicy, hostOf } from './address-policy.ts';
import { HttpError } from './http-error.ts';

type Scheme = 'http:' | 'https:';

/** Every address of a name. */
export type Resolve = (hostname: string) => Promise<readonly { readonly address: string }[]>;

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
    return buildConnector({
      allowH2: false,
      timeout,
      lookup: guardedLookup(policy, scheme, resolveOnce),
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
      callback(null, socket);
    });
  };
}

function guardedLookup(
  policy: Pick<AddressPolicy, 'allows'>,
  scheme: Scheme,
  resolve: Resolve,
): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (addresses: readonly { readonly address: string }[]) => {
      const [first] = addresses;
      if (!first || !addresses.every(({ address }) => policy.allows(address, scheme)))
        return callback(blocked(), []);
      if (!options.all) return callback(null, first.address, isIP(first.address));
      callback(
        null,
        addresses.map(({ address }) => ({ address, family: isIP(address) })),
      );
    };
    resolve(hostname).then(answer, (error) => callback(error, []));
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

function resolveAll(hostname: string): ReturnType<Resolve> {
  return lookup(hostname, { all: true });
}

function blocked(): HttpError {
  return new HttpError('blocked', 'the URL leads to an address that is not allowed');
}
