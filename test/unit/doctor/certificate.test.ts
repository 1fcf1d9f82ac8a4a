import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { certificateFindings } from '../../../src/doctor/certificate.ts';

let folder: string;
const at = (name: string): string => join(folder, name);

/** `name.pem` and `name.key`, vouched for by `by` or by itself. */
function certificate(name: string, { by = '', days = 90 } = {}): void {
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', String(days)];
  const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  const voucher = by === '' ? [] : ['-CA', at(`${by}.pem`), '-CAkey', at(`${by}.key`)];
  const out = ['-keyout', at(`${name}.key`), '-out', at(`${name}.pem`)];
  execFileSync('openssl', ['req', '-x509', ...made, ...names, ...voucher, ...out], { stdio: 'ignore' });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-certificate-'));
  certificate('authority');
  certificate('phones', { by: 'authority' });
  certificate('own');
  certificate('short', { by: 'authority', days: 3 });
  const chain = ['phones.pem', 'authority.pem'].map((name) => readFileSync(at(name), 'utf8')).join('');
  writeFileSync(at('chain.pem'), chain);
  writeFileSync(at('broken.pem'), 'x');
  writeFileSync(at('broken.key'), 'x');
  mkdirSync(at('folder'));
});
afterEach(() => void vi.useRealTimers());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Shows this one, as Asterisk does. */
async function given(cert: string, key: string): Promise<Server> {
  const server = createServer({ cert: readFileSync(at(cert)), key: readFileSync(at(key)) }).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  return server;
}

async function look(cert: string, key: string, server?: Server) {
  const port = server ? (server.address() as AddressInfo).port : 9;
  const found = await certificateFindings({ cert: at(cert), key: at(key), host: '127.0.0.1', port });
  return found.map(({ what, verdict, text }) => `${verdict} ${what}: ${text}`);
}

test('one that phones can trust is good', async () => {
  await using server = await given('chain.pem', 'phones.key');
  expect(await look('chain.pem', 'phones.key', server)).toEqual([
    expect.stringMatching(/^good certificate: IP Address:127\.0\.0\.1, until 20/),
  ]);
});

test('what phones do not trust, or soon not any more, is a warning', async () => {
  await using own = await given('own.pem', 'own.key');
  expect(await look('own.pem', 'own.key', own)).toEqual([expect.stringMatching(/^warning .*but itself/)]);
  await using alone = await given('phones.pem', 'phones.key');
  expect(await look('phones.pem', 'phones.key', alone)).toEqual([
    expect.stringMatching(/^warning .*fullchain/),
  ]);
  await using short = await given('short.pem', 'short.key');
  expect((await look('short.pem', 'short.key', short))[0]).toMatch(/^warning .*good until 20\S+ only/);
});

test('one that is over, of another key, none at all, or not the one that is shown is a problem', async () => {
  await using server = await given('chain.pem', 'phones.key');
  expect(await look('chain.pem', 'own.key', server)).toEqual([
    expect.stringMatching(/^problem .*own\.key is the key of another certificate/),
  ]);
  expect(await look('broken.pem', 'own.key', server)).toEqual([
    expect.stringMatching(/^problem .*broken\.pem: /),
  ]);
  expect((await look('own.pem', 'broken.key', server))[0]).toMatch(/^problem .*its key cannot be read: /);
  expect((await look('own.pem', 'own.key', server)).at(-1)).toMatch(/^problem .*shows another one/);
  expect((await look('own.pem', 'own.key')).at(-1)).toMatch(/^problem .*no TLS at 127\.0\.0\.1:9 /);
  expect((await look('nowhere.pem', 'own.key'))[0]).toMatch(/^problem .*ENOENT.*no TLS/);
});

test('one for another name than phones are told is a warning', async () => {
  await using server = await given('chain.pem', 'phones.key');
  const { port } = server.address() as AddressInfo;
  const files = { cert: at('chain.pem'), key: at('phones.key'), host: '127.0.0.1', port };
  const found = async (knownAs: string) => (await certificateFindings({ ...files, knownAs }))[0];
  expect(await found('127.0.0.1')).toMatchObject({ verdict: 'good' });
  expect(await found('203.0.113.9')).toMatchObject({
    verdict: 'warning',
    text: 'it is for IP Address:127.0.0.1, and phones are told 203.0.113.9: those that compare refuse it',
  });
  expect(await found('pbx.example')).toMatchObject({ verdict: 'warning' });
});

test('of files that only Asterisk sees what it shows is looked at', async () => {
  await using server = await given('short.pem', 'short.key');
  expect(await look('nowhere.pem', 'nowhere.key', server)).toEqual([
    expect.stringMatching(/^warning .*not seen from here \(ENOENT/),
    expect.stringMatching(/^warning .*only/),
  ]);
});

test('one whose time is over, or has not come, is a problem', async () => {
  await using server = await given('short.pem', 'short.key');
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 4 * 86_400_000 });
  expect(await look('short.pem', 'short.key', server)).toEqual([
    expect.stringMatching(/^problem .*good until 20\S+: TLS phones do not come in/),
  ]);
  vi.setSystemTime(Date.now() - 8 * 86_400_000);
  expect((await look('short.pem', 'short.key', server))[0]).toMatch(/^problem .*not good before 20/);
});
