import { describe, expect, test } from 'vitest';
import { readTests } from '../../../src/flow-tests/read-tests.ts';

/** What is wrong, as it is told: `line:column message`. */
const wrongIn = (text: string): string[] =>
  readTests(text).problems.map(({ line, column, message }) => `${line}:${column} ${message}`);

const one = (...lines: readonly string[]) =>
  ['tests:', '  - name: one', '    given: {dials: "100"}', ...lines].join('\n');

describe('a file of tests', () => {
  test('says what is given, what the caller does, and what is expected', () => {
    const { tests, problems } = readTests(`
given:
  folder: ..
  dials: "+498912345"
  at: 2026-12-24 18:05 Europe/Berlin
  env: {CLINIC_SERVER: https://clinic.example}
  variables: {a: 1, b: 2}
  replies:
    - {to: "*", status: 404}
  called: {"*": busy}
tests:
  - name: one
    given:
      from: +4917012345
      variables: {b: 3}
      replies:
        - to: POST https://clinic.example/pin
          json: {name: Ada, age: 36, none: null}
          after: 1.5s
      called: {"1001": {answers: human, talks: 1m}}
    caller:
      - hears: City clinic
      - presses: 0123#
      - hears: {matches: PIN of \\w+}
      - presses nothing
      - says: the front desk
      - hangs up
    expect:
      heard: [Hello]
      requested: [https://clinic.example/*, {to: POST https://clinic.example/pin, json: {pin: "0123"}}]
      variables: {patient: Ada, n: 007}
      ended_within: 1m 30s
  - name: two
    given: {flow: line}
`);
    expect(problems).toEqual([]);
    const [first, second] = tests;
    expect(first?.given).toMatchObject({
      folder: '..',
      dials: '+498912345',
      from: '+4917012345',
      at: Date.parse('2026-12-24T17:05Z'),
      env: { CLINIC_SERVER: 'https://clinic.example' },
      variables: { a: '1', b: '3' },
    });
    expect(first?.replies).toMatchObject([
      [{ to: { method: 'POST' }, json: { name: 'Ada', age: 36, none: null }, after: 1_500 }],
      [{ to: { url: '*' }, status: 404 }],
    ]);
    expect(Object.entries(first?.given.called ?? {})).toEqual([
      ['1001', { answers: 'human', talks: 60_000 }],
      ['*', { answers: 'busy', after: undefined, talks: undefined }],
    ]);
    expect(first?.steps).toEqual([
      { hears: 'City clinic' },
      { presses: '0123#' },
      { hears: { matches: 'PIN of \\w+' } },
      { does: 'presses nothing' },
      { says: 'the front desk' },
      { does: 'hangs up' },
    ]);
    expect(first?.expected).toMatchObject({ variables: { patient: 'Ada', n: '007' }, ended_within: 90_000 });
    expect(first?.placeOf(['expect', 'heard', 0])).toEqual({ line: 29, column: 15 });
    expect(first?.placeOf(['caller', 3])).toEqual({ line: 25, column: 9 });
    expect(second?.given).toMatchObject({ flow: 'line', folder: '..' });
    expect(second?.given.dials).toBeUndefined();
  });

  test('may be JSON', () => {
    const { tests, problems } = readTests(
      '{"tests": [{"name": "one", "given": {"dials": "100"}, "caller": [{"presses": "1"}]}]}',
    );
    expect([problems, tests[0]?.steps]).toEqual([[], [{ presses: '1' }]]);
  });

  test('may give the same again by its name', () => {
    const { tests, problems } = readTests(
      'tests:\n  - name: one\n    given: &usual {dials: "100"}\n  - name: two\n    given: *usual\n',
    );
    expect([problems, tests[1]?.given.dials]).toEqual([[], '100']);
  });
});

