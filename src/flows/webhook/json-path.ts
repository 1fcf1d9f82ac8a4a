import { JSONPathEnvironment, type JSONValue } from 'json-p3';

const environment = new JSONPathEnvironment();
// Regular expressions of the author's on values of somebody's server: no path of a reply needs them.
environment.functionRegister.delete('match');
environment.functionRegister.delete('search');

/**
 * What a path finds: `data.a.b[0]`, as Phonon writes it, is `$.a.b[0]`, and `data` alone the whole. A path that can find
 * several values answers the array of them; one that finds nothing `undefined`.
 * @throws for what is no path
 */
export function atJsonPath(path: string, value: unknown): unknown {
  const query = environment.compile(standard(path.trim()));
  const found = query.query(value as JSONValue).values(); // parsed from JSON
  if (query.singularQuery()) return found[0];
  return found.length > 0 ? found : undefined;
}

function standard(path: string): string {
  return path.replace(/^data(?=$|[.[])/, '$');
}
