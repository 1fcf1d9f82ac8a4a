import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { ConfigurationError } from '../core/errors.ts';
import { longestUrl } from '../core/longest-url.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

/** `invalid`: no URL for us in this form; `blocked`: a good URL that names an address we do not go to. */
export type CheckedUrl =
  | { readonly url: URL }
  | { readonly problem: string; readonly code: 'invalid' | 'blocked' };

export interface AddressPolicyOptions {
  /** Networks and addresses (`10.0.0.0/8`, `::1`) that may be reached besides public ones. */
  readonly allow?: readonly string[];
  /** `http:` towards public addresses too, not only towards the networks of `allow`. */
  readonly allowHttp?: boolean;
}

/** Where users' URLs may lead: to public addresses by https, and to the networks the operator lists by either scheme. */
export class AddressPolicy {
  readonly #networks: readonly Network[];
  readonly #allowHttp: boolean;

  constructor({ allow = [], allowHttp = false }: AddressPolicyOptions = {}) {
    this.#networks = allow.map(parseNetwork);
    this.#allowHttp = allowHttp;
  }

  /** Whether an IP address, as a resolver or a socket spells it, may be reached with this scheme. */
  allows(address: string, scheme: 'http:' | 'https:'): boolean {
    if (isIP(address) === 0) return false;
    const parsed = ipaddr.parse(address);
    if (this.#networks.some((network) => contains(network, parsed))) return true;
    return isPublic(parsed) && (scheme === 'https:' || this.#allowHttp);
  }

  /** What can be said of a URL before its name is resolved; the connection is checked again when it is made. */
  checkUrl(text: string): CheckedUrl {
    if (text.length > longestUrl) return invalid(`must have at most ${longestUrl} characters`);
    const url = URL.parse(text);
    if (!url) return invalid('must be a URL');
    const { protocol } = url;
    if (protocol !== 'https:' && protocol !== 'http:') return invalid('must be an https: URL');
    if (url.username !== '' || url.password !== '') return invalid('must not hold a user name or password');
    if (url.port === '0') return invalid('must not name port 0');
    url.hash = ''; // never sent; the parser has checked it
    const host = hostOf(url);
    const isAllowed = isIP(host) === 0 ? this.#allowsName(host, protocol) : this.allows(host, protocol);
    if (isAllowed) return { url };
    const isInsecure =
      protocol === 'http:' && (isIP(host) === 0 ? !isLocal(host) : this.allows(host, 'https:'));
    if (isInsecure) return invalid('must be an https: URL');
    return { problem: 'leads to an address that is not allowed', code: 'blocked' };
  }

  #allowsName(name: string, scheme: 'http:' | 'https:'): boolean {
    if (isLocal(name)) return this.allows('127.0.0.1', scheme) || this.allows('::1', scheme);
    return scheme === 'https:' || this.#allowHttp;
  }
}

/** The host as a socket wants it: IPv6 without brackets. */
export function hostOf(url: Pick<URL, 'hostname'>): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

/** Names that mean this machine wherever they are resolved (RFC 6761). */
function isLocal(name: string): boolean {
  return /^(.*\.)?localhost\.?$/i.test(name);
}

/**
 * Global unicast only. For IPv6 that is 2000::/3, so IPv4-compatible (`::7f00:1`), mapped, NAT64 and unassigned addresses are
 * out whatever the library calls them; what is special inside 2000::/3 (6to4, Teredo, documentation, …) it knows.
 */
function isPublic(address: Address): boolean {
  if (address.range() !== 'unicast') return false;
  return (
    !internalThoughPublic.some((network) => contains(network, address)) &&
    (address.kind() === 'ipv4' || contains(globalUnicast, address))
  );
}

function contains([network, bits]: Network, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

function parseNetwork(text: string): Network {
  const [address = '', bits, ...rest] = text.trim().split('/');
  const version = isIP(address);
  const max = version === 4 ? 32 : 128;
  const length = bits === undefined ? max : Number(/^\d{1,3}$/.test(bits) ? bits : Number.NaN);
  if (version === 0 || address.includes('%') || rest.length > 0 || !(length <= max)) {
    throw new ConfigurationError(
      `webhook.allow: expected an address or a network such as 10.0.0.0/8, got ${JSON.stringify(text)}`,
    );
  }
  return [ipaddr.parse(address), length];
}

const globalUnicast = parseNetwork('2000::/3');

/** Azure's host agent answers at a public address, to virtual machines only. */
const internalThoughPublic = [parseNetwork('168.63.129.16')];

function invalid(problem: string): CheckedUrl {
  return { problem, code: 'invalid' };
}
