import { stringify } from 'yaml';
import type { Course, Decision } from './decision.ts';
import type { Finding } from './finding.ts';

/** A case of `ariflow test`: what is given, what the caller does. */
export interface TestCase {
  readonly name: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly caller: readonly (string | Readonly<Record<string, string>>)[];
  readonly expect?: Readonly<Record<string, unknown>>;
}

/** What the simulator is told where nothing else is decided. */
export interface UsualStart {
  /** The flow, as tests name it. */
  readonly flow: string;
  readonly folder: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

/** What leads to a finding, as a case of `ariflow test`; nothing where nothing leads there. */
export function testCaseOf(
  { path, action, message, course }: Finding,
  start: UsualStart,
): TestCase | undefined {
  if (!course) return undefined;
  const broken = course.flatMap((decision) =>
    decision.kind === 'fails' && decision.fails ? [decision.action] : [],
  );
  const where = broken.length > 0 ? `, where ${broken.join(' and ')} fails` : '';
  return {
    name: `${path} ${action.type}: ${message.replaceAll('`', '')}${where}`.slice(0, 200),
    given: given(course, start),
    caller: course.flatMap(step),
    // What was not given an id has another one each time.
    ...(!madeUpId.test(action.id) && { expect: { passed: [action.id] } }),
  };
}

const madeUpId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A file of such cases. */
export function testFile(cases: readonly TestCase[]): string {
  return stringify({ tests: cases }, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** What the caller does, in one line: `1, nothing, 4711#`. */
export function keysOf(course: Course): string {
  const keys = course.flatMap((decision) => {
    if (decision.kind !== 'answer') return [];
    const { does } = decision.answer;
    return 'press' in does ? [does.press] : 'say' in does ? [JSON.stringify(does.say)] : ['nothing'];
  });
  return keys.join(', ');
}

function given(course: Course, { flow, folder, variables }: UsualStart): TestCase['given'] {
  const of = <K extends Decision['kind']>(kind: K) =>
    course.filter((decision): decision is Extract<Decision, { kind: K }> => decision.kind === kind);
  const at = of('start').find(({ isUsual }) => !isUsual)?.at;
  const from = of('from').find(({ isUsual }) => !isUsual)?.number;
  const replies = of('reply').map(({ method, url, replied }) => ({
    to: `${method} ${url}`,
    ...replyOf(replied.reply),
  }));
  const judged = of('judged').at(-1)?.answers;
  const called = Object.fromEntries(
    of('called').map(({ endpoint, answers }) => [numberOf(endpoint), answers]),
  );
  const broken = Object.fromEntries(alwaysFailing(course).map((action) => [action, 'ASTERISK_FAILED']));
  return {
    ...(folder !== undefined && { folder }),
    flow,
    ...(at !== undefined && { at: new Date(at).toISOString().replace('.000', '') }),
    ...(from !== undefined && { from }),
    ...(Object.keys(variables).length > 0 && { variables }),
    ...(judged !== undefined && { answered_by: judged }),
    ...(replies.length > 0 && { replies }),
    ...(Object.keys(called).length > 0 && { called }),
    ...(Object.keys(broken).length > 0 && { fails: broken }),
  };
}

/** Those that fail each time that they are come to, and have an id of their own. */
function alwaysFailing(course: Course): readonly string[] {
  const all = course.filter((decision) => decision.kind === 'fails');
  const sound = new Set(all.flatMap(({ action, fails }) => (fails ? [] : [action])));
  return all.flatMap(({ action, fails }) =>
    fails && !sound.has(action) && !madeUpId.test(action) ? [action] : [],
  );
}

function replyOf({
  status = 200,
  body = '',
  delay = 0,
  failure,
}: Extract<Decision, { kind: 'reply' }>['replied']['reply']): Readonly<Record<string, unknown>> {
  if (delay > 60_000) return { fails: 'timeout' };
  if (failure !== undefined) return { fails: 'connection' };
  const json = jsonIn(body);
  return {
    ...(status !== 200 && { status }),
    ...(json !== undefined ? { json } : body !== '' && { text: body }),
  };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `PJSIP/1001`, `PJSIP/+4930…@trunk` → the number. */
function numberOf(endpoint: string): string {
  return endpoint.replace(/^[^/]*\//, '').replace(/@.*$/, '');
}

function step(decision: Decision): TestCase['caller'] {
  if (decision.kind !== 'answer') return [];
  const { does } = decision.answer;
  if ('press' in does) return [{ presses: does.press }];
  if ('say' in does) return [{ says: does.say }];
  return 'hangup' in does ? ['hangs up'] : ['presses nothing'];
}
