import type { Problem } from '../core/errors.ts';
import type { PortRange } from '../core/port-range.ts';
import { isLoopback } from './loopback.ts';

/** What says where everybody listens, as it is parsed. */
export interface Listening {
  readonly ari: {
    readonly url: string;
    readonly port?: number | undefined;
    readonly transport: string;
    readonly listen: { readonly host: string; readonly port: number };
  };
  readonly api: { readonly host: string; readonly port: number };
  readonly sip: { readonly port: number; readonly tls_port: number; readonly wss_port?: number | undefined };
  readonly rtp_ports: PortRange;
  readonly external_media: { readonly ports: PortRange };
}

/** Ports that two would take; `path` is the key to change. */
export function portConflicts({ ari, api, sip, rtp_ports, external_media }: Listening): Problem[] {
  const problems: Problem[] = [];
  const complain = (path: string, message: string): void => void problems.push({ path, message });
  const url = new URL(ari.url);
  const ariPort = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (holds(rtp_ports, sip.port))
    complain('rtp_ports', `${inWords(rtp_ports)} holds the SIP port ${sip.port} (sip.port)`);
  if (ari.port !== undefined && ari.port !== ariPort)
    complain('ari.port', 'is the port of an Asterisk that `up` brings up, and ari.url names another one');
  if (ari.transport === 'inbound' && ari.listen.port === api.port)
    complain('ari.listen', `${api.port} is the port of the API (api.port) already`);
  if (ari.transport === 'inbound' && ari.listen.port === sip.wss_port)
    complain('sip.wss_port', `${sip.wss_port} is where Asterisk dials the daemon (ari.listen) already`);
  if (sip.wss_port !== undefined && sip.wss_port === sip.tls_port)
    complain('sip.wss_port', `${sip.wss_port} is the port of SIP over TLS (sip.tls_port) already`);
  // What is said of an Asterisk on another machine takes no port of this one.
  if (!isLoopback(url.hostname)) return problems;
  const media = external_media.ports;
  if (holds(media, sip.port))
    complain('external_media.ports', `${inWords(media)} holds the SIP port ${sip.port} (sip.port)`);
  if (media[0] <= rtp_ports[1] && rtp_ports[0] <= media[1])
    complain(
      'rtp_ports',
      `${inWords(rtp_ports)} overlaps external_media.ports (${inWords(media)}): each must have ports of its own`,
    );
  if (sip.wss_port === ariPort) complain('sip.wss_port', `${ariPort} is the port of ARI (ari.url) already`);
  if (sip.wss_port === api.port)
    complain('sip.wss_port', `${api.port} is the port of the API (api.port) already`);
  if (api.port === ariPort && (isLoopback(api.host) || isAnyAddress(api.host)))
    complain('api.port', `${api.port} is the port of ARI (ari.url) already`);
  if (ari.transport === 'inbound' && ari.listen.port === ariPort)
    complain('ari.listen', `${ariPort} is the port of ARI (ari.url) already`);
  return problems;
}

function holds([first, last]: PortRange, port: number): boolean {
  return port >= first && port <= last;
}

function inWords([first, last]: PortRange): string {
  return `${first}-${last}`;
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
