import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** What only some daemons need, or need later. */
const heavy = [
  ...['undici', '@xmldom/xmldom', 'xpath', 'json-p3', 'pg', 'ari-client', 'commander'],
  ...['ajv', '@fastify/swagger-ui', '@fastify/static'],
];

test('a start loads no package that it does not need, and opens no tables of languages', async () => {
  const program = join(import.meta.dirname, '../../support/what-starts.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  const { packages, tables } = JSON.parse(stdout) as { packages: string[]; tables: string[] };
  expect(packages).toContain('kysely'); // the list is one
  expect(packages.filter((name) => heavy.includes(name) || /aws|google|grpc|smithy/.test(name))).toEqual([]);
  expect(tables).toEqual([]);
}, 60_000);
