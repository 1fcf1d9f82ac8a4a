import type { Escape } from '../flows/substitute.ts';
import { urlEscape } from '../flows/url-escape.ts';

/** What a body is made of; `raw` is whatever the author writes. */
export type BodyFormat = 'none' | 'json' | 'xml' | 'form' | 'multipart' | 'raw';

interface Typed {
  readonly body_type?: unknown;
  readonly data_type?: unknown;
}

/** `data_type: multipart/form-data` wins, then `body_type`, then what `data_type` says; with neither it is JSON. */
export function formatOf({ body_type, data_type }: Typed): BodyFormat {
  const mediaType = typeof data_type === 'string' ? (data_type.split(';')[0] ?? '').trim().toLowerCase() : '';
  if (body_type === 'none') return 'none';
  if (mediaType === 'multipart/form-data') return 'multipart';
  if (body_type === 'json' || body_type === 'xml' || body_type === 'form') return body_type;
  if (mediaType === '' || /[/+]json$/.test(mediaType)) return 'json';
  if (/[/+]xml$/.test(mediaType)) return 'xml';
  return mediaType === 'application/x-www-form-urlencoded' ? 'form' : 'raw';
}

/** Whether fields are written as a JSON object, and not as `a=1&b=2`. */
export function isJsonObject(data: string): boolean {
  return data.trimStart().startsWith('{');
}

/** How values are written into the texts of the option: each so that it stays a value there, whatever it is. */
export function webhookEscape(path: string, option: Readonly<Record<string, unknown>>): Escape {
  if (path === 'uri') return urlEscape(path, 'uri', option);
  const { data } = option;
  if (path !== 'data' || typeof data !== 'string') return 'none';
  const format = formatOf(option);
  switch (format) {
    case 'json':
    case 'xml':
      return format;
    case 'form':
    case 'multipart':
      return isJsonObject(data) ? 'json' : 'form';
    case 'none':
    case 'raw':
      return 'none';
    default:
      return format satisfies never;
  }
}
