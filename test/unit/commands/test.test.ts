import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../../src/commands/program.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flow-tests-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, content: unknown): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** `ariflow test …`, with the folder left out of what it says. */
async function run(...args: readonly string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const say = (lines: string[]) => (line: string) => void lines.push(line.replaceAll(`${folder}/`, ''));
  const code = await runCommand(['test', ...args], { env: {}, output: { out: say(out), err: say(err) } });
  return { code, out, err };
}

const menu = [
  {
    id: 'menu',
    type: 'menu',
    option: {
      prompts: [{ text: 'Press 1 for sales.' }],
      targets: { '1': 'sales' },
      retries: 0,
      no_input_target_id: 'bye',
      no_match_target_id: 'bye',
    },
  },
  { id: 'sales', type: 'talk', option: { text: 'This is sales, ${who}.' } },
  { id: 'bye', type: 'hangup' },
];

const tests = (...lines: readonly string[]): string =>
  ['tests:', ...lines.map((line) => `  - ${line}`), ''].join('\n');

const sales =
  '{name: sales, given: {flow: menu.json, variables: {who: Ada}}, caller: [{presses: 1}], expect: {heard: ["sales, Ada"]}}';
const wrong =
  '{name: wrong, given: {flow: menu.json}, caller: [{presses: 7}], expect: {passed: [sales], ended_by: caller}}';

describe('ariflow test', () => {
  test('says which tests have passed, and of which not what has come instead', async () => {
    write('menu.json', menu);
    const file = write('menu.yaml', tests(sales, wrong));
    const { code, out, err } = await run(file);
    expect([code, err]).toEqual([1, []]);
    expect(out.slice(0, -1)).toEqual([
      'menu.yaml',
      '  ✓ sales (0:03.4)',
      '  ✗ wrong',
      '    menu.yaml:3:87: never passed sales',
      '    menu.yaml:3:105: ended by the flow',
      '      0:00.0  → menu menu',
      '      0:00.0  answered',
      '      0:01.4  hears "Press 1 for sales."',
      '      0:01.4  the caller presses 7',
      '      0:01.9  → hangup bye',
      '      0:01.9  hung up by the flow',
    ]);
    expect(out.at(-1)).toMatch(/^1 passed, 1 failed, in \d+\.\d s$/);
  });

  test('says the same each time', async () => {
    write('menu.json', menu);
    const file = write('menu.yaml', tests(sales, wrong));
    const [first, second] = [await run(file, '--coverage'), await run(file, '--coverage')];
    expect(second.out.slice(0, -1)).toEqual(first.out.slice(0, -1));
  });

  test('runs only what is asked for, nothing behind a failure where that is wanted, and says what was never taken', async () => {
    write('menu.json', menu);
    const file = write('menu.yaml', tests(wrong, sales));
    expect((await run(file, '--bail')).out.at(-1)).toMatch(/^0 passed, 1 failed/);
    const { code, out } = await run(file, '--filter', 'sal', '--coverage');
    expect(code).toBe(0);
    expect(out.slice(0, -1)).toEqual([
      ...['menu.yaml', '  ✓ sales (0:03.4)', ''],
      ...['flow  actions    branches', 'menu  3/3 100 %  1/3 33 %'],
      ...[
        '  never taken: menu: no_input_target_id → bye',
        '  never taken: menu: no_match_target_id → bye',
        '',
      ],
    ]);
    expect(await run(file, '--filter', 'nobody')).toMatchObject({
      code: 2,
      err: ['ariflow: no test has nobody in its name'],
    });
  });

  test("writes JUnit's XML", async () => {
    write('menu.json', menu);
    const report = join(folder, 'report.xml');
    await run(write('menu.yaml', tests(sales, wrong)), '--junit', report);
    expect(readFileSync(report, 'utf8')).toMatch(
      /<testsuites tests="2" failures="1" .*<testcase name="wrong" .*<failure type="expectation" message="never passed sales">/s,
    );
    const nowhere = await run(join(folder, 'menu.yaml'), '--junit', join(folder, 'none/report.xml'));
    expect(nowhere).toMatchObject({
      code: 2,
      err: ['ariflow: none/report.xml: there is no such file or folder'],
    });
  });

  test('lets actions fail that are to, and knows which there are', async () => {
    const flow = [
      { id: 'hello', type: 'talk', option: { text: 'Hello.' }, on_error_id: 'sorry' },
      { id: 'bye', type: 'hangup' },
      { id: 'sorry', type: 'play', option: { stream_urls: ['sound:sorry'] } },
    ];
    write('flow.json', flow);
    const failing = (fails: string) =>
      write(
        'fails.yaml',
        tests(`{name: a, given: {flow: flow.json, fails: ${fails}}, expect: {passed: [sorry]}}`),
      );
    expect(await run(failing('{hello: SPEECH_FAILED}'))).toMatchObject({ code: 0, err: [] });
    expect((await run(failing('{}'))).code).toBe(1);
    expect((await run(failing('{helo: SPEECH_FAILED}'))).err[0]).toBe(
      'fails.yaml:2:54: no action helo in any flow here, did you mean hello?',
    );
    expect((await run(failing('{hello: SPEECH_FAILD}'))).err[0]).toBe(
      'fails.yaml:2:55: no such code, did you mean SPEECH_FAILED?',
    );
  });

  test('takes the files around a `tests` folder, and finds it', async () => {
    write('line/flows/menu.json', menu);
    write('line/numbers/100.yaml', 'call_flow_id: menu\n');
    write(
      'line/tests/a.yaml',
      tests('{name: a, given: {dials: "100"}, caller: [{presses: 1}], expect: {passed: [sales]}}'),
    );
    write(
      'line/tests/b.yaml',
      tests('{name: b, given: {flow: menu}, caller: [presses nothing], expect: {passed: [bye]}}'),
    );
    const { code, out, err } = await run(join(folder, 'line'));
    expect([code, err]).toEqual([0, []]);
    expect(out.filter((line) => !/passed/.test(line))).toEqual([
      ...['line/tests/a.yaml', '  ✓ a (0:03.2)', 'line/tests/b.yaml', '  ✓ b (0:06.4)'],
    ]);
  });
});

