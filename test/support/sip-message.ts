import { SipHeaders } from './sip-headers.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
  /** Of a phone that speaks no UDP. */
  readonly transport?: 'TCP' | 'TLS' | 'WS' | 'WSS';
}

export interface SipRequest {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  readonly headers: SipHeaders;
  readonly body: string;
}

export interface SipResponse {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly headers: SipHeaders;
  readonly body: string;
}

export type SipMessage = SipRequest | SipResponse;

/** @throws SyntaxError for anything that is not a whole SIP message. */
export function parseSip(text: string): SipMessage {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) throw new SyntaxError(`no end of headers: ${text.slice(0, 80)}`);
  const [start = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = SipHeaders.parse(lines);
  const rest = Buffer.from(text.slice(end + 4));
  const length = Number(headers.get('Content-Length') ?? rest.length);
  if (!(length <= rest.length)) throw new SyntaxError(`Content-Length ${length} of a body of ${rest.length}`);
  const body = rest.subarray(0, length).toString();
  const response = /^SIP\/2\.0 (\d{3})(?: (.*))?$/.exec(start);
  if (response)
    return { kind: 'response', status: Number(response[1]), reason: response[2] ?? '', headers, body };
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(start);
  if (!request) throw new SyntaxError(`not a SIP start line: ${start}`);
  return { kind: 'request', method: request[1] ?? '', uri: request[2] ?? '', headers, body };
}

export function formatSip(message: SipMessage): string {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const headers = message.headers.copy();
  headers.set('Content-Length', String(Buffer.byteLength(message.body)));
  return `${start}\r\n${headers.format()}\r\n${message.body}`;
}

/** CSeq, taken apart. */
export function cseqOf(message: SipMessage): { number: number; method: string } {
  const [number, method = ''] = (message.headers.get('CSeq') ?? '').trim().split(/\s+/);
  return { number: Number(number), method };
}

/** The branch of the topmost Via: which transaction a message belongs to. */
export function branchOf(message: SipMessage): string {
  return /;\s*branch=([^;,\s]+)/i.exec(message.headers.all('Via')[0] ?? '')?.[1] ?? '';
}

const reasons: Record<number, string> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  302: 'Moved Temporarily',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  491: 'Request Pending',
  500: 'Server Internal Error',
  503: 'Service Unavailable',
  600: 'Busy Everywhere',
  603: 'Decline',
};

export interface ResponseParts {
  readonly reason?: string | undefined;
  /** Added to To where it has no tag yet. */
  readonly tag?: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string;
}

/** A response with what every response copies from its request. */
export function respondTo(request: SipRequest, status: number, parts: ResponseParts = {}): SipResponse {
  const { reason = reasons[status] ?? 'Whatever', tag, body = '' } = parts;
  const headers = new SipHeaders();
  for (const name of ['Via', 'Record-Route', 'From', 'To', 'Call-ID', 'CSeq']) {
    for (const value of request.headers.all(name)) headers.add(name, value);
  }
  const to = headers.get('To') ?? '';
  if (tag !== undefined && status > 100 && !/;\s*tag=/i.test(to)) headers.set('To', `${to};tag=${tag}`);
  for (const [name, value] of Object.entries(parts.headers ?? {})) headers.set(name, value);
  return { kind: 'response', status, reason, headers, body };
}
