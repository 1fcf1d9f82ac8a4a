import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer as listenPlain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { trunkCertificate } from '../../../src/doctor/trunk-certificate.ts';
import { writeCertificate } from '../../support/certificate.ts';

const folders = ['theirs', 'other'].map((name) => mkdtempSync(join(tmpdir(), `ariflow-${name}-`)));
const [theirs, other] = folders.map(writeCertificate) as [
  ReturnType<typeof writeCertificate>,
  ReturnType<typeof writeCertificate>,
];
afterAll(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

async function given(): Promise<Server> {
  const server = createServer({ cert: readFileSync(theirs.cert), key: readFileSync(theirs.key) });
  server.on('tlsClientError', () => undefined);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

const at = (server: Pick<Server, 'address'>, host = '127.0.0.1') =>
  `sip:${host}:${(server.address() as AddressInfo).port}`;

const look = async (uri: string, ca?: string) =>
  (await trunkCertificate(uri, ca)).map(({ verdict, text }) => `${verdict} ${text}`);

test('one that is vouched for is good, one that is not a problem', async () => {
  await using server = await given();
  expect(await look(at(server), theirs.cert)).toEqual(['good its certificate is trusted']);
  expect(await look(at(server), other.cert)).toEqual([
    expect.stringMatching(/^problem its certificate is not trusted \(.*self signed.*no calls go there/),
  ]);
  expect(await look(at(server, 'localhost'), theirs.cert)).toEqual([
    expect.stringMatching(/^problem .*\(it is for another name\)/),
  ]);
});

test('where Asterisk takes any, that is a warning', async () => {
  await using server = await given();
  expect(await look(at(server))).toEqual([
    expect.stringMatching(/^warning its certificate is not trusted \(.*self signed.*anybody/),
  ]);
});

test('where nobody answers, or without TLS, and where the file is not seen, that is said', async () => {
  expect(await look('sip:127.0.0.1:9', theirs.cert)).toEqual([
    expect.stringMatching(/^problem no TLS at 127\.0\.0\.1:9 \(.*ECONNREFUSED/),
  ]);
  await using plain = listenPlain((socket) => void socket.destroy());
  await once(plain.listen(0, '127.0.0.1'), 'listening');
  expect(await look(at(plain), theirs.cert)).toEqual([expect.stringMatching(/^problem no TLS at /)]);
  expect(await look('sip:[::1]:9', theirs.cert)).toEqual([
    expect.stringMatching(/^problem no TLS at \[::1\]:9/),
  ]);
  expect(await look('sip:127.0.0.1:9', '/nowhere.pem')).toEqual([
    expect.stringMatching(/^warning .*not seen from here \(ENOENT/),
  ]);
});
