import { longestUrl } from '../core/longest-url.ts';
import { hrefAsWritten } from '../core/url-as-written.ts';
import { WebhookFailure } from '../flows/reading/webhook-failure.ts';
import type { InternalCall, InternalReply } from './internal-call.ts';

/** Phonon's `shortURL`: a short link for a long one. */
export async function shortUrl({ data, ports }: InternalCall): Promise<InternalReply> {
  const url = longUrlIn(data);
  const message = `longUrl must be an http: or https: URL of at most ${longestUrl} characters`;
  if (url === undefined) return { status: 400, body: { message }, set: [] };
  return { status: 200, body: { shortUrl: await ports.links.shorten(url) }, set: [] };
}

function longUrlIn(data: InternalCall['data']): string | undefined {
  const { longUrl } = typeof data === 'string' ? objectIn(data) : data;
  if (typeof longUrl !== 'string' || longUrl.length > longestUrl) return undefined;
  const text = longUrl.trim();
  const url = URL.parse(text);
  return url && (url.protocol === 'https:' || url.protocol === 'http:')
    ? hrefAsWritten(url, text)
    : undefined;
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Text that is no JSON is refused below, as JSON that is no object is.
  }
  throw new WebhookFailure('INVALID_REQUEST', 'the data is no JSON object');
}
