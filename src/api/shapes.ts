import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { neverTime, wireTime } from '../core/clock.ts';
import { count } from '../core/units.ts';
import type { PageRequest } from '../storage/page.ts';
import { component } from './components.ts';
import { errorSchema } from './problems.ts';
import { wireTimeOf } from './wire-time-of.ts';

/** What is no id of ours is not found; only its length is checked. */
export const idParams = z.strictObject({ id: z.string().max(100) });

/** An id that a field points with; the zero UUID points nowhere. */
export const reference = z.guid('must be a UUID').toLowerCase();

/** For lists of what belongs to one thing. */
export const referenceFilter = reference
  .optional()
  .meta({ description: 'only those of this call', examples: ['8d2d2c05-1a2f-4c0e-9d0f-3a4fd7b6a111'] });

export const name = z.string().max(255);
export const detail = z.string().max(10_000);
export const id = z.string().meta({ format: 'uuid' });

/** A time on the wire: `9999-01-01 00:00:00.000000` is "not yet". */
export const time = z.string().meta({ description: 'UTC', examples: ['2022-04-11 00:23:54.724620'] });

/** A time as users write it. */
export const wireTimeInput = z
  .string()
  .max(40)
  .transform((text, context) => {
    const time = wireTimeOf(text);
    if (time === undefined)
      context.addIssue({ code: 'custom', message: 'must be a time such as 2022-04-11 00:23:54' });
    return time ?? z.NEVER;
  });

/** An action as answers show it. */
export const action = component(
  'Action',
  z.object({
    id: z.string(),
    next_id: z.string(),
    type: z.string(),
    option: z.record(z.string(), z.unknown()).exactOptional(),
    on_error_id: z.string().exactOptional(),
    tm_execute: z.string().exactOptional(),
  }),
);

/** For requests that say all by their path. Without a body Fastify validates null. */
export const noBody = z.strictObject({}).nullish();

export const pageQuery = z.strictObject({
  page_size: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a number from 1 to 100')
    .transform(Number)
    .pipe(count('records', 1, 100))
    .default(100),
  page_token: z.string().max(300).optional(),
});

export function pageRequest(query: z.output<typeof pageQuery>): PageRequest {
  return { size: query.page_size, token: query.page_token };
}

export function listOf<T>(shown: z.ZodType<T>) {
  return z.object({ result: z.array(shown), next_page_token: z.string() });
}

/** The answers of a route: its own, and the errors that any route may answer. */
export function answers<S extends z.ZodType>(schema: S) {
  return { 200: schema, '4xx': errorSchema, '5xx': errorSchema };
}

/** The first fields of a new resource. */
export function identity(customerId: string) {
  return { id: randomUUID(), customer_id: customerId };
}

/** The last fields of a new resource. */
export function birth() {
  const now = wireTime();
  return { tm_create: now, tm_update: now, tm_delete: neverTime };
}
