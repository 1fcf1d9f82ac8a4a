import ipaddr from 'ipaddr.js';
import { ActionError } from '../core/errors.ts';
import type { Destination } from './dial-string.ts';

/** Who may be called: `ARIFLOW_OUTBOUND_ALLOW`, prefixes of telephone numbers (`+49`) and SIP hosts (`pbx.example.com`, `10.0.0.0/8`). */
export class OutboundRules {
  readonly #prefixes: readonly string[];
  readonly #hosts: ReadonlySet<string>;
  readonly #networks: readonly ReturnType<typeof ipaddr.parseCIDR>[];

  constructor(allow: readonly string[]) {
    this.#prefixes = allow.filter((entry) => isPrefix(entry));
    const hosts = allow.filter((entry) => !isPrefix(entry)).map((entry) => entry.toLowerCase());
    this.#hosts = new Set(hosts.filter((host) => !host.includes('/')));
    this.#networks = hosts.filter((host) => host.includes('/')).map((network) => ipaddr.parseCIDR(network));
  }

  /** The phones registered with us may always be called. @throws ActionError `DESTINATION_NOT_ALLOWED` */
  check(destination: Destination): void {
    if (!this.#allows(destination))
      throw new ActionError(
        'DESTINATION_NOT_ALLOWED',
        'calls there are not allowed (ARIFLOW_OUTBOUND_ALLOW)',
      );
  }

  #allows(destination: Destination): boolean {
    switch (destination.kind) {
      case 'phone':
        return true;
      case 'number':
        return this.#prefixes.some((prefix) => destination.number.startsWith(prefix));
      case 'sip':
        return this.#allowsHost(destination.host.replace(/^\[|\]$/g, ''));
      default:
        return destination satisfies never;
    }
  }

  #allowsHost(host: string): boolean {
    if (this.#hosts.has(host)) return true;
    // Nothing else that may stand for an address, `0x7f.1` or `012.0.0.1`: what Asterisk makes of it is not known.
    if (!ipaddr.IPv4.isValidFourPartDecimal(host) && !ipaddr.IPv6.isValid(host)) return false;
    const address = ipaddr.parse(host);
    return this.#networks.some((network) => network[0].kind() === address.kind() && address.match(network));
  }
}

function isPrefix(entry: string): boolean {
  return /^\+?[0-9*]*$/.test(entry) && entry !== '';
}
