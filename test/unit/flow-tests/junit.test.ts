import { DOMParser } from '@xmldom/xmldom';
import { expect, test } from 'vitest';
import { junit } from '../../../src/flow-tests/junit.ts';

const good = { name: 'good', line: 3, column: 5, failures: [], story: [], length: 1_000 };
const hostile = '<b>&"\']]>\u0000\u0007\ud800 é';
const bad = {
  ...good,
  name: hostile,
  line: 9,
  failures: [
    { line: 11, column: 9, message: `never heard ${hostile}` },
    { line: 12, column: 9, message: 'never requested it' },
  ],
  story: ['0:00.0 answered', hostile],
};

test("results as JUnit's XML can be read back, whatever is in them", () => {
  const text = junit([
    { file: 'tests/a.yaml', tests: [good, bad], took: 1_234 },
    { file: 'tests/b.yaml', tests: [good], took: 10 },
  ]);
  const wrong: string[] = [];
  const parser = new DOMParser({ onError: (level, message) => void wrong.push(`${level} ${message}`) });
  const root = parser.parseFromString(text, 'text/xml').documentElement;
  expect(wrong).toEqual([]);
  const attributes = (name: string) =>
    Array.from(root?.getElementsByTagName(name) ?? [], (element) =>
      Object.fromEntries(Array.from(element.attributes, (each) => [each.name, each.value])),
    );
  const shown = '<b>&"\']]>??? é';
  expect(root?.getAttribute('failures')).toBe('1');
  expect(attributes('testsuite')).toEqual([
    { name: 'tests/a.yaml', tests: '2', failures: '1', errors: '0', time: '1.234' },
    { name: 'tests/b.yaml', tests: '1', failures: '0', errors: '0', time: '0.010' },
  ]);
  expect(attributes('testcase')).toEqual([
    { name: 'good', classname: 'tests/a.yaml', file: 'tests/a.yaml', line: '3', time: '0.617' },
    { name: shown, classname: 'tests/a.yaml', file: 'tests/a.yaml', line: '9', time: '0.617' },
    { name: 'good', classname: 'tests/b.yaml', file: 'tests/b.yaml', line: '3', time: '0.010' },
  ]);
  expect(attributes('failure')).toEqual([{ type: 'expectation', message: `never heard ${shown}` }]);
  const [failure] = root?.getElementsByTagName('failure') ?? [];
  expect(failure?.textContent).toBe(
    `tests/a.yaml:11:9: never heard ${shown}\ntests/a.yaml:12:9: never requested it`,
  );
  const [story] = root?.getElementsByTagName('system-out') ?? [];
  expect(story?.textContent).toBe(`0:00.0 answered\n${shown}`);
});
