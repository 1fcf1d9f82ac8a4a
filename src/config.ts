import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { ConfigurationError } from './core/errors.ts';

const list = z
  .union([
    z.string().transform((text) =>
      text
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    ),
    z.array(z.string()),
  ])
  .describe('comma-separated');

const bool = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);

/** Milliseconds, written as `5s`, `10m`, `4h`, `2d`, or a plain number of milliseconds. */
const duration = z.union([z.number(), z.string()]).transform((value, context) => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(String(value));
  if (!match) {
    context.addIssue({
      code: 'custom',
      message: `expected a duration such as 5s, 10m or 4h, got ${JSON.stringify(value)}`,
    });
    return z.NEVER;
  }
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? 'ms'] ?? 1;
  return Number(match[1]) * unit;
});

const port = z.coerce.number().int().min(1).max(65_535);

/** One codec as Asterisk spells it; the name ends up in a configuration file. */
const codec = z.string().regex(/^[a-z0-9]{2,16}$/);

const portRange = z
  .string()
  .regex(/^\d{1,5}-\d{1,5}$/, 'expected first-last, for example 10000-20000')
  .transform((text) => text.split('-').map(Number) as [number, number])
  .refine(
    ([first, last]) => first >= 1024 && last <= 65_535 && last - first >= 20,
    'expected 1024-65535, at least 20 ports',
  );

/** Text that goes into one line of an Asterisk configuration file: nothing there may start a comment, a section or a new line. */
const configText = z
  .string()
  .regex(/^[^\s;[\]#"'\\]*$/, 'expected no blanks, quotes, brackets, `;`, `#` or backslashes');

const schema = z.strictObject({
  ari: z
    .strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .default('http://127.0.0.1:8088/ari')
        .describe("Asterisk's ARI"),
      user: configText.min(1).default('ariflow').describe('ARI user'),
      password: configText.optional().describe('ARI password; generated where missing'),
      app: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,40}$/)
        .default('ariflow')
        .describe('Stasis application'),
      transport: z
        .enum(['websocket', 'http', 'ari-client'])
        .default('websocket')
        .describe('how requests reach ARI'),
    })
    .prefault({}),
  api: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('address the REST API listens on'),
      port: port.default(8080).describe('port the REST API listens on'),
      token: z.string().min(16).optional().describe('bearer token with every scope; generated where missing'),
    })
    .prefault({}),
  data_dir: z.string().default('data').describe('database, media, generated configuration and passwords'),
  database_url: z
    .string()
    .regex(/^sqlite:/, 'expected sqlite:<path>')
    .optional()
    .describe('`sqlite:<path>`; in the data directory where missing'),
  media_dir: z.string().optional().describe('prompts and recordings as the daemon sees them'),
  asterisk_media_dir: z.string().optional().describe('the same directory as Asterisk sees it'),
  sip: z
    .strictObject({
      host: configText.default('127.0.0.1').describe('address phones call in at'),
      port: port.default(5060).describe('SIP port (UDP)'),
      external_address: configText.optional().describe('public address behind NAT'),
    })
    .prefault({}),
  rtp_ports: portRange.prefault('10000-20000').describe('RTP port range'),
  codecs: list.pipe(z.array(codec).min(1)).prefault('ulaw,alaw,g722').describe('codecs offered to phones'),
  trunk: z
    .strictObject({
      uri: configText.regex(/^sip:/).optional().describe('SIP URI of the trunk, `sip:host[:port]`'),
      user: configText.optional().describe('user name at the trunk'),
      password: configText.optional().describe('password at the trunk'),
      register: bool.default(false).describe('register at the trunk'),
      match: list.pipe(z.array(configText)).prefault('').describe('addresses the trunk calls from'),
    })
    .prefault({}),
  webhook: z
    .strictObject({
      allow: list.prefault('').describe("networks users' URLs may reach besides public ones"),
      timeout: duration.prefault('5s').describe('how long an endpoint may take to answer'),
    })
    .prefault({}),
  allow_http: bool.default(false).describe('accept http: URLs everywhere'),
  customer_id: z
    .uuid()
    .or(z.literal('00000000-0000-0000-0000-000000000000'))
    .default('00000000-0000-0000-0000-000000000000')
    .describe('customer id in resources and events'),
  call_max_duration: duration.prefault('4h').describe('no call lives longer'),
  log_level: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('pino level'),
});

/** The whole configuration, parsed. Durations in milliseconds. */
export type Config = z.output<typeof schema>;

/**
 * Reads `ariflow.yaml` (where there is one) and `ARIFLOW_…` (which wins; `…_FILE` names a file that holds the value).
 * @throws ConfigurationError naming each wrong key.
 */
export function loadConfig(
  env: NodeJS.ProcessEnv = process.env,
  file = env.ARIFLOW_CONFIG ?? 'ariflow.yaml',
): Config {
  const values = readFile(file, env.ARIFLOW_CONFIG !== undefined);
  for (const path of configPaths()) {
    const value = readEnvironment(env, environmentName(path));
    if (value !== undefined) assign(values, path, value);
  }
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`,
  );
  throw new ConfigurationError(`configuration: ${problems.join('; ')}`);
}

/** `['ari', 'url']` → `ARIFLOW_ARI_URL`. */
export function environmentName(path: readonly string[]): string {
  return `ARIFLOW_${path.join('_').toUpperCase()}`;
}

/** Every key there is, as paths. */
export function configPaths(): string[][] {
  return Object.entries(schema.shape).flatMap(([key, value]) => {
    const inner = value instanceof z.ZodPrefault ? value.unwrap() : value;
    return inner instanceof z.ZodObject ? Object.keys(inner.shape).map((name) => [key, name]) : [[key]];
  });
}

function readEnvironment(env: NodeJS.ProcessEnv, name: string): string | undefined {
  const file = env[`${name}_FILE`];
  if (file === undefined) return env[name];
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ConfigurationError(`configuration: ${name}_FILE: cannot read ${file}`, { cause });
  }
}

function readFile(file: string, isRequired: boolean): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (!isRequired) return {};
    throw new ConfigurationError(`configuration: cannot read ${file}`, { cause });
  }
  const value: unknown = parseYaml(text) ?? {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigurationError(`configuration: ${file}: expected keys and values`);
  }
  return value as Record<string, unknown>; // a parsed YAML mapping
}

function assign(values: Record<string, unknown>, path: readonly string[], value: string): void {
  const [key = '', name] = path;
  if (name === undefined) {
    values[key] = value;
    return;
  }
  const section = values[key];
  values[key] = { ...(typeof section === 'object' && section !== null ? section : {}), [name]: value };
}
