import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AsteriskPlaces } from '../../../src/asterisk/config-values.ts';
import { renderAsteriskConfig, templateDir } from '../../../src/asterisk/render-config.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { phoneNumbers, type Secrets } from '../../../src/config/secrets.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';

const secrets: Secrets = {
  ari_password: 'generatedAriPassword',
  api_token: 'generatedApiToken',
  phones: Object.fromEntries(phoneNumbers.map((number) => [number, `passwordOf${number}`])),
  link_key: 'generatedLinkKey',
  secret_key: 'generatedSecretKey',
};

describe('the configuration of Asterisk', () => {
  let directory: string;

  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'ariflow-config-')), 'etc');
  });

  afterEach(() => {
    rmSync(join(directory, '..'), { recursive: true });
  });

  const render = (env: Readonly<Record<string, string>> = {}, places: AsteriskPlaces = {}): void =>
    renderAsteriskConfig(directory, loadConfig(env, '/nonexistent/ariflow.yaml'), secrets, places);

  const lines = (name: string): string[] =>
    readFileSync(join(directory, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(';'));

  test('has every template, with nothing left to fill in', () => {
    render();
    expect(readdirSync(directory)).toEqual(readdirSync(templateDir));
    for (const name of readdirSync(directory)) {
      const text = lines(name).join('\n');
      expect(text, name).not.toContain('@@');
      expect(text, name).not.toContain('undefined');
    }
  });

  test('is for its owner only', () => {
    render();
    for (const name of readdirSync(directory)) {
      expect(statSync(join(directory, name)).mode & 0o777, name).toBe(0o600);
    }
    expect(statSync(directory).mode & 0o777).toBe(0o700);
  });

  test('replaces what an earlier version wrote, and leaves other files alone', () => {
    render();
    for (const name of ['old.conf', 'pjsip.conf', 'notes.txt']) writeFileSync(join(directory, name), 'old');
    render();
    expect(readdirSync(directory)).toContain('notes.txt');
    expect(readdirSync(directory)).not.toContain('old.conf');
    expect(lines('pjsip.conf').join()).not.toBe('old');
  });

  test('lets ARI listen on loopback only, with the password of the daemon', () => {
    render();
    expect(lines('http.conf')).toContain('bindaddr = 127.0.0.1');
    expect(lines('http.conf')).toContain('bindport = 8088');
    const restricted = lines('http.conf').join('\n').split('\n[/').slice(1);
    expect(restricted.map((section) => section.split(']')[0])).toEqual(['ari', 'metrics', 'media']);
    for (const section of restricted)
      expect(section).toContain('deny = ::/0\npermit = 127.0.0.0/8\npermit = ::1/128');
    expect(lines('http.conf').filter((line) => line.startsWith('permit'))).toHaveLength(6);
    expect(lines('ari.conf')).toContain('[ariflow]');
    expect(lines('ari.conf')).toContain('password = generatedAriPassword');
    render({ ARIFLOW_ARI_PASSWORD: 'configured', ARIFLOW_ARI_USER: 'somebody' });
    expect(lines('ari.conf')).toContain('[somebody]');
    expect(lines('ari.conf')).toContain('password = configured');
  });

  test('dials the daemon only where it is to, and lets callers wait for it there for a minute', () => {
    render();
    expect(lines('websocket_client.conf')).toEqual(['[none](!)']);
    expect(lines('ari.conf').join()).not.toMatch(/outbound/);
    expect(lines('ari.conf')).toContain('websocket_write_timeout = 2000');
    expect(lines('extensions.conf').join()).not.toMatch(/ARIFLOW_SEEN|"T"/);
    expect(lines('extensions.conf').join('\n')).toContain('TIMEOUT(absolute)=15)');

    render({
      ARIFLOW_ARI_TRANSPORT: 'inbound',
      ARIFLOW_ARI_LISTEN: '0.0.0.0:9001',
      ARIFLOW_ARI_APP: 'mine',
      ARIFLOW_ARI_USER: 'us',
    });
    expect(lines('websocket_client.conf')).toEqual(
      expect.arrayContaining([
        'connection_type = persistent',
        'uri = ws://127.0.0.1:9001/ari/mine',
        'protocols = ari',
        'username = us',
        'password = generatedAriPassword',
      ]),
    );
    const ari = lines('ari.conf');
    expect(ari).toContain('websocket_write_timeout = 10000'); // or a backlog is lost
    expect(ari.slice(ari.indexOf('type = outbound_websocket'))).toEqual([
      'type = outbound_websocket',
      'websocket_client_id = ariflow-inbound',
      'apps = mine',
      'subscribe_all = no',
      'local_ari_user = us',
    ]);
    const dialplan = lines('extensions.conf').join('\n');
    expect(dialplan.match(/TIMEOUT\(absolute\)=60\)/g)).toHaveLength(2); // calls and messages
    expect(dialplan.match(/ARIFLOW_SEEN\} > 60/g)).toHaveLength(2);
  });

  test.each([
    ['ariflow:8090', 'ws://ariflow:8090/ari/ariflow'],
    ['[::1]:8090', 'ws://[::1]:8090/ari/ariflow'],
    ['[::]:8090', 'ws://[::1]:8090/ari/ariflow'],
  ])('dials %s at %s', (listen, uri) => {
    render({ ARIFLOW_ARI_TRANSPORT: 'inbound', ARIFLOW_ARI_LISTEN: listen });
    expect(lines('websocket_client.conf')).toContain(`uri = ${uri}`);
  });

  test('opens ARI to private networks where its address is a name, as in compose', () => {
    render({ ARIFLOW_ARI_URL: 'http://asterisk:9000/pbx/ari' });
    expect(lines('http.conf')).toContain('bindaddr = 0.0.0.0');
    expect(lines('http.conf')).toContain('bindport = 9000');
    expect(lines('http.conf')).toContain('prefix = pbx');
    expect(lines('http.conf')).toContain('permit = 172.16.0.0/12');
    expect(lines('http.conf')).toContain('deny = 0.0.0.0/0');
  });

  test('gives each phone its own password', () => {
    render();
    const pjsip = lines('pjsip.conf');
    for (const number of phoneNumbers) {
      const at = pjsip.indexOf(`[generated-${number}](generated-auth)`);
      expect(pjsip.slice(at + 1, at + 3)).toEqual([`username = ${number}`, `password = passwordOf${number}`]);
    }
  });

  test('identifies an endpoint without a password by address only', () => {
    render({ ARIFLOW_TRUNK_URI: 'sip:203.0.113.9' });
    const sections = lines('pjsip.conf')
      .join('\n')
      .split(/^(?=\[)/m);
    const open = sections.filter((section) => /^\[\w+\]\(endpoint\)/.test(section));
    expect(open).toHaveLength(3);
    for (const section of open) expect(section).toContain('identify_by = ip');
  });

  test('speaks TCP and TLS where asked, each with the address that others see', () => {
    render();
    expect(lines('pjsip.conf').filter((line) => line.startsWith('protocol'))).toEqual(['protocol = udp']);
    render({
      ARIFLOW_SIP_TCP: 'true',
      ARIFLOW_SIP_TLS_CERT: '/etc/sip.pem',
      ARIFLOW_SIP_TLS_KEY: '/etc/sip.key',
      ARIFLOW_SIP_EXTERNAL_ADDRESS: '203.0.113.9',
    });
    const transports = lines('pjsip.conf')
      .join('\n')
      .split(/^(?=\[)/m)
      .filter((section) => section.includes('type = transport'));
    expect(transports.map((section) => section.split('\n')[0])).toEqual(['[udp]', '[tcp]', '[tls]']);
    for (const section of transports) expect(section).toContain('external_media_address = 203.0.113.9');
    expect(transports[2]).toContain(
      'bind = 127.0.0.1:5061\nmethod = tlsv1_2\ncert_file = /etc/sip.pem\npriv_key_file = /etc/sip.key',
    );
    expect(transports[2]).not.toContain('verify_server');
  });

  test('looks at the certificates of trunks where it is told whose word to take', () => {
    const ca = { ARIFLOW_SIP_TLS_CA: '/etc/ssl/certs/ca-certificates.crt' };
    render({ ARIFLOW_SIP_TLS_CERT: '/etc/sip.pem', ARIFLOW_SIP_TLS_KEY: '/etc/sip.key', ...ca });
    expect(lines('pjsip.conf').join('\n')).toContain(
      'ca_list_file = /etc/ssl/certs/ca-certificates.crt\nverify_server = yes',
    );
    expect(() => render(ca)).toThrow('sip.tls_ca');
  });

  test('takes SIP over WebSocket where asked, and then nobody by being on this machine', () => {
    render();
    const web = /transport_websocket|match_header|icesupport = yes|tlsenable|protocol = ws/;
    for (const name of ['pjsip.conf', 'modules.conf', 'rtp.conf', 'http.conf'])
      expect(lines(name).join('\n'), name).not.toMatch(web);
    expect(lines('pjsip.conf')).toContain('match = 127.0.0.0/8');
    const certificate = { ARIFLOW_SIP_TLS_CERT: '/etc/sip.pem', ARIFLOW_SIP_TLS_KEY: '/etc/sip.key' };
    render({ ARIFLOW_SIP_WS: 'true' });
    expect(lines('pjsip.conf')).toEqual(
      expect.arrayContaining(['protocol = ws', 'bind = 127.0.0.1', 'match_header = Contact: /transport=ws/']),
    );
    expect(lines('pjsip.conf')).not.toContain('match = 127.0.0.0/8');
    expect(lines('http.conf').join()).not.toContain('tls');
    const nat = { ARIFLOW_SIP_EXTERNAL_ADDRESS: '203.0.113.9', ARIFLOW_SIP_HOST: '10.0.0.5' };
    render({ ...certificate, ...nat, ARIFLOW_SIP_WSS_PORT: '8089' });
    expect(lines('modules.conf')).toContain('load = res_pjsip_transport_websocket.so');
    expect(lines('rtp.conf')).toEqual(
      expect.arrayContaining(['icesupport = yes', '10.0.0.5 => 203.0.113.9,include_local_address']),
    );
    expect(lines('http.conf')).toEqual(
      expect.arrayContaining(['tlsbindaddr = 10.0.0.5:8089', 'tlscertfile = /etc/sip.pem']),
    );
    expect(() => render({ ARIFLOW_SIP_WSS_PORT: '8089' })).toThrow('sip.wss_port');
    expect(() => render({ ...certificate, ARIFLOW_SIP_WSS_PORT: '5061' })).toThrow('sip.tls_port');
  });

  test('takes the phones of the console from this machine only, and then knows test tools by being on it still', () => {
    render({ ARIFLOW_WEBRTC: 'on' });
    expect(lines('pjsip.conf')).toEqual(
      expect.arrayContaining([
        ...['protocol = ws', 'bind = 127.0.0.1', 'match = 127.0.0.0/8'],
        'endpoint_identifier_order = username,header,ip',
      ]),
    );
    expect(lines('rtp.conf')).toContain('icesupport = yes');
    expect(lines('modules.conf')).toContain('load = res_pjsip_transport_websocket.so');
    expect(lines('extensions.conf').join('\n')).toContain('REGEX(":(8088)$" ${CHANNEL(pjsip,local_addr)})');
    const restricted = (): string => lines('http.conf').join('\n').split('[/ws]')[1] ?? '';
    expect(restricted()).toBe(
      '\ntype = restriction\ndeny = 0.0.0.0/0\ndeny = ::/0\npermit = 127.0.0.0/8\npermit = ::1/128',
    );
    render({ ARIFLOW_WEBRTC: 'on', ARIFLOW_SIP_WS: 'true' });
    expect(restricted()).toBe('');
    expect(lines('pjsip.conf')).not.toContain('match = 127.0.0.0/8');
    render({ ARIFLOW_WEBRTC: 'off' });
    expect(lines('pjsip.conf')).toContain('endpoint_identifier_order = username,ip');
    expect(lines('extensions.conf').join('\n')).not.toContain('stranger');
  });

  test('speaks with the trunk as it is told', () => {
    const tcp = { ARIFLOW_SIP_TCP: 'true', ARIFLOW_TRUNK_TRANSPORT: 'tcp', ARIFLOW_TRUNK_ENCRYPTION: 'sdes' };
    render({ ...tcp, ARIFLOW_TRUNK_URI: 'sip:203.0.113.9' });
    expect(lines('pjsip.conf')).toEqual(
      expect.arrayContaining([
        'transport = tcp',
        'media_encryption = sdes',
        'contact = sip:203.0.113.9\\;transport=tcp',
      ]),
    );
    render({ ARIFLOW_TRUNK_URI: 'sip:203.0.113.9' });
    expect(lines('pjsip.conf')).toContain('contact = sip:203.0.113.9');
    expect(lines('pjsip.conf').join()).not.toContain('transport=');
  });

  test('has no trunk unless one is configured', () => {
    render();
    expect(lines('pjsip.conf')).not.toContain('[trunk]');
    expect(lines('pjsip.conf').join()).not.toMatch(/external|local_net/);
  });

  test('has a trunk by address, with an account and a registration where asked', () => {
    const trunk = { ARIFLOW_TRUNK_URI: 'sip:trunk.example.com:5070' };
    render(trunk);
    expect(lines('pjsip.conf')).toContain('match = trunk.example.com');
    expect(lines('pjsip.conf')).not.toContain('outbound_auth = trunk');
    const account = {
      ARIFLOW_TRUNK_USER: 'us',
      ARIFLOW_TRUNK_PASSWORD: 'theirs',
      ARIFLOW_TRUNK_REGISTER: 'true',
    };
    render({ ...trunk, ...account, ARIFLOW_TRUNK_MATCH: '203.0.113.0/24,198.51.100.7' });
    const pjsip = lines('pjsip.conf');
    expect(pjsip.filter((line) => line === 'outbound_auth = trunk')).toHaveLength(2);
    expect(pjsip).toContain('client_uri = sip:us@trunk.example.com:5070');
    expect(pjsip).toContain('from_domain = trunk.example.com');
    expect(pjsip.filter((line) => line.startsWith('match = '))).toEqual([
      'match = 127.0.0.0/8',
      'match = ::1',
      'match = 203.0.113.0/24',
      'match = 198.51.100.7',
    ]);
    expect(() => render({ ...trunk, ARIFLOW_TRUNK_REGISTER: 'true' })).toThrow(ConfigurationError);
  });

  test('follows the ports, codecs, application and longest duration', () => {
    render({
      ARIFLOW_SIP_HOST: '::1',
      ARIFLOW_SIP_PORT: '5099',
      ARIFLOW_SIP_EXTERNAL_ADDRESS: '203.0.113.5',
      ARIFLOW_RTP_PORTS: '12000-12399',
      ARIFLOW_CODECS: 'opus,alaw',
      ARIFLOW_ARI_APP: 'mine',
      ARIFLOW_CALL_MAX_DURATION: '90s',
    });
    expect(lines('pjsip.conf')).toContain('bind = [::1]:5099');
    expect(lines('pjsip.conf')).toContain('external_media_address = 203.0.113.5');
    expect(lines('pjsip.conf')).toContain('allow = opus,alaw');
    expect(lines('rtp.conf').slice(1, 3)).toEqual(['rtpstart = 12000', 'rtpend = 12399']);
    expect(lines('asterisk.conf')).toContain('maxcalls = 99');
    expect(lines('asterisk.conf')).toContain('mindtmfduration = 1');
    expect(lines('extensions.conf').join('\n')).toContain('Stasis(mine,inbound)');
    expect(lines('extensions.conf').join('\n')).toContain('Stasis(mine,amd,${AMDSTATUS},${AMDCAUSE})');
    expect(lines('extensions.conf').join('\n')).toContain('TIMEOUT(absolute)=100)');
  });

  test.each([
    ['192.168.1.10', ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12']],
    ['172.31.255.1', ['127.0.0.0/8', '10.0.0.0/8', '192.168.0.0/16']],
    ['10.1.2.3', ['127.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
    ['172.32.0.1', ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
    ['pbx.example.com', ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
    ['2001:db8::1', ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16']],
  ])('gives phones in the private network of %s that address', (address, networks) => {
    render({ ARIFLOW_SIP_EXTERNAL_ADDRESS: address });
    const local = lines('pjsip.conf').filter((line) => line.startsWith('local_net'));
    expect(local).toEqual(networks.map((network) => `local_net = ${network}`));
  });

  test('records into the media directory as Asterisk sees it', () => {
    render({ ARIFLOW_DATA_DIR: '/srv/ariflow' });
    expect(lines('asterisk.conf')).toContain('astspooldir => /srv/ariflow/media');
    render({ ARIFLOW_MEDIA_DIR: '/srv/media', ARIFLOW_ASTERISK_MEDIA_DIR: '/mnt/media' });
    expect(lines('asterisk.conf')).toContain('astspooldir => /mnt/media');
  });

  test('leaves what it is not told as Asterisk was built', () => {
    render();
    expect(lines('asterisk.conf').filter((line) => /^ast\w+ =>/.test(line))).toEqual([
      `astetcdir => ${directory}`,
      expect.stringMatching(/^astspooldir => /),
    ]);
    render({}, { moduleDir: '/modules', runDir: '/run/own', maxFiles: 1_024 });
    expect(lines('asterisk.conf')).toContain('astmoddir => /modules');
    expect(lines('asterisk.conf')).toContain('astrundir => /run/own');
    expect(lines('asterisk.conf')).toContain('maxfiles = 1024');
  });

  test('loads what the page on an Asterisk of your own says matters, and nothing it is silent about', () => {
    render({ ARIFLOW_SIP_WS: 'true' });
    const loaded = lines('modules.conf').flatMap(
      (line) => /^(?:load|require) = (\w+)\.so$/.exec(line)?.[1] ?? [],
    );
    const page = readFileSync(join(import.meta.dirname, '../../../docs/own-asterisk.md'), 'utf8');
    const rows = page.split('## Modules')[1]?.match(/^\| .*\|$/gm) ?? [];
    const told = rows.flatMap((row) =>
      [...(row.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(new Set(told)).toEqual(new Set(loaded));
    expect(told).toEqual(expect.arrayContaining(['res_pjsip_dlg_options', 'res_pjsip_empty_info']));
  });

  test('refuses a path that Asterisk would cut off', () => {
    expect(() => render({ ARIFLOW_MEDIA_DIR: '/srv/a;b' })).toThrow(/MEDIA_DIR must not contain `;`/);
  });
});
