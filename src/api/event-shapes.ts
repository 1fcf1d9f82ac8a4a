import * as z from 'zod';
import { eventFamilies, type Family } from '../news/event-families.ts';
import { componentPath } from './components.ts';
import { type JsonSchema, keepExamples } from './json-schema.ts';

/** What the OpenAPI document says of an event: the request that a webhook gets. */
export interface ToldEvent {
  readonly post: {
    readonly operationId: string;
    readonly summary: string;
    readonly requestBody: {
      readonly required: true;
      readonly content: { readonly 'application/json': { readonly schema: JsonSchema } };
    };
    readonly responses: { readonly '2XX': { readonly description: string } };
  };
}

/** `webhooks` of the OpenAPI document: every event that is sent, by its name. */
export function eventShapes(): Record<string, ToldEvent> {
  const families: readonly Family<string, object>[] = Object.values(eventFamilies);
  return Object.fromEntries(
    families.flatMap(({ events, shape }) =>
      Object.entries(events).map(([type, words]) => [type, told(type, words, dataOf(shape))]),
    ),
  );
}

function told(type: string, words: string, data: JsonSchema): ToldEvent {
  const [family = '', ...moment] = type.split('_');
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      type: { type: 'string', const: type, description: 'what has happened' },
      data: { ...data, description: 'what it has happened to, as it is now' },
    },
    required: ['type', 'data'],
    additionalProperties: false,
  };
  return {
    post: {
      operationId: `${family}${moment.map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`).join('')}`,
      summary: words === '' ? `${family} ${moment.join(' ')}` : words,
      requestBody: { required: true, content: { 'application/json': { schema } } },
      responses: { '2XX': { description: 'Taken: it is not sent again' } },
    },
  };
}

function dataOf(shape: string | z.ZodType): JsonSchema {
  if (typeof shape === 'string') return { $ref: componentPath(shape) };
  // As zod documents it: JSON Schema of the draft that OpenAPI 3.1 uses.
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { override: keepExamples }) as JsonSchema & {
    $schema?: string;
  };
  return schema;
}
