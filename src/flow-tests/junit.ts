import { DOMImplementation, type Element, XMLSerializer } from '@xmldom/xmldom';
import type { FileResult, TestResult } from './result.ts';

/** Results as JUnit's XML, which every CI reads: a suite for each file. */
export function junit(files: readonly FileResult[]): string {
  const document = new DOMImplementation().createDocument(null, 'testsuites', null);
  const root = document.documentElement;
  if (!root) throw new Error('a document has an element');
  const add = (
    parent: Element,
    name: string,
    attributes: Readonly<Record<string, string>>,
    text?: string,
  ): Element => {
    const element = document.createElement(name);
    parent.appendChild(element);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, allowed(value));
    if (text !== undefined) element.appendChild(document.createTextNode(allowed(text)));
    return element;
  };
  for (const [key, value] of Object.entries(counts(files))) root.setAttribute(key, value);
  for (const file of files) {
    const suite = add(root, 'testsuite', { name: file.file, ...counts([file]) });
    const each = file.tests.length === 0 ? 0 : file.took / file.tests.length;
    for (const test of file.tests) {
      const place = { file: file.file, line: String(test.line) };
      const one = add(suite, 'testcase', {
        name: test.name,
        classname: file.file,
        ...place,
        time: seconds(each),
      });
      if (test.failures.length === 0) continue;
      const [first] = test.failures;
      add(one, 'failure', { type: 'expectation', message: first?.message ?? '' }, failureText(file, test));
      if (test.story.length > 0) add(one, 'system-out', {}, test.story.join('\n'));
    }
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(document)}\n`;
}

function failureText({ file }: FileResult, { failures }: TestResult): string {
  return failures.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`).join('\n');
}

function counts(files: readonly FileResult[]): Readonly<Record<string, string>> {
  const tests = files.flatMap((file) => file.tests);
  const failures = tests.filter((test) => test.failures.length > 0);
  const took = files.reduce((sum, file) => sum + file.took, 0);
  return { tests: String(tests.length), failures: String(failures.length), errors: '0', time: seconds(took) };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

/** XML has no way to say the other characters, escaped or not. */
function allowed(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?');
}
