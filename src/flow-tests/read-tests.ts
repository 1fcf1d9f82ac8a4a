import { misfitsOf, wording } from '../core/misfits.ts';
import { type Misplaced, type Place, SourceDocument } from './document.ts';
import { type Expected, type Given, type Reply, type Step, testFile, type WrittenTest } from './grammar.ts';

/** A test as it is run: with what its file gives to all. */
export interface FlowTest {
  readonly name: string;
  readonly given: Omit<Given, 'replies'>;
  /** Its own, and those of the file for requests that none of its own is for. */
  readonly replies: readonly (readonly Reply[])[];
  readonly steps: readonly Step[];
  readonly expected: Expected;
  /** Where something of it stands: `['expect', 'heard', 1]`. */
  readonly placeOf: (path: readonly PropertyKey[]) => Place;
}

export interface TestsRead {
  readonly tests: readonly FlowTest[];
  /** With one of these no test of the file may be run. */
  readonly problems: readonly Misplaced[];
}

/** Whoever has made more of them has made one many times. */
const mostProblems = 50;

/** The tests in a file of YAML. @throws Error where it is too long */
export function readTests(text: string): TestsRead {
  const source = new SourceDocument(text.replace(/^\uFEFF/, ''));
  const content = source.read(isJson);
  if (source.problems.length > 0) return { tests: [], problems: source.problems };
  const parsed = testFile.safeParse(content, wording);
  if (!parsed.success) {
    const misfits = misfitsOf(parsed.error);
    const problems = misfits.slice(0, mostProblems).map(({ path, message }) => ({
      ...source.placeOf(path, message.startsWith('unknown key')),
      message,
    }));
    return { tests: [], problems: inOrder(problems) };
  }
  const { given = {}, tests } = parsed.data;
  const read = tests.map((test, index): FlowTest => {
    const placeOf: FlowTest['placeOf'] = (path) => source.placeOf(['tests', index, ...path]);
    return { ...ofTest(test, given), placeOf };
  });
  const firsts = new Map(read.toReversed().map((test) => [test.name, test]));
  return { tests: read, problems: inOrder(read.flatMap((test) => problemsOf(test, firsts))) };
}

/** What is JSON in it, and not text: bodies of requests and replies. */
function isJson(path: readonly PropertyKey[]): boolean {
  return path.some((step, index) => step === 'json' && bodies.has(path[index - 2] ?? ''));
}

const bodies = new Set<PropertyKey>(['replies', 'requested']);

function ofTest(
  { name, given = {}, caller = [], expect = {} }: WrittenTest,
  sharedGiven: Given,
): Omit<FlowTest, 'placeOf'> {
  const { replies: others = [], ...shared } = sharedGiven;
  const { replies = [], ...own } = given;
  const { dials, flow, ...rest } = shared;
  const isElsewhere = own.dials !== undefined || own.flow !== undefined;
  return {
    name,
    given: {
      ...(isElsewhere ? rest : shared),
      ...own,
      env: { ...shared.env, ...own.env },
      variables: { ...shared.variables, ...own.variables },
      fails: { ...shared.fails, ...own.fails },
      called: { ...own.called, ...without(shared.called ?? {}, own.called ?? {}) },
    },
    replies: [replies, others],
    steps: caller,
    expected: expect,
  };
}

function without<T>(all: Readonly<Record<string, T>>, others: object): Record<string, T> {
  return Object.fromEntries(Object.entries(all).filter(([key]) => !Object.hasOwn(others, key)));
}

function problemsOf(test: FlowTest, firsts: ReadonlyMap<string, FlowTest>): Misplaced[] {
  const { name, placeOf } = test;
  const { dials, flow } = test.given;
  const problems: Misplaced[] = [];
  if (dials === undefined && flow === undefined)
    problems.push({ ...placeOf([]), message: 'expected `dials`, a number, or `flow` in what is given' });
  if (dials !== undefined && flow !== undefined)
    problems.push({ ...placeOf(['given', 'flow']), message: 'expected `dials` or `flow`, not both' });
  for (const [index, step] of test.steps.slice(0, -1).entries())
    if ('hangs_up_after' in step)
      problems.push({
        ...placeOf(['caller', index]),
        message: 'expected as the last step: it is of the whole call',
      });
  const first = firsts.get(name);
  if (first && first !== test)
    problems.push({
      ...placeOf(['name']),
      message: `called like the test in line ${first.placeOf(['name']).line}`,
    });
  return problems;
}

function inOrder(problems: readonly Misplaced[]): readonly Misplaced[] {
  return problems.toSorted((one, other) => one.line - other.line || one.column - other.column);
}
