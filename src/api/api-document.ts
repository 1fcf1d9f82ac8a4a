import type { ActionCatalogue } from '../flows/load-actions.ts';
import { actionSchemas } from './action-schemas.ts';
import { componentPath } from './components.ts';
import { eventShapes, type ToldEvent } from './event-shapes.ts';
import { withExamples } from './examples.ts';
import type { JsonSchema } from './json-schema.ts';

interface Content {
  readonly [mediaType: string]: { readonly schema?: JsonSchema };
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly { readonly schema?: JsonSchema }[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content?: Content }>>;
}

/** The part of an OpenAPI document that is finished here. */
export interface ApiDocument {
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly webhooks?: Readonly<Record<string, { readonly post: Operation }>>;
}

/** With what the routes cannot say themselves: events, actions, examples made of others, and answers in our words. */
export function finished(document: ApiDocument, actions: ActionCatalogue): ApiDocument {
  const events = eventShapes();
  const schemas = { ...withoutUnused(document, events), ...actionSchemas(actions) };
  const exemplified = (schema: JsonSchema): JsonSchema => withExamples(schema, schemas);
  const paths = mapValues(document.paths, (verbs) =>
    mapValues(verbs, (operation) => finishedOperation(operation, exemplified)),
  );
  const webhooks = mapValues(events, ({ post }) => ({ post: finishedOperation(post, exemplified) }));
  const components = { ...document.components, schemas: mapValues(schemas, exemplified) };
  return { ...document, components, paths, webhooks };
}

/** The transform makes an input and an output form of every component, whichever is used. */
function withoutUnused(
  { paths, components }: ApiDocument,
  events: Readonly<Record<string, ToldEvent>>,
): Record<string, JsonSchema> {
  const used = new Set<string>();
  const look = (part: object): void => {
    const text = JSON.stringify(part);
    for (const [name, schema] of Object.entries(components.schemas)) {
      if (used.has(name) || !text.includes(`"${componentPath(name)}"`)) continue;
      used.add(name);
      look(schema);
    }
  };
  look(paths);
  look(events);
  return Object.fromEntries(Object.entries(components.schemas).filter(([name]) => used.has(name)));
}

function finishedOperation(operation: Operation, exemplified: (schema: JsonSchema) => JsonSchema): Operation {
  const { parameters, requestBody, responses } = operation;
  const contentOf = (content: Content): Content =>
    mapValues(content, ({ schema, ...rest }) => ({
      ...rest,
      ...(schema && { schema: exemplified(schema) }),
    }));
  return {
    ...operation,
    ...(parameters && {
      parameters: parameters.map(({ schema, ...rest }) => ({
        ...rest,
        ...(schema && { schema: exemplified(schema) }),
      })),
    }),
    ...(requestBody && {
      requestBody: { required: isNeeded(requestBody.content), content: contentOf(requestBody.content) },
    }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, { description, content, ...rest }]) => [
        status,
        {
          ...rest,
          description: description === 'Default Response' ? answerOf(status) : description,
          ...(content && { content: contentOf(content) }),
        },
      ]),
    ),
  };
}

/** A body that may be null may be missing. */
function isNeeded(content: Content): boolean {
  return Object.values(content).every(({ schema }) => !schema?.anyOf?.some(({ type }) => type === 'null'));
}

/** What an answer means whose route says nothing of its own. */
function answerOf(status: string): string {
  if (status === '4XX') return 'The request is wrong, or not possible now: why, and where';
  if (status === '5XX') return 'We cannot do it now';
  if (status === '503') return 'Not all is there';
  return status === '302' ? 'To where it leads' : 'Done';
}

function mapValues<T, U>(object: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}
