import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { drainOf } from '../../../src/api/drain.ts';
import { adviceWith } from '../../../src/api/flow-advice.ts';
import { runCommand } from '../../../src/commands/program.ts';
import { loadConfig } from '../../../src/config/config.ts';
import { loadSecrets } from '../../../src/config/secrets.ts';
import { checkActions } from '../../../src/flows/flow.ts';
import { version } from '../../../src/version.ts';
import { admissionOf } from '../../support/admission-of.ts';
import { catalogue } from '../../support/call-fixture.ts';
import { type ApiFixture, givenApi, token } from '../../support/store-api.ts';
import { givenCall, recordCall } from '../../support/store-records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-cli-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command line on an empty data directory; what it wrote, by line. */
async function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const output = {
    out: (line: string) => out.push(...line.split('\n')),
    err: (line: string) => err.push(...line.split('\n')),
  };
  const surroundings = { env: { ARIFLOW_DATA_DIR: join(folder, 'data'), ...env }, output };
  return { code: await runCommand(args, surroundings), out, err };
}

const file = (name: string, content: unknown): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

test('help and version go to standard output', async () => {
  expect(await run(['--version'])).toEqual({ code: 0, out: [version], err: [] });
  const help = await run(['--help']);
  expect(help).toMatchObject({ code: 0, err: [] });
  for (const command of [
    'start',
    'check',
    'config',
    'asterisk-config',
    'calls',
    'flows',
    'drain',
    'console',
    'restart',
  ])
    expect(help.out.join('\n')).toContain(`  ${command} `);
});

test.each([
  [['nonsense'], "ariflow: unknown command 'nonsense'"],
  [['config', 'extra'], /^ariflow: too many arguments/],
  [['start', '--nonsense'], "ariflow: unknown option '--nonsense'"],
  [['asterisk-config'], "ariflow: missing required argument 'directory'"],
])('%j is told in one line', async (args, message) => {
  const { code, out, err } = await run(args);
  expect({ code, out }).toEqual({ code: 2, out: [] });
  expect(err).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)]);
});

test('check finds nothing wrong with good flows', async () => {
  const list = file('list.json', [{ type: 'answer' }]);
  const flow = file('flow.json', { name: 'x', actions: [{ type: 'answer' }] });
  expect(await run(['check', list, flow])).toEqual({
    code: 0,
    out: ['the configuration and the flows are good'],
    err: [],
  });
  expect((await run(['check'])).code).toBe(0);
});

test('check of the configuration says who speaks and listens here, and why the others do not', async () => {
  const endpoint = 'http://127.0.0.1:9';
  vi.stubEnv('ARIFLOW_ASTERISK_ROOT', folder); // where nothing is installed
  const env = { ARIFLOW_TTS_AWS_ENDPOINT: endpoint, ARIFLOW_STT_AWS_ENDPOINT: endpoint };
  expect(await run(['check'], env)).toEqual({
    code: 0,
    out: ['the configuration is good'],
    err: [
      'speech: gcp: no credentials of Google Cloud: expected GOOGLE_APPLICATION_CREDENTIALS',
      'speech: aws speaks and listens',
      'speech: openai: no server: expected ARIFLOW_OPENAI_URL',
      'speech: local speaks: no pocketsphinx: expected the packages of docker/packages-hearing.txt',
    ],
  });
});

test('check names every problem with file and path, and shows warnings', async () => {
  const list = file('list.json', [{ type: 'answer' }, { type: 'nonsense' }, { type: 'goto', option: {} }]);
  const flow = file('flow.json', {
    actions: [
      { id: 'a', type: 'answer' },
      { type: 'goto', option: { target_id: 'a' } },
    ],
  });
  const broken = file('broken.json', '{"actions": [');
  const other = file('other.json', { nonsense: 1 });
  const missing = join(folder, 'missing.json');
  const { code, out, err } = await run(['check', list, flow, broken, other, missing], {
    ARIFLOW_API_PORT: 'x',
    ARIFLOW_API_PROT: '1',
  });
  expect({ code, out }).toEqual({ code: 1, out: [] });
  const starts = [
    'warning: unknown variable ARIFLOW_API_PROT, did you mean ARIFLOW_API_PORT?',
    `warning: ${flow}:1:64: actions[1].option.loop_count: `,
    'ariflow.yaml: api.port (ARIFLOW_API_PORT): ',
    `${list}:1:28: [1].type: unknown action type "nonsense"`,
    `${list}:1:64: [2].option.target_id: `,
    `${broken}:1:14: expected JSON: `,
    `${other}: expected a list of actions`,
    `${missing}: `,
    'ariflow: 6 problems',
  ];
  expect(err).toHaveLength(starts.length);
  for (const [index, start] of starts.entries()) expect(err[index]).toContain(start);
});

