import * as z from 'zod';
import { variableName } from '../option-schemas.ts';
import { isReserved } from '../variables.ts';

/** `$flow.key.x` is how Phonon's pages spell it. */
const savedIn = z
  .string()
  .transform((name) => name.replace(/^\$(?=(flow|user)\.)/, ''))
  .pipe(variableName.refine((name) => !isReserved(name), 'this name is reserved'));

const mapping = z.strictObject({
  variable: savedIn.meta({
    description:
      'where it is saved; a list becomes `name_1` … `name_20` and `name_size`, an object its JSON text',
    examples: ['patient'],
  }),
  path: z
    .string()
    .min(1)
    .max(1_024)
    .meta({
      description: 'JSONPath (`data.a.b[0]` is `$.a.b[0]`), or XPath',
      examples: ['$.patient.name'],
    }),
  mandatory: z.boolean().default(false).describe('the reply is bad where there is nothing'),
});

/** What a reply must be, and what is taken from it. */
export const responseOption = z.strictObject({
  type: z
    .enum(['json', 'xml', 'actions'])
    .default('json')
    .describe('what the reply is: anything else is a bad one; `actions` are run, as by `fetch`'),
  map: z
    .array(mapping)
    .max(100)
    .default([])
    .meta({
      description:
        'what is taken from the reply, at most 100; missing: a JSON object sets its own fields, by their dot paths',
      examples: [[{ variable: 'patient', path: '$.patient.name' }]],
    }),
});

export type ResponseOption = z.output<typeof responseOption>;
export type Mapping = z.output<typeof mapping>;
