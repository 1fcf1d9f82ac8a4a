import type { Chunk } from './tap.ts';

/** An event of Asterisk's, or a request of a controller's. */
export interface Message {
  readonly at: number;
  readonly event?: unknown;
  readonly uri?: string;
}

/** What was said, in the order in which it had come whole: over WebSockets, and requests over HTTP as well. */
export function messagesIn(chunks: readonly Chunk[]): Message[] {
  const streams = Map.groupBy(
    chunks,
    ({ connection, isFromAsterisk }) => `${connection} ${isFromAsterisk ? 'from' : 'to'}`,
  );
  return [...streams.values()].flatMap(messagesOf).sort((one, other) => one.at - other.at);
}

function messagesOf(chunks: readonly Chunk[]): Message[] {
  const all = Buffer.concat(chunks.map(({ bytes }) => bytes));
  const begin = startOfFrames(all);
  if (begin === undefined) return chunks[0]?.isFromAsterisk ? [] : requestsOf(all, chunks);
  return [...framesFrom(all, begin)].flatMap(({ text, end }): Message[] => {
    const at = timeOf(end, chunks);
    const message = JSON.parse(text) as { readonly type?: string; readonly uri?: string }; // of ARI, or to it
    if (message.type === 'RESTResponse') return [];
    return message.type === 'RESTRequest' ? [{ at, uri: message.uri ?? '' }] : [{ at, event: message }];
  });
}

/** Behind the handshake, where that was seen; nothing for plain HTTP. */
function startOfFrames(all: Buffer): number | undefined {
  if ((all[0] ?? 0) >= 0x80) return 0;
  const end = all.indexOf('\r\n\r\n') + 4;
  return /^upgrade: *websocket/im.test(all.toString('latin1', 0, end)) ? end : undefined;
}

function requestsOf(all: Buffer, chunks: readonly Chunk[]): Message[] {
  const lines = all.toString('latin1').matchAll(/^(?:GET|POST|PUT|DELETE) (\S+) HTTP\/1\.1\r$/gm);
  return [...lines].map((line) => ({ at: timeOf(line.index + line[0].length, chunks), uri: line[1] ?? '' }));
}

/** When the byte before this one had come. */
function timeOf(end: number, chunks: readonly Chunk[]): number {
  let passed = 0;
  for (const { at, bytes } of chunks) {
    passed += bytes.length;
    if (passed >= end) return at;
  }
  return Number.NaN;
}

interface Frame {
  readonly text: string;
  /** Where the next one begins. */
  readonly end: number;
}

/** Texts, each whole in one frame, as ARI and its controllers send them; pings and the like are passed over. */
function* framesFrom(all: Buffer, begin: number): Generator<Frame> {
  for (let at = begin; at + 2 <= all.length; ) {
    const [first = 0, second = 0] = all.subarray(at, at + 2);
    const { length, width } = lengthAt(all, at + 2, second & 0x7f);
    const maskAt = at + 2 + width;
    const bodyAt = maskAt + (second & 0x80 ? 4 : 0);
    const end = bodyAt + length;
    if (end > all.length) return;
    if ((first & 0x0f) === 1) yield { text: unmasked(all, maskAt, bodyAt, end), end };
    at = end;
  }
}

/** 126 and 127 say that the length follows, in 2 or in 8 bytes. */
function lengthAt(
  all: Buffer,
  at: number,
  short: number,
): { readonly length: number; readonly width: number } {
  if (short < 126) return { length: short, width: 0 };
  const width = short === 126 ? 2 : 8;
  if (at + width > all.length) return { length: Number.POSITIVE_INFINITY, width };
  return { length: short === 126 ? all.readUInt16BE(at) : Number(all.readBigUInt64BE(at)), width };
}

function unmasked(all: Buffer, maskAt: number, bodyAt: number, end: number): string {
  const body = all.subarray(bodyAt, end);
  if (maskAt === bodyAt) return body.toString();
  return Buffer.from(body.map((byte, at) => byte ^ (all[maskAt + (at & 3)] ?? 0))).toString();
}
