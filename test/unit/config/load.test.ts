import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { configPaths, loadConfig, parseConfig } from '../../../src/config/config.ts';
import { ConfigurationError } from '../../../src/core/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (text: string, name = 'ariflow.yaml'): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

/** From the environment alone. */
const load = (env: NodeJS.ProcessEnv) => loadConfig(env, join(folder, 'none.yaml'));

test('nothing has to be configured', () => {
  const config = load({});
  expect(config.api).toMatchObject({ host: '127.0.0.1', port: 8080, allow: [], rate: 600, rate_failed: 20 });
  const minute = 60_000;
  expect(config.webhook).toEqual({
    allow: [],
    timeout: 5_000,
    schedule: [5_000, 30_000, 2 * minute, 10 * minute, 60 * minute, 360 * minute, 1_440 * minute],
    hold: minute,
    disable_after: 7_200 * minute,
    secret_overlap: 1_440 * minute,
  });
  expect(config).toMatchObject({ timezone: 'UTC', allow_http: false, trunk: { register: false } });
});

test('the environment wins over the file, key by key', () => {
  const path = file('api: {port: 1111, host: 10.0.0.1}\nwebhook: {schedule: [1s, 2s]}\nallow_http: true\n');
  const config = loadConfig({ ARIFLOW_API_PORT: '2222' }, path);
  expect(config.api).toMatchObject({ port: 2222, host: '10.0.0.1' });
  expect(config.webhook.schedule).toEqual([1_000, 2_000]);
  expect(config.allow_http).toBe(true);
});

test('a value may lie in a file of its own, but not be said twice', () => {
  const ARIFLOW_API_TOKEN_FILE = file('0123456789abcdef0123\n', 'token');
  expect(load({ ARIFLOW_API_TOKEN_FILE }).api.token).toBe('0123456789abcdef0123');
  expect(() => load({ ARIFLOW_API_TOKEN_FILE, ARIFLOW_API_TOKEN: 'x' })).toThrow('expected one of the two');
  expect(() => load({ ARIFLOW_API_TOKEN_FILE: join(folder, 'missing') })).toThrow('cannot read');
});

test.each([
  ['ARIFLOW_API_PORT', 'http', 'api.port'],
  ['ARIFLOW_API_PORT', '0', 'api.port'],
  ['ARIFLOW_API_TOKEN', 'short', 'api.token'],
  ['ARIFLOW_API_ALLOW', '10.0.0.0/33', 'api.allow.0'],
  ['ARIFLOW_API_ALLOW', '10.0.0.1,localhost', 'api.allow.1'],
  ['ARIFLOW_API_ALLOW', 'fe80::1%eth0', 'api.allow.0'],
  ['ARIFLOW_API_RATE', '0', 'api.rate'],
  ['ARIFLOW_API_RATE', 'many', 'api.rate'],
  ['ARIFLOW_WEBHOOK_ALLOW', '10.0.0.0/8/8', 'webhook.allow.0'],
  ['ARIFLOW_WEBHOOK_SCHEDULE', '5s,soon', 'webhook.schedule.1'],
  ['ARIFLOW_WEBHOOK_SCHEDULE', '', 'webhook.schedule'],
  ['ARIFLOW_WEBHOOK_SCHEDULE', '30d', 'webhook.schedule.0'],
  ['ARIFLOW_WEBHOOK_HOLD', '-5s', 'webhook.hold'],
  ['ARIFLOW_WEBHOOK_TIMEOUT', '1h', 'webhook.timeout'],
  ['ARIFLOW_PUBLIC_URL', 'ftp://example.com', 'public_url'],
  ['ARIFLOW_TIMEZONE', 'Mars/Olympus', 'timezone'],
  ['ARIFLOW_TRUNK_REGISTER', 'yes', 'trunk.register'],
  ['ARIFLOW_TRUNK_REGISTER', 'true', 'trunk.register'],
  ['ARIFLOW_DATABASE_URL', 'mysql://x', 'database_url'],
  ['ARIFLOW_LOG_LEVEL', 'loud', 'log_level'],
  ['ARIFLOW_CODECS', 'ulaw,g7222', 'codecs.1'],
  ['ARIFLOW_CODECS', 'PCMU', 'codecs.0'],
  ['ARIFLOW_CODECS', '', 'codecs'],
  ['ARIFLOW_ARI_PORT', 'http', 'ari.port'],
  ['ARIFLOW_ARI_TRANSPORT', 'outbound', 'ari.transport'],
  ['ARIFLOW_ARI_LISTEN', '8090', 'ari.listen'],
  ['ARIFLOW_ARI_LISTEN', '127.0.0.1:0', 'ari.listen'],
  ['ARIFLOW_ARI_LISTEN', '127.0.0.1:99999', 'ari.listen'],
  ['ARIFLOW_ARI_LISTEN', '::1:8090', 'ari.listen'],
  ['ARIFLOW_DATA_DIR', '', 'data_dir'],
  ['ARIFLOW_RTP_PORTS', '5000-5100', 'rtp_ports'],
  ['ARIFLOW_RTP_PORTS', '5060-5100', 'rtp_ports'],
  ['ARIFLOW_RTP_PORTS', '5000-5060', 'rtp_ports'],
  ['ARIFLOW_RTP_PORTS', '31000-32000', 'rtp_ports'],
  ['ARIFLOW_RTP_PORTS', '32050-32080', 'rtp_ports'],
  ['ARIFLOW_EXTERNAL_MEDIA_PORTS', '5050-5090', 'external_media.ports'],
  ['ARIFLOW_API_PORT', '8088', 'api.port'],
])('%s=%s is refused, and the message names both key and variable', (name, value, path) => {
  expect(() => load({ [name]: value })).toThrow(ConfigurationError);
  expect(() => load({ [name]: value })).toThrow(`configuration: ${path} (${name}): `);
});

