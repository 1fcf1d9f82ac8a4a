import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cloudAccess } from '../../../src/core/cloud-credentials.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ariflow-credentials-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Of a machine that is none of a cloud's own, like those that run tests. */
const found = (cloud: 'gcp' | 'aws', env: Record<string, string> = {}, endpoint?: string) =>
  cloudAccess(cloud, endpoint, { HOME: home, ...env });

function write(name: string, text: string): string {
  const file = join(home, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('Google Cloud', () => {
  test('has no credentials where there are none, and says what is missing', () => {
    expect(found('gcp').missing).toMatch(/GOOGLE_APPLICATION_CREDENTIALS/);
  });

  test('has those of a file that is named, if it can be read', () => {
    const file = write('key.json', '{}');
    expect(found('gcp', { GOOGLE_APPLICATION_CREDENTIALS: file }).missing).toBeUndefined();
    for (const wrong of [join(home, 'none.json'), write('bad.json', 'x')]) {
      const { missing } = found('gcp', { GOOGLE_APPLICATION_CREDENTIALS: wrong });
      expect(missing).toMatch(/expected a JSON file/);
      expect(missing).not.toContain(home);
    }
  });

  test("has those of gcloud, and those of Google's own servers", () => {
    expect(found('gcp', { K_SERVICE: 'x' }).missing).toBeUndefined();
    write('.config/gcloud/application_default_credentials.json', '{}');
    expect(found('gcp').missing).toBeUndefined();
  });
});

describe('AWS', () => {
  const key = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };

  test('has no credentials where there are none, and says what is missing', () => {
    expect(found('aws').missing).toMatch(/AWS_ACCESS_KEY_ID/);
    expect(found('aws', { AWS_ACCESS_KEY_ID: 'a' }).missing).toMatch(/AWS_SECRET_ACCESS_KEY/);
  });

  test('needs a region besides', () => {
    expect(found('aws', key).missing).toMatch(/AWS_REGION/);
    expect(found('aws', { ...key, AWS_REGION: 'eu-west-1' })).toMatchObject({
      missing: undefined,
      region: 'eu-west-1',
    });
    expect(found('aws', { ...key, AWS_DEFAULT_REGION: 'eu-west-2' }).region).toBe('eu-west-2');
  });

  test.each([
    { AWS_WEB_IDENTITY_TOKEN_FILE: '/t', AWS_ROLE_ARN: 'r' },
    { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/c' },
    { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/c' },
  ])('has those of a container: %o', (env) => {
    expect(found('aws', { ...env, AWS_REGION: 'eu-west-1' }).missing).toBeUndefined();
  });

  test('has those of the profile in use, and no other', () => {
    write('.aws/credentials', '[default]\naws_access_key_id = a\naws_secret_access_key = b\n');
    write(
      '.aws/config',
      '[default]\nregion = eu-west-3\n\n[profile work]\nregion=us-west-2\nrole_arn = r\n[profile bare]\noutput=json',
    );
    expect(found('aws')).toMatchObject({ missing: undefined, region: 'eu-west-3' });
    expect(found('aws', { AWS_PROFILE: 'work' })).toMatchObject({ missing: undefined, region: 'us-west-2' });
    expect(found('aws', { AWS_PROFILE: 'bare' }).missing).toMatch(/no credentials/);
    expect(found('aws', { AWS_PROFILE: 'nobody' }).missing).toMatch(/no credentials/);
  });
});

test('an endpoint over http needs no credentials, one over https does', () => {
  for (const cloud of ['gcp', 'aws'] as const) {
    const plain = found(cloud, {}, 'http://127.0.0.1:1234');
    expect(plain).toMatchObject({ missing: undefined, isPlain: true });
    expect(plain.endpoint?.port).toBe('1234');
    expect(found(cloud, {}, 'https://speech.example.com').missing).toBeDefined();
  }
});
