import * as z from 'zod';
import { addressSchema } from '../calls/address.ts';
import { cut } from '../calls/one-line.ts';
import { count, milliseconds } from '../core/units.ts';

/** Headers we make ourselves, or that would change where a call goes or what it is. */
const reserved =
  /^(accept.*|allow.*|authorization|call-id|contact|content-.*|cseq|date|expires|from|in-reply-to|join|max-forwards|mime-version|min-.*|organization|p-(asserted|preferred)-identity|path|priority|privacy|proxy-.*|rack|record-route|refer-to|referred-by|reject-contact|remote-party-id|replaces|request-disposition|require|retry-after|route|rseq|server|session-expires|subscription-state|supported|target-dialog|timestamp|to|unsupported|user-agent|via|warning|www-authenticate|[a-z])$/i;

const header = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/, 'expected the name of a header')
    .refine((name) => !reserved.test(name), 'this header is not for a flow to set')
    .meta({ description: 'of the header', examples: ['X-Patient'] }),
  // A caller's name may be in it, and that may hold anything: nothing of it fails a call or begins another header.
  value: z
    .string()
    .overwrite(cut(512))
    .max(512)
    .meta({ description: 'in one line, at most 512 characters', examples: ['4711'] }),
});

/** Headers of an INVITE. */
export const sipHeaders = z
  .array(header)
  .max(20)
  .default([])
  .meta({ examples: [[{ name: 'X-Patient', value: '4711' }]] });

export function headersOf(headers: z.output<typeof sipHeaders>): Readonly<Record<string, string>> {
  return Object.fromEntries(headers.map(({ name, value }) => [name, value]));
}

/** How long a leg may ring, in milliseconds. */
export const ringTimeout = milliseconds(1_000, 600_000).default(60_000);

export const source = addressSchema.extend({ target_name: callerName(255) }).optional();

/** A name for the callee; a caller's may be longer than any limit. */
export function callerName(most: number) {
  return z
    .string()
    .overwrite(cut(most))
    .max(most)
    .default('')
    .meta({
      description: `a name for the callee, at most ${most} characters`,
      examples: ['Clinic North'],
    });
}

/** How many minutes later calls are made. */
export const delayMinutes = count('minutes', 0, 43_200)
  .default(0)
  .meta({ description: 'how many minutes later they are made, also across a restart', examples: [30] });

/** How often a redirection may be followed. */
export const followRedirects = count('redirections', 0, 3)
  .default(0)
  .describe(
    'how often a callee who answers with a redirection (3xx) is followed, to where calls are allowed',
  );

/** More than this is no ring group. */
export const mostDestinations = 20;
