import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/commands/program.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ariflow-simulate-'));
  await given('menu.json', [
    { id: 'ask', type: 'talk', option: { text: 'Press 1.', digits_handle: 'next' } },
    { id: 'key', type: 'digits_receive', option: { duration: 5_000, length: 1 } },
    { type: 'branch', option: { target_ids: { 1: 'sales' }, default_target_id: 'bye' } },
    { id: 'sales', type: 'talk', option: { text: 'Hello ${name}.' } },
    { id: 'bye', type: 'talk', option: { text: 'Goodbye.' } },
  ]);
  await given('line/flows/line.json', [
    { type: 'condition_schedule', option: { schedule_id: 'office', closed_target_id: 'closed' } },
    { id: 'queue', type: 'queue_join', option: { queue_id: 'desk' } },
    { type: 'stop' },
    { id: 'closed', type: 'talk', option: { text: 'We are closed.' } },
  ]);
  await given('line/schedules/office.yaml', {
    timezone: 'Europe/Berlin',
    periods: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '17:00' }],
  });
  await given('line/queues/desk.yaml', {});
  await given('line/agents/ada.yaml', { addresses: [{ type: 'extension', target: '1001' }] });
  await given('line/numbers/+498912345.yaml', { call_flow_id: 'line' });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function given(name: string, content: unknown): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

async function run(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  const code = await runCommand(['simulate', ...args], { env: {}, output });
  return { code, out, err };
}

const menu = () => join(folder, 'menu.json');

