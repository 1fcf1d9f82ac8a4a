import type { UserReply } from '../../ports/http.ts';

/** The text of a reply cannot be read; the message says why. */
export class UnreadableText extends Error {
  override readonly name = 'UnreadableText';
}

type Beginnings = readonly (readonly [encoding: string, bytes: readonly number[]])[];

/** Byte order marks. */
const marks: Beginnings = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** `<?` in UTF-16: XML without a mark. */
const unmarked: Beginnings = [
  ['utf-16le', [0x3c, 0, 0x3f, 0]],
  ['utf-16be', [0, 0x3c, 0, 0x3f]],
];

/**
 * The text of a reply: by its byte order mark, else the charset of its Content-Type, else its XML declaration, else UTF-8.
 * A picture, a film or a sound has none.
 * @throws UnreadableText for an encoding that is unknown and bytes that are none of it: no character is ever replaced
 */
export function replyText(
  { headers, body }: Pick<UserReply, 'headers' | 'body'>,
  { isBeginning = false } = {},
): string {
  const type = one(headers['content-type']);
  if (/^\s*(image|audio|video|font)\//i.test(type)) return '';
  const encoding = encodingOf(body, type);
  return decoded(body, encoding, isBeginning);
}

/** What can be read of the beginning of a reply, at least so many bytes in UTF-8, whether or not it is refused. */
export function roughText({ headers, body }: Pick<UserReply, 'headers' | 'body'>, bytes: number): string {
  // No encoding needs more than twice what UTF-8 does.
  const beginning = body.subarray(0, bytes * 2);
  try {
    return replyText({ headers, body: beginning }, { isBeginning: beginning.length < body.length });
  } catch {
    return beginning.toString();
  }
}

function encodingOf(body: Buffer, type: string): string {
  const marked = beginsAs(body, marks);
  if (marked) return marked;
  const charset = /;\s*charset\s*=\s*(?:"([^"]*)"|([^\s;"]+))/i.exec(type);
  const named = charset?.[1] ?? charset?.[2];
  if (named) return /^utf-?16$/i.test(named) ? halfOf(body) : named;
  return beginsAs(body, unmarked) ?? declaredIn(body) ?? 'utf-8';
}

function beginsAs(body: Buffer, table: Beginnings): string | undefined {
  return table.find(([, bytes]) => bytes.every((byte, index) => body[index] === byte))?.[0];
}

/** UTF-16 that does not say which: text begins with a character of ASCII nearly always. */
function halfOf(body: Buffer): string {
  return body[0] === 0 ? 'utf-16be' : 'utf-16le';
}

/** A declaration that is read as ASCII and says UTF-16 is wrong: so .NET writes what it then sends as UTF-8. */
function declaredIn(body: Buffer): string | undefined {
  const declaration = /^\s*<\?xml\s[^>]*?\sencoding\s*=\s*["']([A-Za-z][\w.:-]*)["']/.exec(
    body.toString('latin1', 0, 512),
  );
  const named = declaration?.[1];
  return named && !/^utf-?16/i.test(named) ? named : undefined;
}

/** The last character of a beginning may be cut in two. */
function decoded(body: Buffer, encoding: string, isBeginning: boolean): string {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw new UnreadableText(`the reply is in an unknown encoding, ${encoding.slice(0, 40)}`, { cause });
  }
  try {
    return decoder.decode(body, { stream: isBeginning });
  } catch (cause) {
    throw new UnreadableText(`the reply is not ${decoder.encoding}`, { cause });
  }
}

function one(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : (header?.[0] ?? '');
}
