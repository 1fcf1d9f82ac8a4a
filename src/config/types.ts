import { isIP } from 'node:net';
import * as z from 'zod';
import { units } from '../core/units.ts';
import { isCodec, usualCodecs } from './codecs.ts';

/** A list, or text with commas. */
function listOf<Item extends z.ZodType>(item: Item) {
  return z.preprocess((value) => (typeof value === 'string' ? split(value) : value), z.array(item));
}

function split(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean);
}

export const list = listOf(z.string()).describe('comma-separated');

export const bool = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** `on`, `off`, and the same as `bool`. */
export const onOff = z.union([
  bool,
  z.enum(['on', 'off'], 'expected on or off').transform((text) => text === 'on'),
]);

/** Milliseconds, written as `5s`, `10m`, `4h`, `2d`, or a plain number of milliseconds. */
export const duration = z.union([z.number(), z.string()]).transform(toMilliseconds);

/** A duration within bounds, both written like one. */
export function durationFrom(least: string, most: string) {
  return duration.refine(isBetween(least, most), `expected ${least} to ${most}`);
}

/** A list of durations, each within bounds. */
export function durations(least: string, most: string) {
  return listOf(durationFrom(least, most));
}

function isBetween(least: string, most: string): (milliseconds: number) => boolean {
  const [min, max] = [duration.parse(least), duration.parse(most)];
  return (milliseconds) => milliseconds >= min && milliseconds <= max;
}

function toMilliseconds(value: string | number, context: z.RefinementCtx): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(value));
  if (!match) {
    context.addIssue({
      code: 'custom',
      message: `expected a duration such as 5s, 10m or 4h, got ${JSON.stringify(value)}`,
    });
    return z.NEVER;
  }
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? 'ms'] ?? 1;
  return Number(match[1]) * unit;
}

/** Bytes within bounds, written as `500MB`, `20GB`, or a plain number of bytes. */
export function sizeFrom(least: string, most: string) {
  const [min, max] = [bytesOf(least) ?? 0, bytesOf(most) ?? 0];
  return z.union([z.number(), z.string()]).transform((value, context) => {
    const bytes = bytesOf(String(value));
    if (bytes !== undefined && bytes >= min && bytes <= max) return bytes;
    const message = `expected a size from ${least} to ${most}, got ${JSON.stringify(value)}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

function bytesOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(KB|MB|GB|TB)?$/i.exec(text);
  const unit = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }[(match?.[2] ?? '').toUpperCase()];
  return match && unit !== undefined ? Math.round(Number(match[1]) * unit) : undefined;
}

/** So many in a minute. */
export const rate = z.coerce
  .number('expected a number')
  .int()
  .min(1)
  .max(1_000_000)
  .register(units, { unit: 'a minute' });

export const port = z.coerce.number('expected a port').int().min(1).max(65_535);

/** Where somebody listens: `host:port`, an address of IPv6 in brackets. */
export const listeningAt = z
  .string('expected host:port, for example 127.0.0.1:8090')
  .regex(/^(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'expected host:port, for example 127.0.0.1:8090')
  .transform((text) => {
    const at = text.lastIndexOf(':');
    return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) };
  })
  .refine((address) => port.safeParse(address.port).success, 'expected a port from 1 to 65535');

/** Names and values: as a mapping, as a JSON object, or in lines `Name: value`. */
export const httpHeaders = z.preprocess(
  (value) => (typeof value === 'string' ? headersIn(value) : value),
  z.record(
    z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/, 'expected the name of a header'),
    z.string().regex(/^[^\p{Cc}]*$/u, 'expected one line'),
  ),
);

function headersIn(text: string): unknown {
  if (text.trimStart().startsWith('{')) return jsonIn(text);
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [name = '', ...value] = line.split(':');
      return [name.trim(), value.join(':').trim()];
    }),
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One codec as Asterisk spells it; the name ends up in a configuration file. */
export const codec = z.string().refine(isCodec, {
  error: ({ input }) =>
    `there is no codec ${JSON.stringify(input)}: expected some of ${usualCodecs.join(', ')}`,
});

export const portRange = z
  .string('expected first-last, for example 10000-20000')
  .regex(/^\d{1,5}-\d{1,5}$/, 'expected first-last, for example 10000-20000')
  .transform((text) => text.split('-').map(Number) as [number, number])
  .refine(
    ([first, last]) => first >= 1024 && last <= 65_535 && last - first >= 20,
    'expected 1024-65535, at least 20 ports',
  );

/** A path; every file of ours below it is one line of some configuration. */
export const directory = z.string().regex(/^\P{Cc}+$/u, 'expected the path of a directory');

/** Text that goes into one line of an Asterisk configuration file: nothing there may start a comment, a section or a new line. */
export const configText = z
  .string()
  .regex(/^[^\s;[\]#"'\\]*$/, 'expected no blanks, quotes, brackets, `;`, `#` or backslashes');

/** Where somebody's API is. */
export const endpoint = z.url({
  protocol: /^https?$/,
  error: 'expected a URL that begins with http: or https:',
});

/** `10.0.0.0/8`, `::1`: an address or a network. */
export const network = z.string().refine(isNetwork, 'expected an address or a network such as 10.0.0.0/8');

/** What may be called: the first digits of a telephone number, a host, or a network. */
export const outboundEntry = z.union([
  z.string().regex(/^(\+[0-9]*|[0-9*]{1,16}|[A-Za-z0-9][A-Za-z0-9.-]{0,252}|[0-9A-Fa-f:]{2,45})$/),
  network,
]);

/** A place in the world's list of time zones: `UTC`, `Europe/Berlin`. */
export const timezone = z.string().refine(isTimezone, 'expected a time zone such as UTC or Europe/Berlin');

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

/** Of all the zones only the usual one is known without the tables of the calendar: 4 MB that most daemons need for nothing else. */
function isTimezone(name: string): boolean {
  if (name === 'UTC') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
