import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadSecrets, secretsFile, storedSecrets } from '../../../src/config/secrets.ts';

function givenFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('what is generated is there again at the next start, for nobody else to read', () => {
  const folder = givenFolder();
  const secrets = loadSecrets(folder);
  expect(secrets.link_key).toMatch(/^[A-Za-z0-9]{43}$/);
  expect(secrets.secret_key).toMatch(/^[A-Za-z0-9]{43}$/);
  expect(secrets.secret_key).not.toBe(secrets.link_key);
  expect(loadSecrets(folder)).toEqual(secrets);
  expect(statSync(secretsFile(folder)).mode & 0o777).toBe(0o600);
});

test('to what an older version has written only what is missing is added', () => {
  const folder = givenFolder();
  const { link_key, ...older } = loadSecrets(folder);
  writeFileSync(secretsFile(folder), JSON.stringify(older));
  expect(storedSecrets(folder)).toEqual(older);
  const now = loadSecrets(folder);
  expect(now).toEqual({ ...older, link_key: expect.any(String) });
  expect(now.link_key).not.toBe(link_key);
  expect(JSON.parse(readFileSync(secretsFile(folder), 'utf8'))).toEqual(now);
});
