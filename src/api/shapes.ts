import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { neverTime, wireTime, zeroId } from '../core/clock.ts';
import { count } from '../core/units.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { PageRequest } from '../ports/page.ts';
import { component, componentPath } from './components.ts';
import { errorSchema } from './problems.ts';
import { wireTimeOf } from './wire-time-of.ts';

export const exampleId = '99bf739a-932f-433c-b1bf-103d33d7e9bb';

/** What is no id of ours is not found; only its length is checked. */
export const idParams = z.strictObject({
  id: z
    .string()
    .max(100)
    .meta({ description: 'which one, by its id', examples: [exampleId] }),
});

/** An id that a field points with; the zero UUID points nowhere. */
export const reference = z
  .guid('must be a UUID')
  .toLowerCase()
  .meta({ examples: [exampleId] });

/** For lists of what belongs to one thing: says to what. */
export function filterBy(what: string) {
  return reference.optional().meta({ description: `only those of this ${what}`, examples: [exampleId] });
}

export const referenceFilter = filterBy('call');

export const name = z
  .string()
  .max(255)
  .meta({ description: 'what people call it, at most 255 characters', examples: ['Front desk'] });
export const detail = z
  .string()
  .max(10_000)
  .meta({ description: 'a note for people, at most 10 000 characters', examples: ['Monday to Friday'] });
export const id = z.string().meta({ description: 'its id', format: 'uuid', examples: [exampleId] });
export const customer = idOf('`ARIFLOW_CUSTOMER_ID`, the same everywhere');

/** An id that leads to something else. */
export function idOf(what: string) {
  return id.meta({ description: what });
}

/** A time on the wire: `9999-01-01 00:00:00.000000` is "not yet". */
export function when(what: string) {
  return z.string().meta({
    description: `when ${what}, in UTC; \`${neverTime}\`: not yet`,
    examples: ['2022-04-11 00:23:54.724620'],
  });
}

/** What every stored thing ends with. */
export const lifespan = {
  tm_create: when('it was created'),
  tm_update: when('it was last changed'),
  tm_delete: when('it was deleted'),
};

/** What an unescaped + is in a query, in front of a zone. */
const spaceForPlus = /(?<=:\d\d(?:\.\d+)?) (?=\d\d:\d\d$)/;

/** A time as users write it. */
export const wireTimeInput = z
  .string()
  .max(40)
  .transform((text, context) => {
    const time = wireTimeOf(text.replace(spaceForPlus, '+'));
    if (time === undefined)
      context.addIssue({ code: 'custom', message: 'must be a time such as 2022-04-11 00:23:54' });
    return time ?? z.NEVER;
  })
  .meta({ examples: ['2022-04-11 00:23:54'] });

/** What each type of action looks like the document has from the actions themselves. */
const anyAction = { $ref: componentPath('Action') };

/** An action of a flow, as answers show it, and as users send it: the engine says what is wrong with one. */
export const flowAction = z.custom<ActionJson>().meta(anyAction);
export const givenAction = z.unknown().meta(anyAction);

/** The action something is at. */
export const currentAction = component(
  'CurrentAction',
  z.object({
    id: z.string().meta({ description: 'its id in the flow', examples: ['ask'] }),
    next_id: z
      .string()
      .meta({ description: 'the action to go on with; zeros: the following one', examples: [zeroId] }),
    type: z.string().meta({ description: 'what it does; empty before the first', examples: ['talk'] }),
    option: z
      .record(z.string(), z.unknown())
      .exactOptional()
      .meta({ description: 'with the values of variables in it', examples: [{ text: 'Hello.' }] }),
    on_error_id: z
      .string()
      .exactOptional()
      .meta({ description: 'the action to go on with if this one fails', examples: ['sorry'] }),
    tm_execute: z
      .string()
      .exactOptional()
      .meta({
        description: 'when it began, in UTC, with nanoseconds',
        examples: ['2022-04-11 00:23:55.012416032'],
      }),
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
    .prefault('100')
    .meta({ description: 'how many items to answer, 1 to 100', examples: ['20'] }),
  page_token: z
    .string()
    .max(300)
    .optional()
    .meta({ description: '`next_page_token` of the page before', examples: ['MjAyMi0wNC0xMQ'] }),
});

/** For lists of what begins at some time. */
export const span = {
  since: wireTimeInput.optional().meta({ description: 'only those that began then or later, in UTC' }),
  until: wireTimeInput.optional().meta({ description: 'only those that began before, in UTC' }),
};

/** What an unescaped + is in a query. */
export function withPlus(text: string): string {
  return text.replace(/^ /, '+');
}

/** For lists of what has two parties. */
export const numberFilter = z
  .string()
  .max(255)
  .transform(withPlus)
  .optional()
  .meta({ description: 'only those to or from this target, exactly', examples: ['+498912345'] });

/** For lists of what runs a flow. */
export const flowFilter = filterBy('flow');

/** For lists of what has a status. */
export function statusFilter<S extends z.ZodType<string>>(status: S) {
  return status.optional().meta({ description: 'only those that are so' });
}

/** For lists that are searched: says where. */
export function searchIn(where: string) {
  return z
    .string()
    .min(1)
    .max(100)
    .transform(withPlus)
    .optional()
    .meta({
      description: `only those with this text in ${where}, in capitals or not; of many that are looked through a page may have few, or none, and yet a next one`,
      examples: ['clinic'],
    });
}

export function pageRequest(query: z.output<typeof pageQuery>): PageRequest {
  return { size: query.page_size, token: query.page_token };
}

/** Which part of a list is asked for, and what it is narrowed to. */
export function listRequest<Q extends z.output<typeof pageQuery>>({ page_size, page_token, ...filter }: Q) {
  return [pageRequest({ page_size, page_token }), filter] as const;
}

export function listOf<T>(shown: z.ZodType<T>) {
  return z.object({
    result: z.array(shown).meta({ description: 'the items of this page' }),
    next_page_token: z
      .string()
      .meta({ description: 'asks for the next page; empty on the last', examples: ['MjAyMi0wNC0xMQ'] }),
  });
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
