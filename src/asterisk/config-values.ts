import { createHash } from 'node:crypto';
import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import { pathFor } from '../ari/handshake.ts';
import type { Config } from '../config/config.ts';
import { mediaDirectory } from '../config/media-directory.ts';
import { reachable } from '../config/reachable.ts';
import type { Secrets } from '../config/secrets.ts';
import { ConfigurationError } from '../core/errors.ts';
import type { TemplateValues } from './template.ts';
import { webSocketValues } from './web-socket-values.ts';

/** Where Asterisk finds and keeps its things. What is missing stays as Asterisk was built. */
export interface AsteriskPlaces {
  readonly moduleDir?: string;
  /** Prompts and music on hold. */
  readonly sharedDir?: string;
  /** Registrations and the like, which outlive a restart. */
  readonly stateDir?: string;
  readonly runDir?: string;
  readonly logDir?: string;
  /** The most files Asterisk may open; the machine's hard limit bounds it. */
  readonly maxFiles?: number;
}

/** A test tool that sends no audio is borne with so many times as long as a phone. */
const patienceWithTools = 5;

/** Seconds that a caller waits for a daemon that is away, and after which those who call are told so at once. */
const longestWait = 60;

/** Seconds that a SIP message may be on its way to the daemon. */
const longestMessage = 15;

const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** What the templates in `asterisk-config/` ask for. */
export function configValues(
  directory: string,
  config: Config,
  secrets: Secrets,
  places: AsteriskPlaces,
): TemplateValues {
  const identity = createHash('sha256').update(resolve(config.data_dir)).digest('hex');
  const [firstPort, lastPort] = config.rtp_ports;
  return {
    CONFIG_DIR: resolve(directory),
    MODULE_DIR: places.moduleDir,
    SHARED_DIR: places.sharedDir,
    STATE_DIR: places.stateDir,
    RUN_DIR: places.runDir,
    LOG_DIR: places.logDir,
    MEDIA_DIR: asteriskMediaDir(config),
    MAX_FILES: String(places.maxFiles ?? 65_536),
    // Four ports per call: RTP and RTCP of the caller's leg, and of a second leg or external media.
    MAX_CALLS: String(Math.min(1_000, Math.floor((lastPort - firstPort) / 4))),
    SYSTEM_NAME: `ariflow-${identity.slice(0, 6)}`,
    // A locally administered address, the same for the same data directory.
    ENTITY_ID: ['02', ...(identity.slice(6, 16).match(/../g) ?? [])].join(':'),
    RTP_FIRST: String(firstPort),
    RTP_LAST: String(lastPort),
    RTP_TIMEOUT: String(seconds(config.rtp_timeout)),
    TOOL_RTP_TIMEOUT: String(seconds(config.rtp_timeout) * patienceWithTools),
    CODECS: config.codecs.join(','),
    ...guardValues(config),
    SIP_BIND: `${inBrackets(config.sip.host)}:${config.sip.port}`,
    SIP_EXTERNAL_ADDRESS: config.sip.external_address,
    SIP_LOCAL_NETWORKS: localNetworks(config.sip.external_address)
      .map((network) => `local_net = ${network}`)
      .join('\n'),
    ...transportValues(config),
    ...webSocketValues(config, secrets),
    PHONES: Object.entries(secrets.phones)
      .map(([number, password]) => phoneSections(number, password))
      .join('\n'),
    ...ariValues(config, secrets),
    ...trunkValues(config),
  };
}

/** What phones may speak besides UDP. */
function transportValues({ sip }: Config): TemplateValues {
  const { host, external_address: address } = sip;
  const networks = localNetworks(address).map((network) => `local_net = ${network}`);
  const external = [`external_signaling_address = ${address}`, `external_media_address = ${address}`];
  return {
    SIP_TCP: sip.tcp ? 'yes' : undefined,
    SIP_TLS_BIND: `${inBrackets(host)}:${sip.tls_port}`,
    SIP_TLS_CERT: sip.tls_cert && resolve(sip.tls_cert),
    SIP_TLS_KEY: sip.tls_key && resolve(sip.tls_key),
    SIP_TLS_CA: sip.tls_ca && resolve(sip.tls_ca),
    SIP_TLS_VERIFY: sip.tls_ca && 'yes',
    SIP_NAT: address === undefined ? undefined : [...external, ...networks].join('\n'),
  };
}

/**
 * Seconds that Asterisk lets a call last. Behind the daemon's own limit, which says why the call ended: this one is for calls whose
 * daemon is gone.
 */
export function longestCall(config: Config): number {
  return Math.ceil(config.call_max_duration / 1_000) + 10;
}