describe('a bad file runs nothing, and says where it is bad', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'an unknown step',
      '{name: a, given: {flow: menu.json}, caller: [{preses: 1}]}',
      ['a.yaml:2:51: unknown key, did you mean presses?'],
    ],
    [
      'no such flow',
      '{name: a, given: {flow: meno}}',
      ['a.yaml:2:29: no flow meno: there is no `folder`, and a file of a flow ends in .json or .yaml'],
    ],
    ['no such number', '{name: a, given: {dials: 100}}', ['a.yaml:2:30: no number 100 in `folder`']],
    [
      'no such file of a flow',
      '{name: a, given: {flow: none.json}}',
      ['none.json: there is no such file or folder'],
    ],
    [
      'a flow that is wrong',
      '{name: a, given: {flow: bad.json}}',
      ['bad.json:1:10: [0].type: unknown action type "talq", did you mean talk?'],
    ],
    [
      'a flow that is none',
      '{name: a, given: {flow: words.json}}',
      ['words.json: expected a list of actions, or an object with one as actions'],
    ],
    [
      'no such folder',
      '{name: a, given: {folder: none, flow: a}}',
      ['a.yaml:2:31: none: there is no such file or folder'],
    ],
    [
      'a folder that is wrong',
      '{name: a, given: {folder: line, flow: a}}',
      ['lines: no such kind; there are sounds, schedules, chatbots'],
    ],
  ])('%s', async (_, line, problems) => {
    write('menu.json', menu);
    write('bad.json', [{ type: 'talq' }]);
    write('words.json', '"words"');
    write('line/lines/a.json', []);
    const { code, out, err } = await run(write('a.yaml', tests(line)));
    expect([code, out]).toEqual([2, []]);
    expect(err.slice(0, -1)).toEqual(
      problems.map((problem) => (typeof problem === 'string' ? expect.stringContaining(problem) : problem)),
    );
    expect(err.at(-1)).toBe('ariflow: no test was run');
  });

  test('a file that is not there, and one of 10 MB', async () => {
    expect(await run(join(folder, 'none.yaml'))).toMatchObject({
      code: 2,
      err: ['ariflow: none.yaml: there is no such file or folder'],
    });
    const large = write('large.yaml', 'x'.repeat(10_000_000));
    expect((await run(large)).err[0]).toBe('large.yaml: longer than 4 MiB: better several files of tests');
    expect(await run(folder)).toMatchObject({
      code: 2,
      err: [expect.stringContaining('no file of tests lies there')],
    });
  });
});

