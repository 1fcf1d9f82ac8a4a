import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../config/config.ts';
import type { Secrets } from '../config/secrets.ts';
import type { TemplateValues } from './template.ts';

/** What the templates ask for phones in browsers: SIP over WebSocket, through Asterisk's HTTP server. */
export function webSocketValues({ sip, webrtc, ari }: Config, secrets: Secrets): TemplateValues {
  const { host, ws, wss_port: port } = sip;
  const isOpen = ws || port !== undefined;
  const isWeb = isOpen || webrtc;
  const mapped = isWeb ? mappedCandidates(host, sip.external_address) : [];
  return {
    SIP_WEB: isWeb ? 'yes' : undefined,
    SIP_PLAIN: isWeb ? undefined : 'yes',
    SIP_BY_ADDRESS: isOpen ? undefined : 'yes',
    SIP_WS: ws || webrtc ? 'yes' : undefined,
    // The phones of the console come through the daemon.
    SIP_WEB_CLOSED: webrtc && !isOpen ? 'yes' : undefined,
    SIP_WSS: port === undefined ? undefined : 'yes',
    SIP_WSS_BIND: `${bracketed(host)}:${port}`,
    SIP_WEB_HOST: bracketed(host),
    SIP_WEB_PORTS: [new URL(ari.url).port || '80', ...(port === undefined ? [] : [port])].join('|'),
    // A digest of which nobody knows the password, or itself.
    SIP_NOBODY: createHmac('md5', secrets.ari_password).update('nobody').digest('hex'),
    ICE: isWeb ? 'yes' : 'no',
    ICE_MAPPED: mapped.length > 0 ? mapped.join('\n') : undefined,
    HTTP_SESSIONS: isWeb ? '2000' : '500',
  };
}

/** Behind NAT a browser is told the address that it sees, beside that of the machine. */
function mappedCandidates(host: string, external: string | undefined): readonly string[] {
  if (external === undefined || isIP(external) !== 4) return [];
  const own = host === '0.0.0.0' ? ownAddresses() : [host];
  return own.map((address) => `${address} => ${external},include_local_address`);
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((all = []) => all)
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

function bracketed(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
