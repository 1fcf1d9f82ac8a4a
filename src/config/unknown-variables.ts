import { nearest } from '../core/nearest.ts';
import { configPaths, environmentName } from './config.ts';

/** A variable that looks like ours and is not. */
export interface UnknownVariable {
  readonly name: string;
  /** The one that may have been meant. */
  readonly similar: string | undefined;
}

/** Variables of ours that are no keys: of the command line, of `up`, of the tests. */
const others = [
  'ARIFLOW_CONFIG',
  'ARIFLOW_API_URL',
  'ARIFLOW_ASTERISK_ROOT',
  'ARIFLOW_DEBIAN_MIRROR',
  'ARIFLOW_TEST_SCALE',
];

/** What Kubernetes sets for a service named `ariflow`. */
const foreign = /^ARIFLOW_(SERVICE_(HOST|PORT)\w*|PORT|PORT_\d+_\w+)$/;

/** Names in the environment that nobody reads: most are mistyped, and what they were to set is not set. */
export function unknownVariables(env: NodeJS.ProcessEnv): UnknownVariable[] {
  const keys = configPaths().map(environmentName);
  const known = new Set([...keys, ...keys.map((key) => `${key}_FILE`), ...others]);
  return Object.keys(env)
    .filter((name) => name.startsWith('ARIFLOW_') && !known.has(name) && !foreign.test(name))
    .sort()
    .map((name) => ({ name, similar: nearest(name, known) }));
}

/** `unknown variable ARIFLOW_API_PROT, did you mean ARIFLOW_API_PORT?` */
export function warningOf({ name, similar }: UnknownVariable): string {
  return `unknown variable ${name}${similar === undefined ? '' : `, did you mean ${similar}?`}`;
}
