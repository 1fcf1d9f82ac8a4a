import type { ConfigObject } from '../ari/ari-config.ts';
import { type ExtensionRecord, isWeb } from './extension-record.ts';
import { realm } from './password.ts';

/** What is the same for all phones of a daemon. */
export interface PhoneDefaults {
  readonly codecs: readonly string[];
  /** Seconds without a packet, after which a call counts as dead. */
  readonly rtpTimeout: number;
}

/** What of an extension Asterisk has to know. */
export type PhoneFields = Pick<
  ExtensionRecord,
  'extension' | 'digest' | 'max_contacts' | 'codecs' | 'transport' | 'encryption'
>;

/** In the order that they are made: what an endpoint names is there before it. */
export const phoneObjectTypes = ['auth', 'aor', 'endpoint'] as const;

/** Seconds for which a phone registers, at most. */
const longestRegistration = 3_600;

/**
 * What Asterisk knows of a phone: who may log in as it (`auth`), where it is (`aor`), and how it is called (`endpoint`). Every
 * field that a change may have set is named, since what is not keeps its value.
 */
export function phoneObjects(extension: PhoneFields, defaults: PhoneDefaults): readonly ConfigObject[] {
  const { extension: id, digest, max_contacts } = extension;
  const auth = { type: 'auth', id, fields: { auth_type: 'md5', username: id, realm, md5_cred: digest } };
  const aor = {
    type: 'aor',
    id,
    fields: {
      max_contacts: String(max_contacts),
      // One more takes the place of the one whose registration ends first.
      remove_existing: 'yes',
      maximum_expiration: String(longestRegistration),
      // A phone that asks for its messages is told of this one's.
      mailboxes: `${id}@ariflow`,
    },
  };
  const endpoint = { type: 'endpoint', id, fields: endpointFields(extension, defaults) };
  return digest === '' ? [aor, endpoint] : [auth, aor, endpoint];
}

/** The password that was generated for one of the first nine is in Asterisk's own configuration. */
function authOf({ extension, digest }: PhoneFields): string {
  return digest === '' ? `generated-${extension}` : extension;
}

/** As `[endpoint]` in `pjsip.conf`, which says why. */
function endpointFields(record: PhoneFields, defaults: PhoneDefaults): Readonly<Record<string, string>> {
  const { extension, codecs, transport, encryption } = record;
  return {
    context: 'ariflow',
    message_context: 'ariflow-phone-messages',
    subscribe_context: 'ariflow-lamps',
    transport,
    media_encryption: encryption === 'none' ? 'no' : encryption,
    ...webFields(record),
    disallow: 'all',
    allow: (codecs.length > 0 ? codecs : defaults.codecs).join(','),
    dtmf_mode: 'auto',
    direct_media: 'no',
    allow_transfer: 'yes',
    rtp_symmetric: 'yes',
    force_rport: 'yes',
    rewrite_contact: 'yes',
    rtp_timeout: String(defaults.rtpTimeout),
    rtp_timeout_hold: '3600',
    timers: 'yes',
    timers_min_se: '90',
    timers_sess_expires: '600',
    redirect_method: 'uri_core',
    send_pai: 'yes',
    // Whoever has a password is known by it, and by no address.
    identify_by: 'username',
    auth: authOf(record),
    aors: extension,
  };
}

/** What `webrtc=yes` stands for, one by one: that one would stay with a phone that is none in a browser any more. */
function webFields({ transport, encryption }: PhoneFields): Readonly<Record<string, string>> {
  const isDtls = encryption === 'dtls';
  const web = isWeb(transport) ? 'yes' : 'no';
  return {
    use_avpf: web,
    // Asterisk 22.10 can stop for good in ICE (issue 1946): for browsers only, which take no call without.
    ice_support: web,
    rtcp_mux: web,
    bundle: web,
    // With it an offer without SRTP is answered (200), and nothing heard. Desk phones need it, of which some have AVPF and some have not.
    media_use_received_transport: isDtls && !isWeb(transport) ? 'yes' : 'no',
    // A key of its own for each phone; the other side knows it by what SDP says of it.
    dtls_auto_generate_cert: isDtls ? 'yes' : 'no',
    dtls_verify: isDtls ? 'fingerprint' : 'no',
    dtls_setup: 'actpass',
  };
}
