import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import { GuardedClient } from '../../../src/http/guarded-client.ts';

const directory = mkdtempSync(join(tmpdir(), 'ariflow-tls-'));
const key = join(directory, 'key.pem');
const certificate = join(directory, 'cert.pem');
const hasCertificate = makeCertificate();

/** A key for hooks.localhost, made for this run. */
function makeCertificate(): boolean {
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  const names = ['-subj', '/CN=hooks.localhost', '-addext', 'subjectAltName=DNS:hooks.localhost'];
  try {
    execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // no openssl here
  }
}

describe.skipIf(!hasCertificate)('https', () => {
  let server: Server;
  let port: number;
  let requests = 0;
  beforeAll(async () => {
    server = createServer(
      { key: readFileSync(key), cert: readFileSync(certificate) },
      (request, response) => {
        requests += 1;
        if (request.url === '/down') response.writeHead(302, { location: `http://127.0.0.1:${port}/` });
        response.end(request.url);
      },
    );
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const given = (ca?: string) => {
    const client = new GuardedClient({
      policy: new AddressPolicy({ allow: ['127.0.0.1'] }),
      userAgent: 'ariflow/test',
      resolve: async () => [{ address: '127.0.0.1' }],
      ...(ca === undefined ? {} : { ca }),
    });
    onTestFinished(() => client.close());
    return (host: string, path = '/') =>
      client.request({ method: 'GET', url: `https://${host}:${port}${path}`, maxRedirects: 1 });
  };

  test('reaches a name whose certificate holds', async () => {
    const get = given(readFileSync(certificate, 'utf8'));
    expect(await get('hooks.localhost', '/a')).toMatchObject({ status: 200, body: Buffer.from('/a') });
    expect(await get('hooks.localhost', '/b')).toMatchObject({ status: 200 });
  });

  test('refuses a certificate for another name, and one that nobody has signed', async () => {
    const before = requests;
    await expect(given(readFileSync(certificate, 'utf8'))('other.localhost')).rejects.toMatchObject({
      code: 'unreachable',
      message: 'the connection failed (ERR_TLS_CERT_ALTNAME_INVALID)',
    });
    await expect(given(readFileSync(certificate, 'utf8'))('127.0.0.1')).rejects.toMatchObject({
      code: 'unreachable',
    });
    await expect(given()('hooks.localhost')).rejects.toMatchObject({
      code: 'unreachable',
      message: 'the connection failed (DEPTH_ZERO_SELF_SIGNED_CERT)',
    });
    expect(requests).toBe(before);
  });

  test('is not left by a redirect', async () => {
    await expect(given(readFileSync(certificate, 'utf8'))('hooks.localhost', '/down')).rejects.toMatchObject({
      code: 'blocked',
    });
  });
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));