test('check says where files of a folder are checked', async () => {
  const named = file('named.json', [{ type: 'queue_join', option: { queue_id: 'front-desk' } }]);
  const yaml = file('flow.yaml', 'name: line');
  const { err } = await run(['check', named, yaml, folder]);
  expect(err).toEqual([
    `${named}:1:44: [0].option.queue_id: expected the id of a queue`,
    `${yaml}: expected a list of actions, or an object with one as actions`,
    `${folder}: expected a file; a folder is checked by \`ariflow apply --plan\``,
    'ariflow: files with names in the place of ids are checked by `ariflow apply --plan`, with their folder',
    'ariflow: 3 problems',
  ]);
});

test('check asks of URLs what the daemon would ask', async () => {
  const path = file('fetch.json', [{ type: 'fetch', option: { event_url: 'http://10.0.0.1/flow' } }]);
  expect((await run(['check', path])).err[0]).toContain(`${path}:1:40: [0].option.event_url: `);
  expect((await run(['check', path], { ARIFLOW_WEBHOOK_ALLOW: '10.0.0.0/8' })).code).toBe(0);
});

test('check warns of what is hardly meant, and refuses paths and SSML that are none', async () => {
  const list = file('list.json', [
    { type: 'talk', option: { text: '${voipbin.call.digit}', language: 'xx-YY', provider: 'aws' } },
    { type: 'branch', option: { variable: 'voipbin.amd.status', target_ids: { human: '' } } },
  ]);
  const warned = await run(['check', list]);
  expect(warned.code).toBe(0);
  expect(warned.err).toEqual([
    expect.stringMatching(/\[0\]\.option\.language: .* xx-YY/),
    expect.stringContaining('[0].option.provider: there are no credentials for aws'),
    `warning: ${list}:1:34: [0].option.text: there is no variable \`voipbin.call.digit\`, did you mean voipbin.call.digits?`,
    expect.stringContaining('[1].option.target_ids.human: `voipbin.amd.status` is never "human"'),
  ]);
  const bad = file('bad.json', { actions: [{ type: 'talk', option: { text: '<speak>Hello' } }] });
  const { code, err } = await run(['check', bad]);
  expect(code).toBe(1);
  expect(err[0]).toContain(`${bad}:1:45: actions[0].option.text: the SSML is not well-formed`);
});

test('check --api lets a daemon judge, which knows what is stored', async () => {
  await using api = await givenApi({
    validateFlow: async (json) => checkActions(JSON.parse(json), { catalogue }),
    adviseFlow: (actions) =>
      adviceWith(actions, { catalogue, store: api.store, voices, hasSound: async () => true }),
  });
  await api.api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.api.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const { id } = (await api.ask('POST', '/flows', { name: 'x' })).body;
  const other = '212a32a8-9529-11ec-8bf0-8b89df407b6e';
  const fetches = (flow_id: string) => ({ type: 'fetch_flow', option: { flow_id } });
  const list = file('list.json', [fetches(id), fetches(other)]);
  const flow = file('flow.json', { name: 'x', actions: [{ type: 'nonsense' }], on_complete_flow_id: other });
  const env = { ARIFLOW_API_TOKEN: token };
  expect(await run(['check', '--api', url, list], env)).toMatchObject({
    code: 0,
    err: [`warning: ${list}:1:125: [1].option.flow_id: there is no flow ${other}`],
  });
  const refused = await run(['check', flow, '--api', url], env);
  expect(refused.code).toBe(1);
  expect(refused.err.slice(0, 2)).toEqual([
    expect.stringContaining(`${flow}:1:32: actions[0].type: unknown action type`),
    `${flow}:1:67: on_complete_flow_id: no such flow`,
  ]);
  const away = await run(['check', list, '--api', 'http://127.0.0.1:9'], env);
  expect(away).toMatchObject({
    code: 1,
    err: [expect.stringContaining('cannot reach http://127.0.0.1:9'), expect.anything()],
  });
});

const voices = async () => ({
  isAvailable: () => true,
  providerOf: () => undefined,
  voiceProblem: () => undefined,
  languageProblem: () => undefined,
});

