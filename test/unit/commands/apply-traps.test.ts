import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toldTo } from '../../../src/simulator/memory/told.ts';
import { configuredTrunk } from '../../../src/trunks/configured-trunk.ts';
import { Trunks } from '../../../src/trunks/trunks.ts';
import { givenDaemon, LineFolder, listOf } from '../../support/as-code.ts';
import { wavTone } from '../../support/audio-files.ts';
import { givenTrunk } from '../../support/given-trunks.ts';

const joins = (queue_id: string) => ({ type: 'queue_join', option: { queue_id } });
const runs = (flow_id: string) => ({ type: 'fetch_flow', option: { flow_id } });

test('what points to each other is deleted together, and what something points to that stays is not', async () => {
  await using api = await givenDaemon();
  using line = new LineFolder();
  const circle = {
    'queues/desk.json': { wait_flow_id: 'waiting' },
    'flows/waiting.json': [runs('line')],
    'flows/line.json': [joins('desk'), runs('other')],
    'flows/other.json': [runs('line')],
    'numbers/+498912345.json': { call_flow_id: 'line' },
  };
  line.write({ ...circle, 'flows/kept.json': [{ type: 'answer' }, runs('line')] });
  await line.apply(api);
  line.remove(...Object.keys(circle));
  const refused = await line.apply(api, '--prune');
  expect(refused).toMatchObject({ code: 1, out: ['- numbers/+498912345'] });
  expect(refused.err).toEqual([expect.stringMatching(/answers 409: the flow is in use: flows\//)]);
  expect(await listOf(api, 'flows')).toHaveLength(4);
  line.write({ 'flows/kept.json': [{ type: 'answer' }] });
  const pruned = await line.apply(api, '--prune');
  expect(pruned).toMatchObject({ code: 0, err: [] });
  expect(pruned.out.at(-1)).toBe('0 made, 1 changed, 4 deleted, 0 as they are');
  expect((await listOf(api, 'flows')).map(({ name }: { name: string }) => name)).toEqual(['kept']);
  expect(await listOf(api, 'queues')).toEqual([]);
});

test('what is exported hides every secret, stays as it is there, and is refused elsewhere before anything is made', async () => {
  await using api = await givenDaemon();
  using line = new LineFolder();
  line.write({
    'webhooks/crm.yaml':
      'uri: https://hooks.example/?token=s3cr3t-1\nsecret: s3cr3t-2\nauth: {type: basic, username: me, password: s3cr3t-3}\n',
    'chatbots/bot.yaml': 'url: https://chat.example/v1\napi_key: s3cr3t-4\n',
    'chatbots/free.yaml': 'url: https://chat.example/v1\n',
    'mailboxes/ann.yaml': 'pin: "471147"\n',
    'mailboxes/open.yaml': '{}\n',
    'extensions/2001.yaml': 'password: s3cr3t-5-long\n',
    'flows/tell.json': [
      {
        type: 'webhook_send',
        option: { uri: 'https://x.example/', headers: [{ name: 'X-Api-Key', value: 's3cr3t-6' }] },
      },
    ],
  });
  expect((await line.apply(api)).code).toBe(0);
  const one = line.at('.one');
  const told = await line.run(api, ['export', one]);
  const texts = told.out.map((file) => JSON.stringify(line.read(`.one/${file}`))).join('\n');
  expect(texts).not.toMatch(/s3cr3t|471147/);
  expect(line.read('.one/webhooks/crm.json')).toMatchObject({
    secret: '********',
    auth: { type: 'basic', username: 'me', password: '********' },
  });
  expect(line.read('.one/chatbots/bot.json').api_key).toBe('********');
  expect(line.read('.one/chatbots/free.json')).not.toHaveProperty('api_key');
  expect(line.read('.one/mailboxes/ann.json').pin).toBe('********');
  expect(line.read('.one/mailboxes/open.json')).not.toHaveProperty('pin');
  expect(line.read('.one/extensions/2001.json').password).toBe('********');

  const before = [await api.store.webhooks.all(), await api.store.extensions.all()];
  expect((await line.run(api, ['apply', one])).out).toEqual(['0 made, 0 changed, 0 deleted, 16 as they are']);
  expect(await line.run(api, ['apply', one, '--all'])).toMatchObject({ code: 0 });
  const secretsOf = (all: unknown) => JSON.stringify(all).match(/s3cr3t-\d|"digest":"\w+"/g);
  expect(secretsOf([await api.store.webhooks.all(), await api.store.extensions.all()])).toEqual(
    secretsOf(before),
  );

  await using other = await givenDaemon();
  const elsewhere = await line.run(other, ['apply', one]);
  expect(elsewhere).toMatchObject({ code: 1, out: [] });
  for (const path of [
    'webhooks/crm.json: secret',
    'webhooks/crm.json: auth.password',
    'webhooks/crm.json: uri',
    'chatbots/bot.json: api_key',
    'mailboxes/ann.json: pin',
    'extensions/2001.json: password',
    'flows/tell.json: actions[0].option.headers[0].value',
  ])
    expect(elsewhere.err).toContainEqual(
      `${path}: hides a secret: expected the secret itself, as \${env:NAME}`,
    );
  expect(await listOf(other, 'chatbots')).toEqual([]);
});

test('agents are called by their names wherever somebody is called', async () => {
  await using api = await givenDaemon();
  using line = new LineFolder();
  const calls = (target: string) => [
    {
      type: 'connect',
      option: {
        destinations: [
          { type: 'agent', target },
          { type: 'tel', target: '+1' },
        ],
      },
    },
    {
      type: 'webhook_send',
      option: { uri: 'http://127.0.0.1/', data: { destinations: [{ type: 'agent', target }] } },
    },
  ];
  line.write({ 'agents/ada.json': {}, 'flows/line.json': calls('ada') });
  expect(await line.apply(api)).toMatchObject({ code: 0, err: [] });
  const [{ id }] = await listOf(api, 'agents');
  const [{ actions }] = await listOf(api, 'flows');
  expect(actions[0].option.destinations).toMatchObject([{ target: id }, { target: '+1' }]);
  expect(actions[1].option.data.destinations).toMatchObject([{ target: 'ada' }]); // the user's own
  expect((await line.apply(api)).out).toEqual(['0 made, 0 changed, 0 deleted, 2 as they are']);
  await line.run(api, ['export', line.at('.one')]);
  expect(line.read('.one/flows/line.json').actions[0].option.destinations[0].target).toBe('ada');
  line.write({ 'flows/line.json': calls('eve') });
  expect((await line.apply(api)).err[0]).toBe(
    'flows/line.json: actions[0].option.destinations[0].target: there is no agent called eve',
  );
});

test('what could be read in two ways is not read at all', async () => {
  await using api = await givenDaemon();
  using line = new LineFolder();
  line.write({
    'flows/twice.json': '{"detail": "a", "detail": "b"}',
    'flows/twice.yaml': 'detail: a\ndetail: b\n',
    'flows/itself.yaml': 'actions: &all [*all]\n',
    'flows/deep.json': `{"actions": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    'flows/tag.yaml': 'detail: !!js/function x\n',
    'flows/two.yaml': 'name: a\n---\nname: b\n',
    'flows/bomb.yaml': `a: &a [${'x,'.repeat(99)}x]\nb: &b [${'*a,'.repeat(99)}*a]\nc: [${'*b,'.repeat(99)}*b]\n`,
    'flows/proto.json': '{"__proto__": {"name": "x"}}',
    'flows/merge.yaml': 'base: &base {detail: x}\n<<: *base\n',
    'flows/large.yaml': `detail: ${'x'.repeat(10_000_000)}\n`,
    'numbers/plus.yaml': 'number: +498912345\n',
  });
  const { code, err } = await line.apply(api);
  expect(code).toBe(1);
  const said = (file: string) => err.filter((text) => text.startsWith(`${file}:`)).join('\n');
  expect(said('flows/twice.json')).toBe('flows/twice.json:1:17: this key stands here twice');
  expect(said('flows/twice.yaml')).toBe('flows/twice.yaml:2:1: this key stands here twice');
  expect(said('flows/itself.yaml')).toMatch(/nested too deeply, or in itself/);
  expect(said('flows/deep.json')).toMatch(/nested too deeply/);
  expect(said('flows/tag.yaml')).toMatch(/Unresolved tag/);
  expect(said('flows/two.yaml')).toMatch(/:2:1: expected one document/);
  expect(said('flows/bomb.yaml')).toMatch(/Excessive alias count/);
  expect(said('flows/proto.json')).toMatch(/__proto__: unknown key/);
  expect(said('flows/merge.yaml')).toMatch(/<<: unknown key/);
  expect(said('flows/large.yaml')).toMatch(/longer than 4 MiB/);
  expect(said('numbers/plus.yaml')).toMatch(/number: expected a text/);
  expect(await listOf(api, 'flows')).toEqual([]);
});

test('an odd name is a name; ids in capitals and a byte order mark change nothing', async () => {
  await using api = await givenDaemon();
  using line = new LineFolder();
  const names = ['a/b', '../x', 'ü 漢字', "it's", '"q"', 'no', 'ABC', 'abc', ' lead', '.', 'x'.repeat(255)];
  const named = names.flatMap((name, index) => [
    [`queues/${index}.json`, `\uFEFF${JSON.stringify({ name })}`] as const,
    [`flows/${index}.json`, { name, actions: [joins(name)] }] as const,
  ]);
  const tags = ['ABCDEF00-0000-4000-8000-000000000001'];
  line.write({ ...Object.fromEntries(named), 'agents/a.yaml': `tag_ids: ${JSON.stringify(tags)}\n` });
  expect(await line.apply(api)).toMatchObject({ code: 0, err: [] });
  expect((await line.apply(api)).out).toEqual(['0 made, 0 changed, 0 deleted, 23 as they are']);
  const { out } = await line.run(api, ['export', line.at('.one')]);
  await using other = await givenDaemon();
  await line.run(other, ['apply', line.at('.one')]);
  expect((await line.run(other, ['export', line.at('.two')])).out.toSorted()).toEqual(out.toSorted());
  for (const file of out) expect(line.read(`.two/${file}`)).toEqual(line.read(`.one/${file}`));
});

test('links are what they lead to, as where a cluster mounts files', async () => {
  await using api = await givenDaemon();
  using line = new LineFolder();
  line.write({
    '.data-1/desk.json': {},
    '.data-1/hello.wav': wavTone({ length: 200 }),
    '.data-2/line.json': [joins('desk')],
  });
  for (const folder of ['queues', 'sounds/my']) mkdirSync(line.at(folder), { recursive: true });
  symlinkSync(line.at('.data-1/desk.json'), line.at('queues/desk.json'));
  symlinkSync(line.at('.data-1/hello.wav'), line.at('sounds/my/hello.wav'));
  symlinkSync(line.at('.data-2'), line.at('flows'));
  expect((await line.apply(api)).out).toEqual([
    '+ sounds/my/hello',
    '+ queues/desk',
    '+ flows/line',
    '3 made, 0 changed, 0 deleted, 0 as they are',
  ]);
});

test('what the daemon refuses on the way is said with its file, and applying again goes on', async () => {
  await using api = await givenDaemon();
  using line = new LineFolder();
  const fine = {
    'flows/line.json': [{ type: 'answer' }],
    'numbers/+498912345.json': { call_flow_id: 'line' },
  };
  const { body: own } = await api.ask('POST', '/flows', { name: 'own' });
  await api.ask('POST', '/numbers', { number: '2001', call_flow_id: own.id });
  const phone = { password: 'correct-horse' };
  line.write({
    ...fine,
    'schedules/open.json': { timezone: 'UTC', periods: [] },
    'extensions/2001.json': phone,
  });
  const { code, out, err } = await line.apply(api);
  expect({ code, out }).toEqual({ code: 1, out: ['+ schedules/open'] });
  expect(err).toEqual([expect.stringMatching(/^ariflow: extensions\/2001\.json: .* answers 409: /)]);
  line.remove('extensions/2001.json');
  line.write({ 'extensions/2002.json': phone });
  expect((await line.apply(api)).out.filter((each) => !each.includes('--prune'))).toEqual([
    '+ extensions/2002',
    '~ flows/line: actions',
    '+ numbers/+498912345',
    '2 made, 1 changed, 0 deleted, 1 as they are',
  ]);
});

test('a phone of whose password nobody would hear is warned of; what agents do just now is not kept', async () => {
  await using api = await givenDaemon();
  using line = new LineFolder();
  line.write({
    'extensions/2001.json': {},
    'agents/ada.json': { status: 'busy' },
    'agents/bob.json': { status: 'away' },
  });
  const { err } = await line.apply(api);
  expect(err).toEqual([
    'warning: extensions/2001.json: password: one is made that nobody is shown: say one, as ${env:NAME}',
  ]);
  await line.run(api, ['export', line.at('.one')]);
  expect(line.read('.one/agents/ada.json')).not.toHaveProperty('status');
  expect(line.read('.one/agents/bob.json').status).toBe('away');
});

test('an export into a folder with anything of it in it writes nothing', async () => {
  await using api = await givenDaemon();
  using line = new LineFolder();
  line.write({ '.one/numbers/+491.json': {} }); // the daemon has no number
  const { code, out, err } = await line.run(api, ['export', line.at('.one')]);
  expect({ code, out }).toEqual({ code: 1, out: [] });
  expect(err).toEqual([expect.stringMatching(/numbers is not empty$/)]);
});

test('the trunk of the configuration is neither exported nor deleted', async () => {
  await using first = await givenDaemon();
  const config = {
    uri: 'sip:192.0.2.1',
    register: false,
    match: [],
    transport: 'udp',
    encryption: 'none',
  } as const;
  const trunks = new Trunks({
    store: first.store.trunks,
    told: toldTo(first.store.trunks, () => undefined),
    lines: {
      configured: configuredTrunk(config),
      checkOurs: () => undefined,
      changed: async () => undefined,
    },
    transports: ['udp'],
  });
  await using api = await givenDaemon({ trunks });
  using line = new LineFolder();
  await api.store.trunks.insert(givenTrunk({ name: 'north', password: 's3cr3t' }));
  line.write({ 'trunks/north.json': {} });
  expect(await line.apply(api, '--prune')).toMatchObject({
    code: 0,
    out: ['0 made, 0 changed, 0 deleted, 1 as they are'],
  });
  await line.run(api, ['export', line.at('.one')]);
  expect(readdirSync(line.at('.one/trunks'))).toEqual(['north.json']);
  expect(line.read('.one/trunks/north.json').password).toBe('********');
});
