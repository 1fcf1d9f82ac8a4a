import type * as JsonPath from 'json-p3';
import type { JSONPathEnvironment, JSONValue } from 'json-p3';
import { whenNeeded } from '../../core/when-needed.ts';

const library = whenNeeded<typeof JsonPath>('json-p3');
let made: JSONPathEnvironment | undefined;

/** A JSON text, read twice. */
export interface JsonReply {
  /** With the numbers that a path compares. */
  readonly value: unknown;
  /** The same with its numbers as they are written. */
  readonly exact: unknown;
}

/**
 * What a path finds: `data.a.b[0]`, as Phonon writes it, is `$.a.b[0]`, and `data` alone the whole. A path that can find
 * several values answers the array of them; one that finds nothing `undefined`.
 * @throws for what is no path
 */
export function atJsonPath(path: string, { value, exact }: JsonReply): unknown {
  const query = environment().compile(standard(path.trim()));
  const nodes = [...query.query(value as JSONValue)]; // parsed from JSON
  const found = nodes.map(({ location }) => at(location, exact));
  if (query.singularQuery()) return found[0];
  return found.length > 0 ? found : undefined;
}

/** @throws for what is no path */
export function checkJsonPath(path: string): void {
  environment().compile(standard(path.trim()));
}

function environment(): JSONPathEnvironment {
  if (made) return made;
  made = new (library().JSONPathEnvironment)();
  // Regular expressions of the author's on values of somebody's server: no path of a reply needs them.
  made.functionRegister.delete('match');
  made.functionRegister.delete('search');
  return made;
}

function at(location: readonly (string | number)[], root: unknown): unknown {
  return location.reduce<unknown>(
    (here, key) => (here as Readonly<Record<string | number, unknown>>)[key], // found there in the other reading
    root,
  );
}

function standard(path: string): string {
  return path.replace(/^data(?=$|[.[])/, '$');
}
