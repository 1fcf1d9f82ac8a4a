import * as z from 'zod';

/** Names a schema: the OpenAPI document refers to it instead of repeating it. */
export function component<S extends z.ZodType>(name: string, schema: S): S {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id: name });
  return schema;
}

/** Where the OpenAPI document has a component. */
export function componentPath(name: string): string {
  return `#/components/schemas/${name}`;
}