test('two that listen at one port are told from two that do not', () => {
  const problems = (env: NodeJS.ProcessEnv) => parseConfig(env, join(folder, 'none.yaml')).problems;
  expect(problems({ ARIFLOW_SIP_PORT: '15060' })).toEqual([
    'rtp_ports: 10000-20000 holds the SIP port 15060 (sip.port)',
  ]);
  expect(problems({ ARIFLOW_SIP_PORT: '5061', ARIFLOW_RTP_PORTS: '5062-5099' })).toEqual([]);
  expect(problems({ ARIFLOW_RTP_PORTS: '30000-31999' })).toEqual([]);
  const elsewhere = { ARIFLOW_ARI_URL: 'http://192.0.2.7:8088/ari', ARIFLOW_RTP_PORTS: '30000-40000' };
  expect(problems({ ...elsewhere, ARIFLOW_API_PORT: '8088' })).toEqual([]);
  expect(problems({ ARIFLOW_API_PORT: '8088', ARIFLOW_API_HOST: '0.0.0.0' })).toHaveLength(1);
  expect(problems({ ARIFLOW_API_PORT: '8088', ARIFLOW_API_HOST: '192.0.2.7' })).toEqual([]);
});

test('where Asterisk dials the daemon is an address with a port, which nobody else has where it does', () => {
  expect(load({}).ari.listen).toEqual({ host: '127.0.0.1', port: 8090 });
  expect(load({ ARIFLOW_ARI_LISTEN: '[::1]:9000' }).ari.listen).toEqual({ host: '::1', port: 9000 });
  expect(load({ ARIFLOW_ARI_LISTEN: 'ariflow:8088' }).ari.listen).toEqual({ host: 'ariflow', port: 8088 });
  const problems = (env: NodeJS.ProcessEnv) =>
    parseConfig({ ...env, ARIFLOW_ARI_TRANSPORT: 'inbound' }, join(folder, 'none.yaml')).problems;
  expect(problems({})).toEqual([]);
  expect(problems({ ARIFLOW_ARI_LISTEN: '127.0.0.1:8088' })).toEqual([
    'ari.listen (ARIFLOW_ARI_LISTEN): 8088 is the port of ARI (ari.url) already',
  ]);
  expect(problems({ ARIFLOW_ARI_LISTEN: '127.0.0.1:8080' })).toEqual([
    'ari.listen (ARIFLOW_ARI_LISTEN): 8080 is the port of the API (api.port) already',
  ]);
});

test('a port of ARI makes the URL where there is none, and is refused beside another one', () => {
  expect(load({ ARIFLOW_ARI_PORT: '8090' }).ari.url).toBe('http://127.0.0.1:8090/ari');
  expect(loadConfig({}, file('ari: {port: 8090}\n')).ari.url).toBe('http://127.0.0.1:8090/ari');
  const both = { ARIFLOW_ARI_PORT: '8090', ARIFLOW_ARI_URL: 'http://127.0.0.1:8089/ari' };
  expect(() => load(both)).toThrow('ari.port (ARIFLOW_ARI_PORT): ');
});

