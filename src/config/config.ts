import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { ConfigurationError, messageOf } from '../core/errors.ts';
import { type Misfit, misfitsOf, wording } from '../core/misfits.ts';
import { type Config, configSchema } from './schema.ts';

export type { Config } from './schema.ts';

/** What the file and the environment say, unchecked, in the form of the file. */
export type ConfigValues = Record<string, unknown>;

export interface ParsedConfig {
  readonly config: Config | undefined;
  /** `api.port (ARIFLOW_API_PORT): …` */
  readonly problems: readonly string[];
}

/**
 * Reads `ariflow.yaml` (where there is one) and `ARIFLOW_…` (which wins; `…_FILE` names a file that holds the value).
 * @throws ConfigurationError naming each wrong key.
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, file?: string): Config {
  const result = parseConfig(env, file);
  if (result.config) return result.config;
  throw new ConfigurationError(`configuration: ${result.problems.join('; ')}`);
}

/** As `loadConfig`, but with each wrong key on its own. Files that cannot be read are thrown still. */
export function parseConfig(env: NodeJS.ProcessEnv, file?: string): ParsedConfig {
  const error = (issue: z.core.$ZodRawIssue) => problemWithQuotes(issue) ?? wording.error(issue);
  const result = configSchema.safeParse(readConfigValues(env, file), { error });
  if (result.success) return { config: result.data, problems: [] };
  return { config: undefined, problems: misfitsOf(result.error).map((misfit) => problemOf(misfit, env)) };
}

/** What was given, in file and environment together. */
export function readConfigValues(env: NodeJS.ProcessEnv, file = configFile(env)): ConfigValues {
  const values = readFile(file, env.ARIFLOW_CONFIG !== undefined);
  for (const path of configPaths()) {
    const value = readEnvironment(env, environmentName(path));
    if (value !== undefined) assign(values, path, value);
  }
  const { port, url } = (values.ari ?? {}) as { port?: unknown; url?: unknown }; // or no section, which the schema says
  if (url === undefined && /^\d+$/.test(String(port)))
    assign(values, ['ari', 'url'], `http://127.0.0.1:${port}/ari`);
  return values;
}

/** The file that is read where there is one. */
export function configFile(env: NodeJS.ProcessEnv): string {
  return env.ARIFLOW_CONFIG ?? 'ariflow.yaml';
}

/** `['ari', 'url']` → `ARIFLOW_ARI_URL`. */
export function environmentName(path: readonly string[]): string {
  return `ARIFLOW_${path.join('_').toUpperCase()}`;
}

/** Every key there is, as paths. */
export function configPaths(): string[][] {
  return Object.entries(configSchema.shape).flatMap(([key, value]) => {
    const inner = value instanceof z.ZodPrefault ? value.unwrap() : value;
    return inner instanceof z.ZodObject ? Object.keys(inner.shape).map((name) => [key, name]) : [[key]];
  });
}

/** In YAML a telephone number is a number, and `true` no word; nothing for other problems, which say it themselves. */
function problemWithQuotes({ code, expected, input }: z.core.$ZodRawIssue): string | undefined {
  if (code !== 'invalid_type' || (expected !== 'string' && expected !== 'array')) return undefined;
  if (typeof input !== 'number' && typeof input !== 'boolean') return undefined;
  return `expected text, but YAML reads this as a ${typeof input}: write it in quotes, as in "+49"`;
}

/** With the variable that says it, where one does: that is where to correct it. */
function problemOf({ path: place, message }: Misfit, env: NodeJS.ProcessEnv): string {
  const path = place.map(String);
  const key = configPaths().find((known) => known.every((part, index) => part === path[index]));
  const name = environmentName(key ?? path);
  const variable = [name, `${name}_FILE`].find((candidate) => env[candidate] !== undefined);
  return `${path.join('.') || '(root)'}${variable ? ` (${variable})` : ''}: ${message}`;
}

function readEnvironment(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  if (file === undefined) return env[name];
  if (env[name] !== undefined)
    throw new ConfigurationError(`configuration: ${name} and ${name}_FILE: expected one of the two`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigurationError(`configuration: ${name}_FILE: cannot read ${file}`, { cause });
  }
}

function readFile(file: string, isRequired: boolean): ConfigValues {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (!isRequired) return {};
    throw new ConfigurationError(`configuration: cannot read ${file}`, { cause });
  }
  const value = parsed(text, file) ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ConfigurationError(`configuration: ${file}: expected keys and values`);
  }
  return value as ConfigValues; // a parsed YAML mapping
}

function parsed(text: string, file: string): unknown {
  try {
    return parseYaml(text);
  } catch (cause) {
    const [problem = ''] = messageOf(cause).split('\n');
    throw new ConfigurationError(`configuration: ${file}: ${problem}`, { cause });
  }
}

function assign(values: ConfigValues, path: readonly string[], value: string): void {
  const [key = '', name] = path;
  if (name === undefined) {
    values[key] = value;
    return;
  }
  const section = values[key];
  values[key] = { ...(typeof section === 'object' && section !== null ? section : {}), [name]: value };
}