test('what a file says cannot steer the terminal', async () => {
  const path = file('flow.json', [{ type: '\u001b[2Jx\u202e' }]);
  const text = (await run(['check', path])).err.join('');
  expect(['\u001b', '\u202e'].filter((character) => text.includes(character))).toEqual([]);
});

test('config prints what is in force, in the form of the file and without secrets', async () => {
  const env = {
    ARIFLOW_API_TOKEN: 'correct-horse-battery',
    ARIFLOW_ARI_PASSWORD: 'hunter2hunter2',
    ARIFLOW_DATABASE_URL: 'postgres://ariflow:hunter3@db/ariflow',
    ARIFLOW_WEBHOOK_SCHEDULE: '1s,2s',
    ARIFLOW_API_PORT: '8081',
  };
  for (const args of [
    ['config'],
    ['config', '--print-config'],
    ['--print-config'],
    ['start', '--print-config'],
  ]) {
    const { code, out, err } = await run(args, env);
    expect({ code, err }, args.join()).toEqual({ code: 0, err: [] });
    const text = out.join('\n');
    expect(text).not.toMatch(/battery|hunter/);
    const printed = parseYaml(text);
    expect(printed).toMatchObject({
      api: { port: '8081', token: '***', host: '127.0.0.1' },
      webhook: { schedule: '1s,2s', hold: '60s' },
      database_url: 'postgres://ariflow:***@db/ariflow',
      trunk: { register: false },
    });
  }
});

test('what is printed means the same when it is read again', async () => {
  const { out } = await run(['config'], { ARIFLOW_WEBHOOK_ALLOW: '10.0.0.0/8,::1', ARIFLOW_CODECS: 'ulaw' });
  const path = file('printed.yaml', out.join('\n'));
  const given = {
    ARIFLOW_WEBHOOK_ALLOW: '10.0.0.0/8,::1',
    ARIFLOW_CODECS: 'ulaw',
    ARIFLOW_DATA_DIR: join(folder, 'data'),
  };
  expect(loadConfig({ ARIFLOW_CONFIG: path })).toEqual(loadConfig(given));
});

test('a wrong configuration ends every command with 78 and one line', async () => {
  for (const args of [['start'], [], ['config'], ['calls'], ['asterisk-config', join(folder, 'x')]]) {
    const { code, out, err } = await run(args, { ARIFLOW_API_PORT: 'x' });
    expect({ code, out }, args.join()).toEqual({ code: 78, out: [] });
    expect(err, args.join()).toEqual([expect.stringMatching(/^ariflow: configuration: api\.port /)]);
  }
});

test('asterisk-config writes files that only their owner reads, with the passwords of the data directory', async () => {
  const directory = join(folder, 'asterisk');
  const { code, out } = await run(['asterisk-config', directory]);
  expect({ code, out }).toEqual({ code: 0, out: [`written to ${directory}`] });
  const ari = join(directory, 'ari.conf');
  expect(readFileSync(ari, 'utf8')).toContain(loadSecrets(join(folder, 'data')).ari_password);
  expect(statSync(ari).mode & 0o777).toBe(0o600);
});

test('calls and flows are listed from the API', async () => {
  await using api = await givenApi();
  await api.api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.api.server.address() as AddressInfo;
  const { id } = (await api.ask('POST', '/flows', { name: 'evil \u001b[2J name' })).body;
  const call = givenCall({ status: 'hangup', hangup_reason: 'busy' });
  recordCall(api.recorder, call);
  const env = { ARIFLOW_API_URL: `http://127.0.0.1:${port}/`, ARIFLOW_API_TOKEN: token };
  const calls = await run(['calls', '--status', 'hangup', '--number', '100', '--limit', '5'], env);
  expect(calls).toMatchObject({ code: 0, err: [] });
  expect(calls.out[0]).toMatch(/^ID +DIRECTION +FROM +TO +STATUS +CREATED +ENDED$/);
  expect(calls.out[1]).toMatch(new RegExp(`^${call.id} +incoming +\\+15551234567 +100 +hangup \\(busy\\) `));
  expect((await run(['calls', '--status', 'ringing'], env)).out).toHaveLength(1);
  const flows = await run(['flows'], env);
  expect(flows.out[1]).toContain(`${id}  evil  [2J name`);
  const json = await run(['flows', '--json'], env);
  expect(JSON.parse(json.out.join('\n')).result).toHaveLength(1);
});