describe('a test ends, and says why', () => {
  const asked = async (flow: unknown, more: string) => {
    write('flow.json', flow);
    const { code, out } = await run(write('a.yaml', tests(`{name: a, given: {flow: flow.json}${more}}`)));
    expect(code).toBe(1);
    return out.slice(2, 4).map((line) => line.trim());
  };
  const sleep = { id: 'sleep', type: 'sleep', option: { duration: 3_600_000 } };

  test('of a flow that never ends', async () => {
    const [why] = await asked([sleep, { type: 'goto', option: { target_id: 'sleep' } }], '');
    expect(why).toMatch(/^a\.yaml:2:5: the call (never ends: it was given up after|failed)/);
  });

  test('of a flow that goes in circles', async () => {
    const circle = [
      { id: 'a', type: 'variable_set', option: { key: 'x', value: '1' } },
      { type: 'goto', option: { target_id: 'a' } },
    ];
    expect((await asked(circle, ''))[0]).toMatch(/^a\.yaml:2:5: the call (failed|never ends)/);
  });

  test('of a request, and of somebody called, of whom nothing is said', async () => {
    const request = { type: 'webhook_send', option: { sync: true, uri: 'https://crm.example/x' } };
    expect((await asked([request], ''))[0]).toMatch(
      /nobody answers at https:\/\/crm\.example\/x: `replies` says nothing of it/,
    );
    const connect = { type: 'connect', option: { destinations: [{ type: 'extension', target: '1001' }] } };
    expect((await asked([connect], ''))[0]).toMatch(
      /PJSIP\/1001 was called, and no `called` says what comes of that/,
    );
  });

  test('of a regular expression that tries too many ways, while the caller listens for it', async () => {
    const talk = [{ type: 'talk', option: { text: `${'a'.repeat(60)}!` } }, { type: 'digits_receive' }];
    const more = ', caller: [{hears: {matches: "^(a+)+$"}}, {presses: 1}]';
    expect((await asked(talk, more))[0]).toMatch(
      /the regular expression \^\(a\+\)\+\$ was given up after 200 ms/,
    );
  });
});

test('replies are given in their order, those of the test before those of its file', async () => {
  const ask = {
    type: 'webhook_send',
    option: {
      sync: true,
      uri: 'https://crm.example/next',
      response: { map: [{ variable: 'n', path: '$.n' }] },
    },
  };
  const say = { type: 'talk', option: { text: 'It is ${n}.' } };
  write('flow.json', [
    ask,
    say,
    ask,
    say,
    ask,
    say,
    { ...ask, option: { ...ask.option, uri: 'https://other.example/' } },
    say,
  ]);
  const file = write(
    'a.yaml',
    `
given:
  flow: flow.json
  replies: [{to: "*", json: {n: 9}}]
tests:
  - name: a
    given:
      replies:
        - {to: POST https://crm.example/*, json: {n: 1}}
        - {to: POST https://crm.example/*, json: {n: 2}, after: 2s}
    expect:
      heard: [It is 1, It is 2, It is 2, It is 9]
`,
  );
  expect((await run(file)).out.slice(1, -1)).toEqual([expect.stringContaining('✓ a')]);
});
