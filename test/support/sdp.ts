import { type Codec, codecs } from './g711.ts';
import type { Address } from './sip-message.ts';
import { srtpSuite } from './srtp.ts';
import type { WebDescription } from './web-path.ts';

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** One audio stream as one side describes it. */
export interface AudioDescription {
  readonly address: Address;
  /** In order of preference, with the payload types this side wants to *receive*. */
  readonly codecs: readonly { readonly codec: Codec; readonly payloadType: number }[];
  /** Payload type of RFC 4733 digits, where they are understood. */
  readonly telephoneEvent?: number | undefined;
  readonly direction: Direction;
  /** Key and salt (SDES) of what this side sends; without one nothing is encrypted. */
  readonly crypto?: string | undefined;
  /** Of a browser: encrypted with keys by DTLS, on a way that ICE finds. */
  readonly web?: WebDescription | undefined;
}

export function formatSdp(audio: AudioDescription, session: { id: number; version: number }): string {
  const { host, port } = audio.address;
  const events = audio.telephoneEvent;
  const formats = [
    ...audio.codecs.map(({ payloadType }) => payloadType),
    ...(events === undefined ? [] : [events]),
  ];
  const lines = [
    'v=0',
    `o=phone ${session.id} ${session.version} IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    ...(audio.web === undefined ? [] : ['a=group:BUNDLE 0']),
    `m=audio ${port} ${profileOf(audio)} ${formats.join(' ')}`,
    ...webLines(audio),
    ...(audio.crypto === undefined ? [] : [`a=crypto:1 ${srtpSuite} inline:${audio.crypto}`]),
    ...audio.codecs.map(({ codec, payloadType }) => `a=rtpmap:${payloadType} ${codecs[codec].rtpmap}/8000`),
    ...(events === undefined ? [] : [`a=rtpmap:${events} telephone-event/8000`, `a=fmtp:${events} 0-16`]),
    'a=ptime:20',
    `a=${audio.direction}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function profileOf({ crypto, web }: AudioDescription): string {
  if (web !== undefined) return 'UDP/TLS/RTP/SAVPF';
  return crypto === undefined ? 'RTP/AVP' : 'RTP/SAVP';
}

/** As browsers say it: RTCP at the port of the audio, and the one address there is. */
function webLines({ web, address: { host, port } }: AudioDescription): string[] {
  if (web === undefined) return [];
  return [
    'a=mid:0',
    'a=rtcp-mux',
    `a=ice-ufrag:${web.ufrag}`,
    `a=ice-pwd:${web.password}`,
    `a=fingerprint:sha-256 ${web.fingerprint}`,
    `a=setup:${web.setup}`,
    `a=candidate:1 1 UDP 2130706431 ${host} ${port} typ host`,
  ];
}

function webOf(audio: string, session: string): WebDescription | undefined {
  const value = (name: string): string | undefined =>
    line(`a=${name}:`, audio) ?? line(`a=${name}:`, session);
  const [ufrag, password, fingerprint, setup] = ['ice-ufrag', 'ice-pwd', 'fingerprint', 'setup'].map(value);
  if (!ufrag || !password || !fingerprint || !setup || !/^a=candidate:/m.test(audio)) return undefined;
  const [, hash = ''] = /^sha-256 (.+)$/i.exec(fingerprint) ?? [];
  return { ufrag, password, fingerprint: hash, setup: setup as WebDescription['setup'] }; // Asterisk says no other
}

/** @throws SyntaxError where there is no audio stream, or one without an address. Codecs we do not have are left out. */
export function parseSdp(text: string): AudioDescription {
  const [session = '', ...media] = text.split(/\r?\n(?=m=)/);
  const audio = media.find((section) => section.startsWith('m=audio '));
  const [, port, formats] =
    /^m=audio (\d+)(?:\/\d+)? (?:UDP\/TLS\/)?RTP\/S?AVPF? ([\d ]+)/.exec(audio ?? '') ?? [];
  const host = (line('c=IN IP4 ', audio) ?? line('c=IN IP4 ', session))?.split('/')[0];
  if (audio === undefined || host === undefined || formats === undefined) {
    throw new SyntaxError(`no audio stream over RTP in this SDP: ${text}`);
  }
  const payloadTypes = formats.trim().split(/\s+/).map(Number);
  const names = new Map(payloadTypes.map((type) => [type, encodingName(audio, type)]));
  return {
    address: { host, port: Number(port) },
    codecs: payloadTypes.flatMap((payloadType) => {
      const codec = codecOf(names.get(payloadType), payloadType);
      return codec === undefined ? [] : [{ codec, payloadType }];
    }),
    telephoneEvent: payloadTypes.find((type) => names.get(type)?.toLowerCase() === 'telephone-event/8000'),
    direction: directionOf(audio) ?? directionOf(session) ?? 'sendrecv',
    web: webOf(audio, session),
    crypto: new RegExp(`^a=crypto:\\d+ ${srtpSuite} inline:([A-Za-z0-9+/=]+)`, 'm').exec(audio)?.[1],
  };
}

/** The direction that answers an offer, when we would like `wanted`. */
export function answerDirection(offered: Direction, wanted: Direction = 'sendrecv'): Direction {
  const [weSend, weReceive] = [
    canReceive(offered) && canSend(wanted),
    canSend(offered) && canReceive(wanted),
  ];
  if (weSend) return weReceive ? 'sendrecv' : 'sendonly';
  return weReceive ? 'recvonly' : 'inactive';
}

export const canSend = (direction: Direction): boolean =>
  direction === 'sendrecv' || direction === 'sendonly';
export const canReceive = (direction: Direction): boolean =>
  direction === 'sendrecv' || direction === 'recvonly';

function line(prefix: string, section: string | undefined): string | undefined {
  return section
    ?.split(/\r?\n/)
    .find((text) => text.startsWith(prefix))
    ?.slice(prefix.length)
    .trim();
}

function encodingName(section: string, payloadType: number): string | undefined {
  return line(`a=rtpmap:${payloadType} `, section)?.split('/').slice(0, 2).join('/');
}

function codecOf(name: string | undefined, payloadType: number): Codec | undefined {
  return (['ulaw', 'alaw'] as const).find((codec) =>
    // Static payload types need no rtpmap.
    name === undefined
      ? codecs[codec].payloadType === payloadType
      : name.toUpperCase() === `${codecs[codec].rtpmap}/8000`,
  );
}

function directionOf(section: string): Direction | undefined {
  const found = /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(section);
  return found?.[1] as Direction | undefined; // the pattern allows only these
}
