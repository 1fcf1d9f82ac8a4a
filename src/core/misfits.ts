import type * as z from 'zod';
import { didYouMean } from './nearest.ts';
import { units } from './units.ts';

/** One thing that does not fit a schema, and where. */
export interface Misfit {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Issue = z.core.$ZodRawIssue;

/** Longer ones than any key of ours are not compared with them. */
const longestWord = 64;

/** How whatever people write is parsed: `schema.safeParse(value, wording)` says what was meant, and counts in units. */
export const wording = { error: (issue: Issue) => messageOf(issue) };

/** What does not fit, each on its own: an unknown key is named itself. For what was parsed with `wording`. */
export function misfitsOf({ issues }: Pick<z.ZodError, 'issues'>): Misfit[] {
  return issues.flatMap((issue) => {
    const { path, message } = issue;
    if (issue.code !== 'unrecognized_keys') return [{ path, message }];
    const messages = message.split('\n');
    return issue.keys.map((key, index) => ({ path: [...path, key], message: messages[index] ?? unknownKey }));
  });
}

const unknownKey = 'unknown key';

function messageOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys': // a line for each
      return issue.keys.map((key) => `${unknownKey}${meant(key, keysOf(issue.inst))}`).join('\n');
    case 'invalid_value':
      return issue.values.length > 1 ? expectedOne(issue.input, issue.values) : undefined;
    case 'invalid_union':
      return ofUnion(issue);
    case 'too_big':
      return limit(issue, `at most ${issue.maximum}`);
    case 'too_small':
      return limit(issue, `at least ${issue.minimum}`);
    case 'invalid_type':
      return issue.input === undefined ? undefined : limit(issue, 'a whole number of');
    default:
      return undefined;
  }
}

/** `expected one of tel, sip, did you mean sip?` */
function expectedOne(given: unknown, values: readonly unknown[]): string {
  const names = values.map((value) => (value === '' ? '""' : String(value)));
  return `expected one of ${names.join(', ')}${meant(given, names)}`;
}

/** One that tells its forms by a field of it. */
function ofUnion({ discriminator, options, input }: Issue): string | undefined {
  if (typeof discriminator !== 'string' || !Array.isArray(options)) return undefined;
  const given = typeof input === 'object' && input !== null && Object.entries(input);
  const [, named] = (given || []).find(([key]) => key === discriminator) ?? [];
  return expectedOne(named, options);
}

/** Of a number that counts something. */
function limit({ inst, schema }: Issue, bound: string): string | undefined {
  const owner = schema ?? inst;
  const unit = owner && units.get(owner as z.ZodType)?.unit; // whatever was registered is one
  return unit === undefined ? undefined : `expected ${bound} ${unit}`;
}

function meant(word: unknown, known: readonly string[]): string {
  return typeof word === 'string' && word.length <= longestWord ? didYouMean(word, known) : '';
}

/** Of an object's schema. */
function keysOf(schema: unknown): readonly string[] {
  const { _zod: internals } = schema as z.core.$ZodObject; // only objects find keys they do not know
  return Object.keys(internals.def.shape);
}
