import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { givenDaemon, LineFolder, listOf as list } from '../../support/as-code.ts';
import { wavTone } from '../../support/audio-files.ts';
import type { ApiFixture } from '../../support/store-api.ts';

let files: LineFolder;
let folder: string;
beforeEach(() => {
  files = new LineFolder();
  folder = files.path;
});
afterEach(() => files[Symbol.dispose]());

const write = (content: Readonly<Record<string, unknown>>): void => files.write(content);
const run = (api: ApiFixture, args: readonly string[], env?: NodeJS.ProcessEnv) => files.run(api, args, env);
const contentOf = (from: string, file: string) => JSON.parse(readFileSync(join(from, file), 'utf8'));

/** 1001 to 1009 are there from the first start on. */
const withoutPhones = (files: readonly string[]) => files.filter((file) => !file.startsWith('extensions/'));

/** Flows that lead to each other, and to a queue that leads back to one of them. */
const line = {
  'agents/ada.json': { addresses: [{ type: 'extension', target: '1001' }], tag_ids: ['english'] },
  'queues/desk.json': {
    name: 'Front desk',
    wait_flow_id: 'waiting',
    wait_timeout: 60_000,
    tag_ids: ['english'],
  },
  'flows/waiting.yaml': '- type: talk\n  option: {text: "One moment."}\n',
  'flows/line.json': {
    detail: 'what answers',
    on_complete_flow_id: 'after',
    actions: [
      { id: 'menu', type: 'talk', option: { text: 'Welcome.', digits_handle: 'next' } },
      { type: 'queue_join', option: { queue_id: 'Front desk' } },
      { type: 'webhook_send', option: { uri: 'http://127.0.0.1/x', data: { queue_id: 'Front desk' } } },
    ],
  },
  'flows/after.json': [{ type: 'fetch_flow', option: { flow_id: 'waiting' } }],
  'numbers/+498912345.json': { call_flow_id: 'line' },
};

test('what the files of a folder say is there after one command, names being ids', async () => {
  await using api = await givenDaemon();
  write(line);
  expect(await run(api, ['apply', folder])).toEqual({
    code: 0,
    out: [
      '+ agents/ada',
      '+ queues/Front desk',
      '+ flows/after',
      '+ flows/line',
      '+ flows/waiting',
      '+ numbers/+498912345',
      '6 made, 0 changed, 0 deleted, 0 as they are',
    ],
    err: [],
  });
  const [queue] = await list(api, 'queues');
  const flows = await list(api, 'flows');
  const flow = (name: string) => flows.find((each: { name: string }) => each.name === name);
  expect(queue).toMatchObject({ name: 'Front desk', wait_flow_id: flow('waiting').id, wait_timeout: 60_000 });
  expect(flow('line')).toMatchObject({ detail: 'what answers', on_complete_flow_id: flow('after').id });
  expect(flow('line').actions[1].option.queue_id).toBe(queue.id);
  expect(flow('line').actions[2].option.data.queue_id).toBe('Front desk'); // the user's own
  expect(flow('after').actions[0].option.flow_id).toBe(flow('waiting').id);
  const [agent] = await list(api, 'agents');
  expect(agent).toMatchObject({ username: 'ada', tag_ids: queue.tag_ids });
  expect(await list(api, 'numbers')).toMatchObject([{ number: '+498912345', call_flow_id: flow('line').id }]);
});

test('what is there already is left; what has changed is changed, field by field', async () => {
  await using api = await givenDaemon();
  write(line);
  await run(api, ['apply', folder]);
  const before = await list(api, 'flows');
  expect((await run(api, ['apply', folder])).out).toEqual(['0 made, 0 changed, 0 deleted, 6 as they are']);
  expect(await list(api, 'flows')).toEqual(before);
  const { actions } = line['flows/line.json'];
  const shorter = actions.with(0, { id: 'menu', type: 'talk', option: { text: 'Welcome.' } } as never);
  write({
    'flows/line.json': { ...line['flows/line.json'], actions: shorter },
    'queues/desk.json': { ...line['queues/desk.json'], wait_timeout: 30_000 },
  });
  const changes = ['~ queues/Front desk: wait_timeout', '~ flows/line: actions'];
  expect((await run(api, ['apply', folder, '--plan'])).out).toEqual([
    ...changes,
    '0 to make, 2 to change, 0 to delete, 4 as they are',
  ]);
  expect(await list(api, 'flows')).toEqual(before);
  expect((await run(api, ['apply', folder])).out).toEqual([
    ...changes,
    '0 made, 2 changed, 0 deleted, 4 as they are',
  ]);
  expect((await run(api, ['apply', folder, '--plan'])).out).toHaveLength(1);
  expect((await list(api, 'queues'))[0].wait_timeout).toBe(30_000);
});

