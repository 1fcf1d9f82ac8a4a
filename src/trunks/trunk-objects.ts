import type { ConfigObject } from '../ari/ari-config.ts';
import { endpointOfTrunk, incomingEndpointOf } from '../calls/trunk-endpoint.ts';
import { placeOf, type TrunkRecord } from './trunk-record.ts';

/** What is the same for all trunks of a daemon. */
export interface TrunkPlan {
  readonly codecs: readonly string[];
  /** Seconds without a packet, after which a call counts as dead. */
  readonly rtpTimeout: number;
}

/** In the order that they are made: what an object names is there before it. */
export const trunkObjectTypes = ['auth', 'endpoint', 'identify', 'registration'] as const;

/** Asterisk adds addresses to those that an `identify` has, and goes on registering as it did. */
export const remadeTypes = ['identify', 'registration'] as const;

/** The registration that is taken back is asked for the password once more. */
export const lingeringTypes = ['auth'] as const;

/**
 * What Asterisk knows of a trunk: who we are there (`auth`), how it is called (`endpoint`), and where calls come from: by the address
 * (`identify`), or by what we have told it when we registered (`registration`). The endpoint that is known by an address is one of
 * its own, without the password.
 */
export function trunkObjects(trunk: TrunkRecord, plan: TrunkPlan): readonly ConfigObject[] {
  const id = endpointOfTrunk(trunk.id);
  const { username, password } = trunk;
  const hasAccount = password !== '';
  const auth = hasAccount ? id : '';
  const outgoing = { ...endpointFields(trunk, plan), outbound_auth: auth };
  return [
    ...(hasAccount ? [{ type: 'auth', id, fields: { auth_type: 'userpass', username, password } }] : []),
    { type: 'endpoint', id, fields: outgoing },
    ...knownByAddress(trunk, plan),
    ...(trunk.register ? [registration(trunk, id)] : []),
  ];
}

function knownByAddress(trunk: TrunkRecord, plan: TrunkPlan): readonly ConfigObject[] {
  if (trunk.allowed_ips.length === 0) return [];
  const id = incomingEndpointOf(trunk.id);
  const fields = { endpoint: id, match: trunk.allowed_ips.join(','), srv_lookups: 'no' };
  return [
    { type: 'endpoint', id, fields: endpointFields(trunk, plan) },
    { type: 'identify', id, fields },
  ];
}

/** Every REGISTER has a word in its Contact (`line`) by which calls that come there are known. */
function registration(trunk: TrunkRecord, id: string): ConfigObject {
  const fields = {
    transport: trunk.transport,
    server_uri: `${trunk.uri}${transportOf(trunk)}`,
    client_uri: clientUri(trunk),
    // Calls come to this user of ours where the trunk does not put the dialled number there.
    contact_user: trunk.username,
    outbound_auth: id,
    endpoint: id,
    line: 'yes',
    max_random_initial_delay: '1',
    retry_interval: '30',
    forbidden_retry_interval: '30',
    max_retries: '1000000',
    // A trunk that refuses once may have had a bad moment.
    auth_rejection_permanent: 'no',
  };
  return { type: 'registration', id, fields, basis: trunk.password };
}

/** Who we are there, as Asterisk calls the registration. */
export function clientUri({ username, uri }: Pick<TrunkRecord, 'username' | 'uri'>): string {
  return `sip:${username}@${placeOf(uri).host}`;
}

/** Where a number is called; of the trunk of the configuration Asterisk has the address. */
export function dialStringOf(trunk: TrunkRecord, number: string): string {
  const endpoint = endpointOfTrunk(trunk.id);
  if (endpoint === 'trunk') return `PJSIP/${number}@trunk`;
  return `PJSIP/${endpoint}/sip:${number}@${placeOf(trunk.uri).host}${transportOf(trunk)}`;
}

function transportOf({ transport }: Pick<TrunkRecord, 'transport'>): string {
  return transport === 'udp' ? '' : `;transport=${transport}`;
}

/** As `[endpoint]` and `[trunk]` in `pjsip.conf`, which say why. */
function endpointFields(trunk: TrunkRecord, plan: TrunkPlan): Readonly<Record<string, string>> {
  const { codecs, transport, encryption, uri } = trunk;
  return {
    context: 'ariflow',
    message_context: 'ariflow-trunk-messages',
    transport,
    media_encryption: encryption === 'none' ? 'no' : encryption,
    disallow: 'all',
    allow: (codecs.length > 0 ? codecs : plan.codecs).join(','),
    dtmf_mode: 'auto',
    direct_media: 'no',
    allow_transfer: 'no',
    rtp_symmetric: 'yes',
    force_rport: 'yes',
    rewrite_contact: 'no',
    rtp_timeout: String(plan.rtpTimeout),
    rtp_timeout_hold: '3600',
    timers: 'yes',
    timers_min_se: '90',
    timers_sess_expires: '600',
    redirect_method: 'uri_core',
    send_pai: 'yes',
    from_domain: placeOf(uri).address,
    // By no name: nobody becomes it by what he writes into From.
    identify_by: 'ip',
  };
}
