import { configPaths, environmentName } from './config.ts';

/** A variable that looks like ours and is not. */
export interface UnknownVariable {
  readonly name: string;
  /** The one that may have been meant. */
  readonly similar: string | undefined;
}

/** Variables of ours that are no keys: of the command line, of `up`, of the tests. */
const others = ['ARIFLOW_CONFIG', 'ARIFLOW_API_URL', 'ARIFLOW_ASTERISK_ROOT', 'ARIFLOW_TEST_SCALE'];

/** What Kubernetes sets for a service named `ariflow`. */
const foreign = /^ARIFLOW_(SERVICE_(HOST|PORT)\w*|PORT|PORT_\d+_\w+)$/;

/** A slip of the finger or two. */
const maxDistance = 3;

/** Names in the environment that nobody reads: most are mistyped, and what they were to set is not set. */
export function unknownVariables(env: NodeJS.ProcessEnv): UnknownVariable[] {
  const keys = configPaths().map(environmentName);
  const known = new Set([...keys, ...keys.map((key) => `${key}_FILE`), ...others]);
  return Object.keys(env)
    .filter((name) => name.startsWith('ARIFLOW_') && !known.has(name) && !foreign.test(name))
    .sort()
    .map((name) => ({ name, similar: mostSimilar(name, known) }));
}

/** `unknown variable ARIFLOW_API_PROT, did you mean ARIFLOW_API_PORT?` */
export function warningOf({ name, similar }: UnknownVariable): string {
  return `unknown variable ${name}${similar === undefined ? '' : `, did you mean ${similar}?`}`;
}

function mostSimilar(name: string, known: ReadonlySet<string>): string | undefined {
  const [best] = [...known]
    .map((candidate) => ({ candidate, distance: distanceOf(name, candidate) }))
    .filter(({ distance }) => distance <= maxDistance)
    .sort((one, other) => one.distance - other.distance);
  return best?.candidate;
}

/** Levenshtein's: how many letters to insert, delete or replace. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (const [column, otherLetter] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