describe('ariflow simulate', () => {
  test('says what is written to people, and to whom', async () => {
    const option = {
      source: { type: 'tel', target: '+4989100' },
      destinations: [{ type: 'tel', target: '+4989200' }],
      text: 'You were "called".',
    };
    const file = await given('message.json', [{ type: 'message_send', option }]);
    expect((await run(file)).out).toContain('0:00.0  ✉ to +4989200: "You were \\"called\\"."');
  });

  test('says step by step what the caller hears, presses, and where the flow goes', async () => {
    expect(await run(menu(), '--digits', '1', '--var', 'name=Ada')).toEqual({
      code: 0,
      err: [],
      out: [
        '0:00.0  → talk ask',
        '0:00.0  answered',
        '0:00.7  hears "Press 1."',
        '0:00.7  → digits_receive key',
        '0:00.7  the caller presses 1',
        '0:01.2  → branch',
        '0:01.2  → talk sales',
        '0:02.1  hears "Hello Ada."',
        '0:02.1  → talk bye',
        '0:02.9  hears "Goodbye."',
        '0:02.9  hung up by the flow',
        '0:02.9  the flow has ended the call',
      ],
    });
  });

  test('writes an object for each step, the last one how it has ended', async () => {
    const { out } = await run(menu(), '--json');
    const steps = out.map((line) => JSON.parse(line));
    expect(steps.find(({ kind }) => kind === 'input')).toEqual({
      ...{ at: 770, kind: 'input', id: 'key', type: 'digits_receive', did: 'wait', what: '' },
      flow: expect.any(String),
    });
    expect(steps.at(-1)).toMatchObject({ kind: 'ended', how: 'flow', isGood: true, variables: {} });
  });

  test('finds flows, numbers, queues, agents and schedules in a folder, and calls when it is told to', async () => {
    const to = ['--data', join(folder, 'line'), '--to', '+498912345'];
    const open = await run(...to, '--at', '2026-12-23T10:00+01:00', '--answer', 'human');
    expect(open.out).toContain('0:00.0  → queue_join queue');
    expect(open.out.join()).toContain('PJSIP/1001 is called: human');
    const closed = await run(...to, '--at', '2026-12-23T18:05+01:00');
    expect(closed.out).toContain('0:01.1  hears "We are closed."');
  });

  test('answers requests of the flow by files, and says where it does not know', async () => {
    const fetching = await given('fetching.json', [
      {
        type: 'webhook_send',
        option: {
          ...{ sync: true, uri: 'https://crm.example/calls?of=1', method: 'POST', data: '{}' },
          response: { map: [{ variable: 'name', path: '$.name' }] },
        },
      },
      { type: 'talk', option: { text: 'Hello ${name}.' } },
    ]);
    const reply = await given('reply.json', { name: 'Ada' });
    const known = await run(fetching, '--webhook', `https://crm.example/*=${reply}`);
    expect(known.out).toContain('0:00.0  ⇄ POST https://crm.example/calls?of=1: 200');
    expect(known.out.join()).toContain('hears "Hello Ada."');
    const unknown = await run(fetching);
    expect(unknown.out.join('\n')).toContain('nobody answers at https://crm.example/calls?of=1 (--webhook');
    const failing = await given('failing.json', { status: 503, body: 'no' });
    expect((await run(fetching, '--webhook', `*=${failing}`)).out.join()).toContain(': 503');
  });

  test('answers 1 where the call does not end as it should', async () => {
    const loop = await given('loop.json', [
      { id: 'a', type: 'variable_set', option: { key: 'x', value: '1' } },
      { type: 'goto', option: { target_id: 'a', loop_count: 100_000 } },
    ]);
    const { code, out } = await run(loop);
    expect(code).toBe(1);
    expect(out.at(-1)).toMatch(/not as a flow should$/);
  });

  test.each([
    ['a file that is not there', ['nowhere.json'], /nowhere\.json/],
    ['no flow and no number', [], /expected the file of a flow, or --to/],
    ['keys that no phone has', ['menu.json', '--digits', '1 x'], /--digits: expected groups of/],
    [
      'a time without its offset',
      ['menu.json', '--at', '2026-12-24 18:05'],
      /--at: expected a moment such as/,
    ],
    ['a day that there is not', ['menu.json', '--at', '2026-02-30T10:00+01:00'], /--at: expected a moment/],
    ['nobody', ['menu.json', '--answer', ','], /--answer: expected human/],
    ['a name that no variable has', ['menu.json', '--var', 'a}=1'], /--var: a\}/],
    [
      'a reply that is not there',
      ['menu.json', '--webhook', 'x=none.json'],
      /--webhook: none\.json: there is no such/,
    ],
    ['an answer that nobody gives', ['menu.json', '--answer', 'perhaps'], /--answer: expected human/],
    ['a variable without a value', ['menu.json', '--var', 'name'], /--var: expected name=value/],
    ['a seed that is none', ['menu.json', '--seed', 'x'], /--seed: expected a whole number/],
  ])('answers 2 for %s', async (_, args, message) => {
    const [file, ...rest] = args;
    const { code, err } = await run(...(file === undefined ? [] : [join(folder, file)]), ...rest);
    expect(code).toBe(2);
    expect(err.join('\n')).toMatch(message);
  });

  test('answers 2 for a number of which nothing is said', async () => {
    const { code, err } = await run('--to', '5');
    expect([code, err]).toEqual([2, [expect.stringContaining('--to with a number of --data or --api')]]);
  });

  test('answers 2 for a flow that is wrong, with the place', async () => {
    const wrong = await given('wrong.json', [{ type: 'talk', option: { txt: 'x' } }]);
    expect(await run(wrong)).toMatchObject({
      code: 2,
      out: [],
      err: expect.arrayContaining([expect.stringMatching(/wrong\.json:1:33: \[0\]\.option\.txt/)]),
    });
    const broken = await given('broken.json', '[{');
    expect(await run(broken)).toMatchObject({ code: 2, err: [expect.stringContaining('broken.json:1:3: ')] });
  });

  test.each([
    ['[\n {"type": "answer"},\n]', /^.*:3:1: expected JSON: Unexpected token '\]'$/],
    ['[\n {"type": "answer"\n  "id": "a"}]', /^.*:3:3: expected JSON: Expected ',' or '}'/],
    ['[{"type": "answer", "type": "beep"}]', /^.*:1:21: this key stands here twice$/],
    ['// a menu\n[]', /^.*:1:1: expected JSON: Unexpected token '\/'$/],
    ['', /^.*:1:1: expected JSON: Unexpected end of JSON input$/],
  ])('says where %j is no JSON', async (text, message) => {
    expect(await run(await given('broken.json', text))).toEqual({
      ...{ code: 2, out: [] },
      err: [expect.stringMatching(message)],
    });
  });

  test('takes what editors leave in a file, and nothing but UTF-8', async () => {
    const answering = JSON.stringify([{ type: 'talk', option: { text: 'Größe' } }], null, 1);
    const marked = await given('marked.json', `\uFEFF${answering.replaceAll('\n', '\r\n')}`);
    expect((await run(marked)).out).toContain('0:00.5  hears "Größe"');
    const latin = join(folder, 'latin.json');
    await writeFile(latin, answering, 'latin1');
    expect(await run(latin)).toMatchObject({ code: 2, err: [`ariflow: ${latin}: expected UTF-8`] });
  });
});
