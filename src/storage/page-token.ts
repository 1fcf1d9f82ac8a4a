import { AriflowError } from '../core/errors.ts';

/** The place of a record in the order of its list; a page ends at that of its last record. */
export interface Place {
  readonly tm_create: string;
  readonly id: string;
}

/** Opaque to users, so that the order of lists can change without breaking anybody. */
export function pageToken({ tm_create, id }: Place): string {
  return Buffer.from(`${tm_create}/${id}`).toString('base64url');
}

/** @throws AriflowError `INVALID_ARGUMENT` where we never gave out such a token. */
export function placeOf(token: string): Place {
  const text = Buffer.from(token, 'base64url').toString();
  const match = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6})\/([\w-]{1,100})$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    const message = 'not a page_token of this list';
    throw new AriflowError('INVALID_ARGUMENT', message, { details: [{ path: 'page_token', message }] });
  }
  return { tm_create: match[1], id: match[2] };
}
