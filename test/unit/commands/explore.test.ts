import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCommand } from '../../../src/commands/program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-explore-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `ariflow explore` on a flow; what it wrote. */
async function explore(flow: unknown, ...options: readonly string[]) {
  const file = join(folder, 'flow.json');
  writeFileSync(file, typeof flow === 'string' ? flow : JSON.stringify(flow));
  const out: string[] = [];
  const err: string[] = [];
  const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
  const code = await runCommand(['explore', file, ...options], { env: {}, output });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

const greeting = [{ type: 'talk', option: { text: 'Hello.' } }];

/** Whoever presses 2 hears nothing for a quarter of a minute. */
const silent = [
  {
    id: 'menu',
    type: 'menu',
    option: { prompts: [{ text: 'Press 1 or 2.' }], targets: { '1': 'bye', '2': 'wait' }, retries: 0 },
    next_id: 'bye',
  },
  { id: 'wait', type: 'sleep', option: { duration: 15_000 } },
  { id: 'bye', type: 'talk', option: { text: 'Goodbye.' } },
];

describe('ariflow explore', () => {
  test('says nothing of a flow in which nothing is wrong, and is content', async () => {
    expect(await explore(greeting)).toEqual({
      code: 0,
      out: '',
      err: 'nothing found in 1 call through 1 states',
    });
  });

  test('tells what is wrong, where, and what leads there as a test case', async () => {
    const { code, out } = await explore(silent);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^the caller hears nothing for more than 10 seconds:\n {2}actions\[1\] \(sleep\): .* 15 s \(keys: 2\)$/m,
    );
    const [, written = ''] = /( {4}- name.*)/s.exec(out) ?? [];
    expect(parse(written)).toMatchObject([{ caller: [{ presses: '2' }], expect: { passed: ['wait'] } }]);
    for (const other of ['nobody comes', 'read before', 'handles', 'round', 'cut off'])
      expect(out).not.toContain(other);
  });

  test('answers JSON', async () => {
    const { code, out } = await explore(silent, '--json');
    expect(code).toBe(1);
    const { findings, cut, runs } = JSON.parse(out);
    expect(findings).toMatchObject([
      { kind: 'silence', path: 'actions[1]', keys: '2', test: { caller: [{ presses: '2' }] } },
    ]);
    expect(findings[0].course).toBeUndefined();
    expect(cut).toBeUndefined();
    expect(runs).toBeGreaterThan(3);
  });

  test('writes the cases to a file of tests', async () => {
    const file = join(folder, 'tests.yaml');
    await explore(silent, '--tests', file);
    expect(parse(readFileSync(file, 'utf8'))).toMatchObject({
      tests: [{ given: { flow: 'flow.json' }, caller: [{ presses: '2' }] }],
    });
  });

  test('takes for given what is given', async () => {
    const flow = [{ type: 'talk', option: { text: 'Your appointment is ${appointment}.' } }];
    expect(await explore(flow)).toMatchObject({ code: 1, out: expect.stringContaining('`appointment`') });
    expect(await explore(flow, '--var', 'appointment=at noon')).toMatchObject({ code: 0, out: '' });
  });

  test('makes up the mailbox of a phone that is named, and of whoever calls', async () => {
    for (const extension of ['1001', '${voipbin.call.source.target}']) {
      const opened = [
        { type: 'mailbox', option: { extension }, on_error_id: 'sorry' },
        { type: 'talk', option: { text: 'Goodbye.' }, next_id: 'end' },
        { id: 'sorry', type: 'talk', option: { text: 'There is none.' } },
        { id: 'end', type: 'hangup' },
      ];
      expect(await explore(opened)).toMatchObject({ code: 0, out: '' });
    }
  });

  test('lets fail in its cases what has to', async () => {
    const flow = [
      { id: 'box', type: 'mailbox', option: { extension: '1001' }, on_error_id: 'wait' },
      { type: 'hangup' },
      { id: 'wait', type: 'sleep', option: { duration: 20_000 } },
    ];
    const { out } = await explore(flow, '--json');
    expect(JSON.parse(out).findings[0]).toMatchObject({
      ...{ kind: 'silence', path: 'actions[2]' },
      test: { given: { fails: { box: 'ASTERISK_FAILED' } } },
    });
  });

  test('finds nothing in the line of the clinic, which is for everybody to copy', async () => {
    const clinic = join(import.meta.dirname, '../../../docs/examples/clinic');
    const env = {
      CLINIC_SERVER: 'https://clinic.example',
      CLINIC_DOCTOR: '+4912345678',
      CLINIC_PIN: '1234',
      CLINIC_SECRET: 'x'.repeat(40),
    };
    const out: string[] = [];
    const err: string[] = [];
    const output = { out: (line: string) => out.push(line), err: (line: string) => err.push(line) };
    const args = ['explore', join(clinic, 'flows/line.json'), '--data', clinic];
    const code = await runCommand(args, { env, output });
    expect({ code, out }, err.join('\n')).toEqual({ code: 0, out: [] });
  });

  test.each([
    ['runs', '3'],
    ['states', '2'],
    ['depth', '1'],
  ])('says when it was cut by --%s', async (option, value) => {
    const menus = ['a', 'b', 'c', 'd'].map((id, place, all) => ({
      id,
      type: 'menu',
      option: { prompts: [{ text: id }], targets: { '1': all[(place + 1) % 4], '2': all[(place + 2) % 4] } },
    }));
    const { err } = await explore(menus, `--${option}`, value);
    expect(err).toMatch(
      new RegExp(`^cut short by .*\\(--${option}\\): what lies beyond was not looked at$`, 'm'),
    );
  });

  test.each([
    ['no JSON', '{', /flow\.json:1:2: expected JSON/],
    ['no flow', '{"name": "x"}', /expected a list of actions/],
    [
      'an unknown action',
      [{ type: 'talkk' }],
      /flow\.json:1:10: \[0\]\.type: unknown action type "talkk", did you mean/,
    ],
  ])('does not explore %s', async (_, flow, message) => {
    const { code, out, err } = await explore(flow);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  test.each([
    [['--runs', '0'], '--runs: expected a whole number'],
    [['--at', 'noon'], '--at: expected a moment'],
    [['--var', 'x'], '--var: expected name=value'],
  ])('does not take %j', async (options, message) => {
    const { code, err } = await explore(greeting, ...options);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
