import { isIP } from 'node:net';

export const transports = ['udp', 'tcp', 'tls'] as const;
export const encryptions = ['none', 'sdes'] as const;

export type Transport = (typeof transports)[number];
export type Encryption = (typeof encryptions)[number];

/** Which numbers a trunk takes, and how it wants them. */
export interface PrefixRule {
  /** What a number begins with; empty: any. */
  readonly prefix: string;
  /** So many signs are taken off its beginning, of the prefix at most. */
  readonly strip: number;
  /** Put before what is left. */
  readonly prepend: string;
}

/** A way to telephone numbers, and from them, as the store keeps it. */
export interface TrunkRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly detail: string;
  /** `sip:host[:port]` */
  readonly uri: string;
  /** Who we are there; empty where nobody asks. */
  readonly username: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** Calls from these come by it: addresses and networks. */
  readonly allowed_ips: readonly string[];
  readonly transport: Transport;
  /** Of its audio: with `sdes` (SRTP) there is no call without. */
  readonly encryption: Encryption;
  /** Whether we register there. */
  readonly register: boolean;
  /** In the order they are offered; empty: those of the configuration. */
  readonly codecs: readonly string[];
  /** The number that is shown for a phone that has none of its own for that; empty: whatever the call says. */
  readonly caller_id: string;
  /** Empty: it takes every number, as it is. */
  readonly prefixes: readonly PrefixRule[];
  /** Of several whose prefixes are as long the lowest is first. */
  readonly order: number;
  /** So many calls at once, those that come in included; 0: no limit. */
  readonly channels: number;
  /** Whether a call that it could not take goes on to the next one. */
  readonly failover: boolean;
  /** SIP's digest is made anew for each challenge, of a realm that nobody knows before: so it is kept as it is. Never shown. */
  readonly password: string;
}

export type TrunkEventType = 'trunk_created' | 'trunk_updated' | 'trunk_deleted';

/** A trunk as events show it. */
export type ToldTrunk = Omit<TrunkRecord, 'password'>;

/** A trunk of which nothing is said but where it is. */
export const trunkDefaults: Omit<
  TrunkRecord,
  'id' | 'customer_id' | 'name' | 'detail' | 'uri' | 'tm_create' | 'tm_update' | 'tm_delete'
> = {
  username: '',
  allowed_ips: [],
  transport: 'udp',
  encryption: 'none',
  register: false,
  codecs: [],
  caller_id: '',
  prefixes: [],
  order: 10,
  channels: 0,
  failover: true,
  password: '',
};

/** `sip:host[:port]`, taken apart; an address of IPv6 stands in brackets. */
export function placeOf(uri: string): { readonly host: string; readonly address: string } {
  const host = uri
    .replace(/^sip:/, '')
    .replace(/^[^@]*@/, '')
    .replace(/[;?].*$/, '');
  return { host, address: host.replace(/:\d+$/, '') };
}

/** The address that a URI names; none where that is a name. */
export function addressesAt(uri: string): readonly string[] {
  const address = placeOf(uri).address.replace(/^\[|\]$/g, '');
  return isIP(address) === 0 ? [] : [address];
}