test.each([
  ['outbound: {allow: [+49, "+1"]}', 'outbound.allow.0'],
  ['outbound: {allow: +49}', 'outbound.allow'],
  ['outbound: {allow: 0049}', 'outbound.allow'],
  ['trunk: {user: 4930123456}', 'trunk.user'],
  ['trunk: {password: 12e4}', 'trunk.password'],
  ['trunk: {match: [10.1]}', 'trunk.match.0'],
  ['ari: {password: 123456}', 'ari.password'],
  ['api: {token: 12345678901234567890}', 'api.token'],
  ['data_dir: 2024', 'data_dir'],
])('%s in the file is a number and no text: the message says so, and what to do', (text, path) => {
  const { problems } = parseConfig({}, file(`${text}\n`));
  expect(problems).toEqual([
    `${path}: expected text, but YAML reads this as a number: write it in quotes, as in "+49"`,
  ]);
});

test('numbers in the file are numbers where numbers are meant', () => {
  const path = file('webhook: {schedule: [5000, 30s], hold: 1000}\nsip: {port: 5070}\noutbound: {cps: 3}\n');
  const { webhook, sip, outbound } = loadConfig({}, path);
  expect([webhook.schedule, webhook.hold, sip.port, outbound.cps]).toEqual([
    [5_000, 30_000],
    1_000,
    5_070,
    3,
  ]);
});

test('every wrong key is named at once, and unknown ones of the file too', () => {
  const path = file('api: {prot: 1, host: x}\nnonsense: 1\nlog_level: loud\n');
  const { config, problems } = parseConfig({ ARIFLOW_API_PORT: 'x' }, path);
  expect(config).toBeUndefined();
  expect(problems.map((problem) => problem.split(':')[0]).sort()).toEqual([
    'api.port (ARIFLOW_API_PORT)',
    'api.prot',
    'log_level',
    'nonsense',
  ]);
  expect(problems).toContain('api.prot: unknown key, did you mean port?');
});

test('a file that is none is refused in one line', () => {
  for (const text of ['- a list\n', 'just text', 'a: [1\nb: }', 'a: 1\na: 2\n']) {
    const path = file(text);
    const failure = () => loadConfig({}, path);
    expect(failure, text).toThrow(ConfigurationError);
    expect(failure, text).toThrow(/^[^\n]*ariflow\.yaml: [^\n]+$/);
  }
  expect(() => loadConfig({ ARIFLOW_CONFIG: join(folder, 'missing.yaml') })).toThrow('cannot read');
});

test('the customer may have the id of the seeds, or any other that is written like one', () => {
  for (const id of ['12345678-1234-1234-1234-123456789012', '00000000-0000-0000-0000-000000000000'])
    expect(load({ ARIFLOW_CUSTOMER_ID: id }).customer_id).toBe(id);
  expect(() => load({ ARIFLOW_CUSTOMER_ID: 'customer' })).toThrow(ConfigurationError);
});

test.each([
  ['lines', 'Authorization: Bearer a:b\n\nX-Two: 2'],
  ['a JSON object', '{"Authorization": "Bearer a:b", "X-Two": "2"}'],
])('headers of the gateway may be %s', (_, ARIFLOW_SMS_HEADERS) => {
  expect(loadConfig({ ARIFLOW_SMS_HEADERS }).sms.headers).toEqual({
    Authorization: 'Bearer a:b',
    'X-Two': '2',
  });
});

test.each([
  ['{"a": 1}', /sms\.headers\.a/],
  ['{"a": "x\\ny"}', /sms\.headers\.a.*expected one line/],
  ['a b: c', /sms\.headers\.a b/],
  ['{"a"', /sms\.headers/],
])('headers %s are refused', (ARIFLOW_SMS_HEADERS, message) => {
  expect(() => loadConfig({ ARIFLOW_SMS_HEADERS })).toThrow(message);
});

test('a gateway with a password in its URL is told where that belongs', () => {
  const env = { ARIFLOW_SMS_URL: 'https://user:secret@sms.example/' };
  expect(() => loadConfig(env)).toThrow(/sms\.url.*sms\.headers/);
});

test('no two keys have the same variable', () => {
  const names = configPaths().map((path) => path.join('_'));
  expect(new Set(names).size).toBe(names.length);
});
