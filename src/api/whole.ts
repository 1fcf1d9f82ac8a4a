import * as z from 'zod';

/**
 * The body of a resource that may be the whole of it, as answers show it: what is not for users to say is accepted there, and
 * dropped. Anything else that the body does not know is an unknown key.
 */
export function whole<B extends z.ZodRawShape>(body: z.ZodObject<B>, shown: z.ZodType) {
  const others = alwaysShown(shown).filter(([key]) => !(key in body.shape));
  const readOnly = Object.fromEntries(others.map(([key, field]) => [key, ignored(field)]));
  return z.strictObject({ ...body.shape, ...readOnly }).transform((given) => {
    const said = Object.entries(given).filter(([key]) => !(key in readOnly));
    return Object.fromEntries(said) as z.output<z.ZodObject<B>>; // what is left is the body's
  });
}

/** Not a secret that only the answer shows that made it: whoever sends one means something by it. */
function alwaysShown(shown: z.ZodType): [string, z.ZodType][] {
  if (!(shown instanceof z.ZodObject)) throw new TypeError('a resource is an object');
  return Object.entries<z.ZodType>(shown.shape).filter(([, field]) => !(field instanceof z.ZodOptional));
}

/** Whatever stands there. The documents say of it what they say of the field. */
function ignored(field: z.ZodType): z.ZodType {
  const { description = '', examples } = field.meta() ?? {};
  return z
    .unknown()
    .optional()
    .meta({
      description: `${description}; read only: accepted and dropped`,
      examples: Array.isArray(examples) ? examples : valuesOf(field),
      readOnly: true,
    });
}

function valuesOf(field: z.ZodType): unknown[] {
  return field instanceof z.ZodEnum ? field.options.slice(0, 1) : [];
}
