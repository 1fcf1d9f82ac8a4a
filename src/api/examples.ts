import { type JsonSchema, mapChildren } from './json-schema.ts';

type Components = Readonly<Record<string, JsonSchema>>;

/**
 * Gives an example to whatever says none itself and need not: a value it is confined to, its default, or what its parts have.
 * Limits of the number type itself go, they say nothing.
 */
export function withExamples(schema: JsonSchema, components: Components): JsonSchema {
  const { minimum, maximum, ...rest } = mapChildren(schema, (child) => withExamples(child, components));
  const limits = {
    ...(minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER && { minimum }),
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && { maximum }),
  };
  const finished = { ...rest, ...limits };
  if (finished.examples || finished.$ref) return finished;
  const example = exampleOf(finished, components);
  return example === undefined ? finished : { ...finished, examples: [example] };
}

function exampleOf(schema: JsonSchema, components: Components): unknown {
  if (schema.examples) return schema.examples[0];
  if (schema.$ref) {
    const component = components[schema.$ref.split('/').at(-1) ?? ''];
    return component && exampleOf(component, components);
  }
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.default || schema.enum.find((value) => value !== '');
  if (schema.type === 'boolean') return schema.default ?? true;
  if (isTelling(schema.default)) return schema.default;
  if (schema.properties) return objectOf(schema.properties, components);
  if (schema.items) return listOf(exampleOf(schema.items, components));
  const [first] = schema.oneOf ?? schema.anyOf ?? [];
  return first && exampleOf(first, components);
}

function objectOf(properties: Components, components: Components): unknown {
  const said = Object.entries(properties).filter(([, { readOnly }]) => !readOnly);
  return Object.fromEntries(said.map(([name, child]) => [name, exampleOf(child, components)]));
}

function listOf(example: unknown): unknown {
  return example === undefined ? undefined : [example];
}

/** An empty default shows nothing of what else there may be. */
function isTelling(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== '';
}
