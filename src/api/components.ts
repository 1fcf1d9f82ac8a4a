import * as z from 'zod';

/** The schemas that the OpenAPI document names instead of repeating them. */
export const components = z.registry<{ id?: string }>();

export function component<S extends z.ZodType>(name: string, schema: S): S {
  components.add(schema, { id: name });
  return schema;
}
