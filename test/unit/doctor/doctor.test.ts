import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../../../src/commands/program.ts';
import { asteriskFindings } from '../../../src/doctor/asterisk.ts';
import { diskFinding } from '../../../src/doctor/disk.ts';
import { versionFinding } from '../../../src/doctor/known-versions.ts';
import { listenerFindings } from '../../../src/doctor/listeners.ts';
import { moduleFindings } from '../../../src/doctor/modules.ts';
import { natFinding } from '../../../src/doctor/nat.ts';
import { portFinding } from '../../../src/doctor/ports.ts';
import { trunkFindings } from '../../../src/doctor/trunks.ts';

test.each([
  ['22.10.1', 'good'],
  ['22.5.0', 'good'],
  ['23.4.0', 'good'],
  ['certified/22.8-cert4', 'good'],
  ['22.11.0', 'warning'],
  ['GIT-master-abcdef0', 'warning'],
  ['22.4.1', 'problem'],
  ['20.19.0', 'problem'],
])('Asterisk %s is %s', (version, verdict) => {
  expect(versionFinding(version)).toMatchObject({ what: 'Asterisk', verdict });
});

/** What asterisk-config/modules.conf loads of it. */
const enough =
  `app_stasis res_stasis res_stasis_answer res_ari_applications res_ari_asterisk res_ari_bridges res_ari_channels
  res_ari_endpoints res_ari_events res_ari_playbacks res_ari_recordings res_stasis_playback res_stasis_recording
  res_stasis_snoop bridge_simple bridge_softmix chan_bridge_media res_musiconhold bridge_holding res_pjsip_dlg_options
  res_pjsip_empty_info res_pjsip_dtmf_info res_pjsip_refer res_pjsip_messaging app_amd chan_websocket res_pjsip_rfc3326
  codec_ulaw codec_opus_open_source`.split(/\s+/);

test('a missing module is told by what does not work without it, and one that does harm', () => {
  const without = (...gone: string[]) => new Set(enough.filter((module) => !gone.includes(module)));
  expect(moduleFindings(without(), ['ulaw', 'opus'])).toMatchObject([{ verdict: 'good' }]);
  expect(moduleFindings(without('res_stasis_snoop', 'app_amd'), ['ulaw'])).toEqual([
    {
      what: 'modules',
      verdict: 'problem',
      text: 'nothing is recorded or listened to: res_stasis_snoop is not loaded',
    },
    { what: 'modules', verdict: 'warning', text: 'no amd: app_amd is not loaded' },
  ]);
  expect(moduleFindings(without(), ['g722', 'g729'])).toMatchObject([
    { what: 'codecs', text: 'nothing is translated from or to g722: codec_g722 is not loaded' },
  ]);
  const harmful = new Set([...enough, 'res_stasis_device_state']);
  expect(moduleFindings(harmful, [])).toMatchObject([
    { verdict: 'warning', text: expect.stringContaining('2170') },
  ]);
});

test('ports that the kernel gives to others are told, unless they are kept', () => {
  const given = [32_768, 60_999] as const;
  expect(portFinding([10_000, 10_199], { givenOut: given, reserved: [] })).toEqual({
    what: 'ports',
    verdict: 'good',
    text: 'RTP at 10000-10199: 100 channels at once',
  });
  expect(portFinding([32_000, 33_000], { givenOut: given, reserved: [] })).toMatchObject({
    verdict: 'warning',
    text: expect.stringContaining('ip_local_reserved_ports=32000-33000'),
  });
  expect(portFinding([40_000, 41_000], { givenOut: given, reserved: [[39_000, 42_000]] }).verdict).toBe(
    'good',
  );
  expect(portFinding([40_000, 41_000]).verdict).toMatch(/good|warning/); // what this machine says
});

