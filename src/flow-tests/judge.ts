import { didYouMean } from '../core/nearest.ts';
import { clockTime } from './duration.ts';
import type { Expected, Like, Requested, Step } from './grammar.ts';
import { nextHeard, nothingHeard } from './heard.ts';
import { jsonDifference } from './json-difference.ts';
import { findLike, isTo, likeText } from './like.ts';
import { PatternOverrun } from './pattern.ts';
import type { Played, PlayedRequest } from './played.ts';

/** What was expected of a call and has not come. */
export interface Failure {
  /** Where in the test that stands: `['expect', 'heard', 1]`. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What of a test has not come true; nothing where it has passed. */
export function judge(steps: readonly Step[], expected: Expected, played: Played): readonly Failure[] {
  return [
    ...wholeFailures(steps, played),
    ...heardFailures(expected, played),
    ...requestFailures(expected, played),
    ...variableFailures(expected, played),
    ...passedFailures(expected, played),
    ...endFailures(expected, played),
  ];
}

/** The caller has done all he was to do, and the call has ended. */
function wholeFailures(steps: readonly Step[], { done, broken, end }: Played): Failure[] {
  const failures: Failure[] = [];
  if (broken !== undefined) failures.push({ path: [], message: broken });
  const next = steps[done];
  if (next)
    failures.push({
      path: ['caller', done],
      message: `${end ? 'the call ended before the caller' : 'the caller never'} ${stepText(next)}`,
    });
  return failures;
}

/** As what the caller does: `heard "City clinic"`. */
function stepText(step: Step): string {
  if ('does' in step) return step.does === 'hangs up' ? 'hung up' : 'was asked for what he leaves out';
  const { hears, presses, says } = step;
  if (hears !== undefined) return `heard ${likeText(hears)}`;
  if (presses !== undefined) return `pressed ${presses}`;
  return says === undefined ? 'hung up' : `said ${JSON.stringify(says)}`;
}

function heardFailures({ heard = [], not_heard = [] }: Expected, played: Played): Failure[] {
  const failures: Failure[] = [];
  let at = nothingHeard;
  for (const [index, wanted] of heard.entries()) {
    const path = ['expect', 'heard', index];
    try {
      const found = nextHeard(wanted, played.heard, at);
      if (found) at = found;
      else
        failures.push({
          path,
          message: notHeard(wanted, index === 0 ? undefined : heard[index - 1], played),
        });
    } catch (error) {
      failures.push(overrun(error, path));
    }
  }
  for (const [index, unwanted] of not_heard.entries()) {
    const path = ['expect', 'not_heard', index];
    try {
      const found = played.heard.find(({ text }) => findLike(unwanted, text));
      if (found)
        failures.push({ path, message: `heard at ${clockTime(found.at)}: ${JSON.stringify(found.text)}` });
    } catch (error) {
      failures.push(overrun(error, path));
    }
  }
  return failures;
}

function notHeard(wanted: Like, before: Like | undefined, played: Played): string {
  const isThere = played.heard.some(({ text }) => findLike(wanted, text));
  const behind = before === undefined ? '' : ` behind ${likeText(before)}`;
  return isThere ? `heard ${likeText(wanted)}, but not${behind}` : `never heard ${likeText(wanted)}`;
}

function overrun(error: unknown, path: readonly PropertyKey[]): Failure {
  if (error instanceof PatternOverrun) return { path, message: error.message };
  throw error;
}

function requestFailures({ requested = [], not_requested = [] }: Expected, played: Played): Failure[] {
  const failures: Failure[] = [];
  let at = 0;
  for (const [index, wanted] of requested.entries()) {
    const path = ['expect', 'requested', index];
    try {
      const rest = played.requested.slice(at);
      const found = rest.findIndex((request) => requestDifference(wanted, request) === undefined);
      if (found >= 0) at += found + 1;
      else failures.push({ path, message: notRequested(wanted, rest) });
    } catch (error) {
      failures.push(overrun(error, path));
    }
  }
  for (const [index, unwanted] of not_requested.entries()) {
    const found = played.requested.find((request) => isTo(unwanted, request));
    if (found)
      failures.push({
        path: ['expect', 'not_requested', index],
        message: `requested at ${clockTime(found.at)}: ${found.method} ${found.url} ${found.body}`.trim(),
      });
  }
  return failures;
}

/** What is not as it is wanted of a request; nothing where all of it is. */
function requestDifference({ to, json, text }: Requested, request: PlayedRequest): string | undefined {
  if (!isTo(to, request)) return `was ${request.method} ${request.url}`;
  if (text !== undefined && !findLike(text, request.body))
    return `its body has no ${likeText(text)}: ${request.body}`;
  if (json === undefined) return undefined;
  try {
    return jsonDifference(json, JSON.parse(request.body));
  } catch {
    return `its body is no JSON: ${request.body}`;
  }
}

function notRequested(wanted: Requested, rest: readonly PlayedRequest[]): string {
  const there = rest.filter((request) => isTo(wanted.to, request));
  const [difference] = there.map((request) => requestDifference(wanted, request));
  return difference === undefined
    ? `never requested ${wanted.to.written}`
    : `requested ${wanted.to.written}, but not so: ${difference}`;
}

function variableFailures({ variables = {} }: Expected, played: Played): Failure[] {
  return Object.entries(variables).flatMap(([name, wanted]): Failure[] => {
    const path = ['expect', 'variables', name];
    const isSet = Object.hasOwn(played.variables, name);
    const value = isSet ? (played.variables[name] ?? '') : '';
    try {
      const isRight = typeof wanted === 'string' ? value === wanted : findLike(wanted, value) !== undefined;
      if (isRight) return [];
    } catch (error) {
      return [overrun(error, path)];
    }
    const hint = isSet ? '' : `, it was never set${didYouMean(name, Object.keys(played.variables))}`;
    return [{ path, message: `expected ${likeText(wanted)}, got ${JSON.stringify(value)}${hint}` }];
  });
}

function passedFailures({ passed = [], not_passed = [] }: Expected, played: Played): Failure[] {
  const failures: Failure[] = [];
  let at = 0;
  for (const [index, wanted] of passed.entries()) {
    const found = played.passed.findIndex(({ id }, position) => position >= at && id === wanted);
    if (found >= 0) at = found + 1;
    else {
      const isThere = played.passed.some(({ id }) => id === wanted);
      const message = isThere ? `passed ${wanted}, but not in this order` : `never passed ${wanted}`;
      failures.push({ path: ['expect', 'passed', index], message });
    }
  }
  for (const [index, unwanted] of not_passed.entries()) {
    const found = played.passed.find(({ id }) => id === unwanted);
    if (found)
      failures.push({
        path: ['expect', 'not_passed', index],
        message: `passed ${unwanted} at ${clockTime(found.at)}`,
      });
  }
  return failures;
}

function endFailures({ ended_within, ended_by }: Expected, { end }: Played): Failure[] {
  if (!end) return []; // which is said already
  const failures: Failure[] = [];
  if (ended_within !== undefined && end.at > ended_within)
    failures.push({ path: ['expect', 'ended_within'], message: `ended only after ${clockTime(end.at)}` });
  if (ended_by !== undefined && end.by !== ended_by)
    failures.push({ path: ['expect', 'ended_by'], message: `ended by the ${end.by}` });
  return failures;
}
