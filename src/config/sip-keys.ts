import * as z from 'zod';
import { bool, configText, directory, list, port, rate } from './types.ts';

/** What phones speak, and where. */
export const sipKeys = z
  .strictObject({
    host: configText.default('127.0.0.1').describe('address phones call in at'),
    port: port.default(5060).describe('SIP port (UDP, and TCP where that is on)'),
    external_address: configText.optional().describe('public address behind NAT'),
    rate_failed: rate
      .default(20)
      .describe(
        'failed logins a minute per address; one with more is refused for a minute, unless a phone has logged in from there',
      ),
    tcp: bool.prefault(false).describe('SIP over TCP too, at the same port'),
    tls_port: port.default(5061).describe('port of SIP over TLS, where there is a certificate'),
    tls_cert: directory
      .optional()
      .describe(
        'certificate for SIP over TLS with those that vouch for it (PEM), as Asterisk sees it; renewed under its name it is taken up while calls go on',
      ),
    tls_key: directory.optional().describe('its private key (PEM), likewise'),
    tls_ca: directory
      .optional()
      .describe(
        'certificates (PEM), as Asterisk sees them, of those whose word is taken for trunks over TLS, `/etc/ssl/certs/ca-certificates.crt`; a trunk with another certificate, or one for another name, is not spoken to; missing: none is looked at',
      ),
    ws: bool
      .prefault(false)
      .describe('SIP over WebSocket, for phones in browsers: `/ws` at the address and port of ari.url'),
    wss_port: port
      .optional()
      .describe('port of SIP over WebSocket with TLS, by the same certificate (`wss://…/ws`); 8089 is usual'),
  })
  .refine(({ tls_cert, tls_key }) => (tls_cert === undefined) === (tls_key === undefined), {
    path: ['tls_key'],
    message: 'sip.tls_cert and sip.tls_key go together',
  })
  .refine(({ tls_ca, tls_cert }) => tls_ca === undefined || tls_cert !== undefined, {
    path: ['tls_ca'],
    message: 'needs sip.tls_cert and sip.tls_key',
  })
  .refine(({ wss_port, tls_cert }) => wss_port === undefined || tls_cert !== undefined, {
    path: ['wss_port'],
    message: 'needs sip.tls_cert and sip.tls_key',
  })
  .prefault({});

/** Where calls to telephone numbers go, and come from. */
export const trunkKeys = z
  .strictObject({
    uri: configText.regex(/^sip:/).optional().describe('SIP URI of the trunk, `sip:host[:port]`'),
    user: configText.optional().describe('user name at the trunk'),
    password: configText.optional().describe('password at the trunk'),
    register: bool.prefault(false).describe('register at the trunk'),
    match: list.pipe(z.array(configText)).prefault('').describe('addresses the trunk calls from'),
    transport: z
      .enum(['udp', 'tcp', 'tls'])
      .default('udp')
      .describe('what is spoken with the trunk; `tcp` takes sip.tcp, `tls` sip.tls_cert'),
    encryption: z
      .enum(['none', 'sdes'])
      .default('none')
      .describe('of the audio with the trunk; `sdes`: SRTP, and no call without it'),
    caller_id: z
      .string()
      .regex(/^\+?[0-9]{1,32}$/, 'expected a telephone number')
      .optional()
      .describe(
        'the number that is shown to who is called through the trunk by one of our phones, unless that has a `caller_id`',
      ),
  })
  .refine(
    ({ register, uri, user, password }) =>
      !register || [uri, user, password].every((value) => value !== undefined),
    { path: ['register'], message: 'needs trunk.uri, trunk.user and trunk.password' },
  )
  .prefault({});