test.each([
  [{ host: '10.0.0.5', externalAddress: '203.0.113.9', hasTrunk: true }, 'good'],
  [{ host: '10.0.0.5', externalAddress: undefined, hasTrunk: true }, 'warning'],
  [{ host: '10.0.0.5', externalAddress: undefined, hasTrunk: false }, 'good'],
  [{ host: '8.8.8.8', externalAddress: undefined, hasTrunk: true }, 'good'],
  [{ host: '0.0.0.0', externalAddress: undefined, hasTrunk: true }, 'warning'],
])('of addresses: %j is %s', (reach, verdict) => {
  expect(natFinding(reach, ['192.168.1.2', 'fd00::1'])).toMatchObject({ what: 'NAT', verdict });
});

test('an Asterisk at loopback is for phones of this machine', () => {
  const reach = { host: '127.0.0.1', externalAddress: undefined, hasTrunk: false };
  expect(natFinding(reach)).toMatchObject({
    verdict: 'good',
    text: expect.stringMatching(/^this machine only/),
  });
});

test('disks have room, or are not there', async () => {
  expect(await diskFinding('disk', tmpdir())).toMatchObject({
    what: 'disk',
    text: expect.stringMatching(/GB free/),
  });
  expect(await diskFinding('disk', '/nowhere')).toMatchObject({
    verdict: 'problem',
    text: expect.stringContaining('ENOENT'),
  });
});

