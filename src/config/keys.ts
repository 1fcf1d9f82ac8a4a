import * as z from 'zod';
import { configPaths, environmentName } from './config.ts';
import { configSchema } from './schema.ts';

/** One key of the configuration, as its documentation shows it. */
export interface ConfigKey {
  /** `['api', 'port']` */
  readonly path: readonly string[];
  /** `ARIFLOW_API_PORT` */
  readonly variable: string;
  readonly description: string;
  /** As one would write it; `undefined` where there is none. */
  readonly default: unknown;
  readonly isSecret: boolean;
}

interface JsonSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

const secretNames = new Set(['password', 'token', 'secret_key', 'api_key', 'headers']);

/** Every key, in the order of the schema. */
export function configKeys(): ConfigKey[] {
  const root = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema; // what of it we read
  return configPaths().map((path) => {
    const schema = path.reduce<JsonSchema | undefined>((parent, key) => parent?.properties?.[key], root);
    return {
      path,
      variable: environmentName(path),
      description: schema?.description ?? '',
      default: schema?.default,
      isSecret: secretNames.has(path.at(-1) ?? ''),
    };
  });
}
