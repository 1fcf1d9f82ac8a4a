import type { UserReply } from '../../ports/http.ts';
import { replyText } from './reply-text.ts';

/** As much of a reply as it takes to read it, in a form that threads hand on. */
export interface Reply {
  readonly contentType: string;
  readonly body: Uint8Array;
}

export function replyOf({ headers, body }: Pick<UserReply, 'headers' | 'body'>): Reply {
  const type = headers['content-type'];
  return { contentType: (typeof type === 'string' ? type : type?.[0]) ?? '', body };
}

/** @throws UnreadableText */
export function textOf({ contentType, body: { buffer, byteOffset, length } }: Reply): string {
  return replyText({
    headers: { 'content-type': contentType },
    body: Buffer.from(buffer, byteOffset, length),
  });
}
