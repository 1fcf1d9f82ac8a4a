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
      return expectedOne(issue.input, issue.values);
    case 'invalid_union':
      return ofUnion(issue);
    case 'too_big':
      return bound(issue, issue.maximum, 'most');
    case 'too_small':
      return bound(issue, issue.minimum, 'least');
    case 'invalid_type':
      return ofKind(issue);
    case 'invalid_format':
      return issue.format === 'uuid' ? 'expected an id (UUID)' : undefined;
    default:
      return undefined;
  }
}

/** `expected at least 12 characters` */
function bound(issue: Issue & { readonly origin: string }, limit: unknown, side: 'least' | 'most'): string {
  const counted = unitOf(issue) ?? counts[issue.origin];
  const unit = limit === 1 ? counted?.replace(/s$/, '') : counted;
  return `expected at ${side} ${String(limit)}${unit === undefined ? '' : ` ${unit}`}`;
}

const counts: Readonly<Record<string, string>> = { string: 'characters', array: 'items' };

/** `missing, expected text`, `expected a list, not text` */
function ofKind(issue: Issue & { readonly expected: string }): string | undefined {
  const unit = unitOf(issue);
  const wanted = unit === undefined ? kinds[issue.expected] : `a whole number of ${unit}`;
  if (wanted === undefined) return undefined;
  if (issue.input === undefined) return `missing, expected ${wanted}`;
  const given = kinds[kindOf(issue.input)];
  return `expected ${wanted}${given === undefined || wanted.includes('number') ? '' : `, not ${given}`}`;
}

/** As people say them. */
const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  nonoptional: 'something',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const empty = '""';

/** `expected one of tel, sip, did you mean sip?` */
function expectedOne(given: unknown, values: readonly unknown[]): string {
  const names = values.map((value) => (value === '' ? empty : String(value)));
  return `expected ${names.length > 1 ? 'one of ' : ''}${names.join(', ')}${meant(given, names)}`;
}

/** One that tells its forms by a field of it, or what each of its forms expects. */
function ofUnion(issue: Issue & { readonly code: 'invalid_union' }): string | undefined {
  const { discriminator, options, input } = issue;
  if (typeof discriminator !== 'string' || !Array.isArray(options)) return ofForms(issue.errors);
  const given = typeof input === 'object' && input !== null && Object.entries(input);
  const [, named] = (given || []).find(([key]) => key === discriminator) ?? [];
  return expectedOne(named, options);
}

/** What is wrong inside the form that was meant, where one was; else what all of them expect. */
function ofForms(forms: readonly (readonly Misfit[])[]): string | undefined {
  const inside = forms.map(([first]) => first).find((first) => first && first.path.length > 0);
  if (inside) return `${inside.path.join('.')}: ${inside.message}`;
  const messages = new Set(forms.flatMap(([first]) => first?.message ?? []));
  const wanted = [...messages].map((message) => message.replace(/^(missing, )?expected /, ''));
  const isPlain = [...messages].every((message) => /^(missing, )?expected /.test(message));
  const named = wanted.filter((each) => each !== empty); // whoever has written something did not mean nothing
  return isPlain && named.length > 0 ? `expected ${named.join(', or ')}` : undefined;
}

/** Of a number that counts something. */
function unitOf({ inst, schema }: Issue): string | undefined {
  const owner = schema ?? inst;
  return owner && units.get(owner as z.ZodType)?.unit; // whatever was registered is one
}

function meant(word: unknown, known: readonly string[]): string {
  return typeof word === 'string' && word.length <= longestWord ? didYouMean(word, known) : '';
}

/** Of an object's schema. */
function keysOf(schema: unknown): readonly string[] {
  const { _zod: internals } = schema as z.core.$ZodObject; // only objects find keys they do not know
  return Object.keys(internals.def.shape);
}