test('with a problem in any file nothing is changed, and all of them are told', async () => {
  await using api = await givenDaemon();
  await api.ask('POST', '/queues', { name: 'twice' });
  await api.ask('POST', '/queues', { name: 'twice' });
  const joins = (queue_id: string) => [{ type: 'queue_join', option: { queue_id } }];
  write({
    'flows/good.json': [{ type: 'answer' }],
    'flows/nowhere.json': joins('nowhere'),
    'flows/twice.json': joins('twice'),
    'flows/broken.json': '{',
    'flows/text.json': '"x"',
    'flows/notes.txt': 'x',
    'flows/a.json': { name: 'same', actions: [] },
    'flows/b.yaml': 'name: same',
    'queues/slip.json': { wait_timout: 1 },
    'webhooks/x.json': { uri: 'http://127.0.0.1/', secret: '${env:NOT_THERE}' },
    'rooms/x.json': {},
  });
  const { code, out, err } = await run(api, ['apply', folder]);
  expect({ code, out }).toEqual({ code: 1, out: [] });
  expect(err).toEqual([
    expect.stringMatching(/^rooms: no such kind; there are sounds, schedules, chatbots/),
    'webhooks/x.json: the environment has no NOT_THERE',
    expect.stringMatching(/^flows\/broken\.json:1:2: expected JSON: Expected property name/),
    'flows/notes.txt: expected a file of JSON or YAML',
    'flows/text.json: expected an object, the flow',
    'flows/b.yaml: called like flows/a.json',
    'queues/slip.json: wait_timout: unknown key, did you mean wait_timeout?',
    'flows/nowhere.json: actions[0].option.queue_id: there is no queue called nowhere',
    'flows/twice.json: actions[0].option.queue_id: 2 queues are called twice: an id says which',
    'ariflow: nothing was changed',
  ]);
  expect(await list(api, 'flows')).toEqual([]);
});

test('the daemon checks the flows before anything is changed', async () => {
  await using api = await givenDaemon();
  write({
    'queues/desk.json': {},
    'flows/bad.json': [{ type: 'talk', option: { text: 'x', voice: 7 } }],
    'flows/odd.json': [{ type: 'talk', option: { text: '${nobody_sets_this}' } }],
  });
  const { code, err } = await run(api, ['apply', folder]);
  expect(code).toBe(1);
  expect(err).toEqual([
    expect.stringMatching(/^warning: flows\/odd\.json: actions\[0\]\.option\.text: .*nobody_sets_this/),
    expect.stringMatching(/^flows\/bad\.json: actions\[0\]\.option\.voice: /),
    'ariflow: nothing was changed',
  ]);
  expect(await list(api, 'queues')).toEqual([]);
});

test('wrong values of any file are told before anything is changed, with those of the others', async () => {
  await using api = await givenDaemon();
  await api.ask('POST', '/queues', { name: 'there' });
  write({
    'queues/new.yaml': 'ring_timeout: 20s\nannouncements: {intervall: 1000}\n',
    'queues/there.yaml': 'ring_timeout: 500\n',
    'schedules/hours.yaml': 'timezone: Berlin\nperiods: [{days: [monday], from: "08:00", to: "17:00"}]\n',
    'extensions/2201.yaml': 'password: short\n',
    'numbers/5.yaml': 'call_flow_id: nowhere\n',
    'flows/bad.json': [{ type: 'talk', option: {} }],
  });
  const { code, err } = await run(api, ['apply', folder]);
  expect(code).toBe(1);
  expect(err).toEqual([
    'numbers/5.yaml: call_flow_id: there is no flow called nowhere',
    expect.stringMatching(/^schedules\/hours\.yaml: timezone: must be a time zone/),
    expect.stringMatching(/^schedules\/hours\.yaml: periods\[0\]\.days\[0\]: expected one of mon, tue/),
    'extensions/2201.yaml: password: expected at least 12 characters',
    'queues/new.yaml: ring_timeout: expected a whole number of milliseconds',
    'queues/new.yaml: announcements.intervall: unknown key, did you mean interval?',
    'queues/there.yaml: ring_timeout: expected at least 1000 milliseconds',
    'flows/bad.json: actions[0].option.text: missing, expected text',
    'ariflow: nothing was changed',
  ]);
  expect(await list(api, 'queues')).toHaveLength(1);
});

test('what no file says is deleted only where that is asked for, and only of kinds that have a folder', async () => {
  await using api = await givenDaemon();
  write(line);
  await run(api, ['apply', folder]);
  await api.ask('POST', '/webhooks', { name: 'own', uri: 'https://hooks.example/' });
  files.remove('numbers/+498912345.json', 'flows/line.json', 'flows/after.json');
  expect((await run(api, ['apply', folder])).out).toEqual([
    '  flows/after is in no file: --prune deletes it',
    '  flows/line is in no file: --prune deletes it',
    '  numbers/+498912345 is in no file: --prune deletes it',
    '0 made, 0 changed, 0 deleted, 3 as they are',
  ]);
  const pruned = await run(api, ['apply', folder, '--prune']);
  expect(pruned).toMatchObject({ code: 0, err: [] });
  expect(pruned.out.slice(0, 3).toSorted()).toEqual([
    '- flows/after',
    '- flows/line',
    '- numbers/+498912345',
  ]);
  expect(pruned.out[0]).toBe('- numbers/+498912345');
  expect((await list(api, 'flows')).map(({ name }: { name: string }) => name)).toEqual(['waiting']);
  expect(await list(api, 'webhooks')).toHaveLength(1);
});

