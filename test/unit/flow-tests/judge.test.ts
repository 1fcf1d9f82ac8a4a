import { describe, expect, test } from 'vitest';
import { judge } from '../../../src/flow-tests/judge.ts';
import type { Played } from '../../../src/flow-tests/played.ts';
import { readTests } from '../../../src/flow-tests/read-tests.ts';

const pin = {
  at: 9_000,
  method: 'POST',
  url: 'https://clinic.example/pin',
  body: '{"pin":"1234","from":{"n":1}}',
};

const played: Played = {
  heard: [
    { at: 1_000, text: 'City clinic. For the desk, press 1.' },
    { at: 8_000, text: 'Please enter your PIN.' },
    { at: 65_500, text: 'Hello Ada.' },
  ],
  requested: [pin, { ...pin, at: 10_000, method: 'GET', url: 'https://clinic.example/', body: '' }],
  passed: ['menu', 'pin', 'known', 'pin', 'bye'].map((id, at) => ({ at, id, type: 'talk' })),
  variables: { patient: 'Ada', empty: '' },
  done: 9,
  end: { at: 70_000, by: 'flow' },
  broken: undefined,
};

/** What of a test, written behind its name, has not come true. */
function failuresOf(written: string, of: Partial<Played> = {}): string[] {
  const { tests, problems } = readTests(`tests:\n  - name: one\n    given: {flow: a}\n${written}`);
  expect(problems).toEqual([]);
  return tests.flatMap(({ steps, expected }) =>
    judge(steps, expected, { ...played, ...of }).map(({ path, message }) => `${path.join('.')}: ${message}`),
  );
}

const expecting = (what: string, of: Partial<Played> = {}) => failuresOf(`    expect: {${what}}\n`, of);

describe('what was expected and has come', () => {
  test.each([
    'heard: [City clinic, press 1, enter your PIN, {matches: "^Hello \\\\w+"}]',
    'not_heard: [Goodbye, {matches: "^clinic"}]',
    'requested: [POST https://clinic.example/pin, "https://*/"]',
    'requested: [{to: "*", json: {pin: "1234", from: {n: 1}}}]',
    'requested: [{to: "*", text: "1234"}]',
    'not_requested: [PUT https://clinic.example/pin, "https://clinic.example/other*"]',
    'variables: {patient: Ada, empty: ""}',
    'variables: {patient: {matches: "A.a"}}',
    'passed: [menu, known, pin]',
    'not_passed: [unknown]',
    'ended_by: flow, ended_within: 70s',
  ])('%s', (what) => {
    expect(expecting(what)).toEqual([]);
  });
});

describe('what was expected and has not come is said, with its place', () => {
  test.each<[string, string]>([
    ['heard: [Goodbye]', 'expect.heard.0: never heard "Goodbye"'],
    ['heard: [Hello, City clinic]', 'expect.heard.1: heard "City clinic", but not behind "Hello"'],
    ['heard: [press 1, City clinic]', 'expect.heard.1: heard "City clinic", but not behind "press 1"'],
    ['heard: [{matches: "Hel{3}o"}]', 'expect.heard.0: never heard /Hel{3}o/'],
    ['not_heard: [Ada]', 'expect.not_heard.0: heard at 1:05.5: "Hello Ada."'],
    [
      'requested: [PUT https://clinic.example/pin]',
      'expect.requested.0: never requested PUT https://clinic.example/pin',
    ],
    [
      'requested: ["GET *", POST https://clinic.example/pin]',
      'expect.requested.1: never requested POST https://clinic.example/pin',
    ],
    [
      'requested: [{to: "POST *", json: {pin: 1234}}]',
      'expect.requested.0: requested POST *, but not so: pin: expected 1234, got "1234"',
    ],
    [
      'requested: [{to: "POST *", json: {from: {n: 1, m: [1]}}}]',
      'expect.requested.0: requested POST *, but not so: from.m: expected [1], got nothing',
    ],
    [
      'requested: [{to: "GET *", json: {}}]',
      'expect.requested.0: requested GET *, but not so: its body is no JSON: ',
    ],
    ['not_requested: ["*/pin"]', `expect.not_requested.0: requested at 0:09.0: POST ${pin.url} ${pin.body}`],
    ['variables: {patient: Eve}', 'expect.variables.patient: expected "Eve", got "Ada"'],
    [
      'variables: {patent: Ada}',
      'expect.variables.patent: expected "Ada", got "", it was never set, did you mean patient?',
    ],
    ['variables: {patient: {matches: ^E}}', 'expect.variables.patient: expected /^E/, got "Ada"'],
    ['passed: [known, menu]', 'expect.passed.1: passed menu, but not in this order'],
    ['passed: [unknown]', 'expect.passed.0: never passed unknown'],
    ['not_passed: [known]', 'expect.not_passed.0: passed known at 0:00.0'],
    ['ended_by: caller', 'expect.ended_by: ended by the flow'],
    ['ended_within: 69s', 'expect.ended_within: ended only after 1:10.0'],
  ])('%s', (what, failure) => {
    expect(expecting(what)).toEqual([failure]);
  });

  test('where the call was broken off, that is said, and not what would have come of it', () => {
    const failures = expecting('ended_within: 1s', { end: undefined, broken: 'it never ends' });
    expect(failures).toEqual([': it never ends']);
  });

  test.each<[string, number, string]>([
    ['{hears: Goodbye}', 0, 'caller.0: the call ended before the caller heard "Goodbye"'],
    ['{presses: 1}, {presses: 2#}', 1, 'caller.1: the call ended before the caller pressed 2#'],
    ['{says: yes}', 0, 'caller.0: the call ended before the caller said "yes"'],
    ['hangs up', 0, 'caller.0: the call ended before the caller hung up'],
    ['{hangs_up_after: 3s}', 0, 'caller.0: the call ended before the caller hung up'],
  ])('the caller who cannot do all of %s', (steps, done, failure) => {
    expect(failuresOf(`    caller: [${steps}]\n`, { done })).toEqual([failure]);
  });
});

test('a regular expression that tries too many ways is given up in time, and that is said', () => {
  const texts = [{ at: 0, text: `${'a'.repeat(50)}!` }];
  expect(
    expecting('heard: [{matches: ^(a+)+$}], not_heard: [{matches: ^(a|a)*$}]', { heard: texts }),
  ).toEqual([
    'expect.heard.0: the regular expression ^(a+)+$ was given up after 200 ms: it tries too many ways, as (a+)+ does',
    'expect.not_heard.0: the regular expression ^(a|a)*$ was given up after 200 ms: it tries too many ways, as (a+)+ does',
  ]);
});