describe('what is wrong with one is said with its line and column', () => {
  test.each<[string, string, readonly string[]]>([
    ['an unknown step', one('    caller:', '      - preses: 1'), ['5:9 unknown key, did you mean presses?']],
    [
      'an unknown step without a value',
      one('    caller: [hang up]'),
      ['4:14 no such step, did you mean hangs up?'],
    ],
    [
      'a step as a sentence',
      one('    caller:', '      - presses 12'),
      ['5:9 no such step, did you mean "presses: 12"?'],
    ],
    [
      'a step that is like none',
      one('    caller:', '      - dances'),
      ['5:9 no such step: there are hangs up, presses nothing, hears, presses, says, hangs_up_after'],
    ],
    [
      'two things in one step',
      one('    caller:', '      - hears: a', '        presses: 1'),
      ['6:18 expected one thing a step: this is another one'],
    ],
    [
      'a # that begins a comment',
      one('    caller:', '      - presses: #'),
      ['5:18 expected 1 to 64 digits of 0-9 A-D * #; a # is written in quotes'],
    ],
    [
      'a * that is an alias',
      one('    caller:', '      - presses: *1'),
      ['5:18 nothing is called &1: a * is written in quotes'],
    ],
    [
      'an unknown expectation',
      one('    expect:', '      heart: [a]'),
      ['5:7 unknown key, did you mean heard?'],
    ],
    ['no list', one('    expect:', '      heard: a'), ['5:14 expected a list, not text']],
    [
      'no duration',
      one('    expect: {ended_within: 30}'),
      ['4:28 expected a duration such as 500ms, 30s or 1h 30m, at most 24h'],
    ],
    [
      'no moment',
      'given: {at: 2026-02-30 12:00 Europe/Berlin}\ntests: [{name: a, given: {dials: 1}}]',
      ['1:13 expected a moment such as 2026-12-24 18:05 Europe/Berlin or 2026-12-24T18:05+01:00'],
    ],
    [
      'no regular expression',
      one('    expect:', '      heard:', '        - matches: "("'),
      ['6:20 expected a regular expression: /(/u: Unterminated group'],
    ],
    [
      'nothing to call',
      'tests:\n  - name: one\n',
      ['2:5 expected `dials`, a number, or `flow` in what is given'],
    ],
    [
      'two of a name',
      'given: {dials: 1}\ntests:\n  - name: one\n  - name: one\n',
      ['4:11 called like the test in line 3'],
    ],
    [
      'a hang-up before the end',
      one('    caller: [{hangs_up_after: 1m}, {presses: 1}]'),
      ['4:14 expected as the last step: it is of the whole call'],
    ],
    ['no name', 'given: {dials: 1}\ntests:\n  - expect: {}\n', ['3:5 missing, expected text']],
    ['no tests', 'given: {dials: 1}\n', ['1:1 missing, expected a list']],
    ['another file', 'just words', ['1:1 expected an object, not text']],
    ['an empty one', '', ['1:1 expected an object, not text']],
    ['a key that stands twice', 'tests: []\ntests: []\n', ['2:1 tests stands twice here']],
    [
      'two files in one',
      'tests: []\n---\ntests: []\n',
      ['2:1 expected one document: here another one begins'],
    ],
    [
      'all at once, in order',
      one('    caller: [{presses: x}]', '    expect: {ended_by: nobody}', '    exspect: {}'),
      [
        '4:24 expected 1 to 64 digits of 0-9 A-D * #; a # is written in quotes',
        '5:24 expected one of caller, flow',
        '6:5 unknown key, did you mean expect?',
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(wrongIn(text)).toEqual(expected);
    expect(readTests(text).tests).toEqual(
      expected.some((each) => /called like|expected `dials`|last step/.test(each)) ? expect.any(Array) : [],
    );
  });
});

describe('a hostile file is bounded', () => {
  test('of 10 MB', () => {
    expect(() => readTests('x'.repeat(10_000_000))).toThrow('longer than 512 KiB');
  });

  test('of lists in lists', () => {
    expect(wrongIn('['.repeat(100_000))).not.toEqual([]);
    expect(wrongIn(one(`    expect: ${'['.repeat(100)}${']'.repeat(100)}`))).toEqual([
      expect.stringMatching(/nested too deeply/),
    ]);
  });

  test('of a great many keys', () => {
    const keys = Array.from({ length: 40_000 }, (_, index) => `k${index}:`);
    expect(wrongIn(keys.join('\n'))).toContainEqual('9:1 unknown key');
  });

  test('of aliases of aliases', () => {
    const lines = Array.from({ length: 40 }, (_, index) =>
      `a${index}: &a${index} [${`*a${index - 1}, `.repeat(9)}]`.replace('*a-1, '.repeat(9), 'x'),
    );
    expect(wrongIn(lines.join('\n'))).toEqual([expect.stringContaining('stand for too much')]);
  });

  test('of an alias in itself', () => {
    expect(wrongIn('tests: &a [*a]')).toEqual([
      expect.stringMatching(/nested too deeply, or in itself|nothing is called/),
    ]);
  });
});