test('secrets come from the environment; as nobody shows them they are written again when all is', async () => {
  await using api = await givenDaemon();
  write({
    'webhooks/crm.yaml':
      'uri: https://hooks.example/\nsecret: "${env:CRM_SECRET}"\nauth: {type: basic, username: me, password: "${env:CRM_PASSWORD}"}\n',
    'flows/tell.json': [
      {
        type: 'webhook_send',
        option: {
          uri: 'https://me:pass-word@hooks.example/',
          headers: [{ name: 'X-Api-Key', value: 'k-1' }],
        },
      },
    ],
  });
  const env = { CRM_SECRET: 'first-secret', CRM_PASSWORD: 'first-password' };
  const first = await run(api, ['apply', folder], env);
  expect(first).toMatchObject({ code: 0, out: ['+ webhooks/crm', '+ flows/tell', expect.anything()] });
  expect(first.err).toHaveLength(2); // that they are kept with the flow
  const stored = async () => (await api.store.webhooks.all())[0];
  expect(JSON.stringify(await stored())).toContain('first-password');
  const other = { CRM_SECRET: 'other-secret', CRM_PASSWORD: 'other-password' };
  expect((await run(api, ['apply', folder], other)).out).toHaveLength(1);
  expect(JSON.stringify(await stored())).toContain('first-password');
  await run(api, ['apply', folder, '--all'], other);
  expect(JSON.stringify(await stored())).toContain('other-password');
  expect(JSON.stringify(await stored())).toContain('other-secret');
  const [{ id }] = await list(api, 'flows');
  expect(JSON.stringify((await api.store.flows.get(id))?.actions)).toContain('pass-word');
});

test('what is exported is applied elsewhere, and is the same there', async () => {
  await using api = await givenDaemon();
  write({ ...line, 'flows/odd.json': { name: '../odd name/', actions: [] } });
  await run(api, ['apply', folder]);
  const one = join(folder, '.one');
  const wrote = await run(api, ['export', one]);
  const hides = /^warning: secrets are hidden: .*: extensions\/1001\.json, .*1009\.json$/;
  expect(wrote).toMatchObject({ code: 0, err: [expect.stringMatching(hides)] });
  expect(withoutPhones(wrote.out).toSorted()).toEqual([
    'agents/ada.json',
    'flows/after.json',
    'flows/line.json',
    'flows/odd-name.json',
    'flows/waiting.json',
    'numbers/+498912345.json',
    'queues/Front-desk.json',
  ]);
  expect(contentOf(one, 'flows/line.json')).toEqual({
    name: 'line',
    ...line['flows/line.json'],
    detail: 'what answers',
  });
  expect(contentOf(one, 'queues/Front-desk.json')).toMatchObject({
    wait_flow_id: 'waiting',
    wait_timeout: 60_000,
  });
  expect(await run(api, ['export', one])).toMatchObject({
    code: 1,
    err: [expect.stringMatching(/is not empty$/)],
  });

  await using other = await givenDaemon();
  expect((await run(other, ['apply', one])).out.at(-1)).toBe('7 made, 0 changed, 0 deleted, 9 as they are');
  const two = join(folder, '.two');
  await run(other, ['export', two]);
  for (const file of wrote.out) expect(contentOf(two, file)).toEqual(contentOf(one, file));
  for (const daemon of [api, other])
    expect((await run(daemon, ['apply', one])).out).toEqual(['0 made, 0 changed, 0 deleted, 16 as they are']);
});

test('sounds are uploaded by their files, once each, and exported', async () => {
  await using api = await givenDaemon();
  const wav = (length: number) => wavTone({ length });
  write({ 'sounds/my/greeting.wav': wav(500), 'sounds/my/greeting.de-DE.wav': wav(700) });
  const made = ['+ sounds/my/greeting.de-DE', '+ sounds/my/greeting'];
  expect((await run(api, ['apply', folder])).out).toEqual([
    ...made,
    '2 made, 0 changed, 0 deleted, 0 as they are',
  ]);
  expect(await list(api, 'sounds')).toMatchObject([
    { name: 'my/greeting', language: '' },
    { name: 'my/greeting', language: 'de-DE' },
  ]);
  expect((await run(api, ['apply', folder])).out).toEqual(['0 made, 0 changed, 0 deleted, 2 as they are']);
  write({ 'sounds/my/greeting.wav': wav(900) });
  files.remove('sounds/my/greeting.de-DE.wav');
  expect((await run(api, ['apply', folder, '--prune'])).out).toEqual([
    '~ sounds/my/greeting: audio',
    '- sounds/my/greeting.de-DE',
    '0 made, 1 changed, 1 deleted, 0 as they are',
  ]);
  const exported = join(folder, '.exported');
  expect(withoutPhones((await run(api, ['export', exported])).out)).toEqual(['sounds/my/greeting.wav']);
  expect(readFileSync(join(exported, 'sounds/my/greeting.wav')).toString('latin1', 0, 4)).toBe('RIFF');
});