/** As much of ARI as is asked. */
async function givenAri({ version = '22.10.1', away = 0, password = 'secret' } = {}): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('date', new Date(Date.now() + away * 1_000).toUTCString());
    const right = `Basic ${Buffer.from(`ariflow:${password}`).toString('base64')}`;
    if (request.headers.authorization !== right) return response.writeHead(401).end();
    if (request.url === '/ari/asterisk/info') return response.end(JSON.stringify({ system: { version } }));
    const modules = enough.map((name) => ({ name: `${name}.so`, status: 'Running' }));
    return response.end(JSON.stringify([...modules, { name: 'codec_g722.so', status: 'Not Running' }]));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/ari`;

test('Asterisk is asked for its version, its modules and its time', async () => {
  await using server = await givenAri();
  const ari = { url: urlOf(server), user: 'ariflow', password: 'secret' };
  expect((await asteriskFindings(ari, ['ulaw'])).map(({ what, verdict }) => [what, verdict])).toEqual([
    ['Asterisk', 'good'],
    ['modules', 'good'],
    ['clock', 'good'],
  ]);
  expect(await asteriskFindings({ ...ari, password: 'wrong' }, [])).toMatchObject([
    { verdict: 'problem', text: expect.stringContaining('refuses our password') },
  ]);
  await using late = await givenAri({ away: -90 });
  const [, , clock] = await asteriskFindings({ ...ari, url: urlOf(late) }, ['ulaw']);
  expect(clock).toMatchObject({
    what: 'clock',
    verdict: 'warning',
    text: expect.stringMatching(/^(89|90|91) s/),
  });
  expect(await asteriskFindings({ ...ari, url: 'http://127.0.0.1:9/ari' }, [])).toMatchObject([
    { verdict: 'problem', text: expect.stringContaining('is not reached') },
  ]);
});

test('a port that somebody else has is told, and one of ours at which nobody listens', () => {
  const sip = { port: 'SIP port 127.0.0.1:5060 (UDP)', keys: 'ARIFLOW_SIP_PORT' };
  expect(listenerFindings([{ ...sip, isUp: true, problem: 'is in use' }])).toEqual([]);
  expect(listenerFindings([{ ...sip, isUp: false, problem: undefined }])).toEqual([]);
  expect(listenerFindings([{ ...sip, isUp: false, problem: 'is in use' }])).toMatchObject([
    {
      what: 'ports',
      verdict: 'problem',
      text: expect.stringMatching(/5060 \(UDP\) is in use, .* ARIFLOW_SIP_PORT/),
    },
  ]);
  expect(listenerFindings([{ ...sip, isUp: true, problem: undefined }])).toMatchObject([
    { verdict: 'warning', text: expect.stringContaining('nobody listens at the SIP port') },
  ]);
});

test('a trunk that refuses our registration is told by its name', async () => {
  const status = ['registered', 'rejected', 'unregistered', 'none', 'unknown'];
  const result = status.map((each) => ({ name: each, uri: 'sip:192.0.2.1', status: each, transport: 'udp' }));
  await using server = createServer((request, response) => {
    const isRight = request.headers.authorization === 'Bearer right';
    response.writeHead(isRight ? 200 : 401).end(JSON.stringify(isRight ? { result } : { error: {} }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = urlOf(server).replace('/ari', '');
  expect(await trunkFindings(url, 'right')).toMatchObject([
    { what: 'trunk registered (sip:192.0.2.1)', verdict: 'good' },
    {
      what: 'trunk rejected (sip:192.0.2.1)',
      verdict: 'problem',
      text: expect.stringContaining('refuses our registration'),
    },
    { what: 'trunk unregistered (sip:192.0.2.1)', verdict: 'warning' },
  ]);
  expect(await trunkFindings(url, 'wrong')).toEqual([]);
  expect(await trunkFindings('http://127.0.0.1:9', 'right')).toEqual([]);
});

test('doctor tells of ports and a certificate, where others have the ones and the other is not there', async () => {
  await using server = await givenAri();
  const taken = createSocket('udp4').bind(0, '127.0.0.1');
  await once(taken, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-doctor-'));
  try {
    const out: string[] = [];
    const env = {
      ARIFLOW_DATA_DIR: folder,
      ARIFLOW_ARI_URL: 'http://127.0.0.1:9/ari',
      ARIFLOW_ARI_PASSWORD: 'secret',
      ARIFLOW_API_PORT: String((server.address() as AddressInfo).port),
      ARIFLOW_SIP_PORT: String(taken.address().port),
      ARIFLOW_SIP_TLS_CERT: join(folder, 'none.pem'),
      ARIFLOW_SIP_TLS_KEY: join(folder, 'none.key'),
    };
    const output = { out: (line: string) => void out.push(line), err: (line: string) => void out.push(line) };
    expect(await runCommand(['doctor'], { env, output })).toBe(1);
    expect(out).toContainEqual(expect.stringMatching(/^PROBLEM {2}daemon: another program answers at /));
    expect(out).toContainEqual(
      expect.stringMatching(/^PROBLEM {2}ports: the SIP port 127\.0\.0\.1:\d+ \(UDP\) is in use/),
    );
    expect(out).toContainEqual(
      expect.stringMatching(/^PROBLEM {2}certificate: ENOENT.*none\.pem.*no TLS at 127/),
    );
  } finally {
    taken.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('doctor says all of it, a line each, and fails where there is a problem', async () => {
  await using server = await givenAri({ version: '20.1.0' });
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-doctor-'));
  try {
    const out: string[] = [];
    const env = {
      ARIFLOW_DATA_DIR: folder,
      ARIFLOW_ARI_URL: urlOf(server),
      ARIFLOW_ARI_PASSWORD: 'secret',
      ARIFLOW_API_PORT: '9',
    };
    const output = { out: (line: string) => void out.push(line), err: (line: string) => void out.push(line) };
    expect(await runCommand(['doctor'], { env, output })).toBe(1);
    expect(out).toContainEqual(
      expect.stringMatching(/^PROBLEM {2}daemon: does not answer at http:\/\/127\.0\.0\.1:9/),
    );
    expect(out).toContainEqual(expect.stringMatching(/^PROBLEM {2}Asterisk: 20\.1\.0 is older than 22\.5/));
    expect(out).toContainEqual(expect.stringMatching(/^(ok|warning|PROBLEM) +disk: /));
    expect(out.join('\n')).not.toContain('secret');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