/** How long calls and messages are with us unless the daemon says otherwise: where Asterisk keeps them for it, as long as they may wait. */
function guardValues(config: Config): TemplateValues {
  const isKept = config.ari.transport === 'inbound';
  return {
    CALL_SECONDS: String(isKept ? longestWait : longestCall(config)),
    MESSAGE_SECONDS: String(isKept ? longestWait : longestMessage),
    LONGEST_WAIT: String(longestWait),
  };
}

/** The media directory as Asterisk sees it; its `recording` holds what ARI records. */
export function asteriskMediaDir(config: Config): string {
  return config.asterisk_media_dir ?? mediaDirectory(config);
}

/** Where phones get Asterisk's own address; in Docker, those beside the external address can reach only that one. */
function localNetworks(externalAddress = ''): string[] {
  const others = privateNetworks.filter((network) => !contains(network, externalAddress));
  return ['127.0.0.0/8', ...others];
}

/** A host name is in no network. */
function contains(network: string, host: string): boolean {
  const [address = '', bits] = network.split('/');
  const list = new BlockList();
  list.addSubnet(address, Number(bits));
  return isIP(host) === 4 && list.check(host);
}

/** ARI's address as Asterisk binds it: a name (a container's) means every address, with private networks let in. */
function ariValues(config: Config, secrets: Secrets): TemplateValues {
  const url = new URL(config.ari.url);
  const host = url.hostname === 'localhost' ? '127.0.0.1' : url.hostname.replace(/^\[|\]$/g, '');
  const networks = isIP(host) ? ['127.0.0.0/8', '::1/128'] : ['127.0.0.0/8', '::1/128', ...privateNetworks];
  const prefix = url.pathname.replace(/\/?ari\/?$/, '').replace(/^\//, '');
  return {
    ARI_APP: config.ari.app,
    ARI_USER: config.ari.user,
    ARI_PASSWORD: config.ari.password ?? secrets.ari_password,
    HTTP_HOST: isIP(host) ? host : '0.0.0.0',
    HTTP_PORT: url.port || '80',
    HTTP_PREFIX: prefix === '' ? undefined : prefix,
    HTTP_PERMIT: networks.map((network) => `permit = ${network}`).join('\n'),
    ...inboundValues(config),
  };
}

/** Where Asterisk dials the daemon, if it does. */
function inboundValues({ ari: { transport, listen, app } }: Config): TemplateValues {
  const isInbound = transport === 'inbound';
  return {
    INBOUND_URI: isInbound ? `ws://${reachable(listen.host)}:${listen.port}${pathFor(app)}` : undefined,
    WRITE_TIMEOUT: isInbound ? '10000' : '2000',
  };
}

function trunkValues({ trunk }: Config): TemplateValues {
  const host = trunk.uri
    ?.replace(/^sip:/, '')
    .replace(/^[^@]*@/, '')
    .replace(/[;?].*$/, '');
  const address = host?.replace(/:\d+$/, '');
  const hasAccount = trunk.uri !== undefined && trunk.user !== undefined && trunk.password !== undefined;
  if (trunk.register && !hasAccount) {
    throw new ConfigurationError('trunk.register: needs trunk.uri, trunk.user and trunk.password');
  }
  const matches = trunk.match.length > 0 || address === undefined ? trunk.match : [address];
  return {
    TRUNK_URI: trunk.uri,
    TRUNK_UDP_URI: trunk.transport === 'udp' ? trunk.uri : undefined,
    TRUNK_STREAM_URI: trunk.transport === 'udp' ? undefined : trunk.uri,
    TRUNK_TRANSPORT: trunk.transport,
    TRUNK_ENCRYPTION: trunk.encryption === 'none' ? 'no' : trunk.encryption,
    TRUNK_HOST: address,
    TRUNK_MATCH: matches.map((match) => `match = ${match}`).join('\n'),
    TRUNK_USER: trunk.user,
    TRUNK_PASSWORD: trunk.password,
    TRUNK_AUTH: hasAccount ? 'trunk' : undefined,
    TRUNK_REGISTER: trunk.register ? 'yes' : undefined,
    TRUNK_CLIENT_URI: hasAccount ? `sip:${trunk.user}@${host}` : undefined,
  };
}

function phoneSections(number: string, password: string): string {
  return [`[generated-${number}](generated-auth)`, `username = ${number}`, `password = ${password}`, ''].join(
    '\n',
  );
}

function seconds(milliseconds: number): number {
  return Math.ceil(milliseconds / 1_000);
}

function inBrackets(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
