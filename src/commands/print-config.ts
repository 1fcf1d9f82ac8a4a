import { stringify } from 'yaml';
import { type ConfigValues, loadConfig, readConfigValues } from '../config/config.ts';
import { type ConfigKey, configKeys } from '../config/keys.ts';
import type { Output } from './output.ts';

/**
 * Prints what is in force, in the form of the file, without secrets: what was given, and the defaults.
 * @throws ConfigurationError
 */
export function printConfig(env: NodeJS.ProcessEnv, { out }: Output): void {
  loadConfig(env);
  out(stringify(effective(readConfigValues(env))).trimEnd());
}

function effective(given: ConfigValues): ConfigValues {
  const values: Record<string, unknown> = {};
  for (const key of configKeys()) {
    const [first = '', second] = key.path;
    const value = shown(key, valueAt(given, key.path) ?? key.default);
    if (value === undefined) continue;
    if (second === undefined) values[first] = value;
    else values[first] = { ...(values[first] as object | undefined), [second]: value }; // a section made here
  }
  return values;
}

function valueAt(values: ConfigValues, [first = '', second]: readonly string[]): unknown {
  const value = values[first];
  return second === undefined ? value : (value as ConfigValues | undefined)?.[second]; // the schema has accepted it
}

function shown({ isSecret }: ConfigKey, value: unknown): unknown {
  if (isSecret && value !== undefined) return '***';
  return typeof value === 'string'
    ? value.replace(/(\/\/[^/@:]*):[^@]*@/, '$1:***@').replace(/([?&]password=)[^&]*/g, '$1***')
    : value;
}