test('a list that cannot be had is told in one line', async () => {
  await using api = await givenApi();
  await api.api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.api.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const cases: [string[], NodeJS.ProcessEnv, RegExp][] = [
    [['calls'], { ARIFLOW_API_URL: url }, /no token: set ARIFLOW_API_TOKEN/],
    [
      ['calls'],
      { ARIFLOW_API_URL: url, ARIFLOW_API_TOKEN: 'wrong-horse-battery' },
      /answers 401: a valid token is needed/,
    ],
    [['calls', '--status', 'x'], { ARIFLOW_API_URL: url, ARIFLOW_API_TOKEN: token }, /answers 400: status/],
    [['flows', '--limit', 'x'], { ARIFLOW_API_URL: url, ARIFLOW_API_TOKEN: token }, /answers 400: page_size/],
    [
      ['flows'],
      { ARIFLOW_API_URL: 'http://127.0.0.1:9', ARIFLOW_API_TOKEN: token },
      /cannot reach http:\/\/127\.0\.0\.1:9: /,
    ],
    [['flows'], { ARIFLOW_API_URL: `${url}/docs/static/x?`, ARIFLOW_API_TOKEN: token }, /answers 404/],
  ];
  for (const [args, env, message] of cases) {
    const { code, out, err } = await run(args, env);
    expect({ code, out }, String(message)).toEqual({ code: 1, out: [] });
    expect(err).toEqual([expect.stringMatching(message)]);
  }
});

test('the token that was generated on this machine is found', async () => {
  const data = join(folder, 'data');
  mkdirSync(data);
  const { api_token } = loadSecrets(data);
  await using api = await givenApi({
    tokens: {
      verify: async (given) => (given === api_token ? { name: 'x', scopes: ['read'] } : undefined),
      changed: () => undefined,
    },
  });
  await api.api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.api.server.address() as AddressInfo;
  expect(await run(['flows'], { ARIFLOW_API_PORT: String(port) })).toMatchObject({ code: 0, err: [] });
});

test('drain keeps new calls out and says what still lives; --undo lets them in again', async () => {
  const admission = admissionOf();
  const lives = { calls: { size: 3 }, activeflows: { size: 1 } };
  await using api = await givenApi({ drain: drainOf(admission, lives) });
  await api.api.listen({ host: '127.0.0.1', port: 0 });
  const { port } = api.api.server.address() as AddressInfo;
  const env = { ARIFLOW_API_URL: `http://127.0.0.1:${port}`, ARIFLOW_API_TOKEN: token };
  const said = (line: string) => ({ code: 0, out: [line], err: [] });
  expect(await run(['drain'], env)).toEqual(
    said('new calls are refused; still live: calls 3, activeflows 1'),
  );
  expect(admission.closedFor).toBe('draining');
  expect(JSON.parse((await run(['drain', '--json'], env)).out.join('\n'))).toMatchObject({ draining: true });
  expect(await run(['drain', '--undo'], env)).toEqual(
    said('new calls are taken; still live: calls 3, activeflows 1'),
  );
  expect(admission.closedFor).toBeUndefined();
});

test('console prints a link that lets in whoever opens it first; where there is none, why', async () => {
  const from = async (api: ApiFixture) => {
    await api.api.listen({ host: '127.0.0.1', port: 0 });
    const { port } = api.api.server.address() as AddressInfo;
    return { ARIFLOW_API_URL: `http://127.0.0.1:${port}`, ARIFLOW_API_TOKEN: token };
  };
  await using api = await givenApi();
  const { code, out, err } = await run(['console'], await from(api));
  expect({ code, err }).toEqual({ code: 0, err: [] });
  const [, given = ''] = /^console http:\/\/127\.0\.0\.1:8080\/#code=([\w-]{43})$/.exec(out.join('\n')) ?? [];
  expect(api.parts.console?.sessions.begin(given)).toBeDefined();
  await using off = await givenApi({ console: undefined });
  const refused = await run(['console'], await from(off));
  expect(refused).toMatchObject({ code: 1, out: [] });
  expect(refused.err.join()).toContain('404');
});

test('restart says where nothing is to be restarted', async () => {
  const { code, out, err } = await run(['restart']);
  expect({ code, out }).toEqual({ code: 1, out: [] });
  expect(err).toEqual([expect.stringMatching(/^ariflow: no daemon of `npm run up` runs in .*SIGUSR2/)]);
});
