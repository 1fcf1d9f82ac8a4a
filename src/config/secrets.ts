import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { ConfigurationError } from '../core/errors.ts';
import { makeDirectory } from '../core/make-directory.ts';

/** The phones `up` configures. */
export const phoneNumbers = ['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008', '1009'] as const;

const schema = z.object({
  ari_password: z.string(),
  api_token: z.string(),
  phones: z.record(z.string(), z.string()),
  /** Signs links. What an older version has written has none. */
  link_key: z.string().optional(),
  /** What users' secrets in the database are under, where `ARIFLOW_SECRET_KEY` says no other. Likewise. */
  secret_key: z.string().optional(),
});

type StoredSecrets = z.output<typeof schema>;

export type Secrets = StoredSecrets & { readonly link_key: string; readonly secret_key: string };

/** Where the generated passwords of a data directory lie. */
export function secretsFile(dataDir: string): string {
  return join(dataDir, 'secrets.json');
}

/** The generated passwords of a data directory where there are any; makes nothing. */
export function storedSecrets(dataDir: string): StoredSecrets | undefined {
  return readSecrets(secretsFile(dataDir));
}

/** What secrets in a database are stored under; nothing where only this daemon has it, whose data directory has the generated one. */
export function secretKeyOf(
  database: { readonly isShared: boolean },
  {
    config,
    secrets,
  }: {
    readonly config: { readonly secret_key?: string | undefined };
    readonly secrets: Pick<Secrets, 'secret_key'>;
  },
): string | undefined {
  return config.secret_key ?? (database.isShared ? undefined : secrets.secret_key);
}

/** Reads the generated passwords of a data directory, making what is missing (file mode 0600). */
export function loadSecrets(dataDir: string): Secrets {
  const file = secretsFile(dataDir);
  const stored = readSecrets(file);
  const secrets: Secrets = {
    ari_password: stored?.ari_password ?? secret(24),
    api_token: stored?.api_token ?? secret(32),
    phones: Object.fromEntries(phoneNumbers.map((number) => [number, stored?.phones[number] ?? secret(12)])),
    link_key: stored?.link_key ?? secret(43),
    secret_key: stored?.secret_key ?? secret(43),
  };
  if (JSON.stringify(stored) !== JSON.stringify(secrets)) writeSecrets(dataDir, file, secrets);
  return secrets;
}

function readSecrets(file: string): StoredSecrets | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    // To make new ones would change every password without a word.
    throw new ConfigurationError(`cannot read ${file}: does it belong to another user?`, { cause });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConfigurationError(`${file} is not what ariflow wrote there`, { cause });
  }
}

function writeSecrets(dataDir: string, file: string, secrets: Secrets): void {
  makeDirectory(dataDir);
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, file);
}

/** Letters and digits only: these go into configuration files and onto phones' keypads. */
function secret(length: number): string {
  return randomBytes(length * 2)
    .toString('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length);
}
